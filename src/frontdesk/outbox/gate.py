"""The gate: may this message go, and if not, why. One pure function over facts.

Asked when a message is put, when it is claimed, and once more right before it is sent: what changed in between wins.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from frontdesk.effects import SendClass
from frontdesk.outbox.counters import Counters, Limits
from frontdesk.outbox.quiet import Window

__all__ = [
    "BY_TEMPLATE",
    "FOR_A_PERSON",
    "MAX_AGE",
    "SAME_TEXTS",
    "Block",
    "Facts",
    "Lane",
    "Mode",
    "Reason",
    "Scope",
    "Send",
    "Switch",
    "Verdict",
    "Wait",
    "gate",
    "lane_of",
]

FOR_A_PERSON = datetime(9999, 1, 1, tzinfo=UTC)
"""What waits until then waits for a person: no clock lets it go."""

SAME_TEXTS = 3
"""So many times the same words may go to one lead within an hour; then it is two robots talking."""

WINDOW_MARGIN = timedelta(minutes=2)
"""A message that would reach WhatsApp so late in the 24-hour window may be refused there."""


class Reason(StrEnum):
    """Why a message waits or is blocked, in order of precedence; `words` says it to a person."""

    SWITCHED_OFF = "switched_off"
    OPTED_OUT = "opted_out"
    CLIENT_PAUSED = "client_paused"
    CLIENT_UNPAID = "client_unpaid"
    BOT_PAUSED = "bot_paused"
    LEAD_CLOSED = "lead_closed"
    WITHDRAWN = "withdrawn"
    NOT_TEXTABLE = "not_textable"
    TOO_OLD = "too_old"
    REPLACED = "replaced"
    WINDOW_CLOSED = "window_closed"
    SAME_AGAIN = "same_again"
    ACCOUNT_DOWN = "account_down"
    QUIET_HOURS = "quiet_hours"
    DAILY_LIMIT = "daily_limit"
    TOO_SOON = "too_soon"
    DRY_RUN = "dry_run"

    @property
    def words(self) -> str:
        """The reason in plain words, with what lifts it."""
        return _WORDS[self]


_WORDS = {
    Reason.SWITCHED_OFF: "sending is switched off (frontdesk outbox switches); it goes once it is switched on again",
    Reason.OPTED_OUT: "the recipient opted out; only START (or consent on record) lifts it",
    Reason.CLIENT_PAUSED: "the client is paused; resume the client to send again",
    Reason.CLIENT_UNPAID: "the client's payment is not active",
    Reason.BOT_PAUSED: "a person has taken the conversation over",
    Reason.LEAD_CLOSED: "the lead is closed",
    Reason.WITHDRAWN: "the follow-up ended before this text went: they wrote, booked, opted out, or a person took over",
    Reason.NOT_TEXTABLE: "the carrier said that no text reaches this number; a text from it or a person lifts it",
    Reason.TOO_OLD: "it waited too long and would puzzle the recipient now",
    Reason.REPLACED: "a newer reply took its place before it could go",
    Reason.WINDOW_CLOSED: "their last WhatsApp message is over 24 hours old; only an approved template may go now "
    "(whatsapp.template)",
    Reason.SAME_AGAIN: "the same words went to them three times within the hour; a robot may be answering",
    Reason.ACCOUNT_DOWN: "the carrier does not answer, or refuses our account; one message tries again in a moment",
    Reason.QUIET_HOURS: "it is night at the recipient (quiet.start, quiet.end); it goes in the morning",
    Reason.DAILY_LIMIT: "the daily limit of texts to this lead is reached (limits.per_day, limits.replies_per_day)",
    Reason.TOO_SOON: "the last text to this lead is too recent (limits.seconds_between)",
    Reason.DRY_RUN: "dry run: all else would have let it go",
}


class Scope(StrEnum):
    """What a switch stops."""

    GLOBAL = "global"
    CLIENT = "client"
    NUMBER = "number"
    PROVIDER = "provider"
    LANE = "lane"


class Mode(StrEnum):
    """How a switch stops."""

    STOP = "stop"  # messages wait until it is lifted
    DRY_RUN = "dry_run"  # messages are blocked where they would have been sent


class Lane(StrEnum):
    """The priority lanes of a sender number, first to last."""

    ALERT = "alert"
    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    BULK = "bulk"

    @property
    def priority(self) -> int:
        """Its place in the queue, 0 first."""
        return list(Lane).index(self)


_LANES = {
    SendClass.ALERT: Lane.ALERT,
    SendClass.COMPLIANCE: Lane.ALERT,
    SendClass.REPLY: Lane.REPLY,
    SendClass.MANUAL: Lane.REPLY,
    SendClass.UNPROMPTED: Lane.FOLLOW_UP,
    SendClass.BULK: Lane.BULK,
}


def lane_of(send_class: SendClass) -> Lane:
    """The priority lane of a message."""
    return _LANES[send_class]


@dataclass(frozen=True, slots=True)
class Switch:
    """A kill switch that is on and concerns the message."""

    scope: Scope
    mode: Mode


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the gate looks at for one message.

    `due_at` is when it was to go at the earliest. `account_down_until` is None while the account's circuit lets
    messages through, `window` for messages that may come at night.
    """

    send_class: SendClass
    due_at: datetime
    opted_out: bool
    client_paused: bool
    client_unpaid: bool
    bot_paused: bool
    lead_closed: bool
    limits: Limits
    counters: Counters
    switches: tuple[Switch, ...] = ()
    whatsapp: bool = False
    template: bool = False
    """An approved template is there to go in the place of what comes after the 24-hour window."""
    last_inbound_at: datetime | None = None
    same_texts: int = 0
    account_down_until: datetime | None = None
    withdrawn: bool = False
    window: Window | None = None
    not_textable: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now. `until`: the carrier must not deliver it later than that; `as_template`: its own wording may not
    go any more, and the approved one goes in its place."""

    until: datetime | None = None
    as_template: bool = False


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

MAX_AGE = {
    SendClass.REPLY: timedelta(hours=24),
    SendClass.UNPROMPTED: timedelta(hours=60),  # a night and a Sunday of quiet hours, and a morning to catch up
    SendClass.BULK: timedelta(hours=60),
    SendClass.COMPLIANCE: timedelta(hours=24),
}
"""Counted from when a message was to go at the earliest. What a person or an alarm said is never too old."""

_UNPROMPTED = (SendClass.UNPROMPTED, SendClass.BULK)
_AUTOMATIC = (SendClass.REPLY, *_UNPROMPTED)

BY_TEMPLATE = (SendClass.UNPROMPTED, SendClass.MANUAL)
"""What goes as a template once the 24-hour window is closed: a template tells of us. It answers no question of the
lead's, and a broadcast by it would be marketing, which has rules and prices of its own."""


