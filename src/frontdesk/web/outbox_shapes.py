"""The JSON of the outbox: what a person writes, what the gate says of it, one message with its attempts."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from frontdesk.outbox.gate import Mode, Scope
from frontdesk.outbox.segments import Encoding
from frontdesk.steps.addressed import To, e164
from frontdesk.steps.send_by_hand import LONGEST, Preview, Words
from frontdesk.steps.settle_by_hand import Word
from frontdesk.web.shapes import GivenId, Json, LedgerRow
from frontdesk.web.standing import verdict_words

__all__ = [
    "Attempt",
    "CircuitRow",
    "GateSaid",
    "Limiter",
    "Limiters",
    "MessageDetail",
    "MessageOrder",
    "Phone",
    "PreviewOrder",
    "PreviewShown",
    "Resolution",
    "SwitchOrder",
    "SwitchOutcome",
    "SwitchRow",
    "Switches",
    "ThroughputOrder",
]

Phone = Annotated[str, AfterValidator(e164)]
"""A phone number with its country code, as people write it."""


class _Order(Json):
    model_config = ConfigDict(extra="forbid")


class PreviewOrder(_Order):
    """A text, and to whom it would go, where the gate is to be asked too."""

    body: Annotated[str, Field(max_length=LONGEST)]
    conversation_id: GivenId | None = None
    to: Phone | None = None
    from_: Annotated[Phone | None, Field(alias="from", description="our number, where there is a choice")] = None
    client_id: Annotated[GivenId | None, Field(description="whose lead `to` is, where there is a choice")] = None

    def whom(self) -> To | None:
        """Who is meant, None where nobody is. Raises ValueError when it is said in two ways."""
        if self.conversation_id is None and self.to is None:
            return None
        if self.conversation_id is not None and (self.to, self.from_, self.client_id) != (None, None, None):
            raise ValueError("Say it in one way: conversationId, or to (with from or clientId). Nothing was done.")
        return To(self.conversation_id, self.to, self.from_, self.client_id)


class MessageOrder(PreviewOrder):
    """What is to be said, to whom, and when."""

    body: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    send_at: Annotated[AwareDatetime | None, Field(description="not before then, up to 365 days ahead; past: now")] = (
        None
    )

    def words(self) -> Words:
        """The same for the step. Raises ValueError where nobody is meant, or two."""
        whom = self.whom()
        if whom is None:
            raise ValueError("Say to whom: conversationId, or to. Nothing was done.")
        return Words(whom, self.body, self.send_at)


class GateSaid(Json):
    """What the gate says of a message."""

    verdict: Literal["send", "wait", "block"]
    reason: str | None
    words: str
    until: Annotated[datetime | None, Field(description="null where it waits for a person")]


class PreviewShown(Json):
    """The text as it would go, what it takes, and what the gate would say now; nothing was kept."""

    body: Annotated[str, Field(description="with typographic punctuation replaced where that saves a segment")]
    encoding: Encoding
    units: Annotated[int, Field(description="septets (gsm7) or UTF-16 units (ucs2)")]
    segments: int
    estimated_cost: Annotated[Decimal, Field(description="by the setting sender.segment_price")]
    currency: str
    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None
    gate: Annotated[GateSaid | None, Field(description="null where nobody is meant")] = None

    @classmethod
    def of(cls, shown: Preview) -> "PreviewShown":
        """What the step found out, as JSON."""
        gate = None
        if shown.verdict is not None:
            verdict, reason, words, until = verdict_words(shown.verdict)
            gate = GateSaid.model_validate({"verdict": verdict, "reason": reason, "words": words, "until": until})
        return cls(
            body=shown.text.body,
            encoding=shown.text.count.encoding,
            units=shown.text.count.units,
            segments=shown.text.segments,
            estimated_cost=shown.cost,
            currency=shown.currency,
            from_=shown.from_number,
            to=shown.to_address,
            gate=gate,
        )


class Attempt(Json):
    """One try to send it: what was asked of the provider and what it answered, without secrets."""

    number: int
    started_at: datetime
    ended_at: Annotated[datetime | None, Field(description="null: under way, or its process died")]
    outcome: str | None
    error: str | None
    error_code: str | None
    request: dict[str, Any] | None
    response: dict[str, Any] | None


class MessageDetail(LedgerRow):
    """One message with its attempts, and what it waits for."""

    encoding: Encoding
    standing: Annotated[str, Field(description="why it is where it is, and what moves it on")]
    attempt_log: list[Attempt]


class Resolution(_Order):
    """What a person says of an UNKNOWN message."""

    as_: Annotated[
        Word,
        Field(alias="as", description="`sent`; `not_sent`: it stays unsent; `send_again`: once more, now"),
    ]
    provider_message_id: Annotated[
        str | None, Field(min_length=1, max_length=100, description="the carrier's id of it, with `sent`, if known")
    ] = None


class SwitchRow(Json):
    """A kill switch that is on."""

    scope: Scope
    name: Annotated[str, Field(description="empty for the global one")]
    mode: Mode
    reason: str
    set_by: str
    set_at: datetime
    words: str = ""


class Switches(Json):
    """The kill switches that are on."""

    items: list[SwitchRow]


class SwitchOrder(_Order):
    """Which switch, and how it stops."""

    scope: Scope
    name: Annotated[str, Field(max_length=100, description="client id, number, provider or lane; empty for global")] = (
        ""
    )
    mode: Annotated[Mode, Field(description="`stop`: messages wait; `dry_run`: blocked where they would go")] = (
        Mode.STOP
    )
    reason: Annotated[str, Field(max_length=500)] = ""


class SwitchOutcome(Json):
    """What a switch did."""

    scope: Scope
    name: str
    held: Annotated[int, Field(description="due messages that wait from now on")] = 0
    released: Annotated[int, Field(description="held messages that are due again")] = 0
    done_by: str


class Limiter(Json):
    """One of our numbers: what it has under way, and how fast it may send."""

    number: str
    provider: str
    executing: int
    queued: Annotated[int, Field(description="due now, counted up to 10,000")]
    waiting: Annotated[int, Field(description="for a later time or a person, counted up to 10,000")]
    done: int
    throttled: Annotated[int, Field(description="how often the carrier answered 429")]
    slow_factor: Annotated[float, Field(description="how many times slower it goes now, since the last 429")]
    next_slot_at: datetime
    per_second: Annotated[float | None, Field(description="its own; null: the settings'")]
    per_minute: float | None


class CircuitRow(Json):
    """The circuit breaker of a provider account."""

    account: str
    state: Literal["closed", "open", "half_open"]
    words: str
    failures: Annotated[int, Field(description="in a row")]
    open_until: datetime | None
    last_error: str | None
    changed_at: datetime


class Limiters(Json):
    """All sender numbers, and the circuits of the accounts that ever failed."""

    items: list[Limiter]
    circuits: list[CircuitRow]


class ThroughputOrder(_Order):
    """What one number may send: segments a second and in any minute; null or absent: the settings'."""

    per_second: Annotated[float | None, Field(gt=0, le=10_000)] = None
    per_minute: Annotated[float | None, Field(gt=0, le=600_000)] = None
