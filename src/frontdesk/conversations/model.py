"""The values of the conversations' room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Conversation", "Flow", "FlowQuestion", "Turn"]


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
        return {key: entry["value"] for key, entry in self.known_fields.items()}


@dataclass(frozen=True, slots=True)
class FlowQuestion:
    """One question: its key, its wording, how the answer is read, whether it is asked a second time."""

    key: str
    text: str
    type: str
    required: bool


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


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a decision looks at: one inbound text, what was read from it, and where the conversation stands."""

    reading: Mapping[str, str]
    keyword: str | None  # stop, start, help; how and in which language it was said: `keyword_how`, `keyword_lang`
    conversation: Conversation
    opted_out: bool
    carrier_answers_keywords: bool  # this very text, by itself
    local_day: str
    flow: Flow
    reader: str = "rules"
    keyword_how: str = "keyword"  # or language, wrong_number: said in a way that no carrier answers
    keyword_lang: str = "en"
    evidence: Mapping[str, Any] = field(default_factory=dict)
