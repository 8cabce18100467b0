"""Which day somebody means: "tomorrow", "next Tuesday", "the 27th", "November 27". Pure."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from frontdesk.bookings.model import Unclear
from frontdesk.bookings.spoken import say_day

__all__ = ["DayFound", "find_day"]

_WEEKDAYS = [name.lower() for name in calendar.day_name]
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_SHORT = {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_WEEKDAY = r"(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_MONTH = rf"(?P<month>{'|'.join([*_MONTHS, 'sept', *(short for short in _SHORT if short != 'may')])})"
_DAY, _YEAR = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?", r"(?: (?P<y>\d{4}))?"
_PATTERNS = (
    ("iso", re.compile(r"\b(?P<y>\d{4})-(?P<mo>\d{2})-(?P<d>\d{2})\b")),
    ("month_first", re.compile(rf"\b{_MONTH}\.? (?:the )?{_DAY}\b(?! ?[:.]\d| ?[ap]m){_YEAR}")),
    ("day_first", re.compile(rf"\b{_DAY} (?:of )?{_MONTH}\b{_YEAR}")),
    ("slashes", re.compile(r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?\b")),
    ("ordinal", re.compile(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)\b")),
)  # fmt: skip
_RELATIVE = (
    (re.compile(r"\bday after tomorrow\b"), 2),
    (re.compile(r"\btomorrow\b"), 1),
    (re.compile(r"\btoday\b"), 0),
)
_AHEAD = re.compile(r"\b(?:in )?(?P<n>a|\d{1,3}) (?P<unit>day|week)s?(?: from (?:now|today))?\b")
_OF_WEEK = re.compile(rf"\b(?:(?P<which>next|this|coming) )?{_WEEKDAY}\b(?P<after> next week)?")
_NEXT_WEEK = re.compile(r"\bnext week(?: on)?\b")


@dataclass(frozen=True, slots=True)
class DayFound:
    """A day. `or_in_a_week`: a weekday was named that is today's own."""

    day: date
    or_in_a_week: bool = False


def find_day(text: str, today: date) -> tuple[DayFound | Unclear | None, str]:
    """The day that lower-case `text` names, seen from `today`, and the rest of the text. None where it names none."""
    for pattern, days in _RELATIVE:
        if found := pattern.search(text):
            return DayFound(today + timedelta(days=days)), _without(text, found)
    for kind, pattern in _PATTERNS:
        if found := pattern.search(text):
            day = _dated(kind, found.groupdict(), today)
            rest = _without(text, found)
            return _agreeing(day, rest) if isinstance(day, date) else (day, rest)
    if found := _OF_WEEK.search(text):
        rest = _without(text, found)
        in_next_week = bool(found["after"] or _NEXT_WEEK.search(rest))
        return _weekday(found, today, in_next_week), _NEXT_WEEK.sub(" ", rest)
    if found := _AHEAD.search(text):
        number = 1 if found["n"] == "a" else int(found["n"])
        return DayFound(today + timedelta(days=number * (7 if found["unit"] == "week" else 1))), _without(text, found)
    if _NEXT_WEEK.search(text):
        return Unclear("Which day next week?"), text
    return None, text


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _number(weekday: str) -> int:
    return next(at for at, name in enumerate(_WEEKDAYS) if name.startswith(weekday[:3]))


def _weekday(found: re.Match[str], today: date, in_next_week: bool) -> DayFound | Unclear:
    wanted = _number(found["weekday"])
    monday = today - timedelta(days=today.weekday())
    coming = today + timedelta(days=(wanted - today.weekday()) % 7)
    if in_next_week:
        return DayFound(monday + timedelta(days=7 + wanted))
    if found["which"] == "next":
        if coming == today:
            return DayFound(today + timedelta(days=7))
        if coming < monday + timedelta(days=7):  # later this week: some mean that, others the one after
            return Unclear(f"Do you mean {say_day(coming)}, or {say_day(coming + timedelta(days=7))}?")
    return DayFound(coming, or_in_a_week=coming == today and found["which"] != "this")


def _agreeing(day: date, rest: str) -> tuple[DayFound | Unclear, str]:
    """The date, unless a weekday was said with it that is another day's."""
    named = re.search(rf"\b{_WEEKDAY}\b", rest)
    if named is None:
        return DayFound(day), rest
    if _number(named["weekday"]) != day.weekday():
        return Unclear(
            f"{say_day(day)} is not a {_WEEKDAYS[_number(named['weekday'])].title()}. Which day is right?"
        ), rest
    return DayFound(day), _without(rest, named)


def _dated(kind: str, found: dict[str, str | None], today: date) -> date | Unclear:
    year = found.get("y")
    if kind == "iso":
        candidates = [(int(year or 0), int(found["mo"] or 0), int(found["d"] or 0))]
    elif kind == "ordinal":
        candidates = [(y, m, int(found["d"] or 0)) for y, m in _months_from(today)]
    else:
        month_day = _slashes(found) if kind == "slashes" else (_month(found["month"] or ""), int(found["d"] or 0))
        if isinstance(month_day, Unclear):
            return month_day
        full = int(year) + (2000 if len(year) == 2 else 0) if year else None
        years = [full] if full is not None else [today.year, today.year + 1]
        candidates = [(y, *month_day) for y in years]
    for candidate in candidates:
        try:
            day = date(*candidate)
        except ValueError:
            continue
        if year or day >= today:
            return day
    return Unclear("There is no such day. Which day do you mean?")


def _month(name: str) -> int:
    return _MONTHS.get(name) or _SHORT[name]


def _slashes(found: dict[str, str | None]) -> tuple[int, int] | Unclear:
    """Month and day, where only one order of them makes sense: half of the world writes the other one."""
    a, b = int(found["a"] or 0), int(found["b"] or 0)
    if a > 12 or a == b:
        return b, a
    if b > 12:
        return a, b
    return Unclear(f"Is that {calendar.month_name[a]} {b} or {calendar.month_name[b]} {a}?") if a and b else (0, 0)


def _months_from(today: date) -> Iterator[tuple[int, int]]:
    for ahead in range(13):
        yield today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1
