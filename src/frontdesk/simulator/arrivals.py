"""The carrier's own book of every request to create a message: when it came, what it asked, what became of it.

Tests hold the desk's promises against it: the pace of a number, nothing twice, nothing after a STOP.
"""

import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from frontdesk.simulator.messages import KEEP
from frontdesk.simulator.segments import count_segments

__all__ = ["Arrival", "Arrivals", "Fate"]

_REF = re.compile(r"[?&]ref=([^&#]*)")


class Fate(StrEnum):
    """What became of one request; only the first three made a message."""

    ACCEPTED = "accepted"
    ACCEPTED_500 = "accepted_500"  # answered 500 all the same
    ACCEPTED_UNANSWERED = "accepted_unanswered"  # cut off, or left without an answer
    REFUSED = "refused"  # `code` says why
    THROTTLED = "throttled"
    FAILED = "failed"  # 500, nothing sent
    DROPPED = "dropped"  # cut off, nothing sent


@dataclass(slots=True)
class Arrival:
    """One request to create a message, as it came in."""

    from_: str
    to: str
    body: str
    ref: str
    """The desk's own id in the callback URL; empty without one."""
    validity: str = ""
    """The ValidityPeriod as it was given."""
    segments: int = 1
    fate: Fate = Fate.ACCEPTED
    code: int | None = None
    """Twilio's error code of what was refused or throttled."""
    sid: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.monotonic)
    """Monotonic seconds, to measure with."""


class Arrivals:
    """The last 100,000 requests, in the order in which they came."""

    def __init__(self, keep: int = KEEP) -> None:
        self._kept: deque[Arrival] = deque(maxlen=keep)

    def note(self, *, from_: str, to: str, body: str, callback: str, validity: str) -> Arrival:
        """Write down a request; the caller fills in what becomes of it."""
        found = _REF.search(callback)
        arrival = Arrival(from_, to, body, found[1] if found else "", validity, count_segments(body))
        self._kept.append(arrival)
        return arrival

    @property
    def accepted(self) -> list[Arrival]:
        """Those that made a message, answered or not."""
        return [one for one in self._kept if one.sid is not None]

    @property
    def refused(self) -> list[Arrival]:
        """Those that made none."""
        return [one for one in self._kept if one.sid is None]

    def __iter__(self) -> Iterator[Arrival]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
