"""backtest: what a threshold would have done with the stays that are known. It only reads."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.onboarding_states import State
from frontdesk.settings import Settings
from frontdesk.steps.stuck import Clocks
from frontdesk.watching import store as watching
from frontdesk.watching.model import Clock
from frontdesk.watching.rules import THRESHOLDS, minutes_of

__all__ = ["Backtest", "backtest"]


@dataclass(frozen=True, slots=True)
class Backtest:
    """One state: of its stays, how many outlasted the threshold, and of these how many ended, and how many have not."""

    state: str
    minutes: int
    stays: int
    fired: int
    moved: int
    still: int

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


async def backtest(
    tx: Tx, now: datetime, settings: Settings, *, states: Sequence[State], minutes: int | None, since: datetime
) -> list[Backtest]:
    """Each state's stays that began after `since`, against its present threshold, or `minutes`.

    Opening hours are the client's as they are now: what they were then is not kept.
    """
    clocks, rows = Clocks(settings), await watching.stays_since(tx, states, since)
    found = []
    for state in states:
        limit = minutes or minutes_of(state, settings.stuck.minutes)
        stays = [row for row in rows if row.state == state]
        late = [row for row in stays if _spent(row, clocks, now) >= timedelta(minutes=limit)]
        moved = sum(row.left_at is not None for row in late)
        found.append(Backtest(state, limit, len(stays), len(late), moved, len(late) - moved))
    return found


def _spent(row: Any, clocks: Clocks, now: datetime) -> timedelta:
    until = row.left_at or now
    if THRESHOLDS[State(row.state)].clock is Clock.WALL:
        return until - row.entered_at  # type: ignore[no-any-return]
    return clocks.of(row.hours, row.timezone).between(row.entered_at, until)
