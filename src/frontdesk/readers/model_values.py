"""A language model's claims, checked: the quote must stand in the text, and the rules must call the value valid. Pure.

The value is read from the quote by the same code that reads texts without a model, so that a model can point at words
and never write a value of its own. Exceptions are words from a fixed list (service, intent, daypart), a language, and
days and times in words that no rule knows ("the day before my birthday", "after school"): they must be real, and to
come.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import time as Time
from datetime import timedelta
from typing import Any, TypeVar, get_args

from frontdesk.readers.addresses import read_address
from frontdesk.readers.choosing import meant
from frontdesk.readers.cities import read_city
from frontdesk.readers.dates import read_dates
from frontdesk.readers.dayparts import read_daypart
from frontdesk.readers.emails import read_email
from frontdesk.readers.folding import fold
from frontdesk.readers.keywords import Word
from frontdesk.readers.model_schema import Claim
from frontdesk.readers.money import read_bare_amount, read_money
from frontdesk.readers.names import read_name
from frontdesk.readers.phones import NUMBER_OF_SOMETHING, read_phone
from frontdesk.readers.postcodes import read_postcode
from frontdesk.readers.reading import Context, Daypart, Found, Intent, Reading
from frontdesk.readers.times import read_times

__all__ = ["SURE", "UNSURE", "checked", "place_of"]

T = TypeVar("T")

SURE = 0.7
"""Confidence of what the model pointed at and the rules could read: less than what a rule finds by itself."""
UNSURE = 0.5
"""Of a day or time that only the model could read."""
_FARTHEST = timedelta(days=731)
_VALID = 0.9
"""From here on a rule calls a phone number valid, or one that was said to be one."""
_BEFORE = 40  # characters before a number that tell what number it is


@dataclass(frozen=True, slots=True)
class _Pointed:
    """A claim with the place of its quote: `text[start:end]`, and `said`, that piece folded."""

    text: str
    folded: str
    start: int
    end: int
    value: str
    context: Context

    @property
    def quote(self) -> str:
        return self.text[self.start : self.end]

    @property
    def said(self) -> str:
        return self.folded[self.start : self.end]

    def asked(self, field: str) -> bool:
        return self.context.field == field


def checked(text: str, claims: Mapping[str, Claim], context: Context) -> Reading:
    """The claims that hold, as a reading. What is invented or not valid is left out."""
    folded = fold(text)
    found: dict[str, Found[Any]] = {}
    for field, claim in claims.items():
        place = place_of(claim.quote, text, folded)
        if place is None:
            continue
        pointed = _Pointed(text, folded, *place, claim.value, context)
        if field == "intent" and _same(claim.value, "opt_out"):
            found["opt_out"] = Found(Word("stop", "language"), *place, SURE)
        elif (value := _CHECKS[field](pointed)) is not None:
            found[field] = value
    return Reading(**found)


def place_of(quote: str, text: str, folded: str) -> tuple[int, int] | None:
    """Where the quote stands in the text, in whole words; case, accents and kinds of quotes do not matter."""
    quote = quote.strip().strip('"“”').strip()
    if not any(char.isalnum() for char in quote):
        return None
    for wanted, within in ((quote, text[: len(folded)]), (fold(quote), folded)):
        start = within.find(wanted)
        while start != -1:
            end = start + len(wanted)
            if not _cuts_a_word(within, start) and not _cuts_a_word(within, end):
                return start, end
            start = within.find(wanted, start + 1)
    return None


def _cuts_a_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _moved(found: Found[T] | None, pointed: _Pointed) -> Found[T] | None:
    """What was found in the quote alone, by its place in the text, as sure as a model can be."""
    if found is None:
        return None
    return replace(found, start=found.start + pointed.start, end=found.end + pointed.start, confidence=SURE)


def _overlapping(found: Sequence[Found[T]], pointed: _Pointed) -> list[Found[T]]:
    """Those of the whole text that the quote touches: what stands around a quote can say more than it does."""
    kept = [one for one in found if one.start < pointed.end and pointed.start < one.end]
    return [replace(one, confidence=SURE) for one in kept]


def _name(pointed: _Pointed) -> Found[str] | None:
    return _moved(read_name(pointed.quote, pointed.said, True), pointed)


def _service(pointed: _Pointed) -> Found[str] | None:
    for label in pointed.context.services:
        if _same(label, pointed.value):
            return Found(label, pointed.start, pointed.end, SURE)
    return None


def _city(pointed: _Pointed) -> Found[str] | None:
    for town in pointed.context.towns:
        if _same(town, pointed.quote):
            return Found(town, pointed.start, pointed.end, SURE)
    return _moved(read_city(pointed.quote, pointed.said, pointed.context.towns, True), pointed)


def _address(pointed: _Pointed) -> Found[str] | None:
    around = read_address(pointed.text, pointed.folded, pointed.asked("address"))
    if around is not None and (found := _overlapping([around.address], pointed)):
        return found[0]
    place = read_address(pointed.quote, pointed.said, True)
    return _moved(place.address, pointed) if place else None


def _postcode(pointed: _Pointed) -> Found[str] | None:
    return _moved(read_postcode(pointed.said, pointed.context.country, "postcode"), pointed)


def _date(pointed: _Pointed) -> Found[Date] | None:
    context = pointed.context
    today = context.now.date() if context.now else None
    found = _overlapping(read_dates(pointed.folded, today, context.country, pointed.asked("date")), pointed)
    day = meant(found, pointed.folded)
    if day is None:
        day = _moved(meant(read_dates(pointed.said, today, context.country, True), pointed.said), pointed)
    if day is None and today is not None and (told := _parsed(Date.fromisoformat, pointed.value)) is not None:
        day = Found(told, pointed.start, pointed.end, UNSURE) if told <= today + _FARTHEST else None
    return None if day is None or (today is not None and day.value < today) else day


def _time(pointed: _Pointed) -> Found[Time] | None:
    found = meant(_overlapping(read_times(pointed.folded, pointed.asked("time")), pointed), pointed.folded)
    if found is None:
        found = _moved(meant(read_times(pointed.said, True), pointed.said), pointed)
    if found is None and re.fullmatch(r"\d{2}:\d{2}", pointed.value) and not any(map(str.isdigit, pointed.said)):
        told = _parsed(Time.fromisoformat, pointed.value)
        found = Found(told, pointed.start, pointed.end, UNSURE) if told is not None else None
    return found


def _daypart(pointed: _Pointed) -> Found[Daypart] | None:
    if (spoken := _moved(read_daypart(pointed.said), pointed)) is not None:
        return spoken
    told: Daypart | None = next((word for word in get_args(Daypart) if _same(word, pointed.value)), None)
    return Found(told, pointed.start, pointed.end, UNSURE) if told is not None else None


def _budget(pointed: _Pointed) -> Found[Any] | None:
    return _moved(read_money(pointed.said, pointed.context.country) or read_bare_amount(pointed.said, True), pointed)


def _email(pointed: _Pointed) -> Found[str] | None:
    found = _moved(read_email(pointed.said, True), pointed)
    # Folding took an accent off: rather none than another's address.
    return found if found is not None and pointed.text[found.start : found.end].isascii() else None


def _phone(pointed: _Pointed) -> Found[str] | None:
    if NUMBER_OF_SOMETHING.search(pointed.folded[max(0, pointed.start - _BEFORE) : pointed.start]):
        return None
    found = read_phone(pointed.said, pointed.context.country, True)
    if found is None or (found.confidence < _VALID and not pointed.asked("phone")):
        return None
    return _moved(found, pointed)


def _intent(pointed: _Pointed) -> Found[Intent] | None:
    told: Intent | None = next((word for word in get_args(Intent) if _same(word, pointed.value)), None)
    return Found(told, pointed.start, pointed.end, SURE) if told is not None else None


def _language(pointed: _Pointed) -> Found[str] | None:
    told = pointed.value.lower()
    return Found(told, 0, len(pointed.text), SURE) if re.fullmatch(r"[a-z]{2}", told) else None


_CHECKS: Mapping[str, Callable[[_Pointed], Found[Any] | None]] = {
    "name": _name,
    "service": _service,
    "city": _city,
    "address": _address,
    "postcode": _postcode,
    "date": _date,
    "time": _time,
    "daypart": _daypart,
    "budget": _budget,
    "email": _email,
    "phone": _phone,
    "intent": _intent,
    "language": _language,
}


def _same(one: str, other: str) -> bool:
    return fold(one).strip() == fold(other).strip()


def _parsed(parse: Callable[[str], T], told: str) -> T | None:
    try:
        return parse(told)
    except ValueError:
        return None
