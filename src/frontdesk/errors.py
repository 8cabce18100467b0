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
├── ModelFailed             the language model gave nothing that can be used: go on without; `why` tells for counting
├── CannotDo                a tool cannot do it: say the sentence to the caller; what the tool wrote is undone
├── Undeliverable           an event that no retry can help: dead letter at once
└── ClaimLost               another worker holds it now: write nothing, walk away
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
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
    "ModelFailed",
    "ModelTrouble",
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


class ModelTrouble(StrEnum):
    """Why a language model gave nothing that can be used."""

    TIMEOUT = "timeout"  # no answer within the deadline
    RATE_LIMIT = "rate_limit"  # 429: too many requests for the account
    AUTH = "auth"  # the key, the account, its money or the model's name: somebody must act
    REJECTED = "rejected"  # it refused this very request, such as one that is too long
    SERVER = "server"  # an error of its own, or of a proxy before it
    UNREACHABLE = "unreachable"  # no connection
    BAD_JSON = "bad_json"  # an answer that is not what was asked for, also after a repair
    SCHEMA_ECHO = "schema_echo"  # it gave the schema back instead of filling it
    REFUSAL = "refusal"  # it will not, or a filter took the answer away
    TRUNCATED = "truncated"  # the answer was cut off


class ModelFailed(FrontdeskError):
    """A language model gave nothing that can be used: the desk goes on with what it has without it.

    `retry_after` is for how many seconds its server wants not to be asked, where it said so.
    """

    def __init__(self, message: str, why: ModelTrouble, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.retry_after = retry_after


class CannotDo(FrontdeskError):
    """A tool cannot do what it was asked for; the text is said to the caller, and what the tool wrote is undone."""


class Undeliverable(FrontdeskError):
    """An event that no retry can help, such as one for a number that nobody owns: dead letter it at once."""


class ClaimLost(FrontdeskError):
    """The lease has passed to another worker: settle nothing."""
