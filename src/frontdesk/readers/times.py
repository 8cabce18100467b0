"""Times of day and parts of the day in a folded text. Pure.

An hour without am or pm goes by the part of the day beside it; without one, one to six are in the afternoon, as nobody
books at night.
"""

import re
from datetime import time

from frontdesk.readers.reading import Daypart, Found

__all__ = ["read_daypart", "read_times"]

_HOURS = {
    word: at for at, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_MINUTES = {
    "quarter": 15, "a quarter": 15, "half": 30, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty five": 25,
    "twenty-five": 25, "thirty": 30, "thirty five": 35, "forty": 40, "forty five": 45, "forty-five": 45, "fifty": 50,
    "fifty five": 55, "oh five": 5, "o five": 5, "thirty-five": 35, "fifty-five": 55,
}  # fmt: skip
_HOUR_WORD = "|".join(_HOURS)
_MINUTE_WORD = "|".join(sorted(_MINUTES, key=len, reverse=True))
_HOUR = rf"(?P<hour>2[0-4]|[01]?\d|{_HOUR_WORD})"
_H12 = rf"(?P<hour>1[0-2]|0?[1-9]|{_HOUR_WORD})"
_AMPM = r"(?P<half>a\s?\.?\s?m\b\.?|p\s?\.?\s?m\b\.?|a\b(?=\s*(?:[.,!?]|$))|p\b(?=\s*(?:[.,!?]|$)))"
_PART = (
    r"(?P<part>(?:early\s|late\s)?(?:in\s+the\s+|this\s+|at\s+|tomorrow\s+|that\s+|of\s+the\s+)?"
    r"(?:morning|afternoon|evening|night|tonight|tonite|noon)|(?:de|por|da|di|du)\s(?:la\s)?(?:manana|tarde|noche|manha"
    r"|noite|matin|soir|mattina|sera)|(?:de l'apres-midi|del pomeriggio|uhr abends|abends|morgens|nachmittags))"
)
_CLOCK = r"(?:\s?o'?\s?[\"']?\s?clock)"
_BEFORE_HOUR = (
    r"(?:\b(?:at|around|about|by|before|after|from|until|till|til|@|approx|between|say|make it|for around|past|near)\s?"
    r"(?:(?:about|around|like|exactly|say|the|roughly|approximately|latest)\s)?|@\s?|\b(?:a las?|um|gegen|alle|as|om|vers)\s)"
)
_NOT_A_TIME = (
    r"(?!\d|[:.]\d|\s?(?:%|percent\b|people|persons?\b|of us|guests?|adults?|kids|children|dollars?|bucks|pounds|euros?|days?\b"
    r"|nights?\b|weeks?\b|months?\b|years?\b|hours?\b|hrs?\b|minutes?\b|mins?\b|miles?|km\b|feet|ft\b|inch|rooms?\b|bed|bath"
    r"|th\b|st\b|nd\b|rd\b|street|ave\b|avenue|road|rd\b|different|other|times\b|[a-z]+\s(?:street|st|ave|avenue|road|rd|lane|ln"
    r"|drive|dr|court|way|place|blvd|boulevard)\b)|\s?-\s?(?:bed|bath|year|day|hour)|[a-z]|/\d|,\d)"
)

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # half past 2, quarter to 4 in the afternoon, 15 to noon, five past 12 pm
        rf"\b(?P<minutes>{_MINUTE_WORD}|\d{{1,2}})(?:\s(?:minutes?|mins?))?\s(?P<way>past|after|to|before|till|of)\s"
        rf"(?:(?P<noon>noon|midday|midnight)\b|{_H12}\b(?!\s?(?:people|persons|guests|adults)|[:/]){_CLOCK}?"
        rf"(?:\s?{_AMPM}|\s{_PART}\b)?)",
        # 10:30, 10.30 am, 8:00:31am, 15h30
        rf"(?<![\w:.,$£€/-])(?P<hour>2[0-4]|[01]?\d)(?::|h|\.(?=\d\d\s?(?:am|pm|a\.m|p\.m|uhr|h\b)))(?P<minute>[0-5]\d)"
        rf"(?::[0-5]\d)?(?![\d:])(?:\s?{_AMPM}|\s(?:hrs?|hours|uhr|h)\b|\s{_PART}\b)?",
        # 3 pm, 3 p . m ., 6 35 morning, three thirty pm, 1140 a.m.
        rf"(?<![\w:.,$£€/]){_H12}(?:[\s:.](?P<minute>[0-5]\d)|(?P<packed>[0-5]\d)|\s(?P<minute_word>{_MINUTE_WORD}))?\s?"
        rf"(?:{_CLOCK}\s?)?{_AMPM}",
        # 3 o'clock, 15 uhr, 15h
        rf"(?<![\w:.,$£€/]){_HOUR}(?:{_CLOCK}|\suhr\b(?:\s(?P<minute>[0-5]\d)\b)?|\s?h(?:eures|oras|s)?\b|\suur\b)(?:\s?(?:in\s)?{_AMPM}|\s{_PART}\b)?",
        # evening 6, afternoon 1:30, at night 9
        rf"\b(?P<part>morning|afternoon|evening|night|tonight)\s(?:at\s|around\s|about\s|@\s?)?{_HOUR}(?:[\s:.](?P<minute>[0-5]\d)"
        rf"|\s(?P<minute_word>{_MINUTE_WORD}))?\b{_NOT_A_TIME}",
        # 6 35 in the morning, 4 this afternoon
        rf"(?<![\w:.,$£€/#-])(?<!building )(?<!room )(?<!unit )(?<!apt )(?<!number )(?<!suite )(?<!gate )(?<!flat )(?<!for )"
        rf"{_HOUR}(?:[\s:.](?P<minute>[0-5]\d)|\s(?P<minute_word>{_MINUTE_WORD}))?\s{_PART}\b",
        # at 21 35, around three thirty
        rf"{_BEFORE_HOUR}(?P<hour>2[0-3]|1\d|0?\d|{_HOUR_WORD})[\s.](?P<minute>[0-5]\d|{_MINUTE_WORD})\b{_NOT_A_TIME}",
        # at 945, at 1530, 1500 hours
        rf"{_BEFORE_HOUR}(?P<hour>2[0-3]|[01]?\d)(?P<packed>[0-5]\d)\b{_NOT_A_TIME}",
        r"(?<![\w:.,$£€/-])(?P<hour>2[0-3]|[01]\d)(?P<packed>[0-5]\d)\s?(?:hrs|hours|h)\b",
        # between 2 and 4, 2-4pm
        rf"{_BEFORE_HOUR}{_HOUR}(?=ish\b|\b){_NOT_A_TIME.replace('|[a-z]|', '|(?!ish)[a-z]|')}(?:ish\b)?",
        rf"(?<![\w:.,$£€/-]){_H12}\s?ish\b",
        r"\b(?P<noon>noon(?:ish)?|midday|mid-day|midnight|mediodia|mittags?|mitternacht|medianoche|midi|minuit|mezzogiorno"
        r"|mezzanotte|meio-dia|meia-noite|middernacht)\b",
    )
)
_JUST_AN_HOUR = re.compile(
    rf"\s*(?:(?:at|around|about|maybe|say|yes|ok|let's say|how about|make it|by|after|before)\W+){{0,3}}{_HOUR}"
    rf"(?:[\s:.](?P<minute>[0-5]\d|{_MINUTE_WORD}))?\s*(?:ish|works|is fine|is good|please|would work|is ok|sharp)?\s*[.!?]*\s*"
)
_UNTIL = re.compile(rf"\s?(?:-|to|till|until|and)\s?(?:1[0-2]|0?[1-9]|{_HOUR_WORD})(?::[0-5]\d)?\s?(?P<half>am|pm|a\.m|p\.m)")

