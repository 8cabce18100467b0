"""How fast one sender number may send: spacing, a reservoir a minute, and slower for a while where the carrier says so.

Pure. A message takes as many slots as it has segments. Both limits hold in every sliding window, not on average.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

__all__ = ["MINUTE", "Pace", "Throughput", "booked", "factor_at", "slowed", "taken"]

MINUTE = timedelta(minutes=1, milliseconds=100)
"""A minute, and by how much requests may be quicker or slower on their way at its two ends."""

_SLOWEST = 16.0
_HALVES_IN = 60.0  # seconds; what was learned from a 429 fades by half in this time
_JITTER = 0.025  # seconds by which one request may be quicker on its way than the one before
_LONGEST_RESERVOIR = 600  # slots remembered at most; a larger reservoir is kept to by even spacing


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a number's carrier takes: segments a second, and segments a minute."""

    per_second: float
    per_minute: float

    @property
    def spacing(self) -> timedelta:
        """The least time between two slots, so that they never come closer at the carrier."""
        even = 60 / self.per_minute if self.per_minute > _LONGEST_RESERVOIR else 0.0
        seconds = max(1 / self.per_second, even)
        return timedelta(seconds=seconds + min(_JITTER, seconds / 10))

    @property
    def reservoir(self) -> int | None:
        """Slots in any minute; None where the spacing keeps to it already."""
        if self.per_minute > _LONGEST_RESERVOIR or self.spacing * self.per_minute >= MINUTE:
            return None
        return max(1, int(self.per_minute))


@dataclass(frozen=True, slots=True)
class Pace:
    """What one number has used. `free_at` is its next slot by the spacing, `recent` its slots of the last minute.

    `factor` is how much slower than its throughput it goes since the carrier refused at `throttled_at`.
    """

    free_at: datetime
    recent: tuple[datetime, ...] = ()
    factor: float = 1.0
    throttled_at: datetime | None = None


def factor_at(pace: Pace, now: datetime) -> float:
    """How much slower the number goes now: what was learned fades by half every minute."""
    if pace.throttled_at is None or pace.factor <= 1.0:
        return 1.0
    passed = max(0.0, (now - pace.throttled_at).total_seconds())
    faded: float = pace.factor * 0.5 ** (passed / _HALVES_IN)
    return max(1.0, faded)


def booked(pace: Pace, throughput: Throughput, segments: int, now: datetime) -> tuple[datetime, Pace]:
    """The slot of a message of so many segments, and what is used after it."""
    slot = max(pace.free_at, now)
    recent = pace.recent
    if (size := throughput.reservoir) is not None:
        leave = len(recent) + min(segments, size) - size  # a message larger than the reservoir waits until it is empty
        slot = max(slot, recent[leave - 1] + MINUTE) if leave > 0 else slot
        recent = tuple(at for at in recent if at > slot - MINUTE) + (slot,) * segments
    return slot, replace(pace, free_at=slot + taken(pace, throughput, segments, now), recent=recent)


def taken(pace: Pace, throughput: Throughput, segments: int, now: datetime) -> timedelta:
    """How long a message of so many segments keeps its number from sending the next."""
    return throughput.spacing * (segments * factor_at(pace, now))


def slowed(pace: Pace, now: datetime, rest_until: datetime) -> Pace:
    """What is learned from a 429: half as fast from now on, and nothing before `rest_until`."""
    factor = min(_SLOWEST, factor_at(pace, now) * 2)
    return replace(pace, free_at=max(pace.free_at, rest_until), factor=factor, throttled_at=now)
