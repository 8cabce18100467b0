"""The values of the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from frontdesk.message import Item, LaneClass

__all__ = ["Arrival", "ClaimedLane", "Event", "EventStatus", "QueuedEvent", "Receipted", "Selection"]


class EventStatus(StrEnum):
    """The states of a stored event."""

    WAITING = "waiting"
    """In its lane's queue; a worker takes it in its turn."""
    RETRYING = "retrying"
    """A try failed; its lane waits for the next."""
    HELD = "held"
    """All tries failed; its lane waits for a person."""
    DONE = "done"
    """Handled; its effects were committed with it."""
    DEAD = "dead"
    """All tries failed, or none could help: in the dead letters until replayed or dismissed."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One verified item on its way into the inbox, with the raw request that brought it."""

    item: Item
    body: bytes
    headers: Mapping[str, str]
    correlation_id: str
    dedupe_for: timedelta


@dataclass(frozen=True, slots=True)
class Receipted:
    """What became of an arrival: stored for the first time, or counted as a redelivery."""

    request_id: str
    first: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One stored webhook item as a handler sees it. `tries` counts from 1."""

    id: int
    received_at: datetime
    webhook_type: str
    request_id: str
    lane: str
    client_id: int | None
    correlation_id: str
    payload: Mapping[str, Any]
    tries: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the open dead letters: those that every given condition fits; without any, all of them."""

    event_ids: tuple[int, ...] | None = None
    fingerprint: str | None = None
    webhook_type: str | None = None
    died_since: datetime | None = None
    died_until: datetime | None = None
    client_id: int | None = None
    scheduled: bool | None = None
    """Only those that already have a time to go back at (true), or that have none (false)."""

    @property
    def conditions(self) -> Mapping[str, Any]:
        """What was asked for by name; empty stands for all. Whether it is scheduled is the act's own condition."""
        given = {name: getattr(self, name) for name in self.__slots__ if name != "scheduled"}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """The narrow row of one event that waits in a lane; (received_at, event_id) is its place.

    `event` is the whole of it, as claimed; None when the archive has it no more.
    """

    lane: str
    received_at: datetime
    event_id: int
    webhook_type: str
    attempts: int
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class ClaimedLane:
    """A lane under lease: only writes that carry `claim_token` count.

    `lapses` counts leases that ran out unsettled; `retrying` says that its first event was tried before.
    """

    lane: str
    lane_class: LaneClass
    client_id: int | None
    claim_token: UUID
    lapses: int
    retrying: bool
    events: tuple[QueuedEvent, ...]
