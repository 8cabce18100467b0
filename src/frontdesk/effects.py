"""What a decision may want. Decisions return these; `steps/apply.py` is the only place that carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "Alert",
    "Effect",
    "Enroll",
    "MarkConversation",
    "RecordConsent",
    "Say",
    "SendClass",
    "SetFields",
    "Severity",
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


@dataclass(frozen=True, slots=True)
class Say:
    """Put one message for the lead into the ledger. `ordinal` counts the messages of one turn from 0.

    `cause` is what the ledger key derives from; None means the event in hand, so that its replay says nothing twice.
    """

    body: str
    reply_type: str
    question_key: str | None = None
    ordinal: int = 0
    send_class: SendClass = SendClass.REPLY
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class SetFields:
    """Fill fields of the lead; only non-empty values, each with where it came from."""

    values: Mapping[str, str]
    reader: str


@dataclass(frozen=True, slots=True)
class MarkConversation:
    """Move the conversation's own state; guarded by the `state_version` that the decision saw."""

    state_version: int
    last_question_key: str | None
    questions_asked_count: int
    flow_state: Mapping[str, Any]
    lead_status: str | None = None


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


Effect = Say | SetFields | MarkConversation | RecordConsent | Enroll | Withdraw
