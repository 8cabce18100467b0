"""look: one cheap statement says when there is something to do next, for all loops of a process at once.

While there is, or was a moment ago, each loop polls at its own pace, as the net under NOTIFY. On a desk at rest none of
them claims in vain only to find out that there is nothing to claim.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic

from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.db.queries import load_queries
from frontdesk.loop import Wake

__all__ = ["LONGEST_LOOK", "Look"]

Q = load_queries("frontdesk.steps", "look.sql")

LONGEST_LOOK = 5.0
"""Seconds between two looks at most, jitter aside."""

_SOON = timedelta(seconds=10)  # longer than from one look to the next: nothing comes due unseen
_AFTERWARDS = 30.0  # seconds that a loop goes on at its pace after it moved something: a retry may follow, or a receipt
_LONG = 60.0  # seconds of rest of a loop that has nothing to do


class Look:
    """Knows which of `wakes` have something to do soon, and rings them.

    These are inbox, outbox, take_back, reconcile, replay and follow_up.
    """

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock, wakes: Mapping[str, Wake]
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._wakes = wakes
        self._soon: set[str] = set()
        self._moved_at: dict[str, float] = {}

    async def step(self) -> int:
        """Look once; returns 0, so that its loop rests every time. While it cannot look, every loop keeps its pace."""
        try:
            async with self._db.transaction(self._bucket, single=True) as tx:
                row = await tx.one(Q.next_work)
        except Exception:
            for name in self._wakes:
                self._hurry(name)  # also out of a long rest: what comes due meanwhile is rung for no more
            raise
        now, lease_now = self._clock.now(), self._lease_clock.now()
        self._note("inbox", row.lane_at, lease_now)
        self._note("outbox", row.message_at, now)
        self._note("take_back", row.lapse_at, lease_now)
        self._note("reconcile", row.unknown_at, now)
        self._note("replay", row.replay_at, now)
        self._note("follow_up", row.follow_up_at, now)
        return 0

    def _note(self, name: str, at: datetime | None, now: datetime) -> None:
        if at is None or at > now + _SOON:
            self._soon.discard(name)
        else:
            self._hurry(name)

    def _hurry(self, name: str) -> None:
        if name not in self._soon:
            self._soon.add(name)
            if name in self._wakes:
                self._wakes[name].ring()

    def noting(self, name: str, step: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
        """The step of a loop, which keeps its pace for a while after it moved something."""

        async def noted() -> int:
            if moved := await step():
                self._moved_at[name] = monotonic()
            return moved

        return noted

    def rest(self, name: str, pace: float) -> float:
        """How long the loop `name` rests now: at its pace while there is something to do, else long."""
        lately = monotonic() - self._moved_at.get(name, -_AFTERWARDS) < _AFTERWARDS
        return pace if lately or name in self._soon else max(pace, _LONG)
