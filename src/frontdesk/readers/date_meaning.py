"""What a date that a pattern found means, counted from today. Pure."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from frontdesk.readers.calendar_days import (
    add_months,
    coming_day,
    coming_month_day,
    coming_weekday,
    nth_weekday,
    of_month,
    weekday_of_week,
)
from frontdesk.readers.date_words import DAYS_FROM_TODAY, MONTHS, NEXT, ONE, ORDINALS, SHORT_WEEKDAYS, WEEKDAYS
from frontdesk.readers.numbers import value_of

__all__ = [
    "Meaning",
    "day_from_today",
    "day_of_month",
    "end_of_month",
    "floating",
    "in_units",
    "iso",
    "month_day",
    "numeric",
    "ordinal",
    "week_from",
    "weekday",
    "weekday_of_month",
    "yearly",
]

Meaning = Callable[[re.Match[str], date], date | None]
_ALL_WEEKDAYS = {**WEEKDAYS, **SHORT_WEEKDAYS}


def iso(match: re.Match[str], today: date) -> date | None:
    """2026-03-14 and 20260314."""
    return of_month(int(match["year"]), int(match["two"]), int(match["one"]))


def numeric(match: re.Match[str], today: date, month_first: bool) -> date | None:
    one, two = int(match["one"]), int(match["two"])
    month, day = (one, two) if month_first and match["sep"] != "." else (two, one)
    if month > 12:
        month, day = day, month
    if match["year"] is None:
        return coming_month_day(today, month, day) if 1 <= month <= 12 else None
    year = int(match["year"])
    return of_month(year + 2000 if year < 100 else year, month, day)


def month_day(match: re.Match[str], today: date) -> date | None:
    groups = match.groupdict()
    day = ordinal(groups["ordinal"]) if groups.get("ordinal") else int(match["day"])
    month = MONTHS[match["month"]]
    if groups["year"] or groups["short"]:
        return of_month(int(groups["year"] or f"20{groups['short']}"), month, day)
    return coming_month_day(today, month, day)


def ordinal(said: str) -> int:
    """14 for "14th" and "fourteenth"."""
    digits = re.match(r"\d+", said)
    return int(digits[0]) if digits else ORDINALS[said.replace(" ", "-")]


def day_of_month(match: re.Match[str], today: date) -> date | None:
    day = ordinal(match["ordinal"])
    groups = match.groupdict()
    if (which := groups.get("which")) is not None:
        return of_month(*add_months(today, {"this": 0, "the": 0, "current": 0, "next": 1, "last": -1}[which]), day)
    weekday = groups.get("weekday")
    return coming_day(today, day, _ALL_WEEKDAYS[weekday] if weekday else None)


def weekday(match: re.Match[str], today: date) -> date | None:
    weekday = _ALL_WEEKDAYS[match["weekday"]]
    which, after = match["which"] or "", match["after"] or ""
    if after == "this week":
        return weekday_of_week(today, weekday, 0)
    if after in ("after next", "week after next", "the week after next"):
        return weekday_of_week(today, weekday, 2)
    if after in ("week", "a week"):
        return coming_weekday(today, weekday) + timedelta(days=7)
    if which.startswith(("last", "past")):
        return coming_weekday(today, weekday) - timedelta(days=14 if today.isoweekday() == weekday else 7)
    if re.fullmatch(NEXT, which) or after:
        return weekday_of_week(today, weekday, 1)
    return coming_weekday(today, weekday)


def day_from_today(match: re.Match[str], today: date) -> date | None:
    return today + timedelta(days=DAYS_FROM_TODAY[match["word"]])


def in_units(match: re.Match[str], today: date) -> date | None:
    groups = match.groupdict()
    said = groups["count"]
    count = {"a couple of": 2, "couple of": 2, "a few": 3}.get(said) or (1 if said in ONE else value_of(said))
    if count is None or count > 1200:
        return None
    sign = -1 if groups.get("ago") == "ago" else 1
    start = coming_weekday(today, _ALL_WEEKDAYS[groups["weekday"]]) if groups.get("weekday") else today
    start += timedelta(days=1 if groups.get("ago") in ("from tomorrow",) else 0)
    unit = groups["unit"]
    if unit.startswith(("month", "year")):
        year, month = add_months(start, sign * int(count) * (12 if unit.startswith("year") else 1))
        return next((found for day in range(start.day, 27, -1) if (found := of_month(year, month, day))), None) or (
            of_month(year, month, start.day)
        )
    days = {"w": 7, "s": 7, "f": 14}.get(unit[0], 1)
    return start + timedelta(days=sign * int(count) * days)


def week_from(match: re.Match[str], today: date) -> date | None:
    """A week tomorrow."""
    return today + timedelta(days=7 + DAYS_FROM_TODAY[match["word"]])


def weekday_of_month(match: re.Match[str], today: date) -> date | None:
    """The first Monday of December, the last Friday of this month."""
    which = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}[
        match["which"]
    ]
    day = _ALL_WEEKDAYS[match["weekday"]]
    if match["month"]:
        months = [nth_weekday(year, MONTHS[match["month"]], day, which) for year in (today.year, today.year + 1)]
        return next((found for found in months if found >= today), None)
    year, month = add_months(today, 1 if match["shift"] == "next" else 0)
    return nth_weekday(year, month, day, which)


def end_of_month(match: re.Match[str], today: date) -> date | None:
    """The last day of this month, or of the next."""
    year, month = add_months(today, 2 if match["shift"] else 1)
    return date(year, month, 1) - timedelta(days=1)


def yearly(month: int, day: int) -> Meaning:
    def read(match: re.Match[str], today: date) -> date | None:
        return of_month(int(match["year"]), month, day) if match["year"] else coming_month_day(today, month, day)

    return read


def floating(of_year: Callable[[int], date]) -> Meaning:
    def read(match: re.Match[str], today: date) -> date | None:
        if match["year"]:
            return of_year(int(match["year"]))
        return next((found for year in (today.year, today.year + 1) if (found := of_year(year)) >= today), None)

    return read
