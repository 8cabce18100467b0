"""The outbox's statements as functions; steps open the transactions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.message import Receipt
from frontdesk.outbox.claims import ensure_sender
from frontdesk.outbox.counters import local_day
from frontdesk.outbox.gate import lane_of
from frontdesk.outbox.model import Claimed, Draft, LedgerStatus, Put
from frontdesk.outbox.rules import RECEIPT_DUE, after_receipt

__all__ = [
    "apply_receipt",
    "cancel",
    "claim_unknown",
    "has_work",
    "known_ids",
    "lapse",
    "leave_to_a_person",
    "put",
    "put_many",
    "ring",
    "send_again",
    "settle_failed",
    "settle_not_sent",
    "settle_sent",
    "settle_unknown",
    "show_ledger",
    "status_counts",
]

Q = load_queries("frontdesk.outbox")


async def put(tx: Tx, draft: Draft, now: datetime) -> Put:
    """Write one PENDING row, or count a collision with the row that has its key."""
    row = await tx.one(Q.put, {**_row(draft, now), "now": now})
    if row.first:
        ensure_sender(tx, draft.from_address, draft.provider, now)
        ring(tx)
    return Put(row.id, row.first)


async def put_many(tx: Tx, drafts: Sequence[Draft], now: datetime) -> list[Put]:
    """`put` for many drafts of different keys, in three round trips or so; returns what became of each, in order."""
    rows = [_row(draft, now) for draft in drafts]
    if not rows:
        return []
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    stored = {row.outbound_dedupe_key: row for row in await tx.all(Q.put_many, {**columns, "now": now})}
    put = [Put(stored[draft.dedupe_key].id, stored[draft.dedupe_key].first) for draft in drafts]
    first = [draft for draft, one in zip(drafts, put, strict=True) if one.first]
    for address, provider in sorted({(draft.from_address, draft.provider) for draft in first}):
        ensure_sender(tx, address, provider, now)
    if first:
        ring(tx)
    return put


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": draft.conversation_id,
        "lead_id": draft.lead_id,
        "client_id": draft.client_id,
        "dedupe_key": draft.dedupe_key,
        "provider": draft.provider,
        "channel": draft.channel,
        "reply_type": draft.reply_type,
        "question_key": draft.question_key,
        "send_class": draft.send_class.value,
        "priority": lane_of(draft.send_class).priority,
        "day_bucket": date.fromisoformat(local_day(now, draft.timezone)),
        "from_address": draft.from_address,
        "to_address": draft.to_address,
        "body": draft.body.replace("\x00", ""),
        "segments": draft.segments,
        "correlation_id": draft.correlation_id,
        "available_at": draft.available_at,
        "enrolment_id": draft.enrolment_id,
    }


def ring(tx: Tx) -> None:
    """Wake the senders of all processes at the commit."""
    tx.put(Q.notify)


async def settle_sent(tx: Tx, claimed: Claimed, provider_message_id: str, now: datetime) -> bool:
    """SENDING to SENT; false when a receipt was faster or the claim is lost."""
    sent = {"provider_message_id": provider_message_id, "receipt_check_at": now + RECEIPT_DUE[0]}
    return await _settle(tx, Q.settle_sent, claimed, **sent, now=now)


async def settle_failed(tx: Tx, claimed: Claimed, error: str, code: str | None, now: datetime) -> bool:
    """SENDING to FAILED: known not sent, and no repeat will help."""
    return await _settle(tx, Q.settle_failed, claimed, error=error, error_code=code, now=now)


async def settle_unknown(tx: Tx, claimed: Claimed, error: str, now: datetime) -> bool:
    """SENDING to UNKNOWN: it may have been sent. It is looked up at the carrier from now on."""
    return await _settle(tx, Q.settle_unknown, claimed, error=error, now=now)


async def settle_not_sent(tx: Tx, claimed: Claimed, error: str, available_at: datetime) -> bool:
    """SENDING back to PENDING: known not sent, again at `available_at`."""
    return await _settle(tx, Q.settle_not_sent, claimed, error=error, available_at=available_at)


async def _settle(tx: Tx, query: str, claimed: Claimed, **values: object) -> bool:
    fence = {"id": claimed.ledger_id, "claim_token": claimed.claim_token}
    return await tx.run(query, {**fence, **values}) == 1


async def lapse(tx: Tx, lease_now: datetime, now: datetime) -> tuple[Sequence[Any], Sequence[Any]]:
    """Take back leases that ran out; returns what is PENDING again and what is UNKNOWN now, with what was counted."""
    again = await tx.all(Q.lapse_unstarted, {"lease_now": lease_now})
    unknown = await tx.all(Q.lapse_started, {"lease_now": lease_now, "now": now})
    return again, unknown


async def claim_unknown(tx: Tx, *, now: datetime, again_at: datetime, limit: int) -> Sequence[Any]:
    """The UNKNOWN rows that are due for a look at the carrier; each is looked at again at `again_at` if this fails."""
    return await tx.all(Q.claim_unknown, {"now": now, "again_at": again_at, "limit": limit})


async def known_ids(tx: Tx, provider_message_ids: Sequence[str]) -> set[str]:
    """Those of the carrier's ids that belong to ledger rows already."""
    rows = await tx.all(Q.known_ids, {"provider_message_ids": list(provider_message_ids)})
    return {row.provider_message_id for row in rows}