_DAYPARTS: tuple[tuple[Daypart, str], ...] = (
    ("morning", r"mornings?|forenoon|am hours|breakfast time|before noon|manha|matin|vormittags?|morgens|mattina|ochtend|vanochtend"),
    ("afternoon", r"afternoons?|after lunch|early pm|apres-midi|nachmittags?|pomeriggio|middag|vanmiddag|esta tarde|por la tarde|a tarde"),
    ("evening", r"evenings?|eve|after work|after dinner|soir|ce soir|abends?|stasera|sera|avond|vanavond"),
    ("night", r"nights?|tonight|tonite|2nite|overnight|late night|esta noche|por la noche|a noite|nuit|nachts?|notte|nacht"),
)
_DAYPART = {part: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for part, words in _DAYPARTS}
_GREETING = re.compile(r"\b(?:good|gud|have a (?:good|great|nice|lovely|wonderful)|buenas|bonne|gute[nr]?|bom|boa|goede|christmas|new year'?s?|xmas)\s$|(?:^|[.!?,]\s*)$")
_COUNTED = re.compile(r"(?:\b(?:\d+|one|two|three|four|five|six|seven|a|per|each|every|few|couple of|many|last|wedding|date|opening)\s(?:more\s)?|\d-)$")


def read_times(folded: str, asked: bool = False) -> list[Found[time]]:
    """Every time of day in the folded text, surest first; `asked`: a bare hour is an answer."""
    found: list[Found[time]] = []
    for rank, pattern in enumerate(_PATTERNS):
        for match in pattern.finditer(folded):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            if (when := _when(match, folded)) is not None:
                found.append(Found(when, _start(match), match.end(), 0.95 if rank < 6 else 0.85))
    if asked and not found and (match := _JUST_AN_HOUR.fullmatch(folded)) is not None:
        when = _when(match, folded)
        found += [Found(when, match.start("hour"), match.end("minute" if match["minute"] else "hour"), 0.8)] if when else []
    return sorted(found, key=lambda one: one.start)


