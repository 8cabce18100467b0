"""The bell tells all workers that there is something to do: a hint only, polling is the net under it."""

import asyncio

import structlog

from frontdesk.db.pool import Bucket, Database, DatabaseGone
from frontdesk.db.queries import load_queries

__all__ = ["Bell"]

Q = load_queries("frontdesk.db")
log = structlog.get_logger(__name__)

_REST = 0.005  # seconds between two notifications of a process: PostgreSQL commits those one after the other


class Bell:
    """Notifies at once when it was quiet; what is rung soon after shares the next notification."""

    def __init__(self, db: Database, bucket: Bucket, channel: str) -> None:
        self._db = db
        self._bucket = bucket
        self._channel = channel
        self._wanted = False
        self._ringing: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Notify soon. Call after the commit: a worker that wakes before it finds nothing."""
        self._wanted = True
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._ring())

    async def _ring(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                async with self._db.transaction(self._bucket, single=True) as tx:
                    await tx.all(Q.notify, {"channel": self._channel})
            except DatabaseGone as error:
                log.debug("not_notified", why=str(error))
            await asyncio.sleep(_REST)
