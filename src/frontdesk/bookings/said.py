"""Which moment is meant by "tomorrow at 3": dates and times as callers say them and as voice agents pass them on. Pure.

English, and ISO 8601. What can be meant in two ways is asked back, never guessed; an hour without am or pm is the one
at which it is open.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from frontdesk.bookings.days_said import DayFound, find_day
from frontdesk.bookings.model import At, OnDay, Unclear, When
from frontdesk.bookings.spoken import say_day, say_time
from frontdesk.hours import OpeningHours, is_open

__all__ = ["read_when"]

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:?\d{2}(:?\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
    )
} | {"fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40"}
_PARTS = {
    "morning": (time(), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), None),
    "tonight": (time(17), None),
    "night": (time(17), None),
}
_FILLER = frozenset(
    "at on the of for in a an around about please or so o'clock oclock and this some time sometime any day".split()  # noqa: SIM905
)
_TIMES = (
    re.compile(r"\b(?P<past>half|quarter) past (?P<h>\d{1,2})\b(?:\s*(?P<m>am|pm)\b)?"),
    re.compile(r"\bquarter to (?P<to>\d{1,2})\b(?:\s*(?P<m>am|pm)\b)?"),
    re.compile(r"\b(?P<h>\d{1,2})[:.](?P<min>[0-5]\d)(?::[0-5]\d)?\s*(?P<m>am|pm)?\b"),
    re.compile(r"\b(?P<h>\d{1,2}) (?P<min>[0-5][05])\s*(?P<m>am|pm)?\b"),
    re.compile(r"\b(?P<h>\d{1,2})\s*(?P<m>am|pm)\b"),
    re.compile(r"\b(?P<h>\d{1,2})\b"),
)


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day that was found: the hours that it may be on the 24-hour clock."""

    hours: tuple[int, ...]
    minute: int


def read_when(text: str, *, now: datetime, zone: ZoneInfo, hours: OpeningHours) -> When:
    """The moment, or the day, that `text` means when it is said at `now` in `zone`; else what to ask back."""
    try:
        return _read(text.strip()[:200], now, zone, hours)
    except OverflowError:  # the year 9999 has no tomorrow
        return Unclear("That is too far off. Which day and time do you mean?")


def _read(text: str, now: datetime, zone: ZoneInfo, hours: OpeningHours) -> When:
    if _ISO.fullmatch(text):
        return _read_iso(text, zone)
    rest = _plain(text)
    today = now.astimezone(zone).date()
    day, rest = find_day(rest, today)
    if isinstance(day, Unclear):
        return day
    part, rest = _find_part(rest)
    if "noon" in rest.split() or "midday" in rest.split():
        clock: _Clock | None = _Clock((12,), 0)
        rest = re.sub(r"\b(12 )?(noon|midday)\b", " ", rest)
    else:
        found, rest = _find_clock(rest, part)
        if isinstance(found, Unclear):
            return found
        clock = found
    if left := [word for word in rest.split() if word not in _FILLER]:
        return Unclear(f"I did not understand {' '.join(left)[:40]!r}. Which day and time do you mean?")
    if day is None:
        if part != "tonight":
            return Unclear("On which day?" if clock else "Which day and time do you mean?")
        day = DayFound(today)
    if clock is None:
        return OnDay(day.day, *(_PARTS[part] if part else ()))
    return _moment(day, clock, now, zone, hours)


def _plain(text: str) -> str:
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", text.lower().replace("’", "'"))
    text = re.sub(r"[,;!?()]|\.(?!\d)", " ", text)
    text = re.sub(r"\bforty[- ]five\b", "45", text)
    return " ".join(_NUMBERS.get(word, word) for word in text.split())


def _read_iso(text: str, zone: ZoneInfo) -> When:
    try:
        found = datetime.fromisoformat(text.upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return Unclear(f"{text[:30]} is no date. Which day and time do you mean?")
    if len(text) == len("2026-11-27"):
        return OnDay(found.date())
    if found.tzinfo is not None:
        return At(found.astimezone(UTC))
    return _local(found, zone)


def _find_part(text: str) -> tuple[str | None, str]:
    found = re.search(r"\b(?:in the |this |at )?(morning|afternoon|evening|tonight|night)\b", text)
    if found is None:
        return None, text
    return found[1], f"{text[: found.start()]} {text[found.end() :]}"


def _find_clock(text: str, part: str | None) -> tuple[_Clock | Unclear | None, str]:
    for pattern in _TIMES:
        if found := pattern.search(text):
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return _clock(found.groupdict(), found[0], part), rest
    return None, text


def _clock(found: dict[str, str | None], said: str, part: str | None) -> _Clock | Unclear:
    hour, minute = int(found.get("h") or found.get("to") or 0), int(found.get("min") or 0)
    if found.get("past"):
        minute = 30 if found["past"] == "half" else 15
    if found.get("to"):
        hour, minute = (hour - 1) % 12 or 12, 45
    if hour > 24 or (hour == 24 and minute):
        return Unclear(f"{said.strip()!r} is no time of the day. What time do you mean?")
    exact = hour > 12 or hour == 0 or bool(re.match(r"0\d", said))
    if exact:
        return _Clock((hour % 24,), minute)
    half = found.get("m") or {"morning": "am", None: None}.get(part, "pm")
    if half:
        return _Clock((hour % 12 + (12 if half == "pm" else 0),), minute)
    return _Clock((hour % 12, hour % 12 + 12), minute)


def _moment(day: DayFound, clock: _Clock, now: datetime, zone: ZoneInfo, hours: OpeningHours) -> When:
    meant = [_local(datetime.combine(day.day, time(hour, clock.minute)), zone) for hour in clock.hours]
    if len(meant) > 1:
        there = [one for one in meant if isinstance(one, At) and is_open(hours, one.moment, zone)]
        if len(there) > 1:
            early, late = (say_time(one.moment, zone) for one in there)
            return Unclear(f"Do you mean {early} or {late}?")
        # Closed at both: what people mean by such an hour. It is refused as closed by that name.
        meant = [*there] or [meant[0] if clock.hours[0] >= 7 else meant[1]]
    (found,) = meant
    if day.or_in_a_week and isinstance(found, At):
        if found.moment <= now:
            return _moment(DayFound(day.day + timedelta(days=7)), clock, now, zone, hours)
        return Unclear(f"Do you mean today, or {say_day(day.day + timedelta(days=7))}?")
    return found


def _local(naive: datetime, zone: ZoneInfo) -> When:
    """A local time as a moment; one that the change of the clocks skips or repeats is asked back."""
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return At(early.astimezone(UTC))
    skipped = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive
    what = "does not exist" if skipped else "comes twice"
    return Unclear(f"{naive:%H:%M} {what} on {say_day(naive.date())}, as the clocks change. Which other time suits?")
