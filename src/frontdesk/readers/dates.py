"""Dates in a folded text: every one that the patterns find, and which of them is meant. Pure."""

import re
from datetime import date
from itertools import islice, zip_longest

from frontdesk.readers.calendar_days import coming_day
from frontdesk.readers.date_meaning import numeric, ordinal
from frontdesk.readers.date_patterns import NUMERIC, ORDINAL, PATTERNS
from frontdesk.readers.date_words import SHORT_WEEKDAYS, WEEKDAYS
from frontdesk.readers.folding import MANY, hide
from frontdesk.readers.later import Later
from frontdesk.readers.reading import Found

__all__ = ["read_dates"]

_MONTH_FIRST = frozenset({None, "US", "CA", "PH"})
_NO_FRACTION = Later(r"(?:\b(?:on|by|for|from|until|till|before|after|date|is|day|to|the|at)\s|,\s|^\s*|\()$")
_A_FRACTION = Later(r"\s?(?:\"|'|of\b|inch\w*|cup\w*|hour\w*|mile\w*|way\b|bath\w*|rooms?\b|stars?\b|out\b|am\b|pm\b)")
_ENDS = re.compile(
    r"\s*(?:[.,!?;)]|$|\b(?:at|in|around|by|before|after|please|if|or|and|works?|morning|afternoon|evening|\d))"
)
_JUST_A_DAY = Later(
    rf"\s*(?:(?:on|for|maybe|the|yes|ok|how about|say)\W+){{0,3}}(?:{ORDINAL}|(?P<day>3[01]|[12]\d"
    rf"|0?[1-9]))\s*[.!?]*\s*(?:please)?\s*[.!?]*"
)
_A_WEEKDAY = re.compile("|".join([*WEEKDAYS, *SHORT_WEEKDAYS]))


def read_dates(folded: str, today: date | None, country: str | None = None, asked: bool = False) -> list[Found[date]]:
    """Every date in the folded text, in its order. Without `today` only those that name their year."""
    base = today or date(1, 1, 1)
    found: list[Found[date]] = []
    rest = folded
    for pattern, meaning, confidence in PATTERNS:
        for match in islice(pattern.finditer(rest), MANY - min(MANY, len(found))):
            day = meaning(match, base) if today or _is_whole(match) else None
            if day is not None:
                found.append(Found(day, *_trimmed(match), confidence))
        rest = hide(rest, [(one.start, one.end) for one in found if rest[one.start : one.end].strip("\x1f")])
    for match in islice(NUMERIC.finditer(rest), MANY - min(MANY, len(found))):
        if (day := _slashed(match, rest, today, country, asked)) is not None:
            found.append(Found(day, match.start(), match.end(), 0.85))
    if asked and not found and today is not None:
        found += _just_a_day(rest, today)
    found.sort(key=lambda one: one.start)
    return [one for one, then in zip_longest(found, found[1:]) if not _names_its_weekday(one, then, folded)]


def _just_a_day(text: str, today: date) -> list[Found[date]]:
    if (match := _JUST_A_DAY.fullmatch(text)) is None:
        return []
    group = "day" if match["day"] else "ordinal"
    day = coming_day(today, ordinal(match[group]) if group == "ordinal" else int(match[group]))
    return [Found(day, match.start(group), match.end(group), 0.8)] if day else []


def _names_its_weekday(one: Found[date], then: Found[date] | None, text: str) -> bool:
    """ "Friday, 16 October" is one date, and the day of the month tells it."""
    return (
        then is not None
        and _A_WEEKDAY.fullmatch(text, one.start, one.end) is not None
        and (re.fullmatch(r"[,.]?\s?(?:the\s)?", text[one.end : then.start]) is not None)
    )


def _is_whole(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("year") or groups.get("short"))


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """The match without the blank, comma or preposition before it."""
    lead = re.match(r"[\s,]*(?:(?:on|for|by|until|till?|before|after|from|is|make it|to|or)\s+)?", match[0])
    return match.start() + (lead.end() if lead and lead.end() < len(match[0]) else 0), match.end()


def _slashed(match: re.Match[str], text: str, today: date | None, country: str | None, asked: bool) -> date | None:
    if match["year"] is None:
        alone = bool(_NO_FRACTION.search(text, 0, match.start()))
        if today is None or match["sep"] != "/" or match[0] in ("24/7", "50/50") or not (asked or alone):
            return None
        if _A_FRACTION.match(text, match.end()) or not (asked or _ENDS.match(text, match.end())):
            return None
    return numeric(match, today or date(1, 1, 1), country in _MONTH_FIRST)