def gate(facts: Facts, now: datetime) -> Verdict:
    """May this message go? The first reason in the order of `Reason` holds."""
    if _switched(facts, Mode.STOP):
        return Wait(FOR_A_PERSON, Reason.SWITCHED_OFF)
    if (why := _never(facts, now)) is not None:
        return Block(why)
    if facts.account_down_until is not None:
        return Wait(facts.account_down_until, Reason.ACCOUNT_DOWN)
    verdict = _limited(facts, now)
    if not isinstance(verdict, Send):
        return verdict
    return Block(Reason.DRY_RUN) if _switched(facts, Mode.DRY_RUN) else Send(verdict.until, _closed(facts, now))


def _switched(facts: Facts, mode: Mode) -> bool:
    """The operator's alerts are stopped only by switches that name their way: their lane, number or provider."""
    spared = (Scope.GLOBAL, Scope.CLIENT) if facts.send_class is SendClass.ALERT else ()
    return any(switch.mode is mode and switch.scope not in spared for switch in facts.switches)


def _never(facts: Facts, now: datetime) -> Reason | None:
    """Why it may never go, if so."""
    kind = facts.send_class
    if kind is SendClass.ALERT:
        return None
    compliance = kind is SendClass.COMPLIANCE
    automatic, unprompted = kind in _AUTOMATIC, kind in _UNPROMPTED
    too_old = kind in MAX_AGE and now - facts.due_at > MAX_AGE[kind]
    by_template = facts.template and kind in BY_TEMPLATE
    holds = (
        (facts.opted_out and not compliance, Reason.OPTED_OUT),
        (facts.client_paused and not compliance, Reason.CLIENT_PAUSED),
        (facts.client_unpaid and not compliance, Reason.CLIENT_UNPAID),
        (facts.bot_paused and automatic, Reason.BOT_PAUSED),
        (facts.lead_closed and unprompted, Reason.LEAD_CLOSED),
        (facts.withdrawn, Reason.WITHDRAWN),
        (facts.not_textable and automatic, Reason.NOT_TEXTABLE),
        (too_old, Reason.TOO_OLD),
        (_closed(facts, now) and not by_template, Reason.WINDOW_CLOSED),
        (facts.same_texts >= SAME_TEXTS and automatic, Reason.SAME_AGAIN),
    )
    return next((reason for held, reason in holds if held), None)


def _closed(facts: Facts, now: datetime) -> bool:
    """True where only a template may go: WhatsApp's window has closed behind the lead's last message."""
    if not facts.whatsapp or facts.send_class is SendClass.ALERT:
        return False
    last = facts.last_inbound_at
    return last is None or now >= last + timedelta(hours=24) - WINDOW_MARGIN


def _limited(facts: Facts, now: datetime) -> Verdict:
    if facts.send_class not in _AUTOMATIC:
        return Send()
    if facts.send_class is SendClass.REPLY or facts.window is None:
        return _per_lead(facts, now)
    if facts.window.opens_at is not None:  # the limits are asked in the morning
        return Wait(facts.window.opens_at, Reason.QUIET_HOURS)
    verdict = _per_lead(facts, now)
    return Send(facts.window.closes_at) if isinstance(verdict, Send) else verdict


def _per_lead(facts: Facts, now: datetime) -> Verdict:
    limits, reply = facts.limits, facts.send_class is SendClass.REPLY
    ceiling = limits.replies_per_day if reply and not limits.strict else limits.per_day
    if facts.counters.today(now) >= ceiling:
        return Block(Reason.DAILY_LIMIT)
    last, least = facts.counters.last_sms_at, timedelta(seconds=limits.seconds_between)
    # No spacing is no limit: the last text's turn on its number may lie a moment ahead, and holds up nothing then.
    if not least or last is None or now >= (free_at := last + least):
        return Send()
    return Wait(free_at, Reason.TOO_SOON) if reply else Block(Reason.TOO_SOON)
