"""Which day is meant: the next Friday, the 14th to come, the fourth Thursday of November. Pure.

Dates are read for appointments: what has no year, month or week is the next one to come. "Next Friday" is the Friday of
next week, weeks beginning on Monday.
"""

from collections.abc import Callable
from datetime import date, timedelta

__all__ = [
    "FLOATING_HOLIDAYS",
    "add_months",
    "coming_day",
    "coming_month_day",
    "coming_weekday",
    "nth_weekday",
    "of_month",
    "weekday_of_week",
]


def coming_weekday(today: date, weekday: int) -> date:
    """The next such weekday (1 is Monday) after today."""
    return today + timedelta(days=(weekday - today.isoweekday() - 1) % 7 + 1)


def weekday_of_week(today: date, weekday: int, weeks: int) -> date:
    """That weekday (1 is Monday) of the week `weeks` after this one."""
    return today + timedelta(days=weekday - today.isoweekday() + 7 * weeks)


def of_month(year: int, month: int, day: int) -> date | None:
    """That day, or None where there is none, such as 31 June."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_months(today: date, months: int) -> tuple[int, int]:
    """Year and month, so many months on."""
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def coming_day(today: date, day: int, weekday: int | None = None) -> date | None:
    """The next such day of a month from today on; with `weekday`, the next that falls on it, if one soon does."""
    days = [found for months in range(12) if (found := of_month(*add_months(today, months), day)) and found >= today]
    if weekday is not None:
        days = [found for found in days if found.isoweekday() == weekday] or days
    return days[0] if days else None


def coming_month_day(today: date, month: int, day: int, weekday: int | None = None) -> date | None:
    """The next such day of the year from today on; 29 February waits for a leap year."""
    for year in range(today.year, today.year + 9):
        found = of_month(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def nth_weekday(year: int, month: int, weekday: int, which: int) -> date:
    """The first, second … such weekday of a month; -1 is the last."""
    if which < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=(following.isoweekday() - weekday - 1) % 7 + 1)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (which - 1))


def _easter(year: int) -> date:
    """Easter Sunday. Source: the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    skipped = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + skipped + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


FLOATING_HOLIDAYS: dict[str, Callable[[int], date]] = {
    r"black friday": lambda year: nth_weekday(year, 11, 4, 4) + timedelta(days=1),
    r"thanksgiving(?: day)?": lambda year: nth_weekday(year, 11, 4, 4),
    r"memorial day": lambda year: nth_weekday(year, 5, 1, -1),
    r"labou?r day": lambda year: nth_weekday(year, 9, 1, 1),
    r"martin luther king(?: jr)?(?: day)?|mlk day": lambda year: nth_weekday(year, 1, 1, 3),
    r"presidents'? day|president's day": lambda year: nth_weekday(year, 2, 1, 3),
    r"columbus day": lambda year: nth_weekday(year, 10, 1, 2),
    r"mother'?s'? day": lambda year: nth_weekday(year, 5, 7, 2),
    r"father'?s'? day": lambda year: nth_weekday(year, 6, 7, 3),
    r"good friday": lambda year: _easter(year) - timedelta(days=2),
    r"easter monday": lambda year: _easter(year) + timedelta(days=1),
    r"easter(?: sunday)?": _easter,
}
"""Days that move, by year, as the United States keep them."""
