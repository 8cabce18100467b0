"""What a decision may want. Decisions return these; `steps/apply.py` is the only place that carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

__all__ = [
    "Alert",
    "Effect",
    "Enroll",
    "Evidence",
    "FieldValue",
    "HandOver",
    "MarkConversation",
    "RecordConsent",
    "Say",
    "SendClass",
    "SetFields",
    "Severity",
    "TellClient",
    "Withdraw",
]


class Severity(StrEnum):
    """How soon a person must look."""

    LOW = "LOW"  # it is written down
    MEDIUM = "MEDIUM"  # today
    HIGH = "HIGH"  # now


class SendClass(StrEnum):
    """Which limits a message falls under (the gate reads this)."""

    REPLY = "reply"  # answers the lead's own message: deferred by the minute, own daily ceiling
    UNPROMPTED = "unprompted"  # sequences, text-backs: blocked at the limits, silent at night
    BULK = "bulk"  # broadcasts: like unprompted, and last in line
    MANUAL = "manual"  # a person wrote it: no limits, but opt-out holds
    COMPLIANCE = "compliance"  # STOP confirmation, HELP: exempt
    ALERT = "alert"  # to the operator: exempt


class Evidence(IntEnum):
    """How good the evidence for a value is; a value gives way only to one with better."""

    MODEL = 1  # a model found it, unasked
    READ = 2  # the rules found it unasked, or a model in the answer to its question
    SAID = 3  # the lead answered the question, corrected it, or wrote it into a form
    PERSON = 4  # a person of the business wrote it


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of one field, and where it stands: `text[start:end]`, or 0 and 0 where it is in no text."""

    key: str
    value: str
    reader: str = "rules"
    evidence: Evidence = Evidence.READ
    confidence: float = 0.9
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """Put one message for the lead into the ledger. `ordinal` counts the messages of one turn from 0.

    `cause` is what the ledger key derives from; None means the event in hand, so that its replay says nothing twice.
    `gathers`: it waits a few seconds for more of the lead's message, and gives way to the answer to all of it.
    """

    body: str
    reply_type: str
    question_key: str | None = None
    ordinal: int = 0
    send_class: SendClass = SendClass.REPLY
    cause: str | None = None
    gathers: bool = False


@dataclass(frozen=True, slots=True)
class TellClient:
    """Text the business itself (its owner's phone), who is no lead. `cause` and `gathers` as for `Say`."""

    body: str
    reply_type: str
    cause: str | None = None
    gathers: bool = False


@dataclass(frozen=True, slots=True)
class SetFields:
    """Fill fields of the lead; each value keeps where it came from, and what is known gives way only to better."""

    values: tuple[FieldValue, ...]

    @classmethod
    def of(cls, values: Mapping[str, str], reader: str) -> "SetFields":
        """Values that stand in no text, such as those of a form."""
        return cls(tuple(FieldValue(key, value, reader) for key, value in values.items()))


@dataclass(frozen=True, slots=True)
class MarkConversation:
    """Move the conversation's own state; guarded by the `state_version` that the decision saw.

    `flow` is what was asked under the state's flow version, to be kept the first time that this version is used.
    """

    state_version: int
    last_question_key: str | None
    questions_asked_count: int
    flow_state: Mapping[str, Any]
    lead_status: str | None = None
    flow: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Append to the consent ledger: `kind` is opt_out or opt_in."""

    kind: str
    source: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enroll:
    """Enrol the lead in every sequence that begins `on` this (a word of `sequences.model.Trigger`)."""

    on: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """End all sequences of the lead, for this reason (a word of `sequences.model.EndReason`)."""

    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the conversation to a person: nothing automatic is said to the lead until it is released."""

    why: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell the operator of a condition. `key` tells conditions of one type apart; each is open once, until resolved.

    None of `Effect`: it is raised after the transaction of its cause, committed or not, see `steps/raise_alert.py`.
    """

    alert_type: str
    key: str
    severity: Severity
    title: str
    message: str
    resource_id: str | None = None


Effect = Say | TellClient | SetFields | MarkConversation | RecordConsent | Enroll | Withdraw | HandOver