def read_daypart(folded: str) -> Found[Daypart] | None:
    """The part of the day that the text speaks of; a greeting and a count of nights are none."""
    for part, pattern in _DAYPART.items():
        for match in pattern.finditer(folded):
            alone = match[0] == folded.strip(" .!?,")
            if not alone and (_GREETING.search(folded, 0, match.start()) or _COUNTED.search(folded, 0, match.start())):
                continue
            if match[0].startswith("matin") or not folded[match.end() : match.end() + 6].startswith((" stay", " club")):
                return Found(part, match.start(), match.end(), 0.9)
    return None


def _start(match: re.Match[str]) -> int:
    for group in ("minutes", "part", "hour", "noon"):
        if match.groupdict().get(group):
            return min(match.start(name) for name in ("minutes", "part", "hour", "noon") if match.groupdict().get(name))
    return match.start()


def _when(match: re.Match[str], text: str) -> time | None:
    groups = match.groupdict()
    if (noon := groups.get("noon")) is not None:
        hour, minute = (0 if noon.startswith(("midn", "mittern", "mediano", "minu", "mezzan", "meia", "midder")) else 12), 0
        return _shifted(hour, groups) if groups.get("minutes") else time(hour, minute)
    hour = _HOURS.get(groups["hour"], -1) if groups["hour"] in _HOURS else int(groups["hour"])
    minute = _minute(groups)
    if hour == 24:
        hour = 0
    if minute is None or hour > 23:
        return None
    half = groups.get("half") or (until["half"] if (until := _UNTIL.match(text, match.end())) else "")
    hour = _of_day(hour, half, groups.get("part") or "", groups["hour"], text)
    if groups.get("minutes"):
        return _shifted(hour, groups)
    return time(hour, minute)


def _minute(groups: dict[str, str | None]) -> int | None:
    said = groups.get("minute") or groups.get("packed") or groups.get("minute_word")
    if said is None:
        return 0
    return int(said) if said.isdigit() else _MINUTES.get(said)


def _shifted(hour: int, groups: dict[str, str | None]) -> time | None:
    said = groups["minutes"] or ""
    minutes = int(said) if said.isdigit() else _MINUTES[said]
    if minutes > 59:
        return None
    back = groups["way"] in ("to", "before", "till", "of")
    total = (hour * 60 + (-minutes if back else minutes)) % (24 * 60)
    return time(total // 60, total % 60)


def _of_day(hour: int, half: str, part: str, said: str, text: str) -> int:
    """The hour from 0 to 23."""
    if hour == 0 or hour > 12:
        return hour
    if half:
        return hour % 12 + (12 if half[0] == "p" else 0)
    if not part:
        spoken = read_daypart(text)
        part = spoken.value if spoken else ""
    if re.search(r"morning|manana|manha|matin|mattina|morgens", part):
        return hour % 12
    if re.search(r"night|tonite|noche|noite", part):
        return hour % 12 + (12 if 6 <= hour <= 11 else 0)
    if re.search(r"afternoon|evening|noon|tarde|soir|sera|midi|pomeriggio|abends|nachmittags", part):
        return hour % 12 + 12
    if said.startswith("0"):
        return hour
    return hour + 12 if hour <= 6 else hour
