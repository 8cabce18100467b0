"""The JSON of the debug panel: all that decides what one conversation does next, and what it did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from frontdesk.effects import Evidence
from frontdesk.outbox.gate import Verdict
from frontdesk.web.outbox_shapes import GateSaid
from frontdesk.web.shapes import Id, Json, LedgerRow, WebhookEvent
from frontdesk.web.standing import verdict_words

__all__ = [
    "Candidate",
    "DebugPanel",
    "EnrolmentRow",
    "GateNow",
    "KnownField",
    "LiveState",
    "ReadingRow",
    "known_fields",
]

_EVIDENCE: dict[int, str] = {
    Evidence.MODEL: "a model found it",
    Evidence.READ: "found in a text",
    Evidence.SAID: "they said so",
    Evidence.PERSON: "a person wrote it",
}


class LiveState(Json):
    """Where the conversation stands."""

    last_question_key: str | None
    questions_asked_count: int
    state_version: int
    flow_state: Annotated[dict[str, Any], Field(description="as it is stored: tries, skipped, declined, burst …")]
    bot_paused_at: datetime | None
    bot_paused_why: str | None
    lead_status: str
    opted_out: bool


class Candidate(Json):
    """Another value that was heard and does not stand."""

    value: str
    reader: str | None = None
    event_id: Id | None = None
    at: str | None = None


class KnownField(Json):
    """One field that is known, and how."""

    field: str
    value: str
    reader: str | None = None
    by: Annotated[str | None, Field(description="who wrote it, where a person did")] = None
    evidence: Annotated[str | None, Field(description="how good its evidence is, in words")] = None
    confidence: float | None = None
    event_id: Id | None = None
    at: str | None = None
    locked: Annotated[bool, Field(description="a person's word, which no reading changes")] = False
    candidates: Annotated[list[Candidate], Field(description="newest last")]


class ReadingRow(Json):
    """One value that was read from a message, and what came of it."""

    id: Id
    event_id: Id
    field: str
    value: str
    words: Annotated[str | None, Field(description="of the message, where it stands in one that is still kept")]
    span_start: int
    span_end: int
    reader: str
    confidence: float
    accepted: bool
    why: str
    previous: str | None
    created_at: datetime


class EnrolmentRow(Json):
    """One follow-up sequence that the lead is or was in."""

    id: Id
    sequence: str
    next_step: int
    due_at: datetime | None
    enrolled_at: datetime
    ended_at: datetime | None
    end_reason: str | None


class GateNow(Json):
    """What the gate would say at this moment of a reply to the lead, and of a text that nothing of theirs asked for."""

    reply: GateSaid
    unprompted: GateSaid

    @classmethod
    def of(cls, reply: Verdict | str, unprompted: Verdict | str) -> "GateNow":
        """From verdicts, or from why nobody can be written to."""
        return cls(reply=_said(reply), unprompted=_said(unprompted))


def _said(verdict: Verdict | str) -> GateSaid:
    if isinstance(verdict, str):
        return GateSaid(verdict="block", reason=None, words=verdict, until=None)
    name, reason, words, until = verdict_words(verdict)
    return GateSaid.model_validate({"verdict": name, "reason": reason, "words": words, "until": until})


class DebugPanel(Json):
    """One conversation, as whoever looks for a fault needs it; lists are cut at the newest 50."""

    conversation_id: Id
    lead_id: Id
    at: datetime
    state: LiveState
    known_fields: list[KnownField]
    readings: list[ReadingRow]
    ledger: list[LedgerRow]
    collisions: Annotated[int, Field(description="how often it was to say what stood in the ledger already")]
    events: Annotated[list[WebhookEvent], Field(description="that brought its messages, or wait in its lane")]
    enrolments: list[EnrolmentRow]
    gate: GateNow


def known_fields(known: Mapping[str, Any]) -> list[KnownField]:
    """The known fields as they are stored; what an entry does not say, or says in another way, is left out."""
    return [_field(name, entry if isinstance(entry, Mapping) else {"value": entry}) for name, entry in known.items()]


def _field(name: str, entry: Mapping[str, Any]) -> KnownField:
    confidence, evidence = entry.get("confidence"), entry.get("evidence")
    others = entry.get("candidates")
    return KnownField(
        field=name,
        **_source(entry),
        by=_text(entry.get("by")),
        evidence=_EVIDENCE.get(evidence) if isinstance(evidence, int) else None,
        confidence=confidence if isinstance(confidence, int | float) else None,
        locked=bool(entry.get("locked")),
        candidates=[Candidate(**_source(one)) for one in others or () if isinstance(one, Mapping)],
    )


def _source(entry: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: _text(entry.get(name)) for name in ("reader", "event_id", "at")}
    return {"value": _text(entry.get("value")) or "", **said}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
