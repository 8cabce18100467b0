"""Dates in a folded text: every one that the patterns find, and which of them is meant. Pure."""

import re
from datetime import date

from frontdesk.readers.calendar_days import coming_day
from frontdesk.readers.date_meaning import numeric
from frontdesk.readers.date_patterns import NUMERIC, ORDINAL, PATTERNS
from frontdesk.readers.folding import hide
from frontdesk.readers.reading import Found

__all__ = ["meant", "read_dates"]

_MONTH_FIRST = frozenset({None, "US", "CA", "PH"})
_NO_FRACTION = re.compile(r"(?:\b(?:on|by|for|from|until|till|before|after|date|is|day|to|the|at)\s|,\s|^\s*|\()$")
_A_FRACTION = re.compile(r"\s?(?:\"|'|of\b|inch\w*|cup\w*|hour\w*|mile\w*|way\b|bath\w*|rooms?\b|stars?\b|out\b|am\b|pm\b)")
_JUST_A_DAY = re.compile(rf"\s*(?:(?:on|for|maybe|the|yes|ok|how about|say)\W+){{0,3}}(?:{ORDINAL}|(?P<day>3[01]|[12]\d|0?[1-9]))\s*[.!?]*\s*(?:please)?\s*[.!?]*")
_NOT_THIS = re.compile(r"\b(?:not|instead of|rather than|except|besides|can't (?:do|make)|cannot do|don't want|no longer|isn't)\s(?:on\s|for\s|the\s|it\s){0,2}$")
_INSTEAD = re.compile(r"\s(?:to|until)\s(?:the\s|on\s)?$")
_MOVES = re.compile(r"\b(?:mov\w+|chang\w+|reschedul\w+|shift\w*|switch\w*|swap\w*|push\w*|postpone\w*|rebook\w*|amend\w*)\b")


def read_dates(folded: str, today: date | None, country: str | None = None, asked: bool = False) -> list[Found[date]]:
    """Every date in the folded text, in its order. Without `today` only those that name their year."""
    base = today or date(1, 1, 1)
    found: list[Found[date]] = []
    rest = folded
    for pattern, meaning, confidence in PATTERNS:
        for match in pattern.finditer(rest):
            day = meaning(match, base) if today or _is_whole(match) else None
            if day is not None:
                found.append(Found(day, *_trimmed(match), confidence))
        rest = hide(rest, [(one.start, one.end) for one in found if rest[one.start : one.end].strip("\x1f")])
    for match in NUMERIC.finditer(rest):
        if (day := _slashed(match, rest, today, country, asked)) is not None:
            found.append(Found(day, match.start(), match.end(), 0.85))
    if asked and not found and today is not None and (match := _JUST_A_DAY.fullmatch(rest)) is not None:
        number = re.search(r"\d+", match[0])
        day = coming_day(today, int(number[0])) if number else None
        found += [Found(day, match.start("day"), match.end("day"), 0.8)] if day and match["day"] else []
    return sorted(found, key=lambda one: one.start)


def meant(dates: list[Found[date]], folded: str) -> Found[date] | None:
    """The date that the text is about: not one that it rules out, and the new one where something is moved."""
    if len(dates) < 2:
        return dates[0] if dates else None
    kept = [one for one in dates if not _NOT_THIS.search(folded, 0, one.start)] or dates
    if _MOVES.search(folded):
        moved_to = [one for one in kept[1:] if _INSTEAD.search(folded, 0, one.start)]
        kept = moved_to or kept
    return kept[0]


def _is_whole(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("year") or groups.get("short"))


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """The match without the blank, comma or preposition before it."""
    lead = re.match(r"[\s,]*(?:(?:on|for|by|until|till?|before|after|from|is|make it|to|or)\s+)?", match[0])
    return match.start() + (lead.end() if lead and lead.end() < len(match[0]) else 0), match.end()


def _slashed(
    match: re.Match[str], text: str, today: date | None, country: str | None, asked: bool
) -> date | None:
    if match["year"] is None:
        alone = bool(_NO_FRACTION.search(text, 0, match.start()))
        if today is None or match["sep"] != "/" or match[0] in ("24/7", "50/50") or not (asked or alone):
            return None
        if _A_FRACTION.match(text, match.end()):
            return None
    return numeric(match, today or date(1, 1, 1), country in _MONTH_FIRST)
