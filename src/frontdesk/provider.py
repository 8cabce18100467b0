"""The one protocol of the house: what the desk asks of an outside service, and of one that carries messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from frontdesk.errors import Exchange
from frontdesk.message import Item, Outgoing, ReceiptStatus
from frontdesk.told import Received

__all__ = [
    "LISTED",
    "Accepted",
    "Answer",
    "Batch",
    "HttpRequest",
    "ListedInbound",
    "Profile",
    "Provider",
    "Refused",
    "Retries",
    "Sender",
    "SentMessage",
    "came_in_at",
]

LISTED = "_listed"
"""The field by which a payload says that no webhook brought it: it was found in the provider's list. Its value is the
time, ISO 8601, at which the message came in there."""


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


class Batch(StrEnum):
    """How many items one POST holds."""

    ONE = "one"
    # Each is kept by itself, and all are repeated when one could not be. Of a large body each keeps its own part, and
    # one more item the whole.
    MANY = "many"


class Refused(StrEnum):
    """What the provider does with a webhook that was answered 4xx."""

    DROPPED = "dropped"  # never posted again: only what will never be wanted may be answered so
    RETRIED = "retried"  # posted again like after any other failure


@dataclass(frozen=True, slots=True)
class Retries:
    """How a provider posts a webhook again that was not acknowledged, once it is set up as `set_up` says."""

    times: int | None
    """Tries after the first, at most; None: not told."""
    within: timedelta
    """From the first try to the last: an outage that is longer loses webhooks, see `Profile.listed`."""
    set_up: str
    """What must be set at the provider for it; empty where nothing must."""
    unasked: str
    """What it does where that is not set; empty where nothing must be."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts of one kind of webhook, as data: rendered in the docs, obeyed by the code."""

    webhook_type: str
    path: str
    max_body: int
    """Largest body in bytes; more is answered 413."""
    batch: Batch
    dedupe_for: timedelta
    """How long a request id is remembered: longer than the provider's own retry window."""
    ack_deadline: timedelta
    """The provider hangs up after this long."""
    dedupe_path: str
    """Where in the payload the id of an item stands."""
    acknowledge: Answer
    overload: Answer
    retries: Retries
    refused: Refused
    listed: bool
    """What these webhooks bring stands in a list at the provider too: `list_inbound` finds what an outage lost."""
    statuses: Mapping[str, ReceiptStatus] = field(default_factory=dict)
    """The provider's words for what became of a message, and what each counts as; empty where it tells none."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took the message and gave it an id."""

    provider_message_id: str
    provider_status: str
    exchange: Exchange | None = None


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
    error_code: str | None = None
    """The provider's own, of what failed or was not delivered."""


@dataclass(frozen=True, slots=True)
class ListedInbound:
    """One inbound message as the provider lists it; `rebuild` makes the webhook of it that should have brought it."""

    webhook_type: str
    request_id: str
    """The same that the webhook has."""
    provider_message_id: str
    our_address: str
    came_in_at: datetime
    """By the provider's clock, perhaps in whole seconds."""
    fields: Mapping[str, str]
    """What the list told of it, for `rebuild`."""


def came_in_at(payload: Mapping[str, Any]) -> datetime | None:
    """When a message that was found in a list came in at its provider; None for what a webhook brought."""
    value = payload.get(LISTED)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


class Provider(Protocol):
    """One outside service whose webhooks the desk takes. It knows its wire format and nothing of database or rooms."""

    name: str
    profiles: Mapping[str, Profile]
    """By the webhook type."""

    def greet(self, request: HttpRequest) -> Answer | None:
        """The answer to a request that is no webhook but asks whether we are there; None for every other.

        Raises Forged where it asks with the wrong secret.
        """

    def verify(self, request: HttpRequest) -> None:
        """Check the signature over the raw body. Raises Forged, or Malformed for what cannot even be checked."""

    def parse(self, webhook_type: str, request: HttpRequest) -> Sequence[Item]:
        """The items of one webhook, in order; none where it is of no interest. Raises Malformed."""

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> Received:
        """The typed message in a stored payload. Raises Malformed."""

    async def aclose(self) -> None:
        """Close connections."""


class Sender(Provider, Protocol):
    """A provider that carries our messages to people."""

    lists_sent: bool
    """It tells what it was asked to send: `look_up` and `list_messages` answer. Where not, they are never asked, only
    receipts tell, and what stays unknown is left to a person."""

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Ask the carrier to send. Raises Rejected, AccountRefused, Throttled, Unreachable or Unknown."""

    async def look_up(self, provider_message_id: str) -> SentMessage:
        """One message that was sent, as it stands now. Raises Unreachable, Throttled, AccountRefused or Rejected."""

    async def list_messages(self, *, to: str, sent_after: datetime, channel: str = "sms") -> Sequence[SentMessage]:
        """All that was sent to one address since then: the whole list or an error, for reconciling what is UNKNOWN.

        Raises Unreachable, Throttled, AccountRefused or Rejected.
        """

    async def list_inbound(self, *, received_after: datetime) -> Sequence[ListedInbound]:
        """All that came in since then, oldest first: the whole list or an error, for what no webhook could bring.

        Asked only of a provider that has a profile which is `listed`; others return nothing. Raises Unreachable,
        Throttled, AccountRefused or Rejected.
        """

    async def rebuild(self, listed: ListedInbound) -> HttpRequest:
        """The webhook of a listed message, for `parse`: as the provider would post it, unsigned, and marked LISTED.

        Asks the provider for what its list leaves out. Raises Unreachable, Throttled or AccountRefused.
        """

    def answers_keyword(self, channel: str, body: str) -> bool:
        """True when the carrier itself answers this inbound text (STOP, START, HELP), so that the desk must not."""

    def means_opt_out(self, code: str | None) -> bool:
        """True when this error code says that the recipient opted out."""

    def means_not_textable(self, code: str | None) -> bool:
        """True when this error code says that no text will ever reach the number, such as a landline's."""
