"""The gate asked: at put, at claim, and right before sending, over the same facts and by the same rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.pool import Tx
from frontdesk.leads import store as leads
from frontdesk.message import Template
from frontdesk.outbox import attempts, circuits, claims
from frontdesk.outbox.circuit import State
from frontdesk.outbox.claims import Number
from frontdesk.outbox.counters import Counters, consume
from frontdesk.outbox.gate import Block, Reason, Send, Verdict, Wait, gate
from frontdesk.outbox.model import Claimed
from frontdesk.outbox.pace import Throughput, booked, taken
from frontdesk.setting_channels import WhatsAppSettings
from frontdesk.settings import Settings
from frontdesk.steps.facts import Known, gate_facts

__all__ = [
    "Go",
    "Times",
    "claim_sendable",
    "give_back_count",
    "judge_put",
    "judge_puts",
    "mark_blocked",
    "start",
    "throughputs",
]

_SOON = timedelta(seconds=1)
"""A slot that is further off than this is not taken yet: the message stays free for whatever comes meanwhile."""


@dataclass(frozen=True, slots=True)
class Times:
    """The two times of one claim: business time, lease time, and the end of the lease."""

    now: datetime
    lease_now: datetime
    leased_until: datetime


async def judge_put(tx: Tx, ledger_id: int, *, now: datetime, settings: Settings) -> Verdict:
    """Ask the gate about a row that was just put; nothing is consumed."""
    return (await judge_puts(tx, [ledger_id], now=now, settings=settings))[ledger_id]


async def judge_puts(tx: Tx, ledger_ids: Sequence[int], *, now: datetime, settings: Settings) -> dict[int, Verdict]:
    """`judge_put` for many rows at once; returns the verdict on each."""
    known = await gate_facts(tx, ledger_ids, settings, now)
    verdicts = {ledger_id: gate(one.facts, one.at) for ledger_id, one in known.items()}
    _refuse(tx, verdicts, now)
    return verdicts


def _refuse(tx: Tx, verdicts: Mapping[int, Verdict], now: datetime) -> None:
    waiting = {ledger_id: verdict for ledger_id, verdict in verdicts.items() if isinstance(verdict, Wait)}
    blocked = {ledger_id: verdict for ledger_id, verdict in verdicts.items() if isinstance(verdict, Block)}
    if waiting:
        claims.wait(tx, waiting)
    if blocked:
        claims.block(tx, blocked)
        mark_blocked(tx, {ledger_id: verdict.reason for ledger_id, verdict in blocked.items()}, now)


def mark_blocked(tx: Tx, reasons: Mapping[int, Reason], now: datetime) -> None:
    """Say in the conversation that these messages were refused, and why."""
    marks = [OutboundMark(one, "blocked", blocked_reason=why.value, sent_at=now) for one, why in reasons.items()]
    conversations.mark_outbound(tx, marks)


def throughputs(settings: Settings) -> dict[str, Throughput]:
    """What a number may send that has no throughput of its own: by provider, "" for all others."""
    sender, whatsapp = settings.sender, settings.whatsapp
    return {
        "": Throughput(sender.per_second, sender.per_minute),
        "whatsapp": Throughput(whatsapp.per_second, whatsapp.per_minute),
    }


async def claim_sendable(
    tx: Tx, *, numbers: int, per_number: int, token: UUID, times: Times, settings: Settings
) -> tuple[list[Claimed], int]:
    """Lease what may go now: sender numbers first, then leads, then ledger rows, always in this order.

    Accounts whose circuit is open are passed by; a half-open one lets one message try. Returns what was leased, each
    with its slot, and how many rows were moved in all (waiting and blocked ones too).
    """
    shut = await circuits.not_closed(tx, times.now)
    for account in sorted(account for account, state in shut.items() if state is State.HALF_OPEN):
        if not await circuits.lock_for_probe(tx, account, times.lease_now):
            continue
        claimed, moved = await _claim(tx, 1, 1, token, times, settings, only=account)
        if claimed:
            await circuits.begin_probe(tx, account, times.leased_until)
        if moved:
            return claimed, moved
    return await _claim(tx, numbers, per_number, token, times, settings, shut=list(shut))


async def _claim(
    tx: Tx,
    numbers: int,
    per_number: int,
    token: UUID,
    times: Times,
    settings: Settings,
    *,
    shut: Sequence[str] = (),
    only: str | None = None,
) -> tuple[list[Claimed], int]:
    now = times.now
    defaults = throughputs(settings)
    free, chosen = await claims.candidates(
        tx, numbers=numbers, per_number=per_number, now=now, defaults=defaults, shut=shut, only=only
    )
    if not chosen:
        return [], 0
    counters = await leads.lock_counters(tx, sorted({row.lead_id for row in chosen if row.lead_id is not None}))
    # A lead whose turn is being settled just now is passed over: to wait for it while others are locked would deadlock.
    chosen = [row for row in chosen if row.lead_id is None or row.lead_id in counters]
    held = {
        lead_id: Counters(row.last_sms_at, row.sms_count_today, row.sms_count_reset_at)
        for lead_id, row in counters.items()
    }
    locked = await claims.lock_pending(tx, [row.id for row in chosen])
    known = await gate_facts(tx, list(locked), settings, now)
    used = dict(free)
    claimed: list[Claimed] = []
    for row in [locked[candidate.id] for candidate in chosen if candidate.id in locked]:
        number = used[row.from_address]
        if number.keeps_back(row.priority, now):
            continue
        slot, pace = booked(number.pace, number.throughput, row.segments, now)
        if slot > now + _SOON:
            used[row.from_address] = replace(number, held_until=slot, held_for=row.priority)
            continue
        lead_id = known[row.id].lead_id
        before = held[lead_id].last_sms_at if lead_id is not None else None
        if not _may_go(tx, row.id, known[row.id], held, now):
            continue
        takes = taken(number.pace, number.throughput, row.segments, now)
        kept = number.held_until is not None and number.held_for is not None and row.priority < number.held_for
        used[row.from_address] = replace(number, pace=pace) if kept else Number(number.throughput, pace)
        claimed.append(_claimed(row, token, slot, lead_id, before, now, takes))
    for address, number in used.items():
        if number is not free[address]:
            claims.take_slots(tx, address, number, sum(one.from_address == address for one in claimed))
    if claimed:
        claims.mark_sending(tx, claimed, token, times.leased_until)
        conversations.mark_outbound(tx, [OutboundMark(one.ledger_id, "sending") for one in claimed])
    return claimed, len(locked)


def _may_go(tx: Tx, ledger_id: int, known: Known, held: dict[int, Counters], now: datetime) -> bool:
    """True when the gate lets it go, and then its lead's counters are consumed."""
    facts, lead_id = known.facts, known.lead_id
    if lead_id is not None:
        facts = replace(facts, counters=held[lead_id])
    verdict = gate(facts, now)
    if not isinstance(verdict, Send):
        _refuse(tx, {ledger_id: verdict}, now)
        return False
    if lead_id is not None:
        held[lead_id] = counters = consume(held[lead_id], now, known.timezone)
        leads.set_counters(tx, lead_id, counters.last_sms_at, counters.sms_count_today, counters.sms_count_reset_at)
    return True


