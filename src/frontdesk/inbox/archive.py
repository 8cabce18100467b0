"""The archive of webhooks: what is in it, and the partitions that it is made of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from psycopg import errors, sql

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["ensure_partitions", "list_events", "show_event"]

Q = load_queries("frontdesk.inbox", "archive.sql")
log = structlog.get_logger(__name__)


async def list_events(
    tx: Tx, *, status: str | None = None, webhook_type: str | None = None, limit: int = 50
) -> Sequence[Any]:
    """The newest events with their states and redelivery counts."""
    return await tx.all(Q.list_events, {"status": status, "webhook_type": webhook_type, "limit": limit})


async def show_event(tx: Tx, event_id: int, *, received_at: datetime | None = None) -> Any:
    """One event whole, with its dead letter if it has one, or None; by the archive's key, given its time."""
    if received_at is not None:
        return await tx.one(Q.show_event_at, {"event_id": event_id, "received_at": received_at})
    return await tx.one(Q.show_event, {"event_id": event_id})


async def ensure_partitions(tx: Tx, now: datetime, weeks_ahead: int = 4) -> list[str]:
    """Create the weekly partitions of `webhook_events` from last week to `weeks_ahead`; returns the new ones' names.

    A week of which the default partition already holds events is left there: nothing is ever moved or lost.
    """
    now = now.astimezone(UTC)  # weeks begin on Monday, 00:00 UTC, whatever the time zone of the database
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
    # Half full: an event that is marked done then stays in its page, at a tenth of the write-ahead log.
    statement = sql.SQL(
        "CREATE TABLE IF NOT EXISTS {} PARTITION OF webhook_events FOR VALUES FROM ({}) TO ({}) WITH (fillfactor = 50)"
    )
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
    except errors.InvalidObjectDefinition:
        log.warning("partition_not_created", partition=name, why="another partition lies across that week")
        return False
    return True
