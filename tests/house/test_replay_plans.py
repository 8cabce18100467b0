"""Putting dead letters back reads what it takes, with many beside it that were replayed long ago or go back later."""

import json
import re
from collections.abc import Iterator

import psycopg
import pytest

from frontdesk.inbox.dead_letters import Q

NOW = "2026-11-20 17:00+00"
Connection = psycopg.Connection[tuple[str]]


@pytest.fixture
def letters(dsn: str) -> Iterator[Connection]:
    """50,000 dead letters: nine of ten were replayed; of the others half go back now and half later, one a second."""
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(
            "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, "
            "attempts, code_version, died_at, replayed_at, replay_at, replay_rate) "
            "SELECT %(now)s::timestamptz - n * '1 s'::interval, n, 'lane' || n, 'message', 'twilio_sms', 'f' || n %% 20, 'x', "
            "8, '1', %(now)s, CASE WHEN n %% 10 > 0 THEN %(now)s::timestamptz END, "
            "CASE n %% 20 WHEN 0 THEN %(now)s::timestamptz WHEN 10 THEN %(now)s::timestamptz + n * '1 s'::interval END, "
            "CASE n %% 20 WHEN 10 THEN 1 END FROM generate_series(1, 50000) AS n",
            {"now": NOW},
        )
        db.execute("VACUUM ANALYZE dead_letters")
        yield db


def _plan(db: Connection, sql: str, **params: object) -> str:
    row = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".encode(), params).fetchone()
    assert row is not None
    return json.dumps(row[0])


def _rows_read(plan: str) -> int:
    kept = [int(float(n)) for n in re.findall(r'"Actual Rows": ([\d.]+)', plan)]
    dropped = [int(n) for n in re.findall(r'"Rows Removed by (?:Filter|Index Recheck)": (\d+)', plan)]
    return max(kept + dropped)


def test_what_is_due_is_found_by_an_index(letters: Connection) -> None:
    plan = _plan(letters, Q.lock_due, now=NOW, paced_until=NOW, batch=100)
    assert "Seq Scan" not in plan
    assert _rows_read(plan) <= 5000


def test_when_the_next_is_due_is_a_probe_of_an_index(letters: Connection) -> None:
    letters.execute("UPDATE dead_letters SET replay_at = NULL WHERE replay_rate IS NULL")
    letters.execute("VACUUM ANALYZE dead_letters")
    plan = _plan(letters, Q.first_due)
    assert '"Index Name": "dead_letters_to_replay"' in plan
    assert _rows_read(plan) <= 10


def test_choosing_and_counting_the_open_ones_steps_over_those_that_were_replayed(letters: Connection) -> None:
    asked = dict.fromkeys(("event_ids", "webhook_type", "died_since", "died_until", "client_id", "scheduled"))
    for sql, more in ((Q.choose, {}), (Q.groups, {"limit": 50})):
        plan = _plan(letters, sql, **asked, fingerprint="f10", **more)
        assert "Seq Scan" not in plan
        assert _rows_read(plan) <= 5000
