"""The values of the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from frontdesk.message import Item, LaneClass

__all__ = ["Arrival", "ClaimedLane", "Event", "EventStatus", "QueuedEvent", "Receipted"]


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
class QueuedEvent:
    """The narrow row of one event that waits in a lane; (received_at, event_id) is its place."""

    lane: str
    received_at: datetime
    event_id: int
    webhook_type: str
    attempts: int


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
