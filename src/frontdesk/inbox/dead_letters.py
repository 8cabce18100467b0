"""Dead letters: events that no retry helped, kept until a person replays or dismisses them."""

from datetime import datetime

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.inbox.model import QueuedEvent
from frontdesk.inbox.store import close_lanes

__all__ = ["bury", "park", "replay"]

LANES = load_queries("frontdesk.inbox")
Q = load_queries("frontdesk.inbox", "dead_letters.sql")


async def bury(
    tx: Tx,
    failed: QueuedEvent,
    *,
    error: str,
    fingerprint: str,
    code_version: str,
    now: datetime,
    lease_now: datetime,
) -> bool:
    """Move an event to the dead letters; its lane goes on. Call after `fence`; false when it is in no queue."""
    row = {"lane": failed.lane, "received_at": failed.received_at, "event_id": failed.event_id}
    tries = {"attempts": failed.attempts + 1, "error": error}
    story = {"fingerprint": fingerprint, "code_version": code_version, "now": now}
    if not await tx.run(Q.bury, {**row, **tries, **story}):
        return False
    await tx.run(LANES.note_failure, {**row, **tries, "status": "dead", "available_at": None})
    keys = {"lanes": [failed.lane], "received_at": [failed.received_at], "event_ids": [failed.event_id]}
    await tx.run(LANES.settle_queue, keys)
    close_lanes(tx, [failed.lane], ready_at=lease_now)
    return True


async def park(tx: Tx, lane: str, *, error: str, code_version: str, now: datetime, lease_now: datetime) -> int | None:
    """Move the first event of a held or backed-off lane to the dead letters, so that the lane goes on.

    Returns the event's id; None when the lane has no work or a worker has it in hand.
    """
    head = await tx.one(Q.idle_head, {"lane": lane})
    if head is None:
        return None
    queued = QueuedEvent(head.lane, head.received_at, head.event_id, head.webhook_type, head.attempts)
    story = {"error": error, "fingerprint": "parked", "code_version": code_version}
    await bury(tx, queued, **story, now=now, lease_now=lease_now)
    return queued.event_id


async def replay(tx: Tx, event_id: int, *, now: datetime, lease_now: datetime) -> bool:
    """Put a dead letter back into its lane, at its old place; false when there is no such open dead letter."""
    dead = await tx.one(Q.dead_letter, {"event_id": event_id})
    if dead is None:
        return False
    lane = {"lanes": [dead.lane], "lane_classes": [dead.lane_class], "client_ids": [dead.client_id]}
    await tx.all(LANES.open_lanes, {**lane, "received_at": dead.event_received_at, "lease_now": lease_now})
    row = {"lane": dead.lane, "received_at": dead.event_received_at, "event_id": dead.event_id}
    await tx.run(Q.queue_again, {**row, "webhook_type": dead.webhook_type})
    note = {"status": "waiting", "attempts": 0, "error": dead.error, "available_at": now}
    await tx.run(LANES.note_failure, {**row, **note})
    await tx.run(Q.mark_replayed, {"id": dead.id, "now": now})
    await tx.run(LANES.notify, {"channel": "inbox"})
    return True
