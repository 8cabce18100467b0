"""A client's opening hours: local times of the week, read from its settings. Pure.

A day holds spans such as "08:00-12:30"; a day that is not named is closed. The hours are the clock on the wall of the
business: on a day when the clocks change, 08:00 is still 08:00 there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "OpeningHours", "Span", "is_open", "next_opening", "opening_hours", "spans"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_A_YEAR = 366  # days looked ahead: who is open on no weekday is never open


@dataclass(frozen=True, slots=True)
class Span:
    """From one local time to another of the same day; `until` None is midnight at its end."""

    start: time
    until: time | None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The spans of each day of the week, Monday first, in order and apart."""

    week: tuple[tuple[Span, ...], ...]


def opening_hours(given: Mapping[str, Any]) -> OpeningHours:
    """Read hours such as {"mon": ["08:00-12:00", "13:00-18:00"], "sat": "09:00-12:00"}.

    Raises ValueError in a sentence that says how to write them.
    """
    if unknown := sorted(set(given) - set(DAYS)):
        raise ValueError(f"{unknown[0]!r} is no day of the week: write one of {', '.join(DAYS)}")
    return OpeningHours(tuple(tuple(_day(day, given.get(day, ()))) for day in DAYS))


def _day(day: str, given: Any) -> Iterator[Span]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"the hours of {day} must be a text such as 08:00-18:00, or a list of such texts")
    before: Span | None = None
    for text in sorted(texts):
        span = _span(day, text)
        if before is not None and (before.until is None or span.start < before.until):
            raise ValueError(f"the hours of {day} overlap: write each span once, such as 08:00-12:00 and 13:00-18:00")
        before = span
        yield span


def _span(day: str, text: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} ({day}) must be written like 08:00-18:00")
    start = time(int(found[1]), int(found[2]))
    until = time(int(found[3]), int(found[4])) if found[3] else None
    if until is not None and until <= start:
        raise ValueError(f"{text!r} ({day}) ends before it begins: hours past midnight go to the next day")
    return Span(start, until)


def spans(hours: OpeningHours, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """When it is open on that local day: pairs of moments in UTC, in order.

    A span that summer time swallows is left out.
    """
    for span in hours.week[day.weekday()]:
        begin = _moment(day, span.start, zone)
        end = _moment(day + timedelta(days=1), time(), zone) if span.until is None else _moment(day, span.until, zone)
        if begin < end:
            yield begin, end


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def is_open(hours: OpeningHours, at: datetime, zone: ZoneInfo) -> bool:
    """Whether it is open at this moment."""
    return any(begin <= at < end for begin, end in spans(hours, at.astimezone(zone).date(), zone))


def next_opening(hours: OpeningHours, at: datetime, zone: ZoneInfo) -> datetime | None:
    """`at` itself while it is open, else when it opens next; None where it never does."""
    if not any(hours.week):
        return None
    today = at.astimezone(zone).date()
    for ahead in range(_A_YEAR):
        for begin, end in spans(hours, today + timedelta(days=ahead), zone):
            if end > at:
                return max(begin, at)
    return None
