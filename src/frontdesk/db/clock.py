"""The two times. Lease time is the database's real time, for leases, heartbeats and leadership. Business time is the
desk's clock: the same in production, virtual in simulations. No SQL calls now(); both are parameters."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from frontdesk.db.pool import PUBLIC, Bucket, Database
from frontdesk.db.queries import load_queries

__all__ = ["BusinessClock", "LeaseClock", "VirtualClock", "read_virtual_time"]

Q = load_queries("frontdesk.db")


class BusinessClock(Protocol):
    """Tells business time: due, expiry, quiet hours, windows."""

    def now(self) -> datetime:
        """The present moment, in UTC."""


class LeaseClock:
    """The database's real time, through an offset measured against this host's monotonic clock.

    Nodes with skewed clocks agree to within half a round trip. It is a BusinessClock too: the one of production.
    """

    def __init__(self) -> None:
        self._origin = datetime.now(UTC)
        self._measured_at = time.monotonic()

    def now(self) -> datetime:
        """The database's present time as last measured."""
        return self._origin + timedelta(seconds=time.monotonic() - self._measured_at)

    async def measure(self, db: Database, rounds: int = 3) -> float:
        """Measure again; keep the reading with the shortest round trip, and return that round trip in seconds."""
        best = float("inf")
        for _ in range(rounds):
            async with db.transaction() as tx:
                await tx.one(Q.ping)
                before = time.monotonic()
                row = await tx.one(Q.database_time)
                after = time.monotonic()
            if after - before < best:
                best = after - before
                self._origin, self._measured_at = row.at, (before + after) / 2
        return best


class VirtualClock:
    """Business time that stands still until it is moved; kept in the row `desk_clock`, shared by all processes."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The virtual moment as last read or set here."""
        return self._now

    async def refresh(self, db: Database, bucket: Bucket = PUBLIC) -> datetime:
        """Read the shared moment."""
        self._now = await read_virtual_time(db, bucket) or self._now
        return self._now

    async def move_to(self, db: Database, at: datetime, bucket: Bucket = PUBLIC) -> bool:
        """Move forward to `at`, for all processes. False, and nothing moves, while anything is claimed."""
        async with db.transaction(bucket) as tx:
            moved = await tx.one(Q.move_virtual_time, {"at": at})
        if moved is not None:
            self._now = moved.virtual_now
        return moved is not None


async def read_virtual_time(db: Database, bucket: Bucket = PUBLIC) -> datetime | None:
    """The virtual moment of this database, or None where real time holds."""
    async with db.transaction(bucket) as tx:
        row = await tx.one(Q.virtual_time)
    return row.virtual_now if row else None
