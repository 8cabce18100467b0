"""How dates are written, each pattern with what it means and how sure it is. Pure data, but for the composing."""

import re
from collections.abc import Iterable

from frontdesk.readers.calendar_days import FLOATING_HOLIDAYS
from frontdesk.readers.date_meaning import (
    Meaning,
    day_from_today,
    day_of_month,
    end_of_month,
    floating,
    in_units,
    iso,
    month_day,
    week_from,
    weekday,
    weekday_of_month,
    yearly,
)
from frontdesk.readers.date_words import (
    DAYS_FROM_TODAY,
    FIXED_HOLIDAYS,
    MONTHS,
    NEXT,
    ONE,
    ORDINALS,
    SHORT_WEEKDAYS,
    WEEKDAYS,
)
from frontdesk.readers.later import DIGITS, Later
from frontdesk.readers.numbers import SMALL

__all__ = ["NUMERIC", "ORDINAL", "PATTERNS"]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(MONTHS)})(?![^\W\d])\.?"
_DAY = (
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?:\s?(?:st|nd|rd|th)\b|º|er\b|\.(?=\s))?"
    r"(?![\d:]|\s?(?:am|pm|a\.m|p\.m|o'clock)\b|[.,]\d|\s(?:people|persons?|guests)\b)"
)
ORDINAL = rf"(?P<ordinal>(?:3[01]|[12]\d|0?[1-9])\s?(?:st|nd|rd|th)|{_any(ORDINALS).replace(chr(92) + '-', '[ -]')})\b"
"""A day of the month as a rank: 14th, twenty first."""
_YEAR = r"(?:,?\s+(?:(?:of|de|del)\s)?(?P<year>(?:19|20)\d{2})(?!\d|:|\s?(?:am|pm)\b)|\s?'(?P<short>\d{2})\b)"
_WEEKDAY = rf"(?P<weekday>{_any([*WEEKDAYS, *SHORT_WEEKDAYS])})\b"
_OF = r"(?:\s?[-/]?\s?|,\s|\.\s?|\s(?:of|de|do|di|del|von|du|the|den)\s|\sof\sthe\s)"
_UNIT = (
    r"(?P<unit>days?|nights?|weeks?|fortnights?|months?|years?|wks?|dias?|semanas?|jours?|semaines?|tagen?|wochen?"
    r"|giorni|settimane|dagen|weken)"
)
_COUNT = rf"(?P<count>a couple of|couple of|a few|{SMALL}|\d{{3}}|{'|'.join(ONE)})"
_HOLIDAY_YEAR = r"(?:,?\s(?P<year>20\d{2}))?"
_GOES_ON = (
    r"(?=\s*(?:[.,!?;)@\d-]|$|\b(?:at|in|around|by|before|after|from|if|please|pls|would|will|works?|is|between|and"
    r"|or|to"
    r"|for|instead|then|thanks|thank|but|because|so|with|this|next|of|morning|afternoon|evening|night|noon|i|we|due"
    r"|when"
    r"|about|as|could|can|sounds|should|that|you|my|it)\b))"
)
"""After "the 2nd": a day, and not "the 2nd floor"."""
_STANDS_ALONE = r"(?=\s*(?:[.,!?;]|$|\b(?:at|in|morning|afternoon|evening|night|works|please|or|and|the|\d)))"
"""After "sat" and "sun", which are words as well."""

NUMERIC = Later(
    r"(?<![\w/.$£€-])(?P<one>\d{1,2})(?P<sep>[/.-])(?P<two>\d{1,2})(?:(?P=sep)(?P<year>(?:19|20)\d{2}"
    r"|\d{2}))?(?![\w/%]|[.-]\d)",
    ("/", ".", "-"),
)
"""3/14, 14.03.2026: which is the month, the country tells."""

