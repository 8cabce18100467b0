"""The inbox's statements as functions; steps open the transactions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from psycopg import errors, sql

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.inbox.model import Arrival, ClaimedLane, Event, QueuedEvent, Receipted
from frontdesk.inbox.rules import jsonb_text
from frontdesk.message import LaneClass

__all__ = [
    "bury",
    "claim",
    "close_lanes",
    "ensure_partitions",
    "fence",
    "forget_requests",
    "has_work",
    "heartbeat",
    "keep",
    "list_events",
    "load",
    "release",
    "replay",
    "retry",
    "settle",
    "show_event",
    "wake_lane",
]

Q = load_queries("frontdesk.inbox")
log = structlog.get_logger(__name__)


async def keep(
    tx: Tx, arrivals: Sequence[Arrival], clients: Mapping[str, int], *, now: datetime, lease_now: datetime
) -> list[Receipted]:
    """Store what is new and count what is not, for a batch in which an id may stand twice.

    `clients` maps our addresses to the clients served on them. Returns one Receipted per arrival, in order.
    """
    by_id: dict[str, list[int]] = {}
    for index, arrival in enumerate(arrivals):
        by_id.setdefault(arrival.item.request_id, []).append(index)
    heads = [arrivals[places[0]] for places in by_id.values()]
    rows = await tx.all(Q.dedupe, _dedupe_params(heads, [len(places) - 1 for places in by_id.values()], now))
    new = {row.request_id for row in rows if row.first}
    if new:
        fresh = [arrival for arrival in heads if arrival.item.request_id in new]
        await _store(tx, fresh, clients, now, lease_now)
        await tx.run(Q.notify, {"channel": "inbox"})
    firsts = {places[0] for request_id, places in by_id.items() if request_id in new}
    return [Receipted(arrival.item.request_id, index in firsts) for index, arrival in enumerate(arrivals)]


def _dedupe_params(heads: Sequence[Arrival], repeats: list[int], now: datetime) -> dict[str, Any]:
    return {
        "request_ids": [a.item.request_id for a in heads],
        "webhook_types": [a.item.webhook_type for a in heads],
        "function_names": [a.item.function_name for a in heads],
        "parameters": [orjson.dumps({"lane": a.item.lane}).decode() for a in heads],
        "repeats": repeats,
        "received_at": now,
        "expires_at": [now + a.dedupe_for for a in heads],
    }


async def _store(
    tx: Tx, fresh: Sequence[Arrival], clients: Mapping[str, int], now: datetime, lease_now: datetime
) -> None:
    lanes = {a.item.lane: a.item for a in fresh}
    opened = await tx.all(
        Q.open_lanes,
        {
            "lanes": list(lanes),
            "lane_classes": [item.lane_class.value for item in lanes.values()],
            "client_ids": [clients.get(item.our_address) for item in lanes.values()],
            "received_at": now,
            "lease_now": lease_now,
        },
    )
    arrived = {row.lane: row.last_received_at for row in opened}
    await tx.run(
        Q.store_events,
        {
            "webhook_types": [a.item.webhook_type for a in fresh],
            "request_ids": [a.item.request_id for a in fresh],
            "lanes": [a.item.lane for a in fresh],
            "client_ids": [clients.get(a.item.our_address) for a in fresh],
            "correlation_ids": [a.correlation_id for a in fresh],
            "bodies": [a.body for a in fresh],
            "payloads": [jsonb_text(a.item.payload) for a in fresh],
            "headers": [jsonb_text(dict(a.headers)) for a in fresh],
            "received_at": [arrived[a.item.lane] for a in fresh],
        },
    )


async def claim(tx: Tx, *, lanes: int, per_lane: int, lease_now: datetime, leased_until: datetime) -> list[ClaimedLane]:
    """Lease up to `lanes` ready lanes with the first `per_lane` events of each."""
    token = uuid4()
    params = {"lanes": lanes, "lease_now": lease_now, "leased_until": leased_until, "claim_token": token}
    rows = await tx.all(Q.claim_lanes, params)
    if not rows:
        return []
    events: dict[str, list[QueuedEvent]] = {row.lane: [] for row in rows}
    for row in await tx.all(Q.next_events, {"lanes": list(events), "per_lane": per_lane}):
        events[row.lane].append(QueuedEvent(*row))
    return [
        ClaimedLane(r.lane, LaneClass(r.lane_class), r.client_id, token, r.lapses, tuple(events[r.lane])) for r in rows
    ]


async def load(tx: Tx, queued: Sequence[QueuedEvent]) -> list[Event]:
    """The whole events of these narrow rows, in the same order; one whose archive row is gone is left out."""
    keys = {"received_at": [q.received_at for q in queued], "event_ids": [q.event_id for q in queued]}
    rows = {(row.received_at, row.id): row for row in await tx.all(Q.load_events, keys)}
    found = ((q, rows.get((q.received_at, q.event_id))) for q in queued)
    return [
        Event(
            row.id,
            row.received_at,
            row.webhook_type,
            row.request_id,
            row.lane,
            row.client_id,
            row.correlation_id,
            row.payload,
            q.attempts + 1,
        )
        for q, row in found
        if row is not None
    ]


async def heartbeat(tx: Tx, held: Mapping[str, UUID], leased_until: datetime) -> set[str]:
    """Push the leases of `held` lanes (lane to claim token); returns the lanes that are still ours."""
    params = {"lanes": list(held), "claim_tokens": list(held.values()), "leased_until": leased_until}
    return {row.lane for row in await tx.all(Q.heartbeat, params)}


async def fence(tx: Tx, held: Mapping[str, UUID]) -> set[str]:
    """Lock those of `held` lanes that are still ours for the rest of the transaction; write for no other."""
    rows = await tx.all(Q.fence, {"lanes": list(held), "claim_tokens": list(held.values())})
    return {row.lane for row in rows}


async def settle(tx: Tx, done: Sequence[QueuedEvent], now: datetime) -> int:
    """Take handled events out of their queues and mark them done in the archive. Call after `fence`.

    Returns how many were in their queues; fewer than given means that some were settled before: roll back.
    """
    keys = {"received_at": [q.received_at for q in done], "event_ids": [q.event_id for q in done]}
    settled = await tx.run(Q.settle_queue, {**keys, "lanes": [q.lane for q in done]})
    tx.put(Q.settle_events, {**keys, "attempts": [q.attempts + 1 for q in done], "now": now})
    return settled


def close_lanes(tx: Tx, lanes: Sequence[str], *, ready_at: datetime) -> None:
    """Give lanes back: the drained ones disappear, the others are ready at `ready_at`. Call after `fence`."""
    tx.put(Q.close_drained_lanes, {"lanes": list(lanes)})
    tx.put(Q.release_lanes, {"lanes": list(lanes), "ready_at": ready_at})


async def release(tx: Tx, held: Mapping[str, UUID], *, ready_at: datetime) -> None:
    """Give back lanes of which nothing (more) was handled, if they are still ours."""
    ours = await fence(tx, held)
    if ours:
        close_lanes(tx, sorted(ours), ready_at=ready_at)


async def retry(tx: Tx, failed: QueuedEvent, error: str, *, ready_at: datetime, available_at: datetime) -> None:
    """Count a failed try; the lane waits until `ready_at` (lease time). Call after `fence`."""
    row = {"lane": failed.lane, "received_at": failed.received_at, "event_id": failed.event_id}
    tries = failed.attempts + 1
    await tx.run(Q.count_attempt, {**row, "attempts": tries})
    note = {"status": "retrying", "attempts": tries, "error": error, "available_at": available_at}
    await tx.run(Q.note_failure, {**row, **note})
    await tx.run(Q.release_lanes, {"lanes": [failed.lane], "ready_at": ready_at})


async def bury(
    tx: Tx,
    failed: QueuedEvent,
    lane: ClaimedLane,
    *,
    error: str,
    fingerprint: str,
    code_version: str,
    now: datetime,
    lease_now: datetime,
) -> None:
    """Move an event to the dead letters; its lane goes on. Call after `fence`."""
    row = {"lane": failed.lane, "received_at": failed.received_at, "event_id": failed.event_id}
    tries = {"attempts": failed.attempts + 1, "error": error}
    await tx.run(
        Q.bury,
        {
            **row,
            **tries,
            "lane_class": lane.lane_class.value,
            "client_id": lane.client_id,
            "webhook_type": failed.webhook_type,
            "fingerprint": fingerprint,
            "code_version": code_version,
            "now": now,
        },
    )
    await tx.run(Q.note_failure, {**row, **tries, "status": "dead", "available_at": None})
    keys = {"lanes": [failed.lane], "received_at": [failed.received_at], "event_ids": [failed.event_id]}
    await tx.run(Q.settle_queue, keys)
    close_lanes(tx, [failed.lane], ready_at=lease_now)


async def wake_lane(tx: Tx, lane: str, *, lease_now: datetime) -> bool:
    """End the back-off (or the hold) of a lane at once; false when it has no work or a worker has it."""
    return await tx.run(Q.wake_lane, {"lane": lane, "lease_now": lease_now}) > 0


async def replay(tx: Tx, event_id: int, *, now: datetime, lease_now: datetime) -> bool:
    """Put a dead letter back into its lane, at its old place; false when there is no such open dead letter."""
    dead = await tx.one(Q.dead_letter, {"event_id": event_id})
    if dead is None:
        return False
    lane = {"lanes": [dead.lane], "lane_classes": [dead.lane_class], "client_ids": [dead.client_id]}
    await tx.all(Q.open_lanes, {**lane, "received_at": dead.event_received_at, "lease_now": lease_now})
    row = {"lane": dead.lane, "received_at": dead.event_received_at, "event_id": dead.event_id}
    await tx.run(Q.queue_again, {**row, "webhook_type": dead.webhook_type})
    note = {"status": "waiting", "attempts": 0, "error": dead.error, "available_at": now}
    await tx.run(Q.note_failure, {**row, **note})
    await tx.run(Q.mark_replayed, {"id": dead.id, "now": now})
    await tx.run(Q.notify, {"channel": "inbox"})
    return True


async def has_work(tx: Tx) -> bool:
    """True while any lane has an event that is not held for a person."""
    row = await tx.one(Q.has_work)
    return bool(row.work)


async def forget_requests(tx: Tx, now: datetime, batch: int) -> int:
    """Delete up to `batch` expired request ids; returns how many went."""
    return await tx.run(Q.forget_requests, {"now": now, "batch": batch})


async def list_events(
    tx: Tx, *, status: str | None = None, webhook_type: str | None = None, limit: int = 50
) -> Sequence[Any]:
    """The newest events with their states and redelivery counts."""
    return await tx.all(Q.list_events, {"status": status, "webhook_type": webhook_type, "limit": limit})


async def show_event(tx: Tx, event_id: int) -> Any:
    """One event whole, with its dead letter if it has one, or None."""
    return await tx.one(Q.show_event, {"event_id": event_id})


async def ensure_partitions(tx: Tx, now: datetime, weeks_ahead: int = 4) -> list[str]:
    """Create the weekly partitions of `webhook_events` from last week to `weeks_ahead`; returns the new ones' names.

    A week of which the default partition already holds events is left there: nothing is ever moved or lost.
    """
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    created = []
    for week in range(-1, weeks_ahead + 1):
        start = monday + timedelta(weeks=week)
        name = f"webhook_events_{start:%G}w{start:%V}"
        there = await tx.one(Q.partition_there, {"name": name})
        if not there.there and await _create_partition(tx, name, start, start + timedelta(weeks=1)):
            created.append(name)
    return created


async def _create_partition(tx: Tx, name: str, start: datetime, end: datetime) -> bool:
    statement = sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF webhook_events FOR VALUES FROM ({}) TO ({})")
    try:
        async with tx.connection.transaction():  # a savepoint: a refusal undoes this week only
            # ACCESS EXCLUSIVE on the parent: while we wait for it (a backup reads for hours), every webhook waits too.
            await tx.connection.execute("SET LOCAL lock_timeout = '300ms'")
            await tx.connection.execute(
                statement.format(sql.Identifier(name), sql.Literal(start.isoformat()), sql.Literal(end.isoformat()))
            )
    except (errors.LockNotAvailable, errors.DuplicateTable, errors.UniqueViolation) as error:
        log.warning("partition_later", partition=name, why=type(error).__name__)
        return False
    except errors.CheckViolation:
        log.warning("partition_not_created", partition=name, why="the default partition has events of that week")
        return False
    return True
