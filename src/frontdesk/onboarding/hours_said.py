"""Opening hours as an owner texts them: "Mon-Fri 8-5, Sat 9-1", "24/7", "weekdays 8am to noon and 1pm-6pm". Pure.

A time without am or pm is taken as a business means it: 8-5 is 08:00 to 17:00, 1-5 is the afternoon. Hours past
midnight go to the next day.
"""

import re
from collections.abc import Mapping

from frontdesk.hours import DAYS, opening_hours

__all__ = ["hours_in_words", "read_hours"]

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)"
_NAMES = (
    (r"mon(?:day)?s?", "mon"),
    (r"tue(?:s(?:day)?)?s?", "tue"),
    (r"wed(?:nes(?:day)?)?s?", "wed"),
    (r"thu(?:rs?(?:day)?)?s?", "thu"),
    (r"fri(?:day)?s?", "fri"),
    (r"sat(?:ur(?:day)?)?s?", "sat"),
    (r"sun(?:day)?s?", "sun"),
    (r"m\s?[-–]\s?f", "mon-fri"),
    (r"week ?days?|working days?|business days?", "mon-fri"),
    (r"week ?ends?", "sat-sun"),
    (r"every ?day|daily|all week|7 days(?: a week| per week)?|seven days(?: a week)?|all days", "mon-sun"),
)
_ALWAYS = re.compile(r"24\s?/\s?7|24 hours|around the clock|always open|open always|day and night")
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?\s?(a\.?m?\.?|p\.?m?\.?)?(?![\w:])"
_RANGE = re.compile(rf"(?<![\w:.]){_TIME}\s?(?:-|–|—|to|until|till|through)\s?{_TIME}")
_DAYS = re.compile(rf"{_DAY}(?:\s?(?:-|–|—|to|through|thru|until)\s?{_DAY})?")
_CLOSED = re.compile(r"\bclosed\b|\bnot open\b")
_CLOSED_ON = re.compile(
    rf"(?:{_CLOSED.pattern})\s(?:on\s)?({_DAYS.pattern}(?:(?:,|\s|\band\b)+(?:{_DAYS.pattern}))*)(?=\s*(?:$|[,;.]))"
)
_TOKENS = re.compile(rf"(?P<range>{_RANGE.pattern})|(?P<days>{_DAYS.pattern})|(?P<closed>{_CLOSED.pattern})")
_NOTHING = re.compile(
    r"\b(?:and|from|open|we're|we|are|hours|our|is|on|at|the|only|then|but|it's|am|local|time)\b|[\s,;:.&()!/+-]"
)
_WEEK = DAYS[:5]


def read_hours(text: str) -> dict[str, list[str]] | None:
    """The hours in a text, as a client's settings hold them; None where they cannot be made out whole.

    Times without a day are those of Monday to Friday.
    """
    said = _plain(text)
    shut = [day for match in _CLOSED_ON.finditer(said) for days in _DAYS.findall(match[1]) for day in _named(days)]
    said = _CLOSED_ON.sub(" ", said)
    if _ALWAYS.search(said):
        return {day: ["00:00-24:00"] for day in DAYS}
    if _NOTHING.sub("", _TOKENS.sub("", said)):
        return None  # there are words that are not understood: a guess would be silently wrong
    found: dict[str, list[str]] = {}
    for days, ranges, closed in _groups(said):
        for day in days or _WEEK:
            if closed:
                found.pop(day, None)
            for start, end in ranges:
                _add(found, day, start, end)
    found = {day: spans for day, spans in found.items() if day not in shut}
    try:
        hours = opening_hours(found)
    except ValueError:
        return None
    return {day: found[day] for day in DAYS if day in found} if any(hours.week) else None


def _plain(text: str) -> str:
    said = " ".join(text.casefold().split())
    for pattern, name in _NAMES:
        said = re.sub(rf"\b(?:{pattern})\b\.?", name, said)
    said = re.sub(r"\b(?:12 ?)?noon\b|\bmidday\b", "12pm", said)
    return re.sub(r"\b(?:12 ?)?midnight\b", "24:00", said)


