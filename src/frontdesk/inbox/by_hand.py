"""A lane that waits, in the hands of a person: how it stands, and that its first event is tried at once."""

from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.inbox.store import wake_lane

__all__ = ["held_lanes", "standing", "try_now"]

LANES = load_queries("frontdesk.inbox")
Q = load_queries("frontdesk.inbox", "by_hand.sql")


async def standing(tx: Tx, event_id: int, *, lease_now: datetime) -> tuple[Any, Any] | None:
    """A queued event and the first event of its lane, with the lane locked; None when the event is in no queue."""
    row = await tx.one(Q.standing, {"event_id": event_id, "lease_now": lease_now})
    head = await tx.one(Q.head, {"lane": row.lane}) if row is not None else None
    return (row, head) if head is not None else None


async def try_now(tx: Tx, lane: str, *, lease_now: datetime) -> bool:
    """End the back-off or the hold of a lane and wake the workers; false while a worker has it."""
    if not await wake_lane(tx, lane, lease_now=lease_now):
        return False
    await tx.run(LANES.notify, {"channel": "inbox"})
    return True


async def held_lanes(tx: Tx) -> int:
    """How many lanes wait for a person."""
    return int((await tx.one(Q.held_lanes)).lanes)
