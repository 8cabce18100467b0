"""The values of the bookings' room."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

__all__ = ["At", "Booking", "BookingStatus", "NotBookable", "OnDay", "SlotRules", "Unclear", "When"]


class BookingStatus(StrEnum):
    """The states of a booking."""

    BOOKED = "booked"
    """It stands; the time is taken."""
    CANCELLED = "cancelled"
    """It was taken back, and the time is free again; final."""


class NotBookable(StrEnum):
    """Why a time cannot be booked, whatever else is booked."""

    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    OFF_STEP = "off_step"


@dataclass(frozen=True, slots=True)
class Booking:
    """One appointment; times are UTC."""

    id: int
    client_id: int
    lead_id: int
    starts_at: datetime
    ends_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class SlotRules:
    """How long appointments are, how far apart they begin, how soon and how far ahead they may be."""

    length: timedelta
    step: timedelta
    notice: timedelta
    horizon: timedelta


@dataclass(frozen=True, slots=True)
class At:
    """A moment that was meant, in UTC."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class OnDay:
    """A day without a time, perhaps a part of it: local times from `earliest` to before `latest` (None: midnight)."""

    day: date
    earliest: time = time()
    latest: time | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """It can be meant in several ways, or not at all; `ask` is a question for the caller."""

    ask: str


When = At | OnDay | Unclear
"""What somebody meant who said when."""
