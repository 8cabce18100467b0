"""The values of the payments' room."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Payment", "PaymentState", "Standing", "Whose"]


class PaymentState(StrEnum):
    """The states of one payment; each says what the provider's next word can be."""

    PENDING = "pending"  # nothing was paid yet; any other
    FAILED = "failed"  # the first try to pay failed, so that nothing was paid yet; it may be tried again
    PAST_DUE = "past_due"  # a renewal failed and the provider tries again
    UNPAID = "unpaid"  # a renewal failed and the provider gave up, or service is paused; it may be paid after all
    ACTIVE = "active"  # paid, or in its trial
    REFUNDED = "refunded"  # a single payment was given back whole: final
    ENDED = "ended"  # the subscription is over: final, a new one has another id


@dataclass(frozen=True, slots=True)
class Payment:
    """One subscription or single payment as it stands; `client_id` is None until it is known whose it is."""

    payment_ref: str
    client_id: int | None = None
    customer_id: str | None = None
    subscription_id: str | None = None
    state: PaymentState = PaymentState.PENDING
    last_event_at: datetime | None = None
    last_event_type: str | None = None
    amount: int | None = None
    currency: str | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the desk last made of a client's payments, and the newest event that it knew then."""

    active: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Whose:
    """What tells which client a payment belongs to; each is a client's id, or None."""

    noted: int | None
    noted_by_name: bool
    """The payment itself named the client that is noted."""
    named: int | None
    """Named by the event in hand."""
    of_customer: int | None
    """The one client of the same customer's other subscriptions."""
