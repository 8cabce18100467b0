"""The values of the outbox: ledger states, drafts, claims."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from frontdesk.effects import SendClass

__all__ = ["MOVES", "Claimed", "Draft", "LedgerStatus", "Put"]


class LedgerStatus(StrEnum):
    """The states of one ledger row; each says who moves it on."""

    PENDING = "PENDING"  # deliver, when it is due and the gate lets it; or a person cancels it
    SENDING = "SENDING"  # the worker that holds the lease; reconcile when the lease has run out
    SENT = "SENT"  # a receipt
    DELIVERED = "DELIVERED"  # nobody: final
    UNDELIVERED = "UNDELIVERED"  # nobody: final
    FAILED = "FAILED"  # nobody: final, known not sent
    UNKNOWN = "UNKNOWN"  # a receipt, or reconcile by the carrier's list, or a person: it may have been sent
    BLOCKED = "BLOCKED"  # nobody: final, the gate said no
    CANCELLED = "CANCELLED"  # nobody: final, a person said no


_S = LedgerStatus

MOVES: dict[LedgerStatus, frozenset[LedgerStatus]] = {
    # A receipt may find PENDING: a send of which nothing was known, queued again, and heard of after all.
    _S.PENDING: frozenset({_S.SENDING, _S.BLOCKED, _S.CANCELLED, _S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED}),
    _S.SENDING: frozenset({_S.PENDING, _S.SENT, _S.FAILED, _S.UNKNOWN, _S.DELIVERED, _S.UNDELIVERED}),
    _S.UNKNOWN: frozenset({_S.PENDING, _S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.CANCELLED}),
    _S.SENT: frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.FAILED}),
    _S.DELIVERED: frozenset(),
    _S.UNDELIVERED: frozenset(),
    _S.FAILED: frozenset(),
    _S.BLOCKED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""The legal moves; whatever is not here changes nothing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One message on its way into the ledger."""

    dedupe_key: str
    conversation_id: int | None
    lead_id: int | None
    client_id: int | None
    provider: str
    channel: str
    from_address: str
    to_address: str
    body: str
    reply_type: str
    question_key: str | None
    send_class: SendClass
    correlation_id: str
    available_at: datetime
    timezone: str
    segments: int = 1
    enrolment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What `put` did: `first` is false when the key stood already, and then nothing is sent."""

    ledger_id: int
    first: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A ledger row under lease. `slot_at` (business time) is its turn on its sender number.

    `previous_sms_at` and `claimed_at` undo the lead's counters when it turns out that nothing was sent. `takes` is how
    long it keeps its number from sending the next. `account_failing`: the last word of its account was a failure.
    """

    ledger_id: int
    claim_token: UUID
    provider: str
    channel: str
    from_address: str
    to_address: str
    body: str
    correlation_id: str
    attempts: int
    slot_at: datetime
    lead_id: int | None
    previous_sms_at: datetime | None
    claimed_at: datetime
    takes: timedelta
    account_failing: bool = True
