"""Thirty virtual days with real steps: the same seed ends in the same state, and no promise is broken."""

import asyncio

import psycopg

from frontdesk.commands.simulated_desk import Outcome, simulate_days
from frontdesk.testing import scratch_settings

USUAL = {"limits": {}, "quiet": {}, "flow": {"debounce_seconds": 3}, "tz": "America/New_York"}


def simulated(dsn: str, *, seed: int, people: int, days: int = 30) -> Outcome:
    settings = scratch_settings(**USUAL)
    return asyncio.run(simulate_days(settings, dsn, days=days, people=people, seed=seed))


def test_a_month_ends_the_same_for_the_same_seed_and_breaks_no_promise(dsn: str) -> None:
    first, again = (simulated(dsn, seed=1, people=60) for _ in range(2))
    assert (first.broken, again.broken) == ([], [])
    assert first.end.digest == again.end.digest
    counts = first.end.counts()
    assert {row.status for row in first.end.leads} >= {"booked", "lost", "qualifying"}
    assert sum(counts["steps_sent"].values()) > 30
    assert min(first.opt_outs, first.bookings, first.end.hand_overs) > 0
    assert {row.closed_reason for row in first.end.leads} == {None, "Sequence expired (30 days)"}


def test_another_seed_ends_in_another_state(dsn: str) -> None:
    one, other = (simulated(dsn, seed=seed, people=4, days=5) for seed in (1, 2))
    assert (one.broken, other.broken) == ([], [])
    assert one.end.digest != other.end.digest


def test_nothing_of_it_is_left_in_the_database(dsn: str) -> None:
    outcome = simulated(dsn, seed=1, people=2, days=2)
    assert outcome.texts_out > 0
    with psycopg.connect(dsn) as connection:
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'simulate%'").fetchall()
    assert left == []
