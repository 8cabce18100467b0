"""The JSON of the API: camelCase names, ids as text, times in ISO 8601 with their offset."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

__all__ = [
    "AiHealth",
    "Checks",
    "ConversationDetail",
    "ConversationRow",
    "ConversationState",
    "Health",
    "Id",
    "InboxDepth",
    "Json",
    "LaneCounts",
    "LedgerRow",
    "Listing",
    "Live",
    "MessageRow",
    "ProcessHealth",
    "ReceiptRow",
    "RoleHealth",
    "WebhookEvent",
]


class Json(BaseModel):
    """What all of them are: camelCase names, read from rows by attribute."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, from_attributes=True
    )


Row = TypeVar("Row")
Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]


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
    attempts: int
    correlation_id: str
    available_at: datetime
    created_at: datetime
    started_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None


class ConversationState(Json):
    """Where a conversation stands."""

    id: Id
    questions_asked_count: int
    last_question_key: str | None
    state_version: int


class AiHealth(Json):
    """What the desk said last and what it did not say twice."""

    outbound_logs: Annotated[list[LedgerRow], Field(description="the newest 20 ledger rows")]
    dedupe_collisions: Annotated[int, Field(description="how often a message was put that stood in the ledger already")]
    conversations: Annotated[list[ConversationState], Field(description="the 10 conversations written in last")]
    status_counts: Annotated[dict[str, int], Field(description="ledger rows by state, final ones of the newest 10,000")]


class ProcessHealth(Json):
    """One process as last seen."""

    host: str
    pid: int
    version: str
    roles: list[str]
    started_at: datetime
    seen_seconds_ago: float
    alive: bool


class RoleHealth(Json):
    """The processes of one role."""

    alive: int
    seen_seconds_ago: Annotated[float | None, Field(description="age of the newest heartbeat; null: none for an hour")]


class LaneCounts(Json):
    """Lanes with work by their state."""

    ready: Annotated[int, Field(description="a worker could take them now")]
    in_hand: int
    backing_off: Annotated[int, Field(description="wait for the next try of their first event")]
    held: Annotated[int, Field(description="wait for a person")]
    lapsed: Annotated[int, Field(description="of the ready ones: their worker died or hangs")]


class InboxDepth(Json):
    """What waits in the inbox in lanes of one class."""

    lane_class: str
    waiting: int
    oldest_at: datetime
    oldest_seconds: float
    lanes: LaneCounts


class Checks(Json):
    """What the verdict rests on; all but the first are empty while the database is away."""

    database: Literal["reachable", "unreachable"]
    schema_version: int | None = None
    code_version: int
    simulated: Annotated[bool, Field(description="true: a simulator stands in for the carrier")]
    roles: dict[str, RoleHealth] = {}
    processes: list[ProcessHealth] = []
    inbox: list[InboxDepth] = []
    outbox: Annotated[dict[str, int], Field(description="ledger rows by state, final ones of the newest 10,000")] = {}
    dead_letters: int = 0


class Health(Json):
    """How the desk is, with the reasons in plain words."""

    status: Literal["ok", "degraded", "down"]
    ready: bool
    reasons: list[str]
    at: datetime
    version: str
    checks: Checks


class Live(Json):
    """The process answers."""

    status: Literal["ok"] = "ok"