async def send_again(tx: Tx, ledger_id: int, started_at: datetime, now: datetime) -> Any:
    """UNKNOWN to PENDING, once: a complete list of the carrier does not have it. What was counted for it, or None."""
    return await tx.one(Q.send_again, {"id": ledger_id, "started_at": started_at, "now": now})


async def leave_to_a_person(tx: Tx, ledger_id: int) -> None:
    """Look no more: a person decides about this UNKNOWN."""
    await tx.run(Q.leave_to_a_person, {"id": ledger_id})


async def apply_receipt(tx: Tx, receipt: Receipt, now: datetime) -> tuple[Any, LedgerStatus | None]:
    """Move the ledger row that a receipt speaks of: by our own id in it, else by the provider's.

    Returns (the row or None when it is none of ours, its new state or None when nothing changed).
    """
    row = None
    if receipt.ledger_id is not None:
        ours = {"ledger_id": receipt.ledger_id, "provider_message_id": receipt.provider_message_id}
        row = await tx.one(Q.lock_for_receipt, ours)
    if row is None:
        row = await tx.one(Q.lock_by_provider_id, {"provider_message_id": receipt.provider_message_id})
    if row is None:
        return None, None
    status = after_receipt(LedgerStatus(row.status), receipt.status)
    if status is not None:
        failed = status in (LedgerStatus.FAILED, LedgerStatus.UNDELIVERED)
        values = {
            "status": status.value,
            "provider_message_id": receipt.provider_message_id,
            "error": f"the carrier reports: {receipt.provider_status}" if failed else None,
            "error_code": receipt.error_code if failed else None,
            "receipt_check_at": now + RECEIPT_DUE[0],
        }
        await tx.run(Q.apply_receipt, {**values, "id": row.id, "now": now})
    return row, status


async def cancel(tx: Tx, ledger_id: int) -> bool:
    """PENDING or UNKNOWN to CANCELLED; false when it is neither."""
    return await tx.run(Q.cancel, {"id": ledger_id}) == 1


async def has_work(tx: Tx, now: datetime) -> bool:
    """True while anything is on its way or due."""
    row = await tx.one(Q.has_work, {"now": now})
    return bool(row.sending or row.due)


async def status_counts(tx: Tx) -> Sequence[Any]:
    """Rows and collisions per ledger state."""
    return await tx.all(Q.status_counts)


async def show_ledger(tx: Tx, ledger_id: int) -> Any:
    """One ledger row whole, or None."""
    return await tx.one(Q.show_ledger, {"id": ledger_id})
