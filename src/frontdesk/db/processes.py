"""Which processes are alive, and which scheduler acts: leased rows in lease time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from frontdesk.db.pool import Bucket, Database
from frontdesk.db.queries import load_queries

__all__ = ["DEAD_AFTER", "ProcessRow", "alive", "beat", "lead", "leave"]

Q = load_queries("frontdesk.db")

DEAD_AFTER = timedelta(seconds=20)
"""A process that was not seen for this long is taken for dead."""


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """This process as others see it."""

    id: UUID
    roles: list[str]
    host: str
    pid: int
    version: str


async def beat(db: Database, bucket: Bucket, row: ProcessRow, lease_now: datetime) -> None:
    """Say that this process is alive, and forget those that have been silent for an hour."""
    values = {"id": row.id, "roles": row.roles, "host": row.host, "pid": row.pid, "version": row.version}
    async with db.transaction(bucket, single=True) as tx:
        await tx.run(Q.beat, {**values, "lease_now": lease_now, "before": lease_now - timedelta(hours=1)})


async def leave(db: Database, bucket: Bucket, row: ProcessRow) -> None:
    """Say that this process is gone, and give up leadership if it had it."""
    async with db.transaction(bucket) as tx:
        await tx.run(Q.leave, {"id": row.id})
        await tx.run(Q.abdicate, {"holder": row.id})


async def lead(db: Database, bucket: Bucket, holder: UUID, lease_now: datetime, leased_until: datetime) -> bool:
    """Take or keep the leadership of the schedulers; true while this process has it."""
    row = {"role": "scheduler", "holder": holder, "lease_now": lease_now, "leased_until": leased_until}
    async with db.transaction(bucket, single=True) as tx:
        return await tx.one(Q.lead, row) is not None


async def alive(db: Database, bucket: Bucket, lease_now: datetime) -> Sequence[Any]:
    """The processes seen lately: id, roles, host, pid, version, started_at, seen_at."""
    async with db.transaction(bucket) as tx:
        return await tx.all(Q.alive, {"since": lease_now - DEAD_AFTER})
