"""Whether a missed call is answered by text: one pure decision, and every reason against it in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.calls.model import CallStatus, Direction

__all__ = ["Facts", "NoText", "NoTextReason", "Policy", "Text", "decide", "is_ignored"]


class NoTextReason(StrEnum):
    """Why no text answers a call, in order of precedence; `words` says it to a person."""

    NOT_INBOUND = "not_inbound"
    NOT_MISSED = "not_missed"
    VOICEMAIL_LEFT = "voicemail_left"
    SWITCHED_OFF = "switched_off"
    NO_CLIENT = "no_client"
    WITHHELD = "withheld"
    NO_NUMBER = "no_number"
    OUR_OWN = "our_own"
    IGNORED = "ignored"
    LANDLINE = "landline"
    NOT_TEXTABLE = "not_textable"
    TOO_LATE = "too_late"
    CUSTOMER = "customer"
    COOLDOWN = "cooldown"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        """The reason in plain words, with what would change it."""
        return _WORDS[self]


_R = NoTextReason

_WORDS = {
    _R.NOT_INBOUND: "nobody called us: it went out, or its direction is not known",
    _R.NOT_MISSED: "it was not missed",
    _R.VOICEMAIL_LEFT: "the caller left a message (text_back.voicemail)",
    _R.SWITCHED_OFF: "texting back is switched off (text_back.enabled)",
    _R.NO_CLIENT: "the line belongs to no client; note it in client_numbers",
    _R.WITHHELD: "the caller's number was withheld, or is none that can be texted",
    _R.NO_NUMBER: "the client has no number to text from; assign one (twilio_number_pool)",
    _R.OUR_OWN: "the call came from a number of our own",
    _R.IGNORED: "the number is on the list of those that are not texted (text_back.ignore)",
    _R.LANDLINE: "the number is a landline's, or another that takes no texts",
    _R.NOT_TEXTABLE: "the carrier said that no text reaches this number; a text from it or a person lifts it",
    _R.TOO_LATE: "the desk heard of it too late (text_back.at_most_minutes_ago)",
    _R.CUSTOMER: "the caller is a customer already (text_back.existing_customers)",
    _R.COOLDOWN: "this caller was texted back a short while ago (text_back.cooldown_minutes)",
    _R.CLOSED: "the client is closed, and there is no text for that (text_back.text_closed)",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """How one client answers missed calls: the desk's settings with the client's laid over them.

    `ignore` holds numbers, and beginnings of numbers that end in `*`. `text_closed` empty: no text out of hours.
    """

    enabled: bool
    text: str
    text_closed: str
    cooldown: timedelta
    ignore: tuple[str, ...]
    customers: bool
    voicemail: bool
    at_most_ago: timedelta


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision looks at. `caller` is None where it cannot be texted; `our_number` is the client's own."""

    status: CallStatus
    direction: Direction | None
    over_at: datetime
    has_client: bool
    caller: str | None = None
    our_number: str | None = None
    from_our_own: bool = False
    landline: bool = False
    not_textable: bool = False
    customer: bool = False
    texted_back_at: datetime | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """Text the caller with these words; `{business}` and `{opens}` are filled in."""

    words: str


@dataclass(frozen=True, slots=True)
class NoText:
    """No text, and why."""

    reason: NoTextReason


def decide(facts: Facts, policy: Policy, now: datetime) -> Text | NoText:
    """Whether a call that is over is answered by text. The first reason in the order of NoTextReason holds."""
    last = facts.texted_back_at
    holds = (
        (facts.direction is not Direction.INBOUND, _R.NOT_INBOUND),
        (facts.status not in (CallStatus.MISSED, CallStatus.VOICEMAIL), _R.NOT_MISSED),
        (facts.status is CallStatus.VOICEMAIL and not policy.voicemail, _R.VOICEMAIL_LEFT),
        (not policy.enabled, _R.SWITCHED_OFF),
        (not facts.has_client, _R.NO_CLIENT),
        (facts.caller is None, _R.WITHHELD),
        (facts.our_number is None, _R.NO_NUMBER),
        (facts.from_our_own, _R.OUR_OWN),
        (facts.caller is not None and is_ignored(facts.caller, policy.ignore), _R.IGNORED),
        (facts.landline, _R.LANDLINE),
        (facts.not_textable, _R.NOT_TEXTABLE),
        (now - facts.over_at > policy.at_most_ago, _R.TOO_LATE),
        (facts.customer and not policy.customers, _R.CUSTOMER),
        (last is not None and now - last < policy.cooldown, _R.COOLDOWN),
        (not facts.is_open and not policy.text_closed.strip(), _R.CLOSED),
    )
    reason = next((reason for held, reason in holds if held), None)
    if reason is not None:
        return NoText(reason)
    return Text(policy.text if facts.is_open else policy.text_closed)


def is_ignored(number: str, ignore: Sequence[str]) -> bool:
    """Whether a list names this number, or its beginning with a `*` behind it."""
    return any(number.startswith(one[:-1]) if one.endswith("*") else number == one for one in ignore)
