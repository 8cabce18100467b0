"""The offline reader: all that one message says, field by field, by rules. No model, no network. Pure.

Fields that are sure of their place come first and hide it, so that no digit of a phone number is read as a time. What
was asked last makes a rule bolder for that field alone.
"""

from datetime import date as Date
from datetime import time as Time
from datetime import timedelta

from frontdesk.readers.addresses import read_address
from frontdesk.readers.choosing import meant
from frontdesk.readers.cities import read_city
from frontdesk.readers.dates import read_dates
from frontdesk.readers.dayparts import read_daypart
from frontdesk.readers.emails import read_email
from frontdesk.readers.folding import fold, hide
from frontdesk.readers.intents import read_intent
from frontdesk.readers.keywords import Word, keyword
from frontdesk.readers.languages import read_language
from frontdesk.readers.money import read_bare_amount, read_money
from frontdesk.readers.names import read_name
from frontdesk.readers.phones import read_phone
from frontdesk.readers.postcodes import read_postcode
from frontdesk.readers.reading import Context, Found, Reading
from frontdesk.readers.services import read_service
from frontdesk.readers.soon import read_soon
from frontdesk.readers.times import read_times

__all__ = ["read_fields"]

_COUNTABLE = (1900, 8000)
"""Years from which a thousand more may be counted."""


def read_fields(text: str, context: Context | None = None) -> Reading:
    """What `text` says, with the place of each value in it. Any text is read; only its first characters are."""
    context = context or Context()
    asked = context.field
    folded = rest = fold(text)
    email = read_email(rest, asked == "email")
    if email is not None and not text[email.start : email.end].isascii():
        email = None  # folding took an accent off: rather none than another's address
    rest = _without(rest, email)
    phone = read_phone(rest, context.country, asked == "phone")
    rest = _without(rest, phone)
    budget = read_money(rest, context.country)
    rest = _without(rest, budget)
    place = read_address(text, rest, asked == "address")
    postcode = read_postcode(rest, context.country, asked)
    rest = _without(rest, place.address if place else None)
    now = context.now if context.now and _COUNTABLE[0] <= context.now.year <= _COUNTABLE[1] else None
    today = now.date() if now else None
    dates = read_dates(rest, today, context.country, asked == "date")
    undated = _without(rest, *(one for one in dates if read_daypart(rest[one.start : one.end]) is None))
    times = read_times(undated, asked == "time")
    untimed = _without(undated, *times, postcode)
    time = meant(times, folded)
    date = meant(dates, folded) or _midnight(time, folded, today)
    if not dates and not times and (soon := read_soon(rest, now)) is not None:
        date = Found(soon.value.date(), soon.start, soon.end, soon.confidence)
        time = Found(soon.value.time(), soon.start, soon.end, soon.confidence)
    return Reading(
        name=read_name(text, _without(folded, email, phone), asked == "name"),
        service=read_service(folded, context.services, context.synonyms),
        city=(place.city if place else None) or read_city(text, untimed, context.towns, asked == "city"),
        address=place.address if place else None,
        postcode=postcode,
        date=date,
        time=time,
        daypart=None if time else read_daypart(rest),
        budget=budget or read_bare_amount(rest if asked == "budget" else untimed, asked == "budget"),
        email=email,
        phone=phone,
        intent=read_intent(folded),
        opt_out=_opt_out(text),
        language=read_language(text),
    )


def _without(folded: str, *found: Found[object] | None) -> str:
    return hide(folded, [(one.start, one.end) for one in found if one is not None])


def _midnight(time: Found[Time] | None, folded: str, today: Date | None) -> Found[Date] | None:
    """The midnight to come begins tomorrow."""
    if time is None or today is None or time.value != Time(0) or "midnight" not in folded[time.start : time.end]:
        return None
    return Found(today + timedelta(days=1), time.start, time.end, 0.6)


def _opt_out(text: str) -> Found[Word] | None:
    word = keyword(text)
    return Found(word, 0, len(text), 0.95) if word is not None and word.kind == "stop" else None
