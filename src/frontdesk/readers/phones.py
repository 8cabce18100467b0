"""Phone numbers, by Google's own data: what is possible in the country is taken, what is valid is surer. Pure."""

import re

import phonenumbers

from frontdesk.readers.later import Later
from frontdesk.readers.reading import Found

__all__ = ["NUMBER_OF_SOMETHING", "country_of", "read_phone"]

_OTHER_NUMBER = (
    r"(?:account|acct|a/c|card|cc|ssn|social security|order|invoice|ref|reference|policy|claim|id|zip|post ?code"
    r"|postal code|pin|booking|reservation|confirmation|tracking|serial|case|ticket|licen[cs]e|vin|passport|iban"
    r"|routing|sort code|member(?:ship)?|customer|model|part|item|po|quote|job|permit|otp|code|registration|plate)"
)
NUMBER_OF_SOMETHING = Later(rf"\b{_OTHER_NUMBER}\b(?:\s?(?:number|num|no|nr|id|code|#)\b)?[\s.:#-]*(?:is|was)?[\s:#]*$")
"""What stands before a number that is no phone number."""

_IS_SOMETHING = Later(rf"\s(?:is|was)\s(?:my|the|our|his|her|your)\s(?:\w+\s)?{_OTHER_NUMBER}\b")
_PHONE_WORD = Later(
    r"\b(?:phone|ph|cell|mobile|mob|tel|telephone|call|text|reach|number|whatsapp|contact|ring|dial|landline"
    r"|movil|celular|telefono|numero|telefon\w*|handy|nummer|anruf\w*|portable|telephone|telefoon\w*|telefone"
    r"|cellulare)\b"
)
_DATE = Later(
    r"(?<!\d)(?:(?:19|20)\d{2}[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])|\d{1,2}[-/.]\d{1,2}[-/.](?:19"
    r"|20)\d{2})(?!\d)"
)
_LAST_PART = Later(r"(?<=\s)(?:\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}|\+\d[\d\s.-]{8,16}|0\d[\d\s.-]{7,12})$")
_DIGITS = re.compile(r"(?<![\w$£€#])(?:\+|00\s?)?\(?\d(?:[\s()./-]{0,3}\d){6,24}(?!(?!x\d{1,6}\b)\w)")
_DIGIT_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN = Later(
    r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[\s,-]+){6,14}"
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b",
    _DIGIT_WORDS,
)
_DIGIT = dict(zip("zero one two three four five six seven eight nine oh".split(), "01234567890", strict=True))
_NO_TRUNK = ("US", "CA")
"""Where no number begins with 0."""
_EXTENSION = re.compile(r"[\s,;]{0,3}(?:ext(?:ension)?|extn|x)[\s.:=]{0,2}(\d{1,6})(?!\w)")
"""Behind a number of an office, whom to ask for."""
_MONEY_BEFORE = re.compile(r"[$£€¥₹#]\s?$")


def read_phone(folded: str, country: str | None = None, asked: bool = False) -> Found[str] | None:
    """The first phone number in the folded text: E.164 where the country is known, else its digits as they stand.

    An extension follows it: "+441611234567 ext. 123".
    """
    found = _first_number(folded, country, asked)
    extension = _EXTENSION.match(folded, found.end) if found is not None else None
    if found is None or extension is None:
        return found
    return Found(f"{found.value} ext. {extension[1]}", found.start, extension.end(), found.confidence)


def _first_number(folded: str, country: str | None, asked: bool) -> Found[str] | None:
    found = None
    for run in _DIGITS.finditer(folded):
        for start, end in _parts(run):
            if (one := _number(folded, start, end, folded[start:end], country, asked)) is not None:
                if one.confidence >= 0.9:
                    return one
                found = found or one
                break
    if found is None and (spoken := _SPOKEN.search(folded)) is not None:
        digits = "".join(_DIGIT[word] for word in re.findall(r"[a-z]+", spoken[0]))
        return _number(folded, spoken.start(), spoken.end(), digits, country, asked)
    return found


def country_of(number: str) -> str | None:
    """The ISO 3166 country of an E.164 number, or None."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None


def _parts(run: re.Match[str]) -> list[tuple[int, int]]:
    """The run of digits, then a part that is a number by itself: "9865454167 118 High Street", "94110 415-555-2671"."""
    count = sum(char.isdigit() for char in run[0])
    first = re.match(r"\+?\d{10,15}(?=\s)", run[0])
    last = _LAST_PART.search(run[0]) if count <= 17 else None
    return [
        *([(run.start(), run.start() + first.end())] if first else []),
        *([(run.start(), run.end())] if count <= 15 else []),
        *([(run.start() + last.start(), run.end())] if last else []),
    ]


def _number(text: str, start: int, end: int, said: str, country: str | None, asked: bool) -> Found[str] | None:
    digits = re.sub(r"\D", "", said)
    before = text[:start]
    if len(set(digits)) == 1 or (_DATE.search(said) and not said.startswith("+")) or _MONEY_BEFORE.search(before):
        return None
    if NUMBER_OF_SOMETHING.search(before[-40:]) or _IS_SOMETHING.match(text, end) or text[end : end + 2] in ("@", " @"):
        return None
    if not asked and all(len(group) == 1 for group in re.findall(r"\d+", said)):
        return None
    said_so = asked or bool(_PHONE_WORD.search(before[-60:])) or said.startswith("+")
    parsed = _parsed(said, digits, country)
    if parsed is not None:
        if phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return Found(digits, start, end, 0.6) if said_so else None  # no area code: nobody else can dial it
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        valid = phonenumbers.is_valid_number(parsed)
        if not valid and digits.startswith("0") and country in _NO_TRUNK:
            return Found(digits, start, end, 0.6) if said_so else None  # as another country dials
        if valid or said_so or _looks_dialled(said):
            return Found(e164, start, end, 0.98 if valid else 0.9 if said_so else 0.7)
        return None
    if said_so and country and digits.startswith("0") and 9 <= len(digits) <= 12 and " " in said:
        return Found(digits, start, end, 0.6)  # as another country dials
    if asked and country and 8 <= len(digits) <= 13:
        return Found(digits, start, end, 0.5)  # a digit too many or too few, for a person to look at
    if country is None and said_so and 7 <= len(digits) <= 12 and not said.startswith("+"):
        return Found(digits, start, end, 0.7)  # nobody told where to dial from
    return None


def _parsed(said: str, digits: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    """As dialled in `country`; a leading 00, which much of the world dials abroad, is a + unless that is a number."""
    number = _possible(said, country)
    if said.startswith("00") and (number is None or not phonenumbers.is_valid_number(number)):
        return _possible("+" + digits[2:], None)
    return number


def _possible(said: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(said, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _looks_dialled(said: str) -> bool:
    """Groups as numbers are written: (555) 123-4567, 555.123.4567, 07700 900123."""
    groups = re.findall(r"\d+", said)
    return (
        said.startswith(("(", "0"))
        or (len(groups) >= 3 and len(groups[-1]) in (3, 4))
        or (len(groups) == 2 and len(groups[0]) == 3 and len(groups[1]) == 4)
    )
