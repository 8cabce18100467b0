"""The one protocol of the house: what the desk asks of an outside service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from frontdesk.message import Item, Outgoing, Receipt, ReceiptStatus, TextReceived

__all__ = ["Accepted", "Answer", "HttpRequest", "Profile", "Provider", "SentMessage"]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A webhook as it reached us. `url` is the public URL that the provider called (and signed), query included;
    header names are lower case; `body` is the raw bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider wants to hear when all is well."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts of one kind of webhook, as data: rendered in the docs, obeyed by the code."""

    webhook_type: str
    path: str
    max_body: int
    """Largest body in bytes; more is answered 413."""
    dedupe_for: timedelta
    """How long a request id is remembered: longer than the provider's own retry window."""
    ack_deadline: timedelta
    """The provider hangs up after this long."""
    dedupe_path: str
    """Where in the payload the id of an item stands."""
    acknowledge: Answer
    overload: Answer


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took the message and gave it an id."""

    provider_message_id: str
    provider_status: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One outbound message as the provider lists it; addresses without a channel prefix."""

    provider_message_id: str
    to: str
    from_: str
    """Empty while the provider has not chosen the sender."""
    body: str
    status: ReceiptStatus
    provider_status: str
    created_at: datetime
    """By the provider's clock, perhaps in whole seconds."""


class Provider(Protocol):
    """One outside service: it knows its wire format and nothing of the database or the rooms."""

    name: str
    profiles: Mapping[str, Profile]
    """By the webhook type."""

    def verify(self, request: HttpRequest) -> None:
        """Check the signature over the raw body. Raises Forged, or Malformed for what cannot even be checked."""

    def parse(self, webhook_type: str, request: HttpRequest) -> Sequence[Item]:
        """The items of one webhook, in order; none where it is of no interest. Raises Malformed."""

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> TextReceived | Receipt:
        """The typed message in a stored payload. Raises Malformed."""

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Ask the carrier to send. Raises Rejected, Throttled, Unreachable or Unknown."""

    async def list_messages(self, *, to: str, sent_after: datetime, channel: str = "sms") -> Sequence[SentMessage]:
        """All that was sent to one address since then: the whole list or an error, for reconciling what is UNKNOWN.

        Raises Unreachable, Throttled or Rejected.
        """

    def answers_keyword(self, channel: str, body: str) -> bool:
        """True when the carrier itself answers this inbound text (STOP, START, HELP), so that the desk must not."""

    def means_opt_out(self, code: str | None) -> bool:
        """True when this error code says that the recipient opted out."""

    async def aclose(self) -> None:
        """Close connections."""
