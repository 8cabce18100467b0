"""The values of the watching room."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.effects import Severity
from frontdesk.onboarding_states import State, Turn

__all__ = ["Clock", "Ladder", "Stuck", "Threshold", "Trouble", "Waiting"]


class Clock(StrEnum):
    """Which time counts towards a threshold."""

    WALL = "wall"  # all of it
    OPENING = "opening"  # while the client's business is open; it stands still at night and on closed days


class Ladder(StrEnum):
    """How severity grows."""

    BY_TIME = "by_time"  # LOW at the threshold, MEDIUM at twice, HIGH at four times
    AT_ONCE = "at_once"  # HIGH at the threshold
    TERMINAL = "terminal"  # HIGH at the threshold; nothing but a person moves it
    UNPAID = "unpaid"  # terminal while it is not paid, else by time


class Trouble(StrEnum):
    """Why no answer of the client can be expected: no timer, no queued message, no question that reached them."""

    OPTED_OUT = "opted_out"  # they sent STOP
    NOT_DELIVERED = "not_delivered"  # the last text to them failed, was blocked or cancelled
    NOT_ASKED = "not_asked"  # texts went to them before, and none since they are in this state


@dataclass(frozen=True, slots=True)
class Threshold:
    """One state: how long is too long, and what to say of it."""

    minutes: int
    waits_for: str
    todo: str
    clock: Clock = Clock.WALL
    ladder: Ladder = Ladder.BY_TIME


@dataclass(frozen=True, slots=True)
class Waiting:
    """One client in a state. `wall` and `opening` are the minutes that they are in it, by either clock."""

    client_id: int
    name: str
    phone: str | None
    state: State
    entered_at: datetime
    paid: bool
    wall: float
    opening: float
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """A client who stays too long, or cannot move. Minutes are those of the state's own clock."""

    client_id: int
    name: str
    phone: str | None
    state: State
    entered_at: datetime
    stuck_for_minutes: int
    threshold_minutes: int
    severity: Severity
    terminal: bool
    whose_turn: Turn
    reason: str
    suggested_action: str
    unpaid: bool = False
    moves_within_6h: float | None = None
