"""The values of the watching room."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from frontdesk.effects import Severity
from frontdesk.onboarding_states import TURNS, State, Turn
from frontdesk.watching.wording import duration, sentence

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


class Waiting(NamedTuple):
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


class Stuck(NamedTuple):
    """A client who stays too long, or cannot move. Minutes are those of the state's own clock, `spent` those in it.

    A tuple, whose sentences are made when they are asked for: ten thousand may be stuck, most of them known of.
    """

    client_id: int
    name: str
    phone: str | None
    state: State
    entered_at: datetime
    clock: Clock
    spent: float
    threshold_minutes: int
    severity: Severity
    terminal: bool
    why: str
    todo: str
    unpaid: bool = False
    moves_within_6h: float | None = None

    @property
    def stuck_for_minutes(self) -> int:
        """The whole minutes that they are in this state."""
        return int(self.spent)

    @property
    def whose_turn(self) -> Turn:
        """Who is to move them on."""
        return TURNS[self.state]

    @property
    def reason(self) -> str:
        """Why this is too long, in a sentence."""
        of_what = " of opening hours" if self.clock is Clock.OPENING else ""
        limit = duration(self.threshold_minutes)
        return sentence(f"{self.why} ({duration(self.spent)}{of_what}, {limit} is the threshold)")

    @property
    def suggested_action(self) -> str:
        """What a person does about it, in a sentence."""
        reached = self.phone if self.whose_turn is Turn.CLIENT else None
        return sentence(f"{self.todo} ({reached})" if reached else self.todo)
