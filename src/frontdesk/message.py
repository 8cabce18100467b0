"""The values that travel through the desk: what comes in, what goes out, and the lane that orders them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "Item",
    "LaneClass",
    "LeadSubmitted",
    "Media",
    "Notice",
    "Outgoing",
    "PaymentKind",
    "PaymentTold",
    "Receipt",
    "ReceiptStatus",
    "Received",
    "Template",
    "TextReceived",
    "VoiceLine",
    "VoiceReport",
    "VoiceStatus",
    "lane_key",
]


class LaneClass(StrEnum):
    """What kind of work a lane orders; depth and oldest age are reported per class."""

    MESSAGE = "message"
    RECEIPT = "receipt"
    CALL = "call"
    PAYMENT = "payment"


class ReceiptStatus(StrEnum):
    """The provider-neutral delivery states; `outbox.rules` ranks them."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Media:
    """One attachment as the provider names it."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A lead wrote to one of our numbers."""

    provider: str
    channel: str
    provider_message_id: str
    from_address: str
    to_address: str
    body: str
    media: tuple[Media, ...] = ()
    said_at: datetime | None = None
    """When the lead wrote it, by the provider's clock, where it tells: a webhook may be days late."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A carrier tells what became of a message that we sent; `ledger_id` is ours, echoed from the callback URL."""

    provider: str
    provider_message_id: str
    status: ReceiptStatus
    provider_status: str
    ledger_id: int | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is kept and shown and that nobody answers: a reaction, a deletion, news of the account.

    `kind` is the provider's own word for it, `error_code` is set where it tells of trouble.
    """

    provider: str
    kind: str
    error_code: str | None = None


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


Received = TextReceived | Receipt | Notice | VoiceStatus | VoiceReport | VoiceLine | PaymentTold | LeadSubmitted
"""What a stored webhook item can be read as."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in one webhook, before it is stored: what to dedupe on, where it belongs, what jsonb will show.

    `our_address` and `other_address` are E.164 numbers (or what the provider gave); the client and the lane are
    found from these two alone. `lane_ref` names a lane of its own (a message's receipts, a call). `to_account`: it came
    to our account at the provider, so that on a desk with one client it is that client's, whatever the number.
    """

    webhook_type: str
    request_id: str
    our_address: str
    other_address: str
    lane_class: LaneClass
    payload: Mapping[str, Any]
    channel: str = "sms"
    lane_ref: str | None = None
    function_name: str = ""
    to_account: bool = False
    body: bytes | None = None
    """What is stored as its body, where that is not the body of the whole webhook: a part of a large batch (see
    `Profile.batch`), or a body without the secret that it holds."""

    @property
    def lane(self) -> str:
        """The ordering key of this item."""
        return lane_key(self.lane_class, self.channel, self.our_address, self.other_address, self.lane_ref)


@dataclass(frozen=True, slots=True)
class Template:
    """A wording that the carrier approved before, sent in place of a message's own.

    `parameter` names the one place in it that takes the message's text: "1" for a numbered one, blank for none.
    """

    name: str
    language: str
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a provider is asked to send it."""

    ledger_id: int
    channel: str
    from_address: str
    to_address: str
    body: str
    media_urls: tuple[str, ...] = field(default=())
    deliver_within: timedelta | None = None
    """The carrier must not deliver it later than this after it took it; None: whenever it can."""
    template: Template | None = None
    """Goes in place of the body, which fills it in; None: the body goes as it stands."""
    choices: tuple[str, ...] = ()
    """Answers that can be tapped, where the channel has such; elsewhere the body stands alone."""
    reply_to: str | None = None
    """The provider's id of the inbound message that this one quotes, where the channel shows that."""


def lane_key(lane_class: LaneClass, channel: str, ours: str, other: str, ref: str | None = None) -> str:
    """The one way a lane is named: `message:sms:+1ours:+1other`, `receipt:SM…`, `call:CA…`.

    Both directions of a conversation share a lane; receipts and calls have lanes of their own, so that a receipt is
    never stuck behind a backed-off conversation.
    """
    if ref is not None:
        return f"{lane_class}:{ref}"
    return f"{lane_class}:{channel}:{ours}:{other}"
