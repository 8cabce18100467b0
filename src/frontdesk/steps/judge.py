"""The gate asked: at put, and again at claim, over the same facts and by the same rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.pool import Tx
from frontdesk.leads import store as leads
from frontdesk.outbox import store as outbox
from frontdesk.outbox.model import Claimed
from frontdesk.outbox.rules import Block, Counters, Facts, Verdict, Wait, consume, gate
from frontdesk.settings import LimitSettings
from frontdesk.steps.facts import gate_facts

__all__ = ["claim_sendable", "judge_put"]


async def judge_put(tx: Tx, ledger_id: int, *, now: datetime, defaults: LimitSettings) -> Verdict:
    """Ask the gate about a row that was just put; nothing is consumed."""
    facts, _, _ = (await gate_facts(tx, [ledger_id], defaults))[ledger_id]
    verdict = gate(facts, now)
    await _refuse(tx, ledger_id, verdict, now)
    return verdict


async def _refuse(tx: Tx, ledger_id: int, verdict: Verdict, now: datetime) -> None:
    match verdict:
        case Wait():
            await outbox.wait(tx, ledger_id, verdict)
        case Block():
            await outbox.block(tx, ledger_id, verdict)
            mark = OutboundMark(ledger_id, "blocked", blocked_reason=verdict.reason.value, sent_at=now)
            await conversations.mark_outbound(tx, [mark])


async def claim_sendable(
    tx: Tx,
    *,
    numbers: int,
    per_number: int,
    spacing: timedelta,
    token: UUID,
    now: datetime,
    leased_until: datetime,
    defaults: LimitSettings,
) -> tuple[list[Claimed], int]:
    """Lease what may go now: sender numbers first, then leads, then ledger rows, always in this order.

    Returns what was leased, each with its slot, and how many rows were moved in all (waiting and blocked ones too).
    """
    slots, chosen = await outbox.candidates(tx, numbers=numbers, per_number=per_number, now=now)
    if not chosen:
        return [], 0
    counters = await leads.lock_counters(tx, sorted({row.lead_id for row in chosen if row.lead_id is not None}))
    # A lead whose turn is being settled just now is passed over: to wait for it while others are locked would deadlock.
    chosen = [row for row in chosen if row.lead_id is None or row.lead_id in counters]
    held = {
        lead_id: Counters(row.last_sms_at, row.sms_count_today, row.sms_count_reset_at)
        for lead_id, row in counters.items()
    }
    locked = await outbox.lock_pending(tx, [row.id for row in chosen])
    facts = await gate_facts(tx, list(locked), defaults)
    claimed: list[Claimed] = []
    for candidate in chosen:
        row = locked.get(candidate.id)
        if row is None:
            continue
        verdict = await _judge_claim(tx, row.id, facts[row.id], held, now)
        if verdict is not None:
            continue
        slot = max(slots[row.from_address], now)
        slots[row.from_address] = slot + spacing
        before = counters[candidate.lead_id].last_sms_at if candidate.lead_id is not None else None
        claimed.append(_claimed(row, token, slot, candidate.lead_id, before, now))
    await _lease(tx, claimed, slots, token, leased_until)
    return claimed, len(locked)


async def _judge_claim(
    tx: Tx, ledger_id: int, known: tuple[Facts, int | None, str], held: dict[int, Counters], now: datetime
) -> Verdict | None:
    """None when the row may go, and then its lead's counters are consumed."""
    facts, lead_id, timezone = known
    if lead_id is not None:
        facts = replace(facts, counters=held[lead_id])
    verdict = gate(facts, now)
    if isinstance(verdict, Wait | Block):
        await _refuse(tx, ledger_id, verdict, now)
        return verdict
    if lead_id is not None:
        held[lead_id] = counters = consume(held[lead_id], now, timezone)
        await leads.set_counters(
            tx, lead_id, counters.last_sms_at, counters.sms_count_today, counters.sms_count_reset_at
        )
    return None


async def _lease(
    tx: Tx, claimed: Sequence[Claimed], slots: dict[str, datetime], token: UUID, leased_until: datetime
) -> None:
    if not claimed:
        return
    await outbox.mark_sending(tx, [c.ledger_id for c in claimed], token, leased_until)
    for address in {c.from_address for c in claimed}:
        sends = sum(c.from_address == address for c in claimed)
        await outbox.take_slots(tx, address, slots[address], sends)
    await conversations.mark_outbound(tx, [OutboundMark(c.ledger_id, "sending") for c in claimed])


def _claimed(
    row: Any, token: UUID, slot: datetime, lead_id: int | None, before: datetime | None, now: datetime
) -> Claimed:
    return Claimed(
        lead_id=lead_id,
        previous_sms_at=before,
        claimed_at=now,
        ledger_id=row.id,
        claim_token=token,
        provider=row.provider,
        channel=row.channel,
        from_address=row.from_address,
        to_address=row.to_address,
        body=row.body,
        correlation_id=row.correlation_id,
        attempts=row.attempts + 1,
        slot_at=slot,
    )
