"""Every error of Frontdesk, named by what the caller does next.

FrontdeskError
├── SetupError              stop and fix a setting; the sentence says how; exit code 1
├── NotPossible             409: a person asked for what cannot be done as things stand; the sentence says what can
│   ├── NotThere            404: there is no such thing
│   └── KeyUsed             422: its Idempotency-Key belongs to another request
├── WebhookError            answer the sender with `status`; nothing was stored
│   ├── Forged              403: not signed by the provider
│   ├── Malformed           400: signed, but not what the provider's contract says
│   ├── NoSuchSource        404: nobody takes webhooks at this address; correct the URL
│   ├── TooLarge            413
│   └── Overloaded          503: come back later
├── SendError               what became of one outgoing message
│   ├── Rejected            never again: the carrier refused it
│   ├── AccountRefused      not sent, nor will be anything else of the account until somebody acts: again then
│   ├── Throttled           not sent: again after `retry_after` seconds
│   │   └── TooOften        the same, and it holds for this recipient alone: the number goes on
│   ├── Unreachable         nothing was sent: again later
│   └── Unknown             it may have been sent: never again by itself, reconcile
├── CannotDo                a tool cannot do it: say the sentence to the caller; what the tool wrote is undone
├── Undeliverable           an event that no retry can help: dead letter at once
└── ClaimLost               another worker holds it now: write nothing, walk away
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

__all__ = [
    "AccountRefused",
    "CannotDo",
    "ClaimLost",
    "Exchange",
    "Forged",
    "FrontdeskError",
    "KeyUsed",
    "Malformed",
    "NoSuchSource",
    "NotPossible",
    "NotThere",
    "Overloaded",
    "Rejected",
    "SendError",
    "SetupError",
    "Throttled",
    "TooLarge",
    "TooOften",
    "Undeliverable",
    "Unknown",
    "Unreachable",
    "WebhookError",
]


class FrontdeskError(Exception):
    """The root of every error that Frontdesk raises on purpose."""


class SetupError(FrontdeskError):
    """The desk cannot start or go on as it is set up; the text is one sentence that says what to do."""


class NotPossible(FrontdeskError):
    """A person asked for what cannot be done as things stand; nothing was done, and the text says what can be."""

    status: ClassVar[int] = 409


class NotThere(NotPossible):
    """There is no such event, or no such thing of another kind."""

    status = 404


class KeyUsed(NotPossible):
    """The same Idempotency-Key came with another request before."""

    status = 422


class WebhookError(FrontdeskError):
    """A webhook that is refused; `status` is the HTTP status of the answer."""

    status: ClassVar[int] = 400


class Forged(WebhookError):
    """The signature is missing or wrong."""

    status = 403


class Malformed(WebhookError):
    """Signed by the provider, yet not what its contract says."""

    status = 400


class NoSuchSource(WebhookError):
    """The URL names a source of webhooks that is not set up here."""

    status = 404


class TooLarge(WebhookError):
    """The body is larger than the provider's profile allows."""

    status = 413


class Overloaded(WebhookError):
    """The desk or its database cannot keep the webhook now; the provider should come back."""

    status = 503


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked of a provider and what it answered, without secrets and without what a lead said.

    `response` is None where no answer came.
    """

    request: Mapping[str, Any]
    response: Mapping[str, Any] | None


class SendError(FrontdeskError):
    """What became of one outgoing message; `code` is the provider's own error code where it gave one."""

    def __init__(self, message: str, *, code: str | None = None, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.exchange = exchange


class Rejected(SendError):
    """The carrier refused the message: known not sent, and no repeat will help."""


class AccountRefused(SendError):
    """Known not sent, and nothing goes out on this account until somebody acts (wrong credentials, suspended)."""


class Throttled(SendError):
    """Known not sent: try again after `retry_after` seconds."""

    def __init__(
        self, message: str, *, retry_after: float, code: str | None = None, exchange: Exchange | None = None
    ) -> None:
        super().__init__(message, code=code, exchange=exchange)
        self.retry_after = retry_after


class TooOften(Throttled):
    """Known not sent: too many to this one recipient. Messages to others are not held up by it."""


class Unreachable(SendError):
    """Nothing reached the carrier (refused, DNS, TLS), or it said that it could do nothing: known not sent."""


class Unknown(SendError):
    """The request was written and no clear answer came: it may have been sent."""


class CannotDo(FrontdeskError):
    """A tool cannot do what it was asked for; the text is said to the caller, and what the tool wrote is undone."""


class Undeliverable(FrontdeskError):
    """An event that no retry can help, such as one for a number that nobody owns: dead letter it at once."""


class ClaimLost(FrontdeskError):
    """The lease has passed to another worker: settle nothing."""
