"""Moments that are counted from now: in 20 minutes, in an hour and a half. Pure."""

from datetime import datetime, timedelta

from frontdesk.readers.later import Later
from frontdesk.readers.numbers import SMALL, value_of
from frontdesk.readers.reading import Found

__all__ = ["read_soon"]

_SOON = Later(
    rf"\b(?:in|within)\s(?:about\s|around\s|the next\s)?(?:(?P<half>half an hour)|(?P<count>an?|one|a couple of"
    rf"|{SMALL}|\d{{3}})"
    rf"\s(?P<unit>hours?|hrs?|minutes?|mins?)(?P<and>\sand\sa\shalf)?)\b(?!')"
)


def read_soon(folded: str, now: datetime | None) -> Found[datetime] | None:
    """The moment that the folded text counts from `now`, to the minute."""
    if now is None or (match := _SOON.search(folded)) is None:
        return None
    minutes = 30.0
    if match["half"] is None:
        count = {"a": 1.0, "an": 1.0, "a couple of": 2.0}.get(match["count"]) or value_of(match["count"]) or 0
        minutes = (count + (0.5 if match["and"] else 0)) * (60 if match["unit"].startswith("h") else 1)
    moment = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    return Found(moment, match.start(), match.end(), 0.85)