def _claimed(
    row: Any,
    token: UUID,
    slot: datetime,
    lead_id: int | None,
    before: datetime | None,
    now: datetime,
    takes: timedelta,
) -> Claimed:
    return Claimed(
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
        lead_id=lead_id,
        previous_sms_at=before,
        claimed_at=now,
        takes=takes,
    )


@dataclass(frozen=True, slots=True)
class Go:
    """A message that goes: `claimed` as it is counted now, not before `turn`; the carrier must not deliver it after
    `until`, and gets the `template` in place of its body where there is one."""

    claimed: Claimed
    turn: datetime
    until: datetime | None
    template: Template | None = None


async def start(tx: Tx, claimed: Claimed, *, now: datetime, leased_until: datetime, settings: Settings) -> Go | None:
    """The last word before the request is written: a STOP or a kill switch that came after the claim wins.

    The message takes its turn on its number, after what really went before it; slots and the lead's minute count from
    there. Returns None when it must not go now: it was given back. Raises ClaimLost. Ask it in a pipelined transaction.
    """
    known = (await gate_facts(tx, [claimed.ledger_id], settings, now)).get(claimed.ledger_id)
    if known is None:
        return None
    verdict = gate(replace(known.facts, counters=Counters()), now)  # it is counted already
    if not isinstance(verdict, Send):
        await _give_back(tx, claimed, verdict, now)
        return None
    if claimed.lead_id is not None:
        leads.lock_next(tx, claimed.lead_id)
    template = _template(settings.whatsapp) if verdict.as_template else None
    times = {"now": now, "latest": now + _SOON, "leased_until": leased_until}
    turn = await claims.start(tx, claimed, **times, template=template.name if template else None)
    if turn is None:  # this process stood still, and others went meanwhile: it gets another slot
        await _give_back(tx, claimed, None, now)
        return None
    if claimed.lead_id is not None:
        leads.count_from(tx, claimed.lead_id, claimed_at=claimed.claimed_at, went_at=turn)
    attempts.begin(tx, claimed.ledger_id, claimed.attempts, turn)
    going = replace(claimed, claimed_at=turn, account_failing=known.account_failing)
    return Go(going, turn, verdict.until, template)


def _template(own: WhatsAppSettings) -> Template:
    return Template(own.template, own.template_language, own.template_parameter)


async def _give_back(tx: Tx, claimed: Claimed, verdict: Verdict | None, now: datetime) -> None:
    if await claims.unclaim(tx, claimed):
        conversations.mark_outbound(tx, [OutboundMark(claimed.ledger_id, "queued")])
        if verdict is not None:
            _refuse(tx, {claimed.ledger_id: verdict}, now)
        await give_back_count(tx, claimed.lead_id, claimed.claimed_at, claimed.previous_sms_at)
        await circuits.end_probe(tx, claimed.provider)


async def give_back_count(
    tx: Tx, lead_id: int | None, counted_at: datetime | None, counted_before: datetime | None
) -> None:
    """Take back what was counted against a lead, because nothing was sent."""
    if lead_id is not None and counted_at is not None:
        await leads.refund(tx, lead_id, claimed_at=counted_at, previous_sms_at=counted_before)
