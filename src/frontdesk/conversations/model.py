"""The values of the conversations' room."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from frontdesk.conversations.fields import merge, values_of
from frontdesk.effects import FieldValue

__all__ = ["Conversation", "Flow", "FlowQuestion", "HandOverWords", "Turn"]


@dataclass(frozen=True, slots=True)
class FlowQuestion:
    """One question: its key, its wording, how the answer is read, whether it is asked a second time and how."""

    key: str
    text: str
    type: str
    required: bool
    again: str = ""


@dataclass(frozen=True, slots=True)
class HandOverWords:
    """What the lead is told as a person takes over, by why; a reason that is not here hands nothing over."""

    asked: str = ""
    emergency: str = ""
    not_understood: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """What the desk says and asks for one client."""

    business: str
    greeting: str
    questions: tuple[FlowQuestion, ...]
    closing: str
    passed_on: str
    services: tuple[str, ...] = ()
    service_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    towns: tuple[str, ...] = ()
    deferred: str = "{question}"
    noted: str = ""
    hand_over: HandOverWords = HandOverWords()
    tell_client: bool = False
    debounce_seconds: float = 0

    @property
    def asks(self) -> list[dict[str, Any]]:
        """What is asked, as it is kept with its version."""
        return [
            {"key": one.key, "text": one.text, "type": one.type, "required": one.required} for one in self.questions
        ]

    @property
    def version(self) -> str:
        """Tells one set of questions from another: it changes with any of them."""
        return hashlib.sha256(json.dumps(self.asks).encode()).hexdigest()[:8]

    def question(self, key: str | None) -> FlowQuestion | None:
        """The question of this key; None where the flow has no such question (any more)."""
        return next((one for one in self.questions if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one conversation. `state_version` guards every save."""

    id: int
    client_id: int
    lead_id: int
    channel: str
    our_address: str
    other_address: str
    last_question_key: str | None
    questions_asked_count: int
    state_version: int
    known_fields: Mapping[str, Any]
    flow_state: Mapping[str, Any]
    bot_paused_at: datetime | None

    @property
    def known(self) -> dict[str, str]:
        """The values of the fields that are known, without their sources."""
        return values_of(self.known_fields)

    @property
    def last_turn(self) -> str | None:
        """The correlation id of the turn whose answer may still be taken back, if there is one."""
        turn = self.flow_state.get("burst", {}).get("turn")
        return str(turn) if turn is not None else None

    def before_last_turn(self) -> "Conversation":
        """Where it stood before the last turn, with what was learned since: nobody saw that turn's answer."""
        before = self.flow_state["burst"]["before"]
        return replace(
            self,
            last_question_key=before["last_question_key"],
            questions_asked_count=before["questions_asked_count"],
            flow_state=before["flow_state"],
        )

    def asked(self, flow: Flow) -> FlowQuestion | None:
        """The question that the lead is answering, if any; to a person they answer what that person asked."""
        if self.flow_state.get("done") or self.bot_paused_at is not None:
            return None
        return flow.question(self.last_question_key)


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a decision looks at: one inbound text, what was read from it, and where the conversation stands."""

    values: tuple[FieldValue, ...]
    keyword: str | None  # stop, start, help; how and in which language it was said: `keyword_how`, `keyword_lang`
    conversation: Conversation
    opted_out: bool
    carrier_answers_keywords: bool  # this very text, by itself
    local_day: str
    flow: Flow
    keyword_how: str = "keyword"  # or language, wrong_number: said in a way that no carrier answers
    keyword_lang: str = "en"
    evidence: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    intent: str | None = None
    is_question: bool = False
    declines: bool = False  # would rather not say
    correlation_id: str = ""
    who: str = ""  # the lead's number, for what the client is told
    booked: bool = False  # has an appointment, which only a person moves or cancels by text

    @property
    def known(self) -> dict[str, str]:
        """The values of the fields once this text is read."""
        return values_of(merge(self.conversation.known_fields, self.values, event_id=0, at="").known)
