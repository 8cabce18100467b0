"""Dead letters: events that no retry helped, kept until a person replays or dismisses them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.inbox.model import QueuedEvent, Selection
from frontdesk.inbox.rules import fingerprint as fingerprint_of
from frontdesk.inbox.store import close_lanes

__all__ = [
    "bury",
    "cancel",
    "choose",
    "dismiss",
    "due",
    "groups",
    "list_letters",
    "park",
    "put_back",
    "replay",
    "schedule",
]

LANES = load_queries("frontdesk.inbox")
Q = load_queries("frontdesk.inbox", "dead_letters.sql")

_SLICE = timedelta(seconds=2)


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
    # bury counts the try that failed; to be set aside is none.
    queued = QueuedEvent(head.lane, head.received_at, head.event_id, head.webhook_type, head.attempts - 1)
    mark = fingerprint_of(head.webhook_type, "parked", error)
    story = {"error": error, "fingerprint": mark, "code_version": code_version}
    if not await bury(tx, queued, **story, now=now, lease_now=lease_now):
        return None
    await tx.run(LANES.notify, {"channel": "inbox"})
    return queued.event_id


async def groups(tx: Tx, selection: Selection, *, limit: int) -> Sequence[Any]:
    """The open dead letters by what they died of, the largest group first; each row has the counts over all groups."""
    return await tx.all(Q.groups, {**_asked(selection), "limit": limit})


async def list_letters(
    tx: Tx, selection: Selection, *, before_at: str = "infinity", before_id: int = 2**63 - 1, limit: int
) -> Sequence[Any]:
    """Open dead letters from the place (before_at, before_id) on, the one that died last first."""
    place = {"before_at": before_at, "before_id": before_id, "limit": limit}
    return await tx.all(Q.list_letters, {**_asked(selection), **place})


async def choose(tx: Tx, selection: Selection) -> list[int]:
    """Lock the open dead letters that fit for the rest of the transaction; returns their ids in order of arrival."""
    return [row.id for row in await tx.all(Q.choose, _asked(selection))]


async def schedule(tx: Tx, letters: Sequence[int], *, now: datetime, apart: timedelta) -> datetime:
    """Let chosen letters go back, the first at `now`, each next one `apart` later. Returns the time of the last."""
    rate = 1 / apart.total_seconds() if apart else None
    await tx.run(Q.schedule, {"ids": letters, "now": now, "apart": apart, "rate": rate})
    return now + apart * (len(letters) - 1)


async def cancel(tx: Tx, letters: Sequence[int]) -> None:
    """Take chosen letters from the schedule; they stay dead letters."""
    await tx.run(Q.cancel, {"ids": letters})


async def dismiss(tx: Tx, letters: Sequence[int], *, now: datetime) -> None:
    """Close chosen letters: nothing is to be done about them."""
    await tx.run(Q.dismiss, {"ids": letters, "now": now})


async def due(tx: Tx, *, now: datetime, batch: int, paced: bool = True) -> list[int]:
    """Lock up to `batch` letters whose time to go back has come; returns their ids. Without `paced` none with a rate.

    What fell due while nobody put anything back does not go all at once: of a schedule that is late no more goes in one
    call than it would in two seconds, so that a caller who rests a second in between catches up at twice the rate.
    """
    first = await tx.one(Q.first_due)
    if first.at is None or first.at > now:
        return []
    paced_until = min(now, first.paced_at + _SLICE) if paced and first.paced_at is not None else None
    rows = await tx.all(Q.lock_due, {"now": now, "paced_until": paced_until, "batch": batch})
    return [row.id for row in rows]


async def put_back(tx: Tx, letters: Sequence[int], *, now: datetime, lease_now: datetime) -> None:
    """Put locked letters back into their lanes, at their old places, and wake the workers."""
    places = await tx.all(Q.places, {"ids": letters})
    lanes = {place.lane: place for place in places}
    await tx.all(
        LANES.open_lanes,
        {
            "lanes": list(lanes),
            "lane_classes": [place.lane_class for place in lanes.values()],
            "client_ids": [place.client_id for place in lanes.values()],
            "received_at": max(place.event_received_at for place in places),
            "lease_now": lease_now,
        },
    )
    await tx.run(Q.queue_again, {"ids": letters})
    keys = {
        "received_at": [place.event_received_at for place in places],
        "event_ids": [place.event_id for place in places],
    }
    await tx.run(Q.wait_again, {**keys, "now": now})
    await tx.run(Q.mark_replayed, {"ids": letters, "now": now})
    await tx.run(LANES.notify, {"channel": "inbox"})


async def replay(tx: Tx, event_id: int, *, now: datetime, lease_now: datetime) -> bool:
    """Put one event's dead letter back at once; false when there is no such open dead letter."""
    letters = await choose(tx, Selection(event_ids=(event_id,)))
    if letters:
        await put_back(tx, letters, now=now, lease_now=lease_now)
    return bool(letters)


def _asked(selection: Selection) -> dict[str, Any]:
    ids = selection.event_ids
    return {
        "event_ids": list(ids) if ids is not None else None,
        "fingerprint": selection.fingerprint,
        "webhook_type": selection.webhook_type,
        "died_since": selection.died_since,
        "died_until": selection.died_until,
        "client_id": selection.client_id,
        "scheduled": selection.scheduled,
    }
