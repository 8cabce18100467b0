"""Lanes and queues: kept, claimed, settled. The statements as functions; steps open the transactions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from frontdesk.db.arrays import BigintArray, ByteaArray, TextArray, TimeArray
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.inbox.model import Arrival, ClaimedLane, Event, QueuedEvent, Receipted
from frontdesk.inbox.rules import jsonb_text
from frontdesk.message import LaneClass

__all__ = [
    "claim",
    "claim_of_others",
    "claim_suspect",
    "close_lanes",
    "fence",
    "has_work",
    "heartbeat",
    "hold",
    "keep",
    "release",
    "retry",
    "settle",
    "stored_as",
    "wake_lane",
]

Q = load_queries("frontdesk.inbox")
NEVER = 2**31 - 1
"""More lapses than any lane has."""


async def keep(
    tx: Tx, arrivals: Sequence[Arrival], clients: Mapping[str, int], *, now: datetime, lease_now: datetime
) -> list[Receipted]:
    """Store what is new and count what is not, for a batch in which an id may stand twice.

    `clients` maps our addresses to the clients served on them. Returns one Receipted per arrival, in order.
    """
    heads: dict[str, Arrival] = {}
    repeats: Counter[str] = Counter()
    for arrival in arrivals:
        if arrival.item.request_id in heads:
            repeats[arrival.item.request_id] += 1
        else:
            heads[arrival.item.request_id] = arrival
    first = list(heads.values())
    items = [arrival.item for arrival in first]
    kept_for = {arrival.item.webhook_type: arrival.dedupe_for for arrival in first}
    rows = await tx.all(
        Q.keep,
        {
            "request_ids": TextArray(heads),
            "webhook_types": TextArray([item.webhook_type for item in items]),
            "function_names": TextArray([item.function_name for item in items]),
            "repeats": [repeats[request_id] for request_id in heads],
            "lanes": TextArray([item.lane for item in items]),
            "client_ids": BigintArray([clients.get(item.our_address, 0) for item in items]),
            "correlation_ids": TextArray([arrival.correlation_id for arrival in first]),
            "bodies": ByteaArray([arrival.body for arrival in first]),
            "payloads": TextArray([jsonb_text(item.payload) for item in items]),
            "headers": TextArray([jsonb_text(arrival.headers) for arrival in first]),
            "types": TextArray(kept_for),
            "expiries": [now + long for long in kept_for.values()],
            "received_at": now,
            "lease_now": lease_now,
        },
    )
    new = {row.request_id for row in rows if row.first}
    receipted = []
    for arrival in arrivals:
        request_id = arrival.item.request_id
        receipted.append(Receipted(request_id, request_id in new))
        new.discard(request_id)  # the same id once more in this batch is a redelivery
    return receipted


async def stored_as(tx: Tx, request_id: str) -> str | None:
    """The function name of the first request under this id; None where it is not known, or no more."""
    row = await tx.one(Q.stored_as, {"request_id": request_id})
    return row.function_name if row else None


async def claim(
    tx: Tx,
    *,
    lanes: int,
    per_lane: int,
    lease_now: datetime,
    leased_until: datetime,
    retries: int | None = None,
    share: int | None = None,
    in_hand: Mapping[int, int] | None = None,
    suspect_from: int = NEVER,
) -> list[ClaimedLane]:
    """Lease up to `lanes` ready lanes with the first `per_lane` events of each.

    At most `retries` of them begin with an event that was tried before (None: no limit), and no client gets beyond
    `share` lanes with those that it has `in_hand` (client to lanes; 0 stands for no client; None: no limit). Lanes that
    lapsed `suspect_from` times in a row are left to `claim_suspect`.
    """
    token = uuid4()
    held = in_hand or {}
    params = {
        "lanes": lanes,
        "retries": lanes if retries is None else min(retries, lanes),
        "share": lanes if share is None else share,
        "clients": list(held),
        "in_hand": list(held.values()),
        "suspect_from": suspect_from,
        "lease_now": lease_now,
        "leased_until": leased_until,
        "claim_token": token,
    }
    return await _with_events(tx, await tx.all(Q.claim_lanes, params), token, per_lane)


async def claim_suspect(
    tx: Tx, *, per_lane: int, lease_now: datetime, leased_until: datetime, suspect_from: int
) -> list[ClaimedLane]:
    """Lease one lane whose workers died `suspect_from` times in a row, if there is one."""
    token = uuid4()
    times = {"lease_now": lease_now, "leased_until": leased_until}
    rows = await tx.all(Q.claim_suspect, {**times, "claim_token": token, "suspect_from": max(1, suspect_from)})
    return await _with_events(tx, rows, token, per_lane)


async def claim_of_others(
    tx: Tx,
    *,
    lanes: int,
    per_lane: int,
    lease_now: datetime,
    leased_until: datetime,
    retrying: bool,
    share: int,
    in_hand: Mapping[int, int],
    after: int,
    clients_at_once: int = 200,
    suspect_from: int = NEVER,
) -> tuple[list[ClaimedLane], int]:
    """Lease lanes of clients that have less than `share` in hand, stepping over the others' however many those are.

    Looks at clients by id, from the one behind `after`. Returns the lanes and where to go on; -1 is the beginning.
    """
    token = uuid4()
    params = {
        "lanes": lanes,
        "retrying": retrying,
        "share": share,
        "clients": list(in_hand),
        "in_hand": list(in_hand.values()),
        "after": after,
        "suspect_from": suspect_from,
        "clients_at_once": clients_at_once,
        "lease_now": lease_now,
        "leased_until": leased_until,
        "claim_token": token,
    }
    rows = await tx.all(Q.claim_lanes_of_others, params)
    leased = [row for row in rows if row.lane is not None]
    goes_on = rows[0].last_client if rows[0].more else -1
    if len(leased) == lanes:
        goes_on = max(row.client_id or 0 for row in leased)
    return await _with_events(tx, leased, token, per_lane), goes_on


async def _with_events(tx: Tx, rows: Sequence[Any], token: UUID, per_lane: int) -> list[ClaimedLane]:
    if not rows:
        return []
    events: dict[str, list[QueuedEvent]] = {row.lane: [] for row in rows}
    for row in await tx.all(Q.next_events, {"lanes": TextArray(events), "per_lane": per_lane}):
        events[row.lane].append(_queued(row))
    return [
        ClaimedLane(r.lane, LaneClass(r.lane_class), r.client_id, token, r.lapses, r.retrying, tuple(events[r.lane]))
        for r in rows
    ]


def _queued(row: Any) -> QueuedEvent:
    lane, received_at, event_id, webhook_type, attempts, request_id, client_id, correlation_id, payload = row
    event = None
    if request_id is not None:
        event = Event(
            event_id,
            received_at,
            webhook_type,
            request_id,
            lane,
            client_id,
            correlation_id,
            payload,
            attempts + 1,
        )
    return QueuedEvent(lane, received_at, event_id, webhook_type, attempts, event)


async def heartbeat(tx: Tx, held: Mapping[str, UUID], leased_until: datetime) -> set[str]:
    """Push the leases of `held` lanes (lane to claim token); returns the lanes that are still ours."""
    params = {"lanes": list(held), "claim_tokens": list(held.values()), "leased_until": leased_until}
    return {row.lane for row in await tx.all(Q.heartbeat, params)}


async def fence(tx: Tx, held: Mapping[str, UUID]) -> set[str]:
    """Lock those of `held` lanes that are still ours for the rest of the transaction; write for no other."""
    rows = await tx.all(Q.fence, {"lanes": list(held), "claim_tokens": list(held.values())})
    return {row.lane for row in rows}


async def settle(tx: Tx, runs: Sequence[tuple[ClaimedLane, Sequence[QueuedEvent]]], now: datetime) -> set[str]:
    """Take handled events out of their queues and mark them done in the archive, behind the fence of their claims.

    Returns the lanes of which all went well. When one is missing, its claim is lost or its events were settled before:
    roll back.
    """
    done = [queued for _, run in runs for queued in run]
    lanes = {
        "lanes": TextArray([lane.lane for lane, _ in runs]),
        "claim_tokens": [lane.claim_token for lane, _ in runs],
        "event_lanes": TextArray([queued.lane for queued in done]),
    }
    places = {
        "received_at": TimeArray([queued.received_at for queued in done]),
        "event_ids": BigintArray([queued.event_id for queued in done]),
    }
    settled = {row.lane: row.events for row in await tx.all(Q.settle, {**lanes, **places})}
    tx.put(Q.mark_done, {**places, "now": now})
    return {lane.lane for lane, run in runs if settled.get(lane.lane) == len(run)}


def close_lanes(tx: Tx, lanes: Sequence[str], *, ready_at: datetime) -> None:
    """Give lanes back: the drained ones disappear, the others are ready at `ready_at`. Call after `fence`."""
    tx.put(Q.close_drained_lanes, {"lanes": list(lanes)})
    tx.put(Q.release_lanes, {"lanes": list(lanes), "ready_at": ready_at, "retrying": False})


async def release(tx: Tx, held: Mapping[str, UUID], *, ready_at: datetime) -> None:
    """Give back lanes of which nothing (more) was handled, if they are still ours."""
    ours = await fence(tx, held)
    if ours:
        close_lanes(tx, sorted(ours), ready_at=ready_at)


async def retry(
    tx: Tx, failed: QueuedEvent, error: str, *, ready_at: datetime, available_at: datetime, now: datetime
) -> bool:
    """Count a failed try; the lane waits until `ready_at` (lease time). Call after `fence`.

    False, with nothing written, when the event is in its queue no more: it was settled, and the answer got lost.
    """
    if not await _count(tx, failed, error, "retrying", now, available_at):
        return False
    await tx.run(Q.release_lanes, {"lanes": [failed.lane], "ready_at": ready_at, "retrying": True})
    return True


async def hold(tx: Tx, failed: QueuedEvent, error: str, *, now: datetime) -> bool:
    """Count the last failed try; the event stays first, and its lane waits for a person. Call after `fence`.

    False as for `retry`.
    """
    if not await _count(tx, failed, error, "held", now, None):
        return False
    await tx.run(Q.release_lanes, {"lanes": [failed.lane], "ready_at": None, "retrying": True})
    return True


async def _count(
    tx: Tx, failed: QueuedEvent, error: str, status: str, now: datetime, available_at: datetime | None
) -> bool:
    row = {"lane": failed.lane, "received_at": failed.received_at, "event_id": failed.event_id}
    tries = {"attempts": failed.attempts + 1, "error": error}
    if not await tx.run(Q.count_attempt, {**row, **tries, "now": now}):
        return False
    await tx.run(Q.note_failure, {**row, **tries, "status": status, "available_at": available_at})
    return True


async def wake_lane(tx: Tx, lane: str, *, lease_now: datetime) -> bool:
    """End the back-off (or the hold) of a lane at once; false when it has no work or a worker has it."""
    return await tx.run(Q.wake_lane, {"lane": lane, "lease_now": lease_now}) > 0


async def has_work(tx: Tx) -> bool:
    """True while any lane has an event that is not held for a person."""
    row = await tx.one(Q.has_work)
    return bool(row.work)
