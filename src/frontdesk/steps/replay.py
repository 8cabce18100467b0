"""replay: a person puts dead letters back into their lanes, at once or at a rate, or closes them.

The act itself is one short transaction that marks the letters and records who did it. What is marked goes back in small
transactions of its own, by whoever gets to it: a kill in between loses nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible
from frontdesk.inbox import dead_letters
from frontdesk.inbox.model import Selection
from frontdesk.steps.audited import Asked, carry_out

__all__ = ["Done", "Order", "cancel_replay", "dismiss", "put_back_due", "replay", "would_match"]

_AT_ONCE = 500  # letters that one transaction puts back; arrivals in their lanes wait for it


@dataclass(frozen=True, slots=True)
class Order:
    """Which dead letters a person means, and who that is.

    With `expected`, nothing is done unless exactly so many fit. `key`: see `Asked`.
    """

    selection: Selection
    actor: str
    expected: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """How many letters fitted, and what became of them; `last_replay_at` is when the last of a schedule goes back."""

    matched: int = 0
    replayed: int = 0
    scheduled: int = 0
    cancelled: int = 0
    dismissed: int = 0
    last_replay_at: datetime | None = None


async def would_match(db: Database, bucket: Bucket, selection: Selection, *, limit: int) -> Sequence[Any]:
    """The groups of a selection, see `dead_letters.groups`; changes nothing.

    A replay acts on those that are not scheduled, its cancelling on those that are, a dismissal on both.
    """
    async with db.transaction(bucket) as tx:
        return await dead_letters.groups(tx, selection, limit=limit)


async def replay(
    db: Database, bucket: Bucket, clock: BusinessClock, order: Order, *, rate: float | None = None
) -> Done:
    """Mark the letters to go back: all at once, or `rate` a second. Raises NotPossible. `put_back_due` carries it out.

    Letters that are scheduled already keep their times and are not matched.
    """
    apart = timedelta(seconds=1 / rate) if rate is not None else timedelta()

    async def mark(tx: Tx, letters: Sequence[int]) -> Done:
        last = await dead_letters.schedule(tx, letters, now=clock.now(), apart=apart)
        if rate is None:
            return Done(len(letters), replayed=len(letters))
        return Done(len(letters), scheduled=len(letters), last_replay_at=last)

    return await _on_letters(db, bucket, clock, "replay", _only(order, scheduled=False), mark, rate)


async def cancel_replay(db: Database, bucket: Bucket, clock: BusinessClock, order: Order) -> Done:
    """Take letters from the schedule; they stay dead letters. Raises NotPossible."""

    async def cancel(tx: Tx, letters: Sequence[int]) -> Done:
        await dead_letters.cancel(tx, letters)
        return Done(len(letters), cancelled=len(letters))

    return await _on_letters(db, bucket, clock, "cancel_replay", _only(order, scheduled=True), cancel)


async def dismiss(db: Database, bucket: Bucket, clock: BusinessClock, order: Order) -> Done:
    """Close the letters, scheduled or not: nothing is to be done about them. Raises NotPossible."""

    async def close(tx: Tx, letters: Sequence[int]) -> Done:
        await dead_letters.dismiss(tx, letters, now=clock.now())
        return Done(len(letters), dismissed=len(letters))

    return await _on_letters(db, bucket, clock, "dismiss", order, close)


async def put_back_due(
    db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock, *, paced: bool = True
) -> int:
    """Put some of the letters back whose time has come; returns how many, or 0 when no more have to go back yet.

    Anybody may call it at any time, with pauses of a second. Without `paced`, those with a rate are left to the others.
    """
    async with db.transaction(bucket) as tx:
        letters = await dead_letters.due(tx, now=clock.now(), batch=_AT_ONCE, paced=paced)
        if letters:
            await dead_letters.put_back(tx, letters, now=clock.now(), lease_now=lease_clock.now())
    return len(letters) if len(letters) == _AT_ONCE else 0


def _only(order: Order, *, scheduled: bool) -> Order:
    return replace(order, selection=replace(order.selection, scheduled=scheduled))


async def _on_letters(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    action: str,
    order: Order,
    act: Callable[[Tx, Sequence[int]], Awaitable[Done]],
    rate: float | None = None,
) -> Done:
    async def choose_and_act(tx: Tx) -> dict[str, Any] | None:
        letters = await dead_letters.choose(tx, order.selection)
        if order.expected is not None and len(letters) != order.expected:
            raise NotPossible(f"There are {len(letters)} such dead letters now, not {order.expected}: look again.")
        return _details(await act(tx, letters)) if letters else None

    details = {"filter": order.selection.conditions or {"all": True}, "rate": rate}
    asked = Asked(order.actor, action, _subject(order.selection), order.key, details)
    result = await carry_out(db, bucket, clock, asked, choose_and_act)
    return _done(result) if result is not None else Done()


def _subject(selection: Selection) -> str:
    ids = selection.event_ids or ()
    return f"event {ids[0]}" if len(ids) == 1 else "dead letters"


def _details(done: Done) -> dict[str, Any]:
    told = {name: value for name, value in asdict(done).items() if value}
    return {"count": told.pop("matched"), **told}


def _done(details: Mapping[str, Any]) -> Done:
    last = details.get("last_replay_at")
    counts = {name: details.get(name, 0) for name in ("replayed", "scheduled", "cancelled", "dismissed")}
    return Done(details["count"], **counts, last_replay_at=datetime.fromisoformat(last) if last else None)
