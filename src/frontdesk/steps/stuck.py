"""stuck: the clients who stay too long in a state of their set-up, worst first. It only reads."""

from asyncio import create_task, sleep, wait
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Severity
from frontdesk.hours import OpeningHours
from frontdesk.onboarding_states import TURNS, State, Turn
from frontdesk.setting_watch import StuckSettings
from frontdesk.settings import Settings
from frontdesk.steps.facts import hours_for, known_zone
from frontdesk.watching import store as watching
from frontdesk.watching.model import Clock, Stuck, Trouble, Waiting
from frontdesk.watching.open_time import OpenClock
from frontdesk.watching.rules import THRESHOLDS, judge, minutes_of

__all__ = ["Clocks", "find_stuck", "with_hope"]

Q = load_queries("frontdesk.steps", "stuck.sql")

_WITHIN, _MINUTE = timedelta(hours=6), timedelta(minutes=1)
_RANK = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


class Clocks:
    """The clock of each business, made once for all that share its hours and time zone."""

    def __init__(self, settings: Settings) -> None:
        self._defaults = settings.hours
        self._by_text: dict[tuple[str | None, str], OpenClock] = {}
        self._by_hours: dict[tuple[OpeningHours, str], OpenClock] = {}

    def of(self, hours: str | None, timezone: str) -> OpenClock:
        """The clock of a client, by what its settings say of its hours, if anything: JSON as it stands there."""
        place = (hours, timezone)
        if place not in self._by_text:
            read, zone = hours_for({"hours": _read(hours)}, self._defaults), known_zone(timezone)
            self._by_text[place] = self._by_hours.setdefault((read, zone), OpenClock(read, ZoneInfo(zone)))
        return self._by_text[place]


def _read(hours: str | None) -> Any:
    try:
        return orjson.loads(hours) if hours else None
    except orjson.JSONDecodeError:
        return hours  # a bare word, which are no hours: said as such where they are read


async def find_stuck(tx: Tx, now: datetime, settings: Settings) -> list[Stuck]:
    """Everybody who is stuck at `now`, those first who need a person most.

    State by state: while those of one are judged, the server reads the next, and this process' other tasks have a turn.
    """
    judged, found = partial(_judged, now=now, settings=settings, clocks=Clocks(settings)), list[Stuck]()
    asked = [_asked(state, now, settings.stuck) for state in THRESHOLDS]
    ahead = create_task(tx.all(Q.waiting, asked[0]))
    try:
        for state, following in zip(THRESHOLDS, (*asked[1:], None), strict=True):
            rows = await ahead
            if following is not None:
                ahead = create_task(tx.all(Q.waiting, following))
                await sleep(0)  # which sends it
            found.extend(judged(state, rows))
    finally:
        await wait({ahead})  # no transaction is left with a statement under way
    return sorted(found, key=lambda one: (_RANK[one.severity], not one.terminal, one.entered_at, one.client_id))


def _asked(state: State, now: datetime, settings: StuckSettings) -> dict[str, Any]:
    return {
        "state": state.value,
        "late": now - timedelta(minutes=minutes_of(state, settings.minutes)),
        "asks": TURNS[state] is Turn.CLIENT,
        "structural": now - timedelta(minutes=settings.structural_minutes),
    }


def _judged(state: State, rows: Sequence[Any], *, now: datetime, settings: Settings, clocks: Clocks) -> Iterator[Stuck]:
    own, structural = settings.stuck.minutes, settings.stuck.structural_minutes
    by_opening = THRESHOLDS[state].clock is Clock.OPENING
    for row in rows:
        wall = opening = (now - row.entered_at) / _MINUTE
        if by_opening:
            opening = clocks.of(row.hours, row.timezone).between(row.entered_at, now) / _MINUTE
        trouble = Trouble(row.trouble) if row.trouble else None
        waiting = Waiting(row.client_id, row.name, row.phone, state, row.entered_at, row.paid, wall, opening, trouble)
        if (stuck := judge(waiting, own, structural_minutes=structural)) is not None:
            yield stuck


async def with_hope(tx: Tx, stuck: list[Stuck], now: datetime) -> list[Stuck]:
    """The same, each with how likely they move by themselves within six hours; None where nobody can tell.

    Who will never move has no hope, whatever others did.
    """
    curves = await watching.survival(tx, {one.state for one in stuck}, now)
    return [one._replace(moves_within_6h=_hope(one, curves, now)) for one in stuck]


def _hope(one: Stuck, curves: dict[str, Any], now: datetime) -> float | None:
    if one.terminal:
        return 0.0
    curve = curves.get(one.state)
    return None if curve is None else curve.moves_within(_WITHIN, waited=now - one.entered_at)
