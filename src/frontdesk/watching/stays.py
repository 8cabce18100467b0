"""What is noted when a client is found elsewhere than when the monitor looked last. Pure."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Change", "Noted", "note"]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of onboarding_states that differs from the stay noted last. `state` None: the row is gone."""

    client_id: int
    state: str | None
    entered_at: datetime | None
    done: bool
    completed_at: datetime | None
    noted_state: str | None
    noted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What follows: when the noted stay ended, and since when the client is where they are; None: it is not so.

    `by_hand`: the state came without its time, so that `entered_at` of the row is to be set too. `correct`: the stay
    goes on, and began at another time than was noted.
    """

    ended_at: datetime | None = None
    begins_at: datetime | None = None
    by_hand: bool = False
    correct: bool = False


def note(change: Change, now: datetime) -> Noted:
    """Compare what stands there with what was noted."""
    noted, entered = change.noted_at, change.entered_at
    moved = change.state != change.noted_state
    if change.done:
        return Noted(ended_at=_not_before(noted, _ended(change, now)))
    if noted is None:
        return Noted(begins_at=entered or now, by_hand=entered is None)
    if entered is None or (moved and entered <= noted):
        # A person wrote the state alone, as the runbook shows: the time that stands there is that of the state before.
        return Noted(
            ended_at=_not_before(noted, now) if moved else None, begins_at=now, by_hand=True, correct=not moved
        )
    if not moved and entered < noted:
        return Noted(begins_at=entered, correct=True)
    return Noted(ended_at=entered, begins_at=entered)


def _ended(change: Change, now: datetime) -> datetime:
    if change.completed_at is not None:
        return change.completed_at
    if change.entered_at is not None and change.noted_at is not None and change.entered_at > change.noted_at:
        return change.entered_at
    return now


def _not_before(noted: datetime | None, at: datetime) -> datetime:
    return max(noted, at) if noted is not None else at
