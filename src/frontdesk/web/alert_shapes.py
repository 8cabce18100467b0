"""Alerts, silences and figures as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, computed_field

from frontdesk.alerts.kinds import kind_of
from frontdesk.alerts.model import ACK_LASTS, Decision
from frontdesk.effects import Severity
from frontdesk.web.shapes import Id, Json

__all__ = [
    "AckOrder",
    "Acked",
    "AlertCounts",
    "AlertDetail",
    "AlertRow",
    "AlertStats",
    "ChannelFigures",
    "DeliveryRow",
    "NoisyKey",
    "RaiseRow",
    "SilenceEnded",
    "SilenceOrder",
    "SilenceRow",
    "TestRaised",
]


class AlertRow(Json):
    """One condition, in its present or last episode."""

    id: Id
    alert_type: str
    alert_key: str
    severity: Severity
    resource_id: str | None
    title: str
    message: str
    episode: Annotated[int, Field(description="how often it was opened")]
    raised_count: Annotated[int, Field(description="raises of this episode")]
    opened_at: datetime
    raised_at: datetime | None
    resolved_at: datetime | None
    decision: Annotated[Decision, Field(description="of the last raise; all of them stand in its detail")]
    notified_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    ack_until: datetime | None
    handled: Annotated[bool, Field(description="nobody is told before it changes")]
    escalate_at: datetime | None
    code: Annotated[int | None, Field(description="what a reply by SMS calls it")]
    channel: Annotated[str | None, Field(description="that took its last notification")]
    delivered_at: datetime | None

    @computed_field(description="how it stands, in plain words")  # type: ignore[prop-decorator]
    @property
    def standing(self) -> str:
        """How it stands: over, in somebody's hands, told, or why not."""
        if self.resolved_at is not None:
            return "over"
        if self.handled:
            return f"handled until it changes, by {self.acknowledged_by}"
        if self.ack_until is not None:
            return f"acknowledged by {self.acknowledged_by}"
        if self.decision in (Decision.SENT, Decision.WITHIN_WINDOW):
            return f"told by {self.channel}" if self.channel else "on its way"
        return self.decision.words


class RaiseRow(Json):
    """One raise and what was decided: why you were (not) told."""

    id: Id
    at: datetime
    severity: Severity
    why: Annotated[str, Field(description="raised, or what raised it again: escalated, silence_over …")]
    decision: Decision
    detail: Annotated[str | None, Field(description="the message, the silence or the alert that it was decided by")]
    title: str

    @computed_field(description="the decision in plain words")  # type: ignore[prop-decorator]
    @property
    def words(self) -> str:
        """The decision in plain words."""
        return self.decision.words


class DeliveryRow(Json):
    """One message on one channel."""

    id: Id
    message_id: Id
    channel: str
    status: str
    attempts: int
    created_at: datetime
    confirm_by: datetime | None
    delivered_at: datetime | None
    error: str | None
    error_code: str | None
    ledger_id: Annotated[Id | None, Field(description="the text in the outbox")]


class AlertDetail(AlertRow):
    """One condition with all that was decided and done about it."""

    raises: Annotated[list[RaiseRow], Field(default_factory=list)]
    deliveries: Annotated[list[DeliveryRow], Field(default_factory=list)]

    @computed_field(description="what this type of alert means")  # type: ignore[prop-decorator]
    @property
    def means(self) -> str:
        """What this type of alert means."""
        return kind_of(self.alert_type).means

    @computed_field(description="what to do first")  # type: ignore[prop-decorator]
    @property
    def do_first(self) -> str:
        """What to do first."""
        return kind_of(self.alert_type).do_first


class AckOrder(Json):
    """For how long somebody has it in hand."""

    model_config = ConfigDict(extra="forbid")
    hours: Annotated[float, Field(gt=0, le=720, description="told again after that, if still true")] = ACK_LASTS
    handled: Annotated[bool, Field(description="no time: told again once it gets worse, or is over and returns")] = (
        False
    )
    note: Annotated[str, Field(max_length=500, description="kept in the audit")] = ""


class Acked(Json):
    """It is in hand."""

    alert_id: Id
    done_by: str
    before: Annotated[str | None, Field(description="who had it in hand already")] = None


class SilenceOrder(Json):
    """What is to be silent, why, and until when."""

    model_config = ConfigDict(extra="forbid")
    alert_type: Annotated[str | None, Field(min_length=1, max_length=100, description="only this type")] = None
    key_pattern: Annotated[str, Field(min_length=1, max_length=200, description="of keys; * stands for anything")] = "*"
    comment: Annotated[str, Field(min_length=1, max_length=500, description="why; others will ask")]
    hours: Annotated[float, Field(gt=0, le=720, description="how long: never for ever")]
    starts_in_hours: Annotated[float, Field(ge=0, le=8760)] = 0


class SilenceRow(Json):
    """One silence, and what it holds back."""

    id: Id
    alert_type: str | None
    key_pattern: str
    author: str
    comment: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    ended_by: str | None
    matches: Annotated[int, Field(description="open conditions that it fits")]
    holds: Annotated[bool, Field(description="it holds now")]


class SilenceEnded(Json):
    """A silence is over."""

    silence_id: Id
    done_by: str


class TestRaised(Json):
    """A test is on its way: look at the alert for what became of it."""

    alert_key: str
    decision: Decision
    done_by: str


class AlertCounts(Json):
    """Counts over the hours asked for."""

    raised: int
    sent: Annotated[int, Field(description="notifications; one message may hold several")]
    suppressed: Annotated[int, Field(description="raises of which nobody was told anew, for any reason")]
    silenced: int
    bundled: int
    delivered: int
    failed: Annotated[int, Field(description="no channel took them")]
    acknowledged: int


class NoisyKey(Json):
    """A condition that is told of often."""

    alert_type: str
    alert_key: str
    raises: int
    sent: int


class ChannelFigures(Json):
    """How one channel did."""

    channel: str
    tried: int
    delivered: int
    failed: int
    last_delivered_at: datetime | None


class AlertStats(AlertCounts):
    """The figures of the last hours, and whether the alerting is well."""

    hours: float
    by_type: dict[str, AlertCounts]
    by_severity: dict[str, AlertCounts]
    median_time_to_ack_seconds: float | None
    noisiest_keys: list[NoisyKey]
    channels: list[ChannelFigures]
    delivery_rate: Annotated[float | None, Field(description="delivered of those that came to an end; aim: > 0.99")]
    false_positive_rate: Annotated[
        float | None, Field(description="over by themselves within a minute, or marked so; aim: < 0.02")
    ]
    healthy: bool
    flags: Annotated[list[str], Field(description="what is out of its limits, a sentence each")]
