"""A reading that many ask for and that costs: made once for all who ask at the same time, and kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")

_LEAST, _MOST = 1.0, 15.0  # seconds
_TIMES = 10  # a reading is kept so many times as long as it took: it costs a tenth of a core at most


class Kept(Generic[T]):
    """What `read` returned last: a second old at most, or ten times as old as the reading took, up to 15 seconds."""

    def __init__(self, read: Callable[[], Awaitable[T]], clock: Callable[[], float] = monotonic) -> None:
        self._read = read
        self._clock = clock
        self._reading: asyncio.Task[T] | None = None
        self._kept_until = 0.0

    async def get(self) -> T:
        """The value, read anew when it is too old. Raises what `read` raises, to all who wait for it."""
        if self._reading is None or (self._reading.done() and self._clock() >= self._kept_until):
            self._reading = asyncio.create_task(self._anew())
        # Shielded: one who hangs up must not take the reading from the others.
        return await asyncio.shield(self._reading)

    async def _anew(self) -> T:
        began = self._clock()
        value = await self._read()
        now = self._clock()
        self._kept_until = now + min(_MOST, max(_LEAST, _TIMES * (now - began)))
        return value
