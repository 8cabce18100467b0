"""Thirty virtual days with real steps: the same seed ends in the same state, and no promise is broken."""

from collections.abc import Callable

import pytest
import uvloop

from frontdesk.commands.simulated_desk import START, simulate_desk
from frontdesk.commands.simulated_month import simulate_days
from frontdesk.commands.simulated_outcome import Outcome
from frontdesk.commands.simulated_people import make_people
from frontdesk.db.throwaway import throwaway_postgres
from frontdesk.testing import scratch_settings
from open_house import scratch_database

SETTINGS = scratch_settings(limits={}, quiet={}, flow={"debounce_seconds": 3}, tz="America/New_York")


@pytest.fixture
def simulated(server: str, template: str) -> Callable[..., Outcome]:
    """One desk in a database of its own."""

    def run(*, seed: int, people: int, days: int = 30) -> Outcome:
        with scratch_database(server, template) as dsn:
            return uvloop.run(simulate_desk(SETTINGS, dsn, make_people(people, seed, START, days), days=days))

    return run


def test_a_month_ends_the_same_for_the_same_seed_and_breaks_no_promise(simulated: Callable[..., Outcome]) -> None:
    first, again = (simulated(seed=1, people=60) for _ in range(2))
    assert (first.broken, again.broken) == ([], [])
    assert first.digest == again.digest
    assert first.counts["leads"].keys() >= {"booked", "lost", "qualifying"}
    assert sum(first.counts["steps_sent"].values()) > 30
    assert min(first.totals.values()) > 0


def test_desks_side_by_side_end_as_each_would_by_itself() -> None:
    with throwaway_postgres() as server:
        both = simulate_days(SETTINGS, server, days=5, people=6, seed=1, people_a_desk=3)
    with throwaway_postgres() as server:
        again = simulate_days(SETTINGS, server, days=5, people=6, seed=1, people_a_desk=3)
    assert (both.broken, both.totals["people"]) == ([], 6)
    assert (both.digest, both.totals, both.counts) == (again.digest, again.totals, again.counts)
    with throwaway_postgres() as server:
        alone = simulate_days(SETTINGS, server, days=5, people=6, seed=1)
    assert alone.totals["people"] == 6
    assert alone.digest != both.digest


def test_another_seed_ends_in_another_state(simulated: Callable[..., Outcome]) -> None:
    one, other = (simulated(seed=seed, people=4, days=5) for seed in (1, 2))
    assert (one.broken, other.broken) == ([], [])
    assert one.digest != other.digest
