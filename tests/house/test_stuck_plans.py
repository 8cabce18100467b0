"""A look for stuck clients reads those who wait and none of those who are done, by its index."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from frontdesk.steps.stuck import Q as STUCK
from frontdesk.watching.rules import THRESHOLDS
from frontdesk.watching.store import Q as WATCHING

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture
def crowded(dsn: str) -> Iterator[psycopg.Connection[tuple[str]]]:
    """30,000 clients who are done, 2,000 who wait, 40 of them for too long, each noted."""
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(
            "INSERT INTO clients (name, phone_number) SELECT 'c', '+1202' || lpad(n::text, 7, '0') FROM generate_series(1, 32000) AS n"
        )
        db.execute(
            "INSERT INTO onboarding_states (client_id, current_state, entered_at) SELECT id, "
            "CASE WHEN id <= 2000 THEN (%(states)s::text[])[id %% 10 + 1] ELSE 'COMPLETE' END, "
            "%(now)s::timestamptz - CASE WHEN id %% 50 = 0 THEN '9 days' ELSE '5 minutes' END::interval FROM clients",
            {"now": NOW, "states": list(THRESHOLDS)},
        )
        db.execute(
            "INSERT INTO onboarding_stays (client_id, state, entered_at) "
            "SELECT client_id, current_state, entered_at FROM onboarding_states WHERE client_id <= 2000"
        )
        db.execute(
            "INSERT INTO outbound_message_log (outbound_dedupe_key, status, provider, provider_message_id, channel, reply_type, "
            "send_class, priority, day_bucket, from_address, to_address, body, correlation_id, available_at, created_at) "
            "SELECT 'key' || id, 'DELIVERED', 'twilio', 'SM' || id, 'sms', 'question', 'reply', 1, '2026-11-20', '+12025550100', "
            "phone_number, 'x', 'c', %(now)s, %(now)s FROM clients",
            {"now": NOW},
        )
        db.execute("VACUUM ANALYZE")
        yield db


def plan(db: psycopg.Connection[tuple[str]], sql: str, **params: object) -> str:
    row = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".encode(), params).fetchone()
    assert row is not None
    return json.dumps(row[0])


def rows_read(text: str) -> int:
    """The most rows that any scan touched, those filtered out included."""
    return max(int(float(n)) for n in re.findall(r'"(?:Actual Rows|Rows Removed by Filter)": ([\d.]+)', text))


def test_finding_the_stuck_reads_only_who_waits_for_long(crowded: psycopg.Connection[tuple[str]]) -> None:
    for state, one in THRESHOLDS.items():
        row = {"state": state.value, "late": NOW - timedelta(minutes=one.minutes), "asks": True}
        read = plan(crowded, STUCK.waiting, **row, structural=NOW - timedelta(minutes=15))
        assert '"Index Name": "onboarding_states_' in read, state  # that of all who wait, or of who waits for a number
        assert '"Index Name": "outbound_by_recipient"' in read, state
        assert rows_read(read) <= 2000, state


def test_noting_who_moved_reads_nobody_who_is_done(crowded: psycopg.Connection[tuple[str]]) -> None:
    read = plan(crowded, WATCHING.changes)
    assert '"Index Name": "onboarding_states_waiting"' in read
    assert rows_read(read) <= 2000
