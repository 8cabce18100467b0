"""What the reader is given beside the text, and what it gives back. Pure values."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Generic, Literal, TypeVar

from frontdesk.readers.keywords import Word

__all__ = ["FIELDS", "Context", "Daypart", "Found", "Intent", "Money", "Reading"]

Daypart = Literal["morning", "afternoon", "evening", "night"]
Intent = Literal["yes", "no", "cancel", "reschedule", "price", "handoff", "emergency"]
T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known before the text is read; nothing of it must be.

    `field` is what was asked last (name, date, address …), `question` its wording, which rules do not look at. `now` is
    local to the client: without it no relative date is read. `country` is an ISO 3166 code for phones, postcodes and
    the order of day and month. `services` are the labels that the client offers, `synonyms` what else its leads call
    them, `towns` where it works.
    """

    field: str | None = None
    question: str | None = None
    now: datetime | None = None
    country: str | None = None
    services: Sequence[str] = ()
    synonyms: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    towns: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One value, the place in the text that says so (`text[start:end]`), and how sure the rule is, from 0 to 1."""

    value: T
    start: int
    end: int
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Money:
    """An amount or a range; an open end is None. `currency` is an ISO 4217 code, where the text names one."""

    least: float | None
    most: float | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one text says, field by field; None where it says nothing."""

    name: Found[str] | None = None
    service: Found[str] | None = None
    city: Found[str] | None = None
    address: Found[str] | None = None
    postcode: Found[str] | None = None
    date: Found[date] | None = None
    time: Found[time] | None = None
    daypart: Found[Daypart] | None = None
    budget: Found[Money] | None = None
    email: Found[str] | None = None
    phone: Found[str] | None = None
    intent: Found[Intent] | None = None
    opt_out: Found[Word] | None = None
    language: Found[str] | None = None

    def found(self) -> dict[str, Found[Any]]:
        """The fields that the text says something about."""
        values = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in values.items() if value is not None}


FIELDS = tuple(one.name for one in dataclasses.fields(Reading))
"""The names of the fields, in the order of the reading."""
