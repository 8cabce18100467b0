"""Times of day in a folded text. Pure.

An hour without am or pm goes by the part of the day beside it; without one, one to six are in the afternoon, as nobody
books at night.
"""

import re
from datetime import time

from frontdesk.readers.dayparts import read_daypart
from frontdesk.readers.folding import MANY
from frontdesk.readers.reading import Found
from frontdesk.readers.time_patterns import HOURS, JUST_AN_HOUR, MINUTES, SURE, TIMES, UNTIL

__all__ = ["read_times"]

_MIDNIGHT = ("midn", "mittern", "mediano", "minu", "mezzan", "meia", "midder")
_GROUPS = ("minutes", "part", "hour", "noon")
_FORENOON = re.compile(r"morning|manana|manha|matin|mattina|morgens|ochtends")
_NIGHT = re.compile(r"night|tonite|noche|noite")
_AFTERNOON = re.compile(r"afternoon|evening|noon|tarde|soir|sera|midi|pomeriggio|abends|nachmittags|middags|avonds")


def read_times(folded: str, asked: bool = False) -> list[Found[time]]:
    """Every time of day in the folded text, in its order; `asked`: a bare hour is an answer."""
    found: list[Found[time]] = []
    spoken = read_daypart(folded)
    part = spoken.value if spoken else ""
    for rank, pattern in enumerate(TIMES):
        for match in pattern.finditer(folded):
            if len(found) == MANY or any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            if (when := _when(match, folded, part)) is not None:
                found.append(Found(when, _start(match), match.end(), 0.95 if rank < SURE else 0.85))
    if asked and not found and (alone := JUST_AN_HOUR.fullmatch(folded)) is not None:
        end = alone.end("minute" if alone["minute"] else "hour")
        found += (
            [Found(when, alone.start("hour"), end, 0.8)] if (when := _when(alone, folded, part)) is not None else []
        )
    return sorted(found, key=lambda one: one.start)


def _start(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return min(match.start(name) for name in _GROUPS if groups.get(name))


def _when(match: re.Match[str], text: str, daypart: str) -> time | None:
    groups = match.groupdict()
    if (noon := groups.get("noon")) is not None:
        hour = 0 if noon.startswith(_MIDNIGHT) else 12
        return _shifted(hour, groups) if groups.get("minutes") else time(hour)
    said = groups["hour"] or ""
    hour, minute = HOURS[said] if said in HOURS else int(said) % 24, _minute(groups)
    if minute is None:
        return None
    half = groups.get("half") or (until["half"] if (until := UNTIL.match(text, match.end())) else "")
    hour = _of_day(hour, half, groups.get("part") or daypart, said)
    return _shifted(hour, groups) if groups.get("minutes") else time(hour, minute)


def _minute(groups: dict[str, str | None]) -> int | None:
    said = groups.get("minute") or groups.get("packed") or groups.get("minute_word")
    if said is None:
        return 0
    return int(said) if said.isdigit() else MINUTES.get(said)


def _shifted(hour: int, groups: dict[str, str | None]) -> time | None:
    """Ten past, a quarter to."""
    said = groups["minutes"] or ""
    minutes = int(said) if said.isdigit() else MINUTES[said]
    if minutes > 59:
        return None
    back = groups["way"] in ("to", "before", "till", "of")
    total = (hour * 60 + (-minutes if back else minutes)) % (24 * 60)
    return time(total // 60, total % 60)


def _of_day(hour: int, half: str, part: str, said: str) -> int:
    """The hour from 0 to 23; `part` is the part of the day beside it, else the one that the text speaks of."""
    if hour == 0 or hour > 12:
        return hour
    if half:
        return hour % 12 + (12 if half[0] == "p" else 0)
    if _FORENOON.search(part):
        return hour % 12
    if _NIGHT.search(part):
        return hour % 12 + (12 if 6 <= hour <= 11 else 0)
    if _AFTERNOON.search(part):
        return hour % 12 + 12
    return hour + 12 if hour <= 6 and not said.startswith("0") else hour
