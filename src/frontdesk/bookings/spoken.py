"""Days, times and lists as a voice agent says them. Pure."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["say_day", "say_list", "say_time", "say_when"]


def say_day(day: date, *, year: bool = False) -> str:
    """A day such as "Friday, November 27"."""
    said = f"{calendar.day_name[day.weekday()]}, {calendar.month_name[day.month]} {day.day}"
    return f"{said}, {day.year}" if year else said


def say_time(moment: datetime, zone: ZoneInfo) -> str:
    """A time of the day such as "3 pm" or "9:30 am", on the clock of `zone`."""
    local = moment.astimezone(zone)
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'am' if local.hour < 12 else 'pm'}"


def say_when(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A moment such as "Friday, November 27 at 3 pm"; with the year where it is another than now."""
    local = moment.astimezone(zone)
    day = say_day(local.date(), year=local.year != now.astimezone(zone).year)
    return f"{day} at {say_time(moment, zone)}"


def say_list(words: Sequence[str], last: str = "and") -> str:
    """`words` as people list them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
