"""The values that travel through the desk: what comes in, what goes out, and the lane that orders them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "Item",
    "LaneClass",
    "Media",
    "Notice",
    "Outgoing",
    "Receipt",
    "ReceiptStatus",
    "Template",
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
