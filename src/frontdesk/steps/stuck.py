"""stuck: the clients who stay too long in a state of their set-up, worst first. It only reads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Severity
from frontdesk.hours import OpeningHours
from frontdesk.onboarding_states import TURNS, State, Turn
from frontdesk.settings import Settings
from frontdesk.steps.facts import hours_for, known_zone
from frontdesk.watching import store as watching
from frontdesk.watching.model import Clock, Stuck, Trouble, Waiting
from frontdesk.watching.open_time import OpenClock
from frontdesk.watching.rules import THRESHOLDS, judge, minutes_of

__all__ = ["Clocks", "find_stuck", "with_hope"]

Q = load_queries("frontdesk.steps", "stuck.sql")

_WITHIN = timedelta(hours=6)
_RANK = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


class Clocks:
    """The clock of each business, made once for all that share its hours and time zone."""

    def __init__(self, settings: Settings) -> None:
        self._defaults = settings.hours
        self._by_text: dict[tuple[str, str], OpenClock] = {}
        self._by_hours: dict[tuple[OpeningHours, str], OpenClock] = {}

    def of(self, hours: Any, timezone: str) -> OpenClock:
        """The clock of a client, by what its settings say of its hours, if anything."""
        place = (str(hours), timezone)
        if place not in self._by_text:
            read, zone = hours_for({"hours": hours}, self._defaults), known_zone(timezone)
            self._by_text[place] = self._by_hours.setdefault((read, zone), OpenClock(read, ZoneInfo(zone)))
        return self._by_text[place]


async def find_stuck(tx: Tx, now: datetime, settings: Settings) -> list[Stuck]:
    """Everybody who is stuck at `now`, those first who need a person most."""
    own = settings.stuck.minutes
    row = {
        "states": list(THRESHOLDS),
        "late": [now - timedelta(minutes=minutes_of(state, own)) for state in THRESHOLDS],
        "asks": [TURNS[state] is Turn.CLIENT for state in THRESHOLDS],
        "structural": now - timedelta(minutes=settings.stuck.structural_minutes),
    }
    found = [*_judged(await tx.all(Q.waiting, row), now, settings)]
    return sorted(found, key=lambda one: (_RANK[one.severity], not one.terminal, one.entered_at, one.client_id))


def _judged(rows: Any, now: datetime, settings: Settings) -> Iterator[Stuck]:
    clocks, own, structural = Clocks(settings), settings.stuck.minutes, settings.stuck.structural_minutes
    for row in rows:
        wall = (now - row.entered_at) / timedelta(minutes=1)
        opening = wall
        if THRESHOLDS[row.state].clock is Clock.OPENING:
            opening = clocks.of(row.hours, row.timezone).between(row.entered_at, now) / timedelta(minutes=1)
        waiting = Waiting(
            client_id=row.client_id,
            name=row.name,
            phone=row.phone,
            state=State(row.state),
            entered_at=row.entered_at,
            paid=row.paid,
            wall=wall,
            opening=opening,
            trouble=Trouble(row.trouble) if row.trouble else None,
        )
        if (stuck := judge(waiting, own, structural_minutes=structural)) is not None:
            yield stuck


async def with_hope(tx: Tx, stuck: list[Stuck], now: datetime) -> list[Stuck]:
    """The same, each with how likely they move by themselves within six hours; None where nobody can tell.

    Who will never move has no hope, whatever others did.
    """
    curves = await watching.survival(tx, {one.state for one in stuck}, now)
    return [replace(one, moves_within_6h=_hope(one, curves, now)) for one in stuck]


def _hope(one: Stuck, curves: dict[str, Any], now: datetime) -> float | None:
    if one.terminal:
        return 0.0
    curve = curves.get(one.state)
    return None if curve is None else curve.moves_within(_WITHIN, waited=now - one.entered_at)
