"""The outbox's statements as functions; steps open the transactions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.message import Receipt
from frontdesk.outbox.model import Claimed, Draft, LedgerStatus, Put
from frontdesk.outbox.rules import Block, Wait, after_receipt, local_day, priority

__all__ = [
    "apply_receipt",
    "block",
    "cancel",
    "candidates",
    "claim_unknown",
    "has_work",
    "known_ids",
    "lapse",
    "leave_to_a_person",
    "list_ledger",
    "lock_pending",
    "mark_sending",
    "next_due",
    "push_slot",
    "put",
    "record_consent",
    "send_again",
    "settle_failed",
    "settle_not_sent",
    "settle_sent",
    "settle_unknown",
    "show_ledger",
    "start",
    "status_counts",
    "take_slots",
    "wait",
]

Q = load_queries("frontdesk.outbox")


async def put(tx: Tx, draft: Draft, now: datetime) -> Put:
    """Write one PENDING row, or count a collision with the row that has its key."""
    row = await tx.one(
        Q.put,
        {
            "conversation_id": draft.conversation_id,
            "lead_id": draft.lead_id,
            "client_id": draft.client_id,
            "dedupe_key": draft.dedupe_key,
            "provider": draft.provider,
            "channel": draft.channel,
            "reply_type": draft.reply_type,
            "question_key": draft.question_key,
            "send_class": draft.send_class.value,
            "priority": priority(draft.send_class),
            "day_bucket": date.fromisoformat(local_day(now, draft.timezone)),
            "from_address": draft.from_address,
            "to_address": draft.to_address,
            "body": draft.body.replace("\x00", ""),
            "correlation_id": draft.correlation_id,
            "available_at": draft.available_at,
            "now": now,
        },
    )
    if row.first:
        sender = {"address": draft.from_address, "provider": draft.provider, "now": now}
        await tx.run(Q.ensure_sender, sender)
        await tx.run(Q.notify)
    return Put(row.id, row.first)


async def candidates(tx: Tx, *, numbers: int, per_number: int, now: datetime) -> tuple[dict[str, datetime], list[Any]]:
    """Lock up to `numbers` sender numbers with a free slot; returns each one's slot and its next messages, in order."""
    free = {row.address: row.next_slot_at for row in await tx.all(Q.free_numbers, {"numbers": numbers, "now": now})}
    if not free:
        return {}, []
    params = {"numbers": list(free), "per_number": per_number, "now": now}
    rows = sorted(await tx.all(Q.candidates, params), key=lambda row: (row.priority, row.available_at, row.id))
    taken: dict[str, int] = {}
    chosen = []
    for row in rows:
        taken[row.from_address] = taken.get(row.from_address, 0) + 1
        if taken[row.from_address] <= per_number:
            chosen.append(row)
    return free, chosen


async def lock_pending(tx: Tx, ids: Sequence[int]) -> dict[int, Any]:
    """Lock those of `ids` that are still PENDING and that nobody else has locked."""
    return {row.id: row for row in await tx.all(Q.lock_pending, {"ids": list(ids)})}


async def mark_sending(tx: Tx, ids: Sequence[int], claim_token: UUID, leased_until: datetime) -> None:
    """PENDING to SENDING, under one token."""
    await tx.run(Q.mark_sending, {"ids": list(ids), "claim_token": claim_token, "leased_until": leased_until})


async def wait(tx: Tx, ledger_id: int, verdict: Wait) -> None:
    """Note what a PENDING row waits for, and until when."""
    await tx.run(Q.mark_waiting, {"id": ledger_id, "until": verdict.until, "reason": verdict.reason.value})


async def block(tx: Tx, ledger_id: int, verdict: Block) -> None:
    """PENDING to BLOCKED, with the reason; the key stays taken."""
    await tx.run(Q.mark_blocked, {"id": ledger_id, "reason": verdict.reason.value})


async def take_slots(tx: Tx, address: str, next_slot_at: datetime, sends: int) -> None:
    """Move the next free slot of a number that `candidates` locked."""
    await tx.run(Q.take_slots, {"address": address, "next_slot_at": next_slot_at, "sends": sends})


async def push_slot(tx: Tx, address: str, until: datetime) -> None:
    """Let nothing more go from this number before `until`."""
    await tx.run(Q.push_slot, {"address": address, "until": until})


async def start(tx: Tx, claimed: Claimed, now: datetime, leased_until: datetime) -> bool:
    """The last fence before the request is written; false when the claim is lost."""
    fence = {"id": claimed.ledger_id, "claim_token": claimed.claim_token}
    return await tx.run(Q.start, {**fence, "now": now, "leased_until": leased_until}) == 1


