"""How one attempt to send ended, and what that says of the account. Pure."""

from enum import StrEnum

from frontdesk.errors import AccountRefused, Rejected, SendError, Throttled, Unreachable
from frontdesk.outbox.circuit import Sign
from frontdesk.provider import Accepted

__all__ = ["Outcome", "outcome_of", "sign_of"]


class Outcome(StrEnum):
    """How one attempt ended, as `outbound_attempts` names it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REFUSED = "refused"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


_SIGNS = {
    Outcome.REFUSED: Sign.REFUSED,
    Outcome.UNREACHABLE: Sign.FAILING,
    Outcome.UNKNOWN: Sign.FAILING,
}


def outcome_of(result: Accepted | SendError) -> Outcome:
    """The outcome that a provider's answer, or its error, stands for."""
    match result:
        case Accepted():
            return Outcome.ACCEPTED
        case Rejected():
            return Outcome.REJECTED
        case AccountRefused():
            return Outcome.REFUSED
        case Throttled():
            return Outcome.THROTTLED
        case Unreachable():
            return Outcome.UNREACHABLE
    return Outcome.UNKNOWN


def sign_of(outcome: Outcome) -> Sign:
    """What it says of the account: a message that was refused for its own fault shows one that is alive."""
    return _SIGNS.get(outcome, Sign.ALIVE)
