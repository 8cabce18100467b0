"""What a stored webhook item can be read as, beside texts and receipts: calls, voice agents, payments, forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from frontdesk.message import Notice, Receipt, TextReceived

__all__ = [
    "CallReceived",
    "CallSign",
    "LeadSubmitted",
    "PaymentKind",
    "PaymentTold",
    "Received",
    "VoiceLine",
    "VoiceReport",
    "VoiceStatus",
]


class CallSign(StrEnum):
    """What one event says of a call, whatever its provider calls it; `calls.rules` judges it."""

    RINGING = "ringing"  # on its way: it rings, queues or is dialled
    CONNECTED = "connected"  # somebody talks
    GREETING = "greeting"  # the caller hears the voicemail greeting: that proves no message yet
    VOICEMAIL = "voicemail"  # a message was left
    MISSED = "missed"
    FAILED = "failed"  # it could not be put through
    REJECTED = "rejected"
    ENDED = "ended"  # over: how it went is told by whether it rang and whether anybody talked
    DETAILS = "details"  # recordings, transcripts, recaps: nothing of how it stands


@dataclass(frozen=True, slots=True)
class VoiceStatus:
    """A voice agent's call moved on. `outcome` is None where the status does not tell one."""

    provider: str
    provider_call_id: str
    status: str
    at: datetime | None
    direction: str | None = None
    ended_reason: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """What a voice agent tells of a call after its end; whatever it does not tell is None."""

    provider: str
    provider_call_id: str
    at: datetime | None
    direction: str | None = None
    ended_reason: str | None = None
    outcome: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    summary: str | None = None
    transcript: str | None = None
    recording_url: str | None = None
    structured_data: Any = None
    success: str | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """One sentence of a call that is going on, as it was understood at last."""

    provider: str
    provider_call_id: str
    at: datetime | None
    role: str
    text: str


class PaymentKind(StrEnum):
    """What a payment provider tells, in neutral words; `payments.rules` says what each means."""

    COMPLETED = "payment.completed"  # a checkout is paid, or costs nothing
    PENDING = "payment.pending"  # a checkout is done, and its money is under way
    FAILED = "payment.failed"
    REFUNDED = "payment.refunded"  # in whole or in part: `full`
    CHECKOUT_EXPIRED = "checkout.expired"
    INVOICE_PAID = "invoice.paid"
    INVOICE_FAILED = "invoice.failed"
    SUBSCRIPTION_UPDATED = "subscription.updated"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    OTHER = "other"  # kept, and nothing is done about it


@dataclass(frozen=True, slots=True)
class PaymentTold:
    """What a payment provider told of one payment.

    `payment_ref` names what is paid (a subscription, else the single payment); None where nothing is to be noted.
    `client_ref` is the client as whoever made the payment named it. Amounts are whole numbers of the currency's
    smallest unit: 1500 of JPY are 1500 yen.
    """

    provider: str
    event_id: str
    kind: PaymentKind
    provider_type: str
    object_id: str
    occurred_at: datetime
    """By the provider's clock, in whole seconds: two events of one second have no order."""
    live: bool
    payment_ref: str | None = None
    client_ref: str | None = None
    customer: str | None = None
    subscription: str | None = None
    payment_intent: str | None = None
    status: str | None = None
    """A subscription's own word for how it stands."""
    amount: int | None = None
    currency: str | None = None
    full: bool = False
    first: bool = False
    """Of an invoice: the one with which a subscription begins."""
    next_attempt_at: datetime | None = None
    error_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LeadSubmitted:
    """A person filled in a form. `fields` hold what they gave, by our own names (name, phone, email, service, …)."""

    source: str
    submission_id: str
    fields: Mapping[str, str]
    consent: bool
    """They agreed to be written to."""
    client_id: int | None = None
    """The client that the form belongs to; None: the desk's only one."""


@dataclass(frozen=True, slots=True)
class CallReceived:
    """One event of a call, or of a leg of it. Addresses are empty where they were withheld.

    `direction` is the provider's own word. `talked` is None where the provider does not tell. `occurred_at` orders the
    events of a leg; None: they are taken as they come. `related` are the ids of other legs of the same call.
    """

    provider: str
    provider_call_id: str
    sign: CallSign
    provider_state: str
    direction: str | None
    our_address: str
    other_address: str
    occurred_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    rang: bool = False
    talked: bool | None = None
    talk_seconds: int | None = None
    related: tuple[str, ...] = ()


Received = (
    TextReceived | Receipt | Notice | CallReceived | VoiceStatus | VoiceReport | VoiceLine | PaymentTold | LeadSubmitted
)
"""What a stored webhook item can be read as."""
