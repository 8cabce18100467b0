"""The decisions of the outbox: the ledger key, the gate, what a receipt means. All pure."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from frontdesk.effects import SendClass
from frontdesk.message import ReceiptStatus
from frontdesk.outbox.model import MOVES, LedgerStatus

__all__ = [
    "Block",
    "Counters",
    "Facts",
    "Limits",
    "Reason",
    "Send",
    "Verdict",
    "Wait",
    "after_receipt",
    "consume",
    "dedupe_key",
    "gate",
    "local_day",
    "next_midnight",
    "normal_question_key",
    "priority",
    "spacing",
]


def dedupe_key(scope: str, reply_type: str, question_key: str | None, ordinal: int, cause: str) -> str:
    """The one way a ledger key is made: SHA-256 (64 hex digits) of canonical JSON of its five parts.

    `scope` is the conversation (`conversation:7`) or another scope; `ordinal` counts within the turn; `cause` is the
    first inbound id of the burst, `seq:enrolment:step`, `manual:` and the caller's key, or the lead's local day.
    """
    parts = [scope, reply_type, normal_question_key(question_key), ordinal, cause]
    canonical = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def normal_question_key(key: str | None) -> str:
    """A question key as keys compare it: NFKC, lower case, runs of anything but letters and digits as one `_`."""
    folded = unicodedata.normalize("NFKC", key or "").casefold()
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return "_".join(words)


class Reason(StrEnum):
    """Why a message waits or is blocked; `words` says it to a person."""

    OPTED_OUT = "opted_out"
    CLIENT_PAUSED = "client_paused"
    CLIENT_UNPAID = "client_unpaid"
    BOT_PAUSED = "bot_paused"
    LEAD_CLOSED = "lead_closed"
    TOO_OLD = "too_old"
    DAILY_LIMIT = "daily_limit"
    TOO_SOON = "too_soon"

    @property
    def words(self) -> str:
        """The reason in plain words, with what lifts it."""
        return _WORDS[self]


_WORDS = {
    Reason.OPTED_OUT: "the recipient opted out; only START (or consent on record) lifts it",
    Reason.CLIENT_PAUSED: "the client is paused; resume the client to send again",
    Reason.CLIENT_UNPAID: "the client's payment is not active",
    Reason.BOT_PAUSED: "a person has taken the conversation over",
    Reason.LEAD_CLOSED: "the lead is closed",
    Reason.TOO_OLD: "it waited too long and would puzzle the recipient now",
    Reason.DAILY_LIMIT: "the daily limit of texts to this lead is reached (limits.per_day, limits.replies_per_day)",
    Reason.TOO_SOON: "the last text to this lead is too recent (limits.seconds_between)",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of texts per lead that hold for one client."""

    seconds_between: float
    per_day: int
    replies_per_day: int
    strict: bool


@dataclass(frozen=True, slots=True)
class Counters:
    """What was sent to a lead: the hand-queried columns of `leads`."""

    last_sms_at: datetime | None = None
    sms_count_today: int = 0
    sms_count_reset_at: datetime | None = None

    def today(self, now: datetime) -> int:
        """Texts on the lead's present local day."""
        return 0 if self.sms_count_reset_at is None or now >= self.sms_count_reset_at else self.sms_count_today


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the gate looks at for one message."""

    send_class: SendClass
    created_at: datetime
    opted_out: bool
    client_paused: bool
    client_unpaid: bool
    bot_paused: bool
    lead_closed: bool
    limits: Limits
    counters: Counters


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before `until`; the row stays PENDING."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Block:
    """Never: final, and the key stays taken."""

    reason: Reason


Verdict = Send | Wait | Block

_MAX_AGE = {SendClass.REPLY: timedelta(hours=24), SendClass.UNPROMPTED: timedelta(hours=24)}
_AUTOMATIC = (SendClass.REPLY, SendClass.UNPROMPTED)


def gate(facts: Facts, now: datetime) -> Verdict:
    """May this message go? Asked at put and again at claim; the first reason in order of precedence holds."""
    kind = facts.send_class
    if kind is SendClass.ALERT:
        return Send()
    if facts.opted_out and kind is not SendClass.COMPLIANCE:
        return Block(Reason.OPTED_OUT)
    if kind is SendClass.COMPLIANCE:
        return Send()
    if facts.client_paused:
        return Block(Reason.CLIENT_PAUSED)
    if facts.client_unpaid:
        return Block(Reason.CLIENT_UNPAID)
    if facts.bot_paused and kind in _AUTOMATIC:
        return Block(Reason.BOT_PAUSED)
    if facts.lead_closed and kind is SendClass.UNPROMPTED:
        return Block(Reason.LEAD_CLOSED)
    if kind in _MAX_AGE and now - facts.created_at > _MAX_AGE[kind]:
        return Block(Reason.TOO_OLD)
    return _per_lead(facts, now) if kind in _AUTOMATIC else Send()


def _per_lead(facts: Facts, now: datetime) -> Verdict:
    limits, reply = facts.limits, facts.send_class is SendClass.REPLY
    ceiling = limits.replies_per_day if reply and not limits.strict else limits.per_day
    if facts.counters.today(now) >= ceiling:
        return Block(Reason.DAILY_LIMIT)
    last = facts.counters.last_sms_at
    if last is None or now >= (free_at := last + timedelta(seconds=limits.seconds_between)):
        return Send()
    return Wait(free_at, Reason.TOO_SOON) if reply else Block(Reason.TOO_SOON)


def consume(counters: Counters, now: datetime, timezone: str) -> Counters:
    """The counters after one more text at `now`; every text counts, whatever its class."""
    return Counters(now, counters.today(now) + 1, next_midnight(now, timezone))


def next_midnight(now: datetime, timezone: str) -> datetime:
    """The end of the local day that `now` lies in, in UTC; right over changes of summer time."""
    tomorrow = now.astimezone(ZoneInfo(timezone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(timezone)).astimezone(UTC)


def local_day(now: datetime, timezone: str) -> str:
    """The local date that `now` lies in, ISO 8601."""
    return now.astimezone(ZoneInfo(timezone)).date().isoformat()


def priority(send_class: SendClass) -> int:
    """The place in a sender number's queue, 0 first: alert and compliance, reply and manual, unprompted."""
    return {SendClass.ALERT: 0, SendClass.COMPLIANCE: 0, SendClass.REPLY: 1, SendClass.MANUAL: 1}.get(send_class, 2)


def spacing(per_second: float, per_minute: float) -> timedelta:
    """The time between two sends of one number: even spacing keeps both limits in every sliding window."""
    return timedelta(seconds=max(1 / per_second, 60 / per_minute))


_RECEIPT_MEANS = {
    ReceiptStatus.QUEUED: LedgerStatus.SENT,  # the carrier has it: no longer unknown
    ReceiptStatus.SENT: LedgerStatus.SENT,
    ReceiptStatus.DELIVERED: LedgerStatus.DELIVERED,
    ReceiptStatus.READ: LedgerStatus.DELIVERED,
    ReceiptStatus.UNDELIVERED: LedgerStatus.UNDELIVERED,
    ReceiptStatus.FAILED: LedgerStatus.FAILED,
}


def after_receipt(status: LedgerStatus, receipt: ReceiptStatus) -> LedgerStatus | None:
    """The state after a receipt, or None where it changes nothing: late and reordered receipts never go back."""
    target = _RECEIPT_MEANS[receipt]
    return target if target in MOVES[status] else None