async def settle_sent(tx: Tx, claimed: Claimed, provider_message_id: str, now: datetime) -> bool:
    """SENDING to SENT; false when a receipt was faster or the claim is lost."""
    return await _settle(tx, Q.settle_sent, claimed, provider_message_id=provider_message_id, now=now)


async def settle_failed(tx: Tx, claimed: Claimed, error: str, code: str | None, now: datetime) -> bool:
    """SENDING to FAILED: known not sent, and no repeat will help."""
    return await _settle(tx, Q.settle_failed, claimed, error=error, error_code=code, now=now)


async def settle_unknown(tx: Tx, claimed: Claimed, error: str, now: datetime) -> bool:
    """SENDING to UNKNOWN: it may have been sent. It is looked up at the carrier from now on."""
    return await _settle(tx, Q.settle_unknown, claimed, error=error, reconcile_at=now)


async def settle_not_sent(tx: Tx, claimed: Claimed, error: str, available_at: datetime) -> bool:
    """SENDING back to PENDING: known not sent, again at `available_at`."""
    return await _settle(tx, Q.settle_not_sent, claimed, error=error, available_at=available_at)


async def _settle(tx: Tx, query: str, claimed: Claimed, **values: object) -> bool:
    fence = {"id": claimed.ledger_id, "claim_token": claimed.claim_token}
    return await tx.run(query, {**fence, **values}) == 1


async def lapse(tx: Tx, lease_now: datetime, now: datetime) -> tuple[list[int], list[int]]:
    """Take back leases that ran out; returns the ids that are PENDING again and those that are now UNKNOWN."""
    again = await tx.all(Q.lapse_unstarted, {"lease_now": lease_now})
    unknown = await tx.all(Q.lapse_started, {"lease_now": lease_now, "now": now})
    return [row.id for row in again], [row.id for row in unknown]


async def claim_unknown(tx: Tx, *, now: datetime, again_at: datetime, limit: int) -> Sequence[Any]:
    """The UNKNOWN rows that are due for a look at the carrier; each is looked at again at `again_at` if this fails."""
    return await tx.all(Q.claim_unknown, {"now": now, "again_at": again_at, "limit": limit})


async def known_ids(tx: Tx, provider_message_ids: Sequence[str]) -> set[str]:
    """Those of the carrier's ids that belong to ledger rows already."""
    rows = await tx.all(Q.known_ids, {"provider_message_ids": list(provider_message_ids)})
    return {row.provider_message_id for row in rows}


async def send_again(tx: Tx, ledger_id: int, started_at: datetime, now: datetime) -> bool:
    """UNKNOWN to PENDING, once: a complete list of the carrier does not have it."""
    return await tx.run(Q.send_again, {"id": ledger_id, "started_at": started_at, "now": now}) == 1


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
        }
        await tx.run(Q.apply_receipt, {**values, "id": row.id, "now": now})
    return row, status


async def record_consent(
    tx: Tx,
    *,
    address: str,
    our_address: str,
    client_id: int | None,
    kind: str,
    source: str,
    evidence: Mapping[str, Any],
    now: datetime,
) -> None:
    """Append to the consent ledger; `kind` is opt_out or opt_in."""
    row = {"address": address, "our_address": our_address, "client_id": client_id, "kind": kind, "source": source}
    await tx.run(Q.record_consent, {**row, "evidence": orjson.dumps(dict(evidence)).decode(), "now": now})


async def cancel(tx: Tx, ledger_id: int) -> bool:
    """PENDING or UNKNOWN to CANCELLED; false when it is neither."""
    return await tx.run(Q.cancel, {"id": ledger_id}) == 1


async def has_work(tx: Tx, now: datetime) -> bool:
    """True while anything is on its way or due."""
    row = await tx.one(Q.has_work, {"now": now})
    return bool(row.sending or row.due)


async def next_due(tx: Tx, now: datetime) -> datetime | None:
    """The next moment after `now` at which some number has a free slot and something due, or None."""
    row = await tx.one(Q.next_due, {"now": now})
    return row.at if row else None


async def status_counts(tx: Tx) -> Sequence[Any]:
    """Rows and collisions per ledger state."""
    return await tx.all(Q.status_counts)


async def list_ledger(tx: Tx, *, status: str | None = None, limit: int = 50) -> Sequence[Any]:
    """The newest ledger rows."""
    return await tx.all(Q.list_ledger, {"status": status, "limit": limit})


async def show_ledger(tx: Tx, ledger_id: int) -> Any:
    """One ledger row whole, or None."""
    return await tx.one(Q.show_ledger, {"id": ledger_id})
