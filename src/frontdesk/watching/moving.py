"""Will a client who waits move by themselves? From how long others stayed in the same state. Pure.

The estimate of Kaplan and Meier (1958): those who wait still tell that it may take at least as long, so that they count
while they were seen and not after. Taking finished stays alone would promise far too much.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

__all__ = ["LEAST_AT_RISK", "Survival"]

LEAST_AT_RISK = 5
"""With fewer stays that lasted as long, nothing is said."""


class Survival:
    """The share of stays that last longer than a time, from pairs of how long one lasted and whether it ended."""

    def __init__(self, stays: Iterable[tuple[timedelta, bool]]) -> None:
        seen = list(stays)
        self._lengths = sorted(length for length, _ in seen)
        ended = Counter(length for length, left in seen if left)
        self._times: list[timedelta] = sorted(ended)
        self._shares = [1.0]
        for time in self._times:
            self._shares.append(self._shares[-1] * (1 - ended[time] / self._at_risk(time)))

    def _at_risk(self, time: timedelta) -> int:
        return len(self._lengths) - bisect_left(self._lengths, time)

    def lasts_longer(self, time: timedelta) -> float:
        """The share of stays that last longer than `time`."""
        return self._shares[bisect_right(self._times, time)]

    def moves_within(self, within: timedelta, *, waited: timedelta) -> float | None:
        """How likely one who has waited so long moves within the time; None where too few are known to tell."""
        if self._at_risk(waited) < LEAST_AT_RISK or (still := self.lasts_longer(waited)) == 0:
            return None
        return round(1 - self.lasts_longer(waited + within) / still, 3)
