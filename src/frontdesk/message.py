"""The values that travel through the desk: what comes in, what goes out, and the lane that orders them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "CallReceived",
    "CallSign",
    "Item",
    "LaneClass",
    "Media",
    "Outgoing",
    "Receipt",
    "ReceiptStatus",
    "Received",
    "TextReceived",
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


Received = TextReceived | Receipt | CallReceived
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

    @property
    def lane(self) -> str:
        """The ordering key of this item."""
        return lane_key(self.lane_class, self.channel, self.our_address, self.other_address, self.lane_ref)


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


def lane_key(lane_class: LaneClass, channel: str, ours: str, other: str, ref: str | None = None) -> str:
    """The one way a lane is named: `message:sms:+1ours:+1other`, `receipt:SM…`, `call:CA…`.

    Both directions of a conversation share a lane; receipts and calls have lanes of their own, so that a receipt is
    never stuck behind a backed-off conversation.
    """
    if ref is not None:
        return f"{lane_class}:{ref}"
    return f"{lane_class}:{channel}:{ours}:{other}"
