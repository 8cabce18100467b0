"""What the carrier's list says of an UNKNOWN message. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.effects import SendClass
from frontdesk.provider import SentMessage

__all__ = [
    "INDEXING_DELAY",
    "RECEIPT_COMES",
    "SKEW",
    "Again",
    "Later",
    "NeedsAPerson",
    "Resolution",
    "Suspect",
    "WasSent",
    "after_listing",
    "without_list",
]

INDEXING_DELAY = timedelta(seconds=60)
"""A carrier may take this long to list what it accepted; before that an empty list proves nothing."""

SKEW = timedelta(seconds=60)
"""How far the carrier's clock may be behind ours."""

RECEIPT_COMES = timedelta(minutes=10)
"""So long a receipt is waited for where the carrier has no list; one that comes later still settles the message."""

_TRANSACTIONAL = (SendClass.REPLY, SendClass.MANUAL, SendClass.COMPLIANCE, SendClass.ALERT)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A message of which it is not known whether it was sent."""

    from_address: str
    to_address: str
    body: str
    send_class: SendClass
    started_at: datetime
    resent: bool


@dataclass(frozen=True, slots=True)
class WasSent:
    """The carrier has it: this one."""

    message: SentMessage


@dataclass(frozen=True, slots=True)
class Later:
    """Too early to tell; look again."""


@dataclass(frozen=True, slots=True)
class Again:
    """It was not sent: once more."""


@dataclass(frozen=True, slots=True)
class NeedsAPerson:
    """It was not sent, and to send it now is for a person to decide."""


Resolution = WasSent | Later | Again | NeedsAPerson


def without_list(started_at: datetime, now: datetime) -> Later | NeedsAPerson:
    """What becomes of an UNKNOWN whose carrier cannot be asked: only its receipt can tell, and then a person."""
    return Later() if now < started_at + RECEIPT_COMES else NeedsAPerson()


def after_listing(suspect: Suspect, listed: Sequence[SentMessage], known: Collection[str], now: datetime) -> Resolution:
    """What a complete list leads to. `known` are the carrier's ids that belong to other ledger rows.

    At most one message per recipient is unknown at a time, so that the oldest match that is nobody else's is ours. A
    message of nobody's that does not match (a carrier may change a body) proves nothing either way: a person decides.
    """
    strangers = [
        message
        for message in listed
        if message.provider_message_id not in known
        and message.to == suspect.to_address
        and message.from_ in ("", suspect.from_address)
        and message.created_at >= suspect.started_at - SKEW
    ]
    # A trial account's carrier puts a sentence of its own in front.
    if matches := [message for message in strangers if message.body.endswith(suspect.body)]:
        return WasSent(min(matches, key=lambda message: message.created_at))
    if now < suspect.started_at + INDEXING_DELAY:
        return Later()
    if strangers or suspect.resent or suspect.send_class not in _TRANSACTIONAL:
        return NeedsAPerson()
    return Again()
