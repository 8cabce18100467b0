"""unstick: a person has the first event of a waiting lane tried at once, or sets it aside so that the lane goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk import __version__
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible, NotThere
from frontdesk.inbox import archive, by_hand, dead_letters
from frontdesk.steps.audited import Asked, carry_out

__all__ = ["Unstuck", "park", "retry"]


@dataclass(frozen=True, slots=True)
class Unstuck:
    """The lane of an event, how it stood before (held, backed off or ready), and which event stands first in it."""

    event_id: int
    lane: str
    lane_was: str
    first_event_id: int


async def retry(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    lease_clock: LeaseClock,
    event_id: int,
    *,
    actor: str,
    key: str | None = None,
) -> Unstuck:
    """End the back-off or the hold of the event's lane. Raises NotPossible: it is done or dead, or a worker has it."""

    async def try_now(tx: Tx) -> dict[str, Any]:
        row, head = await _standing(tx, event_id, lease_clock)
        if not await by_hand.try_now(tx, row.lane, lease_now=lease_clock.now()):
            raise NotPossible(_taken(event_id, row))
        return {"lane": row.lane, "lane_was": row.lane_is, "first_event_id": head.event_id}

    asked = Asked(actor, "retry", f"event {event_id}", key)
    return _unstuck(event_id, await carry_out(db, bucket, clock, asked, try_now))


async def park(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    lease_clock: LeaseClock,
    event_id: int,
    *,
    actor: str,
    key: str | None = None,
) -> Unstuck:
    """Make the first event of a lane that no worker has a dead letter. Raises NotPossible, with what to do instead."""

    async def set_aside(tx: Tx) -> dict[str, Any]:
        row, head = await _standing(tx, event_id, lease_clock)
        if head.event_id != event_id:
            raise NotPossible(
                f"Event {event_id} only waits behind event {head.event_id}, which stands first in their lane: "
                f"park {head.event_id}, and {event_id} has its turn."
            )
        error = (head.error or "It had not failed.").removeprefix("Parked. ")
        story = {"error": f"Parked. {error}", "code_version": __version__}
        if not await dead_letters.park(tx, row.lane, **story, now=clock.now(), lease_now=lease_clock.now()):
            raise NotPossible(_taken(event_id, row))
        return {"lane": row.lane, "lane_was": row.lane_is, "first_event_id": head.event_id}

    asked = Asked(actor, "park", f"event {event_id}", key)
    return _unstuck(event_id, await carry_out(db, bucket, clock, asked, set_aside))


async def _standing(tx: Tx, event_id: int, lease_clock: LeaseClock) -> tuple[Any, Any]:
    found = await by_hand.standing(tx, event_id, lease_now=lease_clock.now())
    if found is None:
        raise _why_not_waiting(event_id, await archive.show_event(tx, event_id))
    return found


def _why_not_waiting(event_id: int, event: Any) -> NotPossible:
    if event is None:
        return NotThere(f"There is no event {event_id}: see `frontdesk events list`.")
    if event.status == "dead":
        return NotPossible(f"Event {event_id} is a dead letter: use `frontdesk events replay {event_id}`.")
    if event.status == "done":
        when = f" at {event.processed_at:%Y-%m-%d %H:%M:%S} UTC" if event.processed_at else ""
        return NotPossible(f"Event {event_id} was handled{when}: nothing to retry, and nothing to park.")
    return NotPossible(f"Event {event_id} is being moved right now: look again in a moment.")


def _taken(event_id: int, row: Any) -> str:
    if row.lane_is == "lapsed":
        return (
            f"A worker died or hung over the lane of event {event_id}; another takes it up within seconds. An event "
            "over which that happens every time becomes a dead letter by itself."
        )
    return f"A worker has the lane of event {event_id} in hand right now: look again in a moment."


def _unstuck(event_id: int, details: Mapping[str, Any] | None) -> Unstuck:
    told = details or {}
    return Unstuck(event_id, told["lane"], told["lane_was"], told["first_event_id"])