def _groups(said: str) -> list[tuple[list[str], list[tuple[str, str]], bool]]:
    """The days with what is said of them: days stand before their times, or after them ("8-5 on weekdays")."""
    groups: list[tuple[list[str], list[tuple[str, str]], bool]] = []
    days: list[str] = []
    ranges: list[tuple[str, str]] = []
    closed = False
    days_first = next((token.lastgroup != "range" for token in _tokens(said)), True)
    before = ""
    for token in _tokens(said):
        kind = "days" if token["days"] else "range" if token["range"] else "closed"
        opens = kind == "days" if days_first else kind != "days" and before == "days"
        if opens and before not in ("", "days" if days_first else "") and (ranges or closed):
            groups.append((days, ranges, closed))
            days, ranges, closed = [], [], False
        if kind == "days":
            days += _named(token["days"])
        elif kind == "range":
            ranges.append(_span(token["range"]))
        else:
            closed = True
        before = kind
    return [*groups, (days, ranges, closed)]


def _tokens(said: str) -> list[re.Match[str]]:
    return list(_TOKENS.finditer(said))


def _named(text: str) -> list[str]:
    ends = re.findall(_DAY, text)
    if len(ends) == 1:
        return ends
    first, last = DAYS.index(ends[0]), DAYS.index(ends[1])
    return [DAYS[at % 7] for at in range(first, last + 1 if last >= first else last + 8)]


def _span(text: str) -> tuple[str, str]:
    match = _RANGE.fullmatch(text)
    assert match is not None  # noqa: S101  (it was found by this pattern)
    start, start_half = _minutes(match[1], match[2], match[3])
    end, end_half = _minutes(match[4], match[5], match[6])
    written = match[1].startswith("0") or (match[2] is not None and ":" in text and int(match[4]) > 12)
    if not start_half and not written and int(match[1]) < 12:
        if end_half and end_half == "p" and start < 6 * 60 and start + 12 * 60 < end:
            start += 12 * 60  # 1-5pm
        elif not end_half and start < 6 * 60 and int(match[4]) <= 12:
            start += 12 * 60  # 1-5 is the afternoon
    if not end_half and int(match[4]) <= 12 and end <= start and end + 12 * 60 > start:
        end += 12 * 60
    return _clock(start), _clock(end)


def _minutes(hour: str, minute: str | None, half: str | None) -> tuple[int, str]:
    hours, letter = int(hour), (half or "")[:1]
    if letter:
        hours = hours % 12 + (12 if letter == "p" else 0) if hours <= 12 else hours
    return hours * 60 + int(minute or 0), letter


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _add(found: dict[str, list[str]], day: str, start: str, end: str) -> None:
    if end == "00:00":
        end = "24:00"
    if start < end:
        found.setdefault(day, []).append(f"{start}-{end}")
        return
    found.setdefault(day, []).append(f"{start}-24:00")
    tomorrow = DAYS[(DAYS.index(day) + 1) % 7]
    found.setdefault(tomorrow, []).append(f"00:00-{end}")


def hours_in_words(hours: Mapping[str, list[str] | str]) -> str:
    """The hours as a person reads them: Mon-Fri 08:00-17:00, Sat 09:00-13:00."""
    week = [", ".join(_spans(hours.get(day, []))) for day in DAYS]
    if set(week) == {"00:00-24:00"}:
        return "day and night"
    parts, at = [], 0
    while at < len(DAYS):
        last = at
        while last + 1 < len(DAYS) and week[last + 1] == week[at]:
            last += 1
        if week[at]:
            name = DAYS[at].capitalize() + (f"-{DAYS[last].capitalize()}" if last > at else "")
            parts.append(f"{name} {week[at]}")
        at = last + 1
    return "; ".join(parts)


def _spans(given: list[str] | str) -> list[str]:
    return sorted([given] if isinstance(given, str) else given)
