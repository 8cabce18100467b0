"""The JSON of the API: camelCase names, ids as text, times in ISO 8601 with their offset."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, computed_field, model_validator
from pydantic.alias_generators import to_camel

from frontdesk.web.standing import short_reason

__all__ = [
    "AiHealth",
    "ConversationDetail",
    "ConversationRow",
    "ConversationState",
    "GivenId",
    "Id",
    "Json",
    "LedgerRow",
    "Listing",
    "MessageRow",
    "ReceiptRow",
    "WebhookEvent",
]


class Json(BaseModel):
    """What all of them are: camelCase names, read from rows by attribute."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, from_attributes=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, given: Any) -> Any:
        """PostgreSQL's texts hold every character but one: refused here, it is the caller's fault and not ours."""
        if isinstance(given, dict) and any(isinstance(value, str) and "\x00" in value for value in given.values()):
            raise ValueError("a text holds the character NUL, which cannot be stored")
        return given


Row = TypeVar("Row")
Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
GivenId = Annotated[
    int,
    Field(ge=1, lt=2**63),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[1-9][0-9]*$"}, {"type": "integer", "minimum": 1}]}),
]
"""An id as callers give it: text, as they got it, or a number."""


class Listing(Json, Generic[Row]):
    """One page of a list, newest first; `nextCursor` is null at the end."""

    items: list[Row]
    next_cursor: str | None


class ConversationRow(Json):
    """One conversation with its lead and its last message."""

    id: Id
    client_id: Id
    client_name: str
    lead_id: Id
    first_name: str | None
    last_name: str | None
    lead_status: str
    channel: str
    our_address: str
    other_address: str
    opted_out: bool
    bot_paused_at: datetime | None
    bot_paused_why: str | None
    last_question_key: str | None
    questions_asked_count: int
    state_version: int
    last_message_at: datetime | None
    last_body: str | None
    last_direction: str | None
    last_status: str | None
    blocked_reason: str | None


class ReceiptRow(Json):
    """One delivery receipt that came in, and how often again."""

    word: str
    request_id: str
    received_at: datetime | None
    duplicate_count: int


class MessageRow(Json):
    """One message with what can be followed: its webhook for inbound ones, its ledger row for outbound ones."""

    id: Id
    direction: Literal["inbound", "outbound"]
    body: str
    status: str
    blocked_reason: str | None
    created_at: datetime
    provider_message_id: str | None
    event_id: Id | None
    request_id: str | None
    received_at: datetime | None
    processed_at: datetime | None
    event_status: str | None
    event_attempts: int | None
    duplicates: int
    ledger_id: Id | None
    outbound_dedupe_key: str | None
    ledger_status: str | None
    reason: str | None
    error: str | None
    reply_type: str | None
    collision_count: int | None
    put_at: datetime | None
    started_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    receipts: list[ReceiptRow] = []


class ConversationDetail(Json):
    """One conversation, what is known of the lead, and its newest messages."""

    id: Id
    client_id: Id
    client_name: str
    lead_id: Id
    first_name: str | None
    last_name: str | None
    phone: str | None
    email: str | None
    lead_status: str
    service_type_enum: str | None
    service: str | None
    channel: str
    our_address: str
    other_address: str
    opted_out: bool
    bot_paused_at: datetime | None
    bot_paused_why: str | None
    last_question_key: str | None
    questions_asked_count: int
    state_version: int
    known_fields: dict[str, Any]
    sms_count_today: int
    last_message_at: datetime | None
    messages: list[MessageRow] = []
    next_cursor: str | None = None


class WebhookEvent(Json):
    """One stored webhook item; bodies stay in the database."""

    id: Id
    webhook_type: str
    request_id: str
    lane: str
    client_id: Id | None
    correlation_id: str
    received_at: datetime
    status: str
    attempts: int
    available_at: datetime | None
    last_error: str | None
    processed_at: datetime | None
    duplicates: Annotated[int, Field(description="redeliveries, which changed nothing")]


class LedgerRow(Json):
    """One row of the outbound ledger."""

    id: Id
    conversation_id: Id | None
    lead_id: Id | None
    client_id: Id | None
    outbound_dedupe_key: str
    collision_count: int
    status: str
    reason: str | None
    error: str | None
    error_code: str | None
    provider: str
    channel: str
    provider_message_id: str | None
    reply_type: str
    question_key: str | None
    send_class: str
    day_bucket: date
    from_address: str
    to_address: str
    body: str
    segments: int
    attempts: int
    correlation_id: str
    due_at: Annotated[datetime | None, Field(description="when it was to go at the earliest")]
    available_at: Annotated[datetime | None, Field(description="not before then; null: not before a person lets it")]
    needs_a_person: Annotated[bool, Field(description="UNKNOWN, and nothing but a person's word settles it")]
    created_at: datetime
    started_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None

    @computed_field(description="why it waits, was blocked or failed, in plain words")  # type: ignore[prop-decorator]
    @property
    def why(self) -> str:
        """The reason in plain words; empty where there is nothing to say."""
        return short_reason(self.status, self.reason, self.error, needs_a_person=self.needs_a_person)


class ConversationState(Json):
    """Where a conversation stands."""

    id: Id
    questions_asked_count: int
    last_question_key: str | None
    state_version: int
    collisions: Annotated[int, Field(description="how often it was to say what stood in the ledger already")] = 0


class AiHealth(Json):
    """What the desk said last and what it did not say twice."""

    outbound_logs: Annotated[list[LedgerRow], Field(description="the newest 20 ledger rows")]
    dedupe_collisions: Annotated[int, Field(description="how often a message was put that stood in the ledger already")]
    conversations: Annotated[list[ConversationState], Field(description="the 10 conversations written in last")]
    status_counts: Annotated[
        dict[str, int], Field(description="ledger rows by every state, final ones of the newest 10,000")
    ]
