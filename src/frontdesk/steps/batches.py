"""Batches: much is removed little by little, so that whoever works beside it does not notice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox.retention import BEGINNING, Batch, Place

__all__ = ["Batches", "Remove", "next_size"]

Remove = Callable[[Tx, datetime, Place, int], Awaitable[Batch]]
"""One batch: removes what is older than a time, from a place on, at most so many."""

_FIRST = 200  # rows; what a slow disk can do is not known yet
_LEAST, _MOST = 50, 500
_AIM = 0.02  # seconds a batch; well below the 100 ms that none may take, since one may meet a checkpoint
_REST = 3  # times the batch; so the clean-up has a quarter of one connection, and webhooks do not notice it
_LONGEST_REST = 0.25


def next_size(size: int, seconds: float) -> int:
    """How many rows the next batch takes when one of `size` took `seconds`: what fits the aim, at most twice `size`."""
    return max(_LEAST, min(_MOST, 2 * size, int(size * _AIM / max(seconds, 1e-4))))


class Batches:
    """Removals in batches, each its own transaction, with a rest after each. `goes_on` is asked before each."""

    def __init__(self, db: Database, bucket: Bucket, goes_on: Callable[[], bool]) -> None:
        self._db = db
        self._bucket = bucket
        self._goes_on = goes_on
        self.count = 0
        self.longest = 0.0
        self.finished = True

    async def remove(self, remove: Remove, before: datetime) -> int:
        """Remove batch after batch until none is left, or until it must not go on; returns how many rows went."""
        gone, size, place = 0, _FIRST, BEGINNING
        while self._goes_on():
            async with self._db.transaction(self._bucket) as tx:
                begun = time.monotonic()
                batch = await remove(tx, before, place, size)
            took = time.monotonic() - begun
            self.count += batch.found > 0
            self.longest = max(self.longest, took)
            gone += batch.gone
            if batch.found < size:
                return gone
            size, place = next_size(size, took), batch.last
            await asyncio.sleep(min(_REST * took, _LONGEST_REST))
        self.finished = False
        return gone
