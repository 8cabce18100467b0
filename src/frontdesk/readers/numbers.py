"""Numbers as people write them: 1,200.50, 1.200,50, 2.5k, three hundred and seventy, one point three, 7 lakh. Pure."""

import re

__all__ = ["DIGITS", "NUMBER", "SMALL", "value_of"]

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: value
    for value, word in zip(
        range(20, 100, 10),
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        strict=True,
    )
}
_UNITS |= _TENS | {"fourty": 40}
_SCALES = {
    "hundred": 100.0, "thousand": 1e3, "grand": 1e3, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "lacs": 1e5,
    "million": 1e6, "crore": 1e7, "crores": 1e7, "billion": 1e9, "k": 1e3, "m": 1e6, "mil": 1e6, "mio": 1e6, "bn": 1e9,
}  # fmt: skip

_WORD = "|".join(sorted(_UNITS, key=len, reverse=True))
_SCALE = "hundred|thousand|grand|lakhs?|lacs?|million|crores?|billion"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d+,\d{1,2}(?![\d,])|\d+\.\d+|\d{1,12}|\.\d+)"
_IN_DIGITS = rf"{_DIGITS}(?:\s?(?:k|m|mil|mio|bn)\b|\s(?:{_SCALE})\b)?"
_IN_WORDS = (
    rf"\b(?:(?:half\sa\smillion|a\scouple\s(?:of\s)?(?:hundred|thousand|grand)|an?\s(?:{_SCALE})"
    rf"|(?:{_WORD})(?:\s(?:{_SCALE}))?)"
    rf"(?:(?:\s|-|\sand\s)(?:{_WORD}|{_SCALE})\b){{0,9}}(?:\spoint(?:\s(?:{_WORD}))+)?)\b"
)
DIGITS = rf"(?:{_IN_DIGITS})"
"""A number in digits, wherever it begins: beside a sign or a code."""

NUMBER = rf"(?:(?<![\w.,]){_IN_DIGITS}(?:\spoint\s\d+)?|{_IN_WORDS})"
"""A pattern for a number in a folded text; no group in it."""

SMALL = rf"(?:\d{{1,2}}|(?:{_WORD})(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)"
"""A pattern for a number up to 99, in digits or words."""

_GROUPED_BY_DOT = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
_DIGITS_FIRST = re.compile(rf"({_DIGITS})\s?([a-z]*)(?:\s?point\s(\d+))?")


def value_of(said: str, *, dot_groups: bool = False) -> float | None:
    """The number that `said` (a match of NUMBER) stands for; with `dot_groups`, 1.200 is twelve hundred."""
    said = said.strip()
    if (match := _DIGITS_FIRST.fullmatch(said)) is not None:
        number = _digits(match[1], dot_groups)
        if match[3]:
            number = float(f"{match[1]}.{match[3]}") if match[1].isdigit() else number
        return number * _SCALES.get(match[2], 1.0)
    return _words(said)


def _digits(said: str, dot_groups: bool) -> float:
    if _DECIMAL_COMMA.fullmatch(said):
        return float(said.replace(",", "."))
    if "," in said and "." in said and said.rindex(",") > said.rindex("."):
        return float(said.replace(".", "").replace(",", "."))
    if dot_groups and _GROUPED_BY_DOT.fullmatch(said):
        return float(said.replace(".", ""))
    return float(said.replace(",", ""))


def _words(said: str) -> float | None:
    if said == "half a million":
        return 5e5
    if said.startswith("a couple"):
        return 2 * _SCALES[said.split()[-1]]
    whole, _, decimals = said.partition(" point ")
    total, part, seen = 0.0, 0.0, False
    for word in re.split(r"[\s-]+", whole):
        if word in ("and", "a", "an", ""):
            continue
        if word in _UNITS:
            part += _UNITS[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total += (part or 1) * _SCALES[word]
            part = 0.0
        else:
            return None
        seen = True
    if not seen:
        return None
    number = total + part
    digits = "".join(str(_UNITS[word]) for word in decimals.split() if word in _UNITS)
    return number + float(f"0.{digits}") if digits else number
