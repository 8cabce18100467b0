"""How times of day are written, as data: patterns over a folded text, the surest first.

Groups: `hour`, `minute` (or `packed`, `minute_word`), `half` (am or pm), `part` (of the day), `minutes` and `way`
(ten to three), `noon`.
"""

from frontdesk.readers.later import DIGITS, Later

__all__ = ["HOURS", "JUST_AN_HOUR", "MINUTES", "SURE", "TIMES", "UNTIL"]

HOURS = {
    word: at for at, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
MINUTES = {
    "quarter": 15, "a quarter": 15, "half": 30, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty five": 25,
    "twenty-five": 25, "thirty": 30, "thirty five": 35, "forty": 40, "forty five": 45, "forty-five": 45, "fifty": 50,
    "fifty five": 55, "oh five": 5, "o five": 5, "thirty-five": 35, "fifty-five": 55,
}  # fmt: skip

_HOUR_WORD = "|".join(HOURS)
_MINUTE_WORD = "|".join(sorted(MINUTES, key=len, reverse=True))
_HOUR = rf"(?P<hour>2[0-4]|[01]?\d|{_HOUR_WORD})"
_HOUR_12 = rf"(?P<hour>1[0-2]|0?[1-9]|{_HOUR_WORD})"
_START = r"(?<![\w:.,$£€/-])"
_AM_PM = r"(?P<half>a\s?\.?\s?m\b\.?|p\s?\.?\s?m\b\.?|a\b(?=\s*(?:[.,!?]|$))|p\b(?=\s*(?:[.,!?]|$)))"
_PART = (
    r"(?P<part>(?:early\s|late\s)?(?:in\s+the\s+|this\s+|at\s+|tomorrow\s+|that\s+|of\s+the\s+)?"
    r"(?:morning|afternoon|evening|(?<=at )night|(?<=the )night|(?<=that )night|tonight|tonite|noon)"
    r"|(?:de|por|da|di|du)\s(?:la\s)?(?:manana|tarde|noche|manha|noite|matin|soir|mattina|sera)"
    r"|(?:de l'apres-midi|del pomeriggio|abends|morgens|nachmittags|'s (?:ochtends|middags|avonds)))"
)
_CLOCK = r"(?:'?\s?o?'?\s?[\"']?\s?clock|\sa clock)"
_COUNTED = (
    r"(?!\d|[:.]\d|\s?(?:%|percent\b|dollars?|bucks|pounds|euros?|th\b|st\b|nd\b|rd\b)|\s?-\s?(?:bed|bath|year"
    r"|day|hour)|[a-z]|/\d|,\d)"
)
_GOES_ON = (
    r"(?=\s*(?:[.,!?;)\x1f@]|-\s|$|\b(?:on|if|please|pls|works?|is|and|or|would|will|today|tomorrow|tonight|this|next"
    r"|in|at"
    r"|for|with|but|so|that|then|because|instead|sharp|latest|onwards?|ok|okay|good|thanks|thank|i|we|you|can|could"
    r"|may|should|my|the|it|since"
    r"|by|when|as|be|am|was|like|also|until|till|to|through|uhr|h|heures|uur)\b(?!\s(?:\d+|one|two|three"
    r"|ten)\s[a-z]+s\b)))"
)
"""After a bare hour: nothing that it would count."""
_BEFORE_HOUR = (
    r"(?:\b(?:at|around|about|by|before|after|from|until|till|til|@|approx|between|say|make it|for around|near|prefer"
    r"|do|to|it|like|is)\s"
    r"(?:(?:about|around|like|exactly|say|the|roughly|approximately|latest)\s)?|@\s?|\b(?:a las?|um|gegen|alle|as|om"
    r"|vers|a)\s)"
)
_AT = r"(?:\b(?:at|by|after|before|until|till|til)\s(?:about\s|around\s)?|@\s?)"
"""Before an hour in four digits; "around 300" is a count."""
_AFTER = (
    r"\b(?:at|around|about|by|before|after|from|until|till|til|between|say|prefer|make it|a las?|um|gegen|alle"
    r"|om|vers)\s(?:(?:about|around|like|exactly|say|latest)\s)?|@\s?"
)
"""Before a bare hour; the looser words of the other list take an hour with minutes only."""

SURE = 7
"""So many of the patterns name the half of the day, the minutes or the clock."""

_HAS_HOUR = (*DIGITS, *HOURS)

TIMES = tuple(
    Later(pattern, needs)
    for needs, pattern in (
        # half past 2, quarter to 4 in the afternoon, 15 to noon, five past 12 pm
        (("past", "after", "to", "before", "till", "of"), rf"(?<!from )(?<!between )(?<!have "
            rf")\b(?P<minutes>{_MINUTE_WORD}|\d{{1,2}})(?:\s(?:minutes?|mins?))?\s(?P<way>past|after|to|before|till"
            rf"|of)\s"
        rf"(?:(?P<noon>noon|midday|midnight)\b|{_HOUR_12}\b(?:{_CLOCK}|\s?{_AM_PM}|\s{_PART}\b|{_COUNTED}{_GOES_ON}))"),
        # half eight, as the British say it
        (("half",), rf"\b(?P<minutes>half)(?P<way>\s)(?!one\b){_HOUR_12}\b{_COUNTED}(?:\s?{_AM_PM}|\s{_PART}\b"
                    rf"|{_GOES_ON})"),
        # 10:30, 10.30 am, 8:00:31am, 15h30
        (DIGITS, rf"{_START}(?P<hour>2[0-4]|[01]?\d)(?::|h|\.(?=\d\d\s?(?:am|pm|a\.m|p\.m|uhr|h\b)))(?P<minute>[0-5]\d)"
        rf"(?::[0-5]\d)?(?![\d:])(?:\s?{_AM_PM}|\s(?:hrs?|hours|uhr|h)\b|\s{_PART}\b)?"),
        # 3 pm, 3 p . m ., 6 35 pm, three thirty pm, 1140 a.m.
        (_HAS_HOUR, rf"(?<![\w:.,$£€/]){_HOUR_12}(?:[\s:.](?P<minute>[0-5]\d)|(?P<packed>[0-5]\d)"
                    rf"|[\s-](?P<minute_word>{_MINUTE_WORD}))?\s?(?:{_CLOCK}\s?)?{_AM_PM}"),
        # 3 o'clock, 15 uhr, 15h
        (("clock", "uhr", "h", "uur"), rf"(?<![\w:.,$£€/]){_HOUR}(?:{_CLOCK}|\suhr\b(?:\s(?P<minute>[0-5]\d)\b)?"
                                       rf"|\s?h(?:eures|oras|s)?\b|\suur\b)(?:\s?(?:in\s)?{_AM_PM}|\s{_PART}\b)?"),
        # evening 6, afternoon 1:30, tonight around 9
        (("morning", "noon", "evening", "night"), rf"\b(?P<part>morning|afternoon|evening|night|tonight)\s(?:at\s"
            rf"|around\s|about\s|@\s?)?{_HOUR}(?:[\s:.](?P<minute>[0-5]\d)"
            rf"|[\s-](?P<minute_word>{_MINUTE_WORD}))?\b{_COUNTED}{_GOES_ON}"),
        # 6 35 in the morning, 4 this afternoon
        (_HAS_HOUR, rf"(?<![\w:.,$£€/#-])(?<!building )(?<!room )(?<!unit )(?<!apt )(?<!number )(?<!suite )(?<!gate "
                    rf")(?<!flat )(?<!floor )"
        rf"{_HOUR}(?:[\s:.](?P<minute>[0-5]\d)|[\s-](?P<minute_word>{_MINUTE_WORD}))?\s{_PART}\b"),
        # a las 10 y media
        ((" y ",), r"\ba las?\s(?P<hour>1[0-2]|[1-9])\sy\s(?P<minute_word>media|cuarto)\b"),
        # at 21 35, around three thirty
        (_HAS_HOUR, rf"{_BEFORE_HOUR}(?P<hour>2[0-3]|1\d|0?\d|{_HOUR_WORD})[\s.-](?P<minute>[0-5]\d"
                    rf"|{_MINUTE_WORD})\b{_COUNTED}{_GOES_ON}"),
        # at 945, at 1530, 1500 hours
        (DIGITS, rf"{_AT}(?P<hour>2[0-3]|[01]?\d)(?P<packed>[0-5][05])\b{_COUNTED}{_GOES_ON}"),
        (DIGITS, rf"{_START}(?P<hour>2[0-3]|[01]\d)(?P<packed>[0-5]\d)\s?(?:hrs|hours|h)\b"),
        # at 3, between 2 and 4, 4ish
        (_HAS_HOUR, rf"(?:{_AFTER}){_HOUR}{_COUNTED}{_GOES_ON}"),
        (("ish",), rf"{_START}{_HOUR_12}\s?ish\b"),
        (("noon", "mid", "mezz", "meia", "meio", "mitt", "mediod", "minuit"), r"\b(?P<noon>noon(?:ish)?|midday"
            r"|mid-day|midnight|mediodia|mittags?|mitternacht|medianoche|midi|minuit|mezzogiorno"
        r"|mezzanotte|meio-dia|meia-noite|middernacht)\b"),
    )
)  # fmt: skip

JUST_AN_HOUR = Later(
    rf"\s*(?:(?:at|around|about|maybe|say|yes|ok|let's say|how about|make it|by|after|before|i'd say|probably"
    rf"|for)\W+){{0,3}}{_HOUR}"
    rf"(?:[\s:.-](?P<minute>[0-5]\d|{_MINUTE_WORD}))?\s*(?:ish|works|is fine|is good|please|would work|is ok|sharp"
    rf"|would be (?:good|great|fine))?\s*[.!?]*\s*"
)
"""A whole answer to the question of the time."""

UNTIL = Later(rf"\s?(?:-|to|till|until|and)\s?(?:1[0-2]|0?[1-9]|{_HOUR_WORD})(?::[0-5]\d)?\s?(?P<half>am|pm|a\.m|p\.m)")
"""After the first hour of a range: its am or pm is that of the second."""
MINUTES |= {"media": 30, "cuarto": 15}
