"""The words of dates in the languages that leads write in, as data; spelt as `fold` leaves them."""

__all__ = ["DAYS_FROM_TODAY", "FIXED_HOLIDAYS", "MONTHS", "NEXT", "ONE", "ORDINALS", "SHORT_WEEKDAYS", "WEEKDAYS"]


def _table(*columns: str) -> dict[str, int]:
    return {word: at for column in columns for at, words in enumerate(column.split(), 1) for word in words.split("|")}


MONTHS = _table(
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct "
    "november|nov december|dec",
    "enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "januar|janner februar marz|maerz april mai juni juli august september oktober november dezember",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
)
"""1 is January. A name counts only beside the number of a day."""

WEEKDAYS = _table(
    "monday tuesday wednesday thursday friday saturday sunday",
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays",
    "lunes martes miercoles jueves viernes sabado domingo",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
    "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "segunda-feira terca-feira quarta-feira quinta-feira sexta-feira sabado domingo",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
"""1 is Monday."""

SHORT_WEEKDAYS = _table("mon tue|tues wed|weds thu|thur|thurs fri sat sun")
"""Words of their own too ("he sat in the sun"): they count beside a date, after next, this, on, or alone."""

DAYS_FROM_TODAY = {
    "the day after tomorrow": 2, "day after tomorrow": 2, "overmorrow": 2, "pasado manana": 2, "apres-demain": 2,
    "apres demain": 2, "ubermorgen": 2, "uebermorgen": 2, "dopodomani": 2, "depois de amanha": 2, "overmorgen": 2,
    "the day before yesterday": -2, "day before yesterday": -2,
    "tomorrow": 1, "tommorow": 1, "tommorrow": 1, "tomorow": 1, "tmrw": 1, "tmrow": 1, "tmr": 1, "tmw": 1,
    "2morrow": 1, "2moro": 1, "2mrw": 1, "tomo": 1, "demain": 1, "domani": 1, "amanha": 1,
    "today": 0, "tonight": 0, "tonite": 0, "2day": 0, "2nite": 0, "this morning": 0, "this afternoon": 0,
    "this evening": 0, "hoy": 0, "aujourd'hui": 0, "heute": 0, "oggi": 0, "hoje": 0, "vandaag": 0, "vanavond": 0,
    "esta tarde": 0, "esta noche": 0, "ce soir": 0, "stasera": 0, "deze middag": 0, "vanmiddag": 0, "vanochtend": 0,
    "yesterday": -1, "last night": -1, "ayer": -1, "hier soir": -1, "gestern": -1, "ieri": -1, "ontem": -1,
    "gisteren": -1,
}  # fmt: skip

ORDINALS = {
    word: at
    for at, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
        "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth "
        "thirty-first".split(),
        1,
    )
}

FIXED_HOLIDAYS = {
    r"christmas eve|xmas eve": (12, 24), r"(?:christmas|xmas)(?: day)?": (12, 25), r"boxing day": (12, 26),
    r"new years? eve|new year's eve|nye": (12, 31), r"new years? day|new year's day": (1, 1),
    r"hallowee?n": (10, 31), r"valentine'?s?(?: day)?": (2, 14), r"(?:st|saint)\.? patrick'?s?(?: day)?": (3, 17),
    r"independence day": (7, 4), r"veterans'? day": (11, 11), r"juneteenth": (6, 19), r"april fools'?(?: day)?": (4, 1),
    r"cinco de mayo": (5, 5), r"groundhog day": (2, 2), r"canada day": (7, 1), r"australia day": (1, 26),
    r"anzac day": (4, 25), r"guy fawkes(?: night| day)?|bonfire night": (11, 5),
}  # fmt: skip

NEXT = r"(?:next|proximo|proxima|prochain|prochaine|nachsten?|nachster|prossimo|prossima|volgende|kommenden?)"
ONE = ("a", "an", "one", "un", "una", "une", "einer", "einem", "een", "uma", "um")
