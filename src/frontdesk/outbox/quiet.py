"""When a recipient may be written to unasked: opening hours at each place where they may be. Pure.

Open or closed goes by the wall clock: an hour that the clocks skip is never open, one that they repeat is open twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["CLOSING", "HORIZON", "NEVER", "Day", "Hours", "Place", "Window", "every_day", "window"]

CLOSING = timedelta(minutes=2)
"""What closes sooner counts as closed: a message must still get from the queue to the carrier and to the phone."""

HORIZON = timedelta(days=8)
"""How far ahead a common opening of several places is looked for: every weekday comes round, whatever the zones."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The opening of what never opens."""

_DAY = timedelta(days=1)
_DAYS_READ = 2 * HORIZON.days + 1  # up to the last opening, and from there to see whether it ever closes

Day = tuple[time, time] | None
"""One day's opening and closing, or None where it is closed all day."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours by weekday, Monday first; a day that closes at or before it opens goes on past midnight."""

    days: tuple[Day, ...]

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise ValueError(f"hours have 7 days, not {len(self.days)}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient may be: an IANA zone, and the hours that hold there."""

    zone: str
    hours: Hours


@dataclass(frozen=True, slots=True)
class Window:
    """`opens_at` is None when it is open now; `closes_at` is None when it never closes. Both in UTC."""

    opens_at: datetime | None
    closes_at: datetime | None


def every_day(opens: time, closes: time) -> Hours:
    """The same hours every day; the same time twice is open round the clock."""
    return Hours(((opens, closes),) * 7)


def window(now: datetime, places: Sequence[Place]) -> Window:
    """The time in which all `places` are open: now, or the next for at least `CLOSING`. `now` is aware.

    Without a common opening within `HORIZON`, the first place alone decides: the caller puts the likeliest first.
    Raises ZoneInfoNotFoundError for a zone that is none.
    """
    if not places:
        return Window(None, None)
    now = now.astimezone(UTC)
    first_day = now.date()
    read_to = _midnight(first_day) + _DAY * _DAYS_READ
    for opens_at, closes_at in _openings(places, first_day):
        if opens_at > now + HORIZON and len(places) > 1:
            break
        if closes_at - max(opens_at, now) >= CLOSING:
            return Window(opens_at if opens_at > now else None, closes_at if closes_at < read_to else None)
    return window(now, places[:1]) if len(places) > 1 else Window(NEVER, None)


def _openings(places: Sequence[Place], first_day: date) -> Iterator[Span]:
    """When all places are open, from the start of that UTC day on; lazily: most answers lie in the first two days."""
    held: Span | None = None
    for ahead in range(_DAYS_READ):
        day = first_day + _DAY * ahead
        common: Sequence[Span] = ((_midnight(day), _midnight(day) + _DAY),)
        for place in places:
            common = _overlaps(common, _open_on(place, day))
        for span in common:
            if held is not None and held[1] == span[0]:
                held = held[0], span[1]
                continue
            if held is not None:
                yield held
            held = span
    if held is not None:
        yield held


def _overlaps(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in some for b in others)
    return sorted((start, end) for start, end in pairs if start < end)


@lru_cache(maxsize=4096)  # a few places serve many recipients, all day long
def _open_on(place: Place, day: date) -> tuple[Span, ...]:
    """When the place is open within that UTC day: spans in order that do not touch."""
    spans: list[Span] = []
    for start, end, offset in _steady(ZoneInfo(place.zone), day):
        for opens, closes in _by_the_wall(place.hours, start + offset, end + offset):
            spans.append((opens - offset, closes - offset))
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(closes, merged[-1][1])
        else:
            merged.append((opens, closes))
    return tuple(merged)


def _by_the_wall(hours: Hours, start: datetime, end: datetime) -> Iterator[Span]:
    """What is open between two readings of one clock; yesterday's hours may go on past midnight."""
    day = start.date() - _DAY
    while day <= end.date():
        if (today := hours.days[day.weekday()]) is not None:
            opens, closes = (datetime.combine(day, at, start.tzinfo) for at in today)
            closes += _DAY if closes <= opens else timedelta()
            if max(opens, start) < min(closes, end):
                yield max(opens, start), min(closes, end)
        day += _DAY


def _steady(zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The UTC day in stretches of one offset each; no zone changes its clocks twice within six hours."""
    start, midnight = _midnight(day), _midnight(day) + _DAY
    for hour in range(6, 25, 6):
        probe = _midnight(day) + timedelta(hours=hour)
        if (offset := _offset(zone, start)) != _offset(zone, probe):
            change = _change(zone, max(start, probe - timedelta(hours=6)), probe)
            yield start, change, offset
            start = change
    if start < midnight:
        yield start, midnight, _offset(zone, start)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clocks change between two moments."""
    offset = _offset(zone, before)
    while (gap := (after - before) // timedelta(seconds=1)) > 1:
        middle = before + timedelta(seconds=gap // 2)
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
