"""The JSON of dead letters: letters, groups, orders to act on them, and what came of these."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from frontdesk.inbox.model import Selection
from frontdesk.web.shapes import GivenId, Id, Json

__all__ = ["DeadLetter", "DeadLetterGroup", "DeadLetterGroups", "DeadLetterOrder", "DeadLetterOutcome", "ReplayOrder"]


class DeadLetter(Json):
    """One event that no retry could help, and that nobody replayed or dismissed yet."""

    id: Id
    event_id: Id
    event_received_at: datetime
    lane: str
    lane_class: str
    client_id: Id | None
    webhook_type: str
    fingerprint: str
    error: str
    first_error: Annotated[str | None, Field(description="how the first try failed")]
    first_failed_at: datetime | None
    attempts: int
    deaths: Annotated[int, Field(description="more than 1: it was replayed before, and died again")]
    code_version: str
    died_at: datetime
    replay_at: Annotated[datetime | None, Field(description="scheduled to go back then")]


class DeadLetterGroup(Json):
    """Open dead letters that died of the same: the same type, error, and place in the code."""

    fingerprint: str
    webhook_type: str
    letters: int
    scheduled: Annotated[int, Field(description="of them have a time to go back at")]
    first_error: Annotated[str, Field(description="of the first try that failed")]
    last_error: Annotated[str, Field(description="of the newest death")]
    first_failed_at: datetime
    last_died_at: datetime
    code_versions: list[str]
    tries: Annotated[int, Field(description="the most that one of them had")]
    deaths: Annotated[int, Field(description="the most that one of them died")]
    lanes: Annotated[int, Field(description="conversations that they came in")]
    clients: int
    last_replay_at: datetime | None
    sample_event_id: Annotated[Id, Field(description="the one that died last")]


class DeadLetterGroups(Json):
    """The largest groups, and the counts over all of them."""

    items: list[DeadLetterGroup]
    groups: int
    letters: int
    scheduled: int


class DeadLetterOrder(Json):
    """Which dead letters are meant: `eventIds`, or filters that all must fit, or `all`."""

    model_config = ConfigDict(extra="forbid")

    event_ids: Annotated[
        list[GivenId] | None,
        Field(min_length=1, max_length=10_000, description="`eventId` of letters, not their `id`"),
    ] = None
    fingerprint: str | None = None
    webhook_type: str | None = None
    died_since: AwareDatetime | None = None
    died_until: AwareDatetime | None = None
    client_id: GivenId | None = None
    all: Annotated[bool, Field(description="true: all open dead letters")] = False
    dry_run: Annotated[bool, Field(description="true: only count")] = False
    expected_count: Annotated[int | None, Field(ge=0, description="409 when another number fits by now")] = None

    def selection(self) -> Selection:
        """What is meant. Raises ValueError when nothing is said, or more than one thing."""
        filtered = Selection(
            fingerprint=self.fingerprint,
            webhook_type=self.webhook_type,
            died_since=self.died_since,
            died_until=self.died_until,
            client_id=self.client_id,
        )
        said = (self.event_ids is not None, bool(filtered.conditions), self.all)
        if sum(said) == 0:
            raise ValueError(
                "Say which dead letters: eventIds, or a filter (fingerprint, webhookType, diedSince, diedUntil, "
                "clientId), or all: true. Nothing was done."
            )
        if sum(said) > 1:
            raise ValueError("Say it in one way: eventIds, or filters, or all: true. Nothing was done.")
        if self.event_ids is not None:
            return Selection(event_ids=tuple(dict.fromkeys(self.event_ids)))
        return filtered


class ReplayOrder(DeadLetterOrder):
    """The same, with a pace."""

    rate_per_second: Annotated[
        float | None, Field(ge=0.001, le=1000, description="one after the other; absent: all at once")
    ] = None


class DeadLetterOutcome(Json):
    """How many letters fitted, and what became of them; with `dryRun` nothing was changed."""

    matched: int
    replayed: Annotated[int, Field(description="go back at once")]
    scheduled: Annotated[int, Field(description="go back one after the other, the last at `lastReplayAt`")]
    cancelled: Annotated[int, Field(description="were taken from the schedule, and stay dead letters")]
    dismissed: int
    last_replay_at: datetime | None
    dry_run: bool
    done_by: str