_MONTHS, _DAYS = tuple(MONTHS), (*WEEKDAYS, *SHORT_WEEKDAYS)
_SPELT = (
    "teenth",
    "first",
    "second",
    "third",
    "fifth",
    "fourth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
_RANKS = ("1st", "2nd", "3rd", "th", "1 st", "2 nd", "3 rd", *_SPELT)
_FEASTS = (
    "mas",
    "day",
    "eve",
    "nye",
    "friday",
    "ween",
    "patrick",
    "thanks",
    "easter",
    "juneteenth",
    "mayo",
    "monday",
    "valentine",
    "fawkes",
    "bonfire",
    "luther",
    "fool",
)
_UNITS = (
    "day",
    "night",
    "week",
    "month",
    "year",
    "wk",
    "dia",
    "semana",
    "jour",
    "tag",
    "woche",
    "giorn",
    "settiman",
    "dag",
    "weken",
)

PATTERNS: tuple[tuple[Later, Meaning, float], ...] = tuple(
    (Later(pattern, needs), meaning, confidence)
    for needs, pattern, meaning, confidence in (
        (DIGITS, r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<sep>[-/.]?)(?P<two>0[1-9]|1[0-2]|(?<=[-/.])[1-9])(?P=sep)"
         r"(?P<one>3[01]|[12]\d|0[1-9]|(?<=[-/.])[1-9])(?!\d)", iso, 0.98),
        (_MONTHS, rf"(?<!\w){_MONTH}{_OF}{ORDINAL}{_YEAR}?", month_day, 0.95),
        (_MONTHS, rf"(?<!\w){_MONTH}{_OF}{_DAY}{_YEAR}?", month_day, 0.95),
        (_MONTHS, rf"(?<![\w:.,$£€/-]){ORDINAL}{_OF}{_MONTH}{_YEAR}?", month_day, 0.95),
        (_MONTHS, rf"(?<![\w:.,$£€/-]){_DAY}{_OF}{_MONTH}{_YEAR}?", month_day, 0.95),
        (("month",), rf"\b{ORDINAL}\s(?:day\s)?(?:of|in)\s(?P<which>this|the|next|last)\s(?:current\s)?month\b",
         day_of_month, 0.95),
        (_DAYS, rf"\b{_WEEKDAY},?\s(?:the\s)?{ORDINAL}(?!\s(?:floor|time|one|of|street|st|ave|avenue)\b)",
         day_of_month, 0.9),
        (_UNITS, rf"\b(?:in|within)\s{_COUNT}\s{_UNIT}(?:'s?)?(?:\stime)?\b(?!\sago)", in_units, 0.9),
        (_UNITS, rf"\b(?:en|dans|tra|fra|em|over)\s{_COUNT}\s{_UNIT}\b", in_units, 0.8),
        (_UNITS, rf"\b{_COUNT}\s{_UNIT}\s(?P<ago>from now|from today|from tomorrow|later|hence|ago)\b", in_units, 0.85),
        (("week",), rf"\b{_COUNT}\s(?P<unit>weeks?)\s(?:from|after)\s{_WEEKDAY}", in_units, 0.85),
        (_DAYS, rf"\b(?P<which>first|1st|second|2nd|third|3rd|fourth|4th|last)\s{_WEEKDAY}\s(?:of|in)\s(?:the\s)?"
         rf"(?:(?P<month>{_any(MONTHS)})|(?P<shift>this|next|the)?\s?month)\b", weekday_of_month, 0.95),
        (("month",), r"\b(?:the\s)?(?:end|last day)\sof\s(?:the\s|this\s)?(?:(?P<shift>next)\s)?month\b",
         end_of_month, 0.7),
        (("week",), r"\b(?:a\s)?week\s(?:from\s)?(?P<word>today|tomorrow)\b", week_from, 0.9),
        (tuple(DAYS_FROM_TODAY), rf"(?<!\w)(?P<word>{_any(DAYS_FROM_TODAY)})(?!\w)", day_from_today, 0.95),
        (tuple(WEEKDAYS),
         rf"\b(?:(?P<which>this coming|coming|this|last|past|{NEXT})\s)?(?P<weekday>{_any(WEEKDAYS)})\b"
         r"(?:\s(?:of\s|in\s)?(?P<after>this week|next week|following week|the week after next|week after next"
         r"|after next|a week|week\b|prochain|que viene|proximo|prossimo|proxima))?", weekday, 0.9),
        (tuple(SHORT_WEEKDAYS),
         rf"(?:\b(?P<which>this coming|coming|this|last|past|{NEXT})\s|\b(?:on|by|for|from|til|until|or)\s|^\s*|,\s*)"
         rf"(?P<weekday>{_any(SHORT_WEEKDAYS)})\b\.?{_STANDS_ALONE}(?P<after>\snext week)?", weekday, 0.8),
        (_RANKS, rf"\b(?:on|for|by|until|till|before|after|from|the|is|make it|to)\s(?:the\s)?{ORDINAL}{_GOES_ON}",
         day_of_month, 0.85),
        *((_FEASTS, rf"\b(?:{names})\b{_HOLIDAY_YEAR}", floating(of_year), 0.9)
          for names, of_year in FLOATING_HOLIDAYS.items()),
        *((_FEASTS, rf"\b(?:{names})\b{_HOLIDAY_YEAR}", yearly(*day), 0.9) for names, day in FIXED_HOLIDAYS.items()),
    )
)  # fmt: skip
"""Earlier ones are tried first: a longer way to write a date stands before its parts."""
