"""The clean-up finds its rows by index with 100,000 rows behind them, whatever the statistics say."""

import json
import re
from collections.abc import Iterator

import psycopg
import pytest

from frontdesk.inbox.retention import Q

NOW = "2026-11-20 17:00+00"
Connection = psycopg.Connection[tuple[str]]


@pytest.fixture
def full(dsn: str) -> Iterator[Connection]:
    """100,000 request ids, every tenth expired; 100,000 events that wait, and as many dead letters. No statistics."""
    with psycopg.connect(dsn, autocommit=True) as db:
        for table in ("processed_webhooks", "inbox_queue", "dead_letters", "webhook_events_default"):
            db.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)".encode())
        db.execute(
            "INSERT INTO processed_webhooks (request_id, expires_at) "
            "SELECT md5(n::text), %(now)s::timestamptz + (n - 10000) * '1 s'::interval FROM generate_series(1, 100000) AS n",
            {"now": NOW},
        )
        db.execute(
            "INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type) "
            "SELECT 'lane' || n, '1999-01-01'::timestamptz + n * '1 s'::interval, n, '' FROM generate_series(1, 100000) AS n"
        )
        db.execute(
            "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, "
            "attempts, code_version, died_at) SELECT '1999-01-01'::timestamptz + n * '1 s'::interval, n, 'lane' || n, "
            "'message', '', '', '', 1, '', %(now)s FROM generate_series(100001, 200000) AS n",
            {"now": NOW},
        )
        db.execute(
            "INSERT INTO webhook_events (webhook_type, request_id, lane, correlation_id, body, payload, headers, received_at, id) "
            "SELECT '', '', 'lane' || n, '', '', '{}', '{}', '1999-01-01'::timestamptz + n * '1 s'::interval, n "
            "FROM generate_series(99901, 100100) AS n"
        )
        yield db


def plan(db: Connection, sql: str, **params: object) -> str:
    """The plan of a batch as it ran, in its transaction, undone afterwards."""
    with db.transaction(force_rollback=True):
        db.execute(Q.in_small_steps.encode())
        row = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".encode(), params).fetchone()
    assert row is not None
    return json.dumps(row[0])


def rows_read(shown: str) -> int:
    """The most rows that any node touched in one go, those filtered out included."""
    kept = [int(float(n)) for n in re.findall(r'"Actual Rows": ([\d.]+)', shown)]
    dropped = [int(n) for n in re.findall(r'"Rows Removed by (?:Join )?(?:Filter|Index Recheck)": (\d+)', shown)]
    return max(kept + dropped)


IDS = {"before": NOW, "after_at": "-infinity", "size": 500}


@pytest.mark.parametrize("statistics", ["none", "fresh", "stale"])
def test_a_batch_of_request_ids_walks_the_expiry_index_and_deletes_by_place(full: Connection, statistics: str) -> None:
    if statistics != "none":
        full.execute("ANALYZE processed_webhooks")
    if statistics == "stale":  # a day later everything has expired, and nobody has counted since
        full.execute("UPDATE processed_webhooks SET expires_at = expires_at - '2 days'::interval")
    shown = plan(full, Q.forget_requests, **IDS)
    assert '"Index Name": "processed_webhooks_by_expiry"' in shown
    assert '"Node Type": "Tid Scan"' in shown
    for costly in ("Seq Scan", "Bitmap", "Sort", "Hash", "Merge"):
        assert f'"Node Type": "{costly}' not in shown
    assert rows_read(shown) <= 500


def test_the_next_batch_steps_over_nothing_that_the_last_one_left_dead(full: Connection) -> None:
    with full.transaction(force_rollback=True):
        gone = full.execute("DELETE FROM processed_webhooks WHERE expires_at < '2026-11-20 16:00+00'").rowcount
        assert gone > 6000
        buffers = {}
        for name, after_at in (("cursor", "2026-11-20 16:00+00"), ("beginning", "-infinity")):
            row = full.execute(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {Q.forget_requests}".encode(),
                {**IDS, "after_at": after_at, "size": 1},
            ).fetchone()
            assert row is not None
            buffers[name] = row[0][0]["Plan"]["Shared Hit Blocks"]  # type: ignore[call-overload, index]
    assert buffers["cursor"] < 50 < buffers["beginning"]


@pytest.mark.parametrize("counted", [False, True])
def test_a_batch_of_old_events_looks_each_up_by_key(full: Connection, counted: bool) -> None:
    if counted:
        full.execute("ANALYZE")
    shown = plan(full, Q.forget_old_events, before=NOW, after_at="-infinity", after_id=0, size=200)
    assert '"Index Name": "webhook_events_default_pkey"' in shown
    assert '"Index Name": "inbox_queue_pkey"' in shown
    assert '"Node Type": "Tid Scan"' in shown
    for costly in ("Seq Scan", "Bitmap", "Hash", "Merge"):
        assert f'"Node Type": "{costly}' not in shown
    assert rows_read(shown) <= 200


def test_the_look_for_old_weeks_reads_no_queue_where_no_week_is_old(full: Connection) -> None:
    row = full.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {Q.old_weeks}".encode(), {"before": "2020-01-01"}).fetchone()
    assert row is not None
    queued = re.search(r'"Subplan Name": "CTE queued"[^{}]*"Actual Loops": (\d+)', json.dumps(row[0]))
    assert queued is not None
    assert queued[1] == "0"


def test_a_batch_takes_less_than_100_ms(full: Connection) -> None:
    with full.transaction():
        full.execute(Q.in_small_steps.encode())
        row = full.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {Q.forget_requests}".encode(), IDS).fetchone()
    assert row is not None
    assert float(row[0][0]["Execution Time"]) < 100  # type: ignore[call-overload, index]
