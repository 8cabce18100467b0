"""How long after something: "2h", "90m", or "3d at 09:00" by the clock on the wall. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["Delay", "delay", "due_after"]

_WRITTEN = re.compile(r"(\d{1,4})\s*(m|h|d)(?:\s+at\s+([01]\d|2[0-3]):([0-5]\d))?")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Delay:
    """So long, or so many whole days and then at a local time."""

    length: timedelta
    at: time | None = None


def delay(text: str) -> Delay:
    """Read a delay. Raises ValueError in a sentence that says how to write one."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} must be written like 90m, 2h, 3d or 3d at 09:00")
    if found[3] is None:
        return Delay(int(found[1]) * _UNITS[found[2]])
    if found[2] != "d":
        raise ValueError(f"{text!r}: a time of day goes with days, such as 1d at 09:00")
    return Delay(int(found[1]) * _UNITS["d"], time(int(found[3]), int(found[4])))


def due_after(wait: Delay, since: datetime, zone: ZoneInfo) -> datetime:
    """When it is due: `since` plus the delay, in UTC.

    Days with a time of day count the recipient's local days, whatever the clocks do; a time that a change of the clocks
    leaves out comes as much later. "0d at 09:00" is today at nine, or tomorrow where that has passed.
    """
    if wait.at is None:
        return since.astimezone(UTC) + wait.length
    local = since.astimezone(zone)
    for extra in (0, 1):
        day = local.date() + wait.length + timedelta(days=extra)
        due = datetime.combine(day, wait.at, zone).astimezone(UTC)
        if due > since:
            return due
    raise AssertionError("tomorrow is later than today")  # pragma: no cover
