"""Claiming what may go: sender numbers with a free slot, their next messages, and the slots that these take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.errors import ClaimLost
from frontdesk.outbox.gate import Block, Reason, Wait
from frontdesk.outbox.model import Claimed
from frontdesk.outbox.pace import Pace, Throughput, slowed

__all__ = [
    "Number",
    "block",
    "candidates",
    "ensure_sender",
    "lock_pending",
    "mark_sending",
    "next_due",
    "replace_deferred",
    "slow_down",
    "start",
    "take_slots",
    "unclaim",
    "wait",
]

Q = load_queries("frontdesk.outbox", "claims.sql")


@dataclass(frozen=True, slots=True)
class Number:
    """A sender number that `candidates` locked: what its carrier takes, and what it has used of that.

    Until `held_until` room is kept for a long text, against all that has the priority `held_for` or a later one.
    """

    throughput: Throughput
    pace: Pace
    held_until: datetime | None = None
    held_for: int | None = None

    def keeps_back(self, priority: int, now: datetime) -> bool:
        """True while a message of this priority must leave its room to another."""
        return (
            self.held_until is not None
            and self.held_for is not None
            and (now < self.held_until and priority >= self.held_for)
        )


def ensure_sender(tx: Tx, address: str, provider: str, now: datetime) -> None:
    """Make the row of a sender number if there is none."""
    tx.put(Q.ensure_sender, {"address": address, "provider": provider, "now": now})


async def candidates(
    tx: Tx,
    *,
    numbers: int,
    per_number: int,
    now: datetime,
    defaults: Mapping[str, Throughput],
    shut: Sequence[str] = (),
    only: str | None = None,
) -> tuple[dict[str, Number], list[Any]]:
    """Lock up to `numbers` sender numbers with a free slot; returns each one and their next messages, in order.

    `defaults` are by provider, "" for all others. `shut` are accounts through which nothing goes now; `only` is the one
    that is asked for, if any.
    """
    asked = {"numbers": numbers, "now": now, "shut": list(shut), "only": only}
    free = {row.address: _number(row, defaults) for row in await tx.all(Q.free_numbers, asked)}
    if not free:
        return {}, []
    params = {"numbers": list(free), "per_number": per_number, "now": now}
    rows = sorted(await tx.all(Q.candidates, params), key=lambda row: (row.priority, row.available_at, row.id))
    taken: dict[str, int] = {}
    chosen = []
    for row in rows:
        if free[row.from_address].keeps_back(row.priority, now):
            continue
        taken[row.from_address] = taken.get(row.from_address, 0) + 1
        if taken[row.from_address] <= per_number:
            chosen.append(row)
    return free, chosen


def _number(row: Any, defaults: Mapping[str, Throughput]) -> Number:
    default = defaults.get(row.provider, defaults[""])
    own = Throughput(row.per_second or default.per_second, row.per_minute or default.per_minute)
    pace = Pace(row.next_slot_at, tuple(sorted(row.recent)), row.slow_factor, row.throttled_at)
    return Number(own, pace, row.held_until, row.held_for)


async def lock_pending(tx: Tx, ids: Sequence[int]) -> dict[int, Any]:
    """Lock those of `ids` that are still PENDING and that nobody else has locked."""
    return {row.id: row for row in await tx.all(Q.lock_pending, {"ids": list(ids)})}


def mark_sending(tx: Tx, claimed: Sequence[Claimed], claim_token: UUID, leased_until: datetime) -> None:
    """PENDING to SENDING, under one token."""
    rows = {
        "ids": [one.ledger_id for one in claimed],
        "slots": [one.slot_at for one in claimed],
        "counted": [one.claimed_at if one.lead_id is not None else None for one in claimed],
        "before": [one.previous_sms_at for one in claimed],
    }
    tx.put(Q.mark_sending, {**rows, "claim_token": claim_token, "leased_until": leased_until})


def wait(tx: Tx, verdicts: Mapping[int, Wait]) -> None:
    """Note what PENDING rows wait for, and until when, by their ids."""
    untils, reasons = [one.until for one in verdicts.values()], [one.reason.value for one in verdicts.values()]
    tx.put(Q.mark_waiting, {"ids": list(verdicts), "untils": untils, "reasons": reasons})


def block(tx: Tx, verdicts: Mapping[int, Block]) -> None:
    """PENDING to BLOCKED, by the rows' ids, each with its reason; the keys stay taken."""
    tx.put(Q.mark_blocked, {"ids": list(verdicts), "reasons": [one.reason.value for one in verdicts.values()]})


async def replace_deferred(tx: Tx, *, conversation_id: int, ledger_id: int, correlation_id: str) -> list[int]:
    """Block the replies of earlier turns that wait for the lead's next minute; returns their ids."""
    row = {"conversation_id": conversation_id, "id": ledger_id, "correlation_id": correlation_id}
    words = {"reason": Reason.REPLACED.value, "deferred": Reason.TOO_SOON.value}
    return [row.id for row in await tx.all(Q.replace_deferred, {**row, **words})]


def take_slots(tx: Tx, address: str, number: Number, sends: int) -> None:
    """Write what a number that `candidates` locked has used, and for whom room is kept."""
    used = {"next_slot_at": number.pace.free_at, "recent": list(number.pace.recent), "sends": sends}
    tx.put(Q.take_slots, {"address": address, **used, "held_until": number.held_until, "held_for": number.held_for})


async def slow_down(
    tx: Tx, address: str, *, now: datetime, rest_until: datetime, defaults: Mapping[str, Throughput]
) -> None:
    """Learn from a 429: the number rests until `rest_until`, and goes slower for a while."""
    row = await tx.one(Q.lock_pace, {"address": address})
    if row is None:
        return
    pace = slowed(_number(row, defaults).pace, now, rest_until)
    learned = {"next_slot_at": pace.free_at, "slow_factor": pace.factor, "throttled_at": pace.throttled_at}
    await tx.run(Q.slow_down, {"address": address, **learned})


async def start(
    tx: Tx, claimed: Claimed, *, now: datetime, latest: datetime, leased_until: datetime, template: str | None = None
) -> datetime | None:
    """The last fence before the request is written: when the message may really go, now or after the one before it.

    `template` goes in place of its body. None when its turn would come after `latest`. Raises ClaimLost, and the turn
    must be undone then.
    """
    fence = {"id": claimed.ledger_id, "claim_token": claimed.claim_token, "leased_until": leased_until}
    turn = {"address": claimed.from_address, "slot_at": claimed.slot_at, "takes": claimed.takes}
    row = await tx.one(Q.start, {**fence, **turn, "now": now, "latest": latest, "template": template})
    if row is None:
        return None
    if not row.ours:
        raise ClaimLost
    at: datetime = row.at
    return at


async def unclaim(tx: Tx, claimed: Claimed) -> bool:
    """SENDING back to PENDING before anything was written; false when the claim is lost."""
    return await tx.run(Q.unclaim, {"id": claimed.ledger_id, "claim_token": claimed.claim_token}) == 1


async def next_due(tx: Tx, now: datetime) -> datetime | None:
    """The next moment after `now` at which some number has a free slot and something due, or None."""
    row = await tx.one(Q.next_due, {"now": now})
    return row.at if row else None
