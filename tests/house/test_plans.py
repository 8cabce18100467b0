"""Claims use their index with 100,000 rows behind them, and busy lanes cost them nothing."""

import json
import re
from collections.abc import Iterator

import psycopg
import pytest

from frontdesk.inbox.store import Q as INBOX
from frontdesk.outbox.claims import Q as OUTBOX
from frontdesk.steps.look import Q as LOOK
from frontdesk.web.metrics import Q as METRICS

NOW = "2026-11-20 17:00+00"


@pytest.fixture
def crowded(dsn: str) -> Iterator[psycopg.Connection[tuple[str]]]:
    """100,000 waiting events: behind 50,000 busy lanes and 50,000 ready ones; 100,000 pending messages of 50 numbers."""
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(
            "INSERT INTO inbox_lanes (lane, lane_class, ready_at, claim_token, last_received_at) "
            "SELECT 'lane' || n, 'message', %(now)s::timestamptz + CASE WHEN n <= 50000 THEN '10 s' ELSE '-1 s' END::interval, "
            "CASE WHEN n <= 50000 THEN gen_random_uuid() END, %(now)s FROM generate_series(1, 100000) AS n",
            {"now": NOW},
        )
        db.execute(
            "INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type) "
            "SELECT 'lane' || n, %(now)s, n, 'twilio_sms' FROM generate_series(1, 100000) AS n",
            {"now": NOW},
        )
        db.execute(
            "INSERT INTO sender_numbers (address, provider, next_slot_at) "
            "SELECT '+1' || n, 'twilio', %(now)s FROM generate_series(1, 50) AS n",
            {"now": NOW},
        )
        db.execute(
            "INSERT INTO outbound_message_log (outbound_dedupe_key, status, provider, channel, reply_type, send_class, "
            "priority, day_bucket, from_address, to_address, body, correlation_id, available_at, created_at) "
            "SELECT 'key' || n, 'PENDING', 'twilio', 'sms', 'question', 'reply', 1, '2026-11-20', '+1' || n %% 50 + 1, "
            "'+44' || n, 'x', 'c', %(now)s::timestamptz + (n %% 100 - 50) * '1 min'::interval, %(now)s "
            "FROM generate_series(1, 100000) AS n",
            {"now": NOW},
        )
        db.execute("ANALYZE")
        yield db


def _plan(db: psycopg.Connection[tuple[str]], sql: str, **params: object) -> tuple[str, float]:
    row = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".encode(), params).fetchone()
    assert row is not None
    return json.dumps(row[0]), float(row[0][0]["Plan"]["Actual Total Time"])  # type: ignore[call-overload, index]


def _rows_read(plan: str) -> int:
    """The most rows that any scan in the plan touched, those filtered out included."""
    kept = [int(float(n)) for n in re.findall(r'"Actual Rows": ([\d.]+)', plan)]
    dropped = [int(n) for n in re.findall(r'"Rows Removed by (?:Filter|Index Recheck)": (\d+)', plan)]
    return max(kept + dropped)


CLAIM = {
    "lease_now": NOW,
    "leased_until": "2026-11-20 17:00:15+00",
    "claim_token": "00000000-0000-0000-0000-000000000001",
    "lanes": 32,
    "share": 32,
    "clients": [1],
    "in_hand": [32],
    "suspect_from": 4,
}


def test_claiming_lanes_reads_only_what_it_claims(crowded: psycopg.Connection[tuple[str]]) -> None:
    plan, _ = _plan(crowded, INBOX.claim_lanes, retries=8, **CLAIM)
    assert '"Index Name": "inbox_lanes_in_turn"' in plan
    assert "Seq Scan" not in plan
    assert _rows_read(plan) <= 64


def test_looking_for_a_suspect_reads_no_other_lane(crowded: psycopg.Connection[tuple[str]]) -> None:
    plan, _ = _plan(crowded, INBOX.claim_suspect, **CLAIM)
    assert '"Index Name": "inbox_lanes_lapsed"' in plan
    assert _rows_read(plan) == 0


def test_a_flood_of_one_client_costs_the_claims_for_others_nothing(crowded: psycopg.Connection[tuple[str]]) -> None:
    crowded.execute("UPDATE inbox_lanes SET client_id = CASE WHEN lane = 'lane99999' THEN 2 ELSE 1 END")
    crowded.execute("VACUUM ANALYZE inbox_lanes")
    plan, _ = _plan(crowded, INBOX.claim_lanes_of_others, retrying=False, after=-1, clients_at_once=200, **CLAIM)
    assert '"Index Name": "inbox_lanes_by_client"' in plan
    assert "Seq Scan" not in plan
    assert _rows_read(plan) <= 64


def test_taking_the_events_of_lanes_reads_only_them(crowded: psycopg.Connection[tuple[str]]) -> None:
    crowded.execute(
        "INSERT INTO webhook_events (webhook_type, request_id, lane, correlation_id, body, payload, headers, received_at) "
        "SELECT 'twilio_sms', 'r' || n, 'lane' || n, 'c', '', '{}', '{}', %(now)s::timestamptz + n * '1 ms'::interval "
        "FROM generate_series(1, 20000) AS n",
        {"now": NOW},
    )
    crowded.execute("ANALYZE webhook_events")
    plan, _ = _plan(crowded, INBOX.next_events, lanes=[f"lane{n}" for n in range(50001, 50033)], per_lane=10)
    assert '"Index Name": "inbox_queue_pkey"' in plan
    assert "Seq Scan" not in _of(plan, "inbox_queue")
    assert _rows_read(plan) <= 320


def test_settling_touches_only_what_is_settled(crowded: psycopg.Connection[tuple[str]]) -> None:
    lanes = [f"lane{n}" for n in range(1, 33)]
    tokens = [
        r[0] for r in crowded.execute("SELECT claim_token FROM inbox_lanes WHERE lane = ANY(%s) ORDER BY lane", [lanes])
    ]
    params = {"lanes": sorted(lanes), "claim_tokens": tokens, "event_lanes": lanes, "now": NOW}
    plan, _ = _plan(crowded, INBOX.settle, received_at=[NOW] * 32, event_ids=list(range(1, 33)), **params)
    assert '"Index Name": "inbox_lanes_pkey"' in plan
    assert '"Index Name": "inbox_queue_pkey"' in plan
    assert "Seq Scan" not in _of(plan, "q") + _of(plan, "l")
    assert _rows_read(plan) <= 64


def test_claiming_messages_reads_only_the_next_of_each_number(crowded: psycopg.Connection[tuple[str]]) -> None:
    plan, _ = _plan(crowded, OUTBOX.free_numbers, now=NOW, numbers=10, shut=[], only=None)
    assert '"Index Name": "outbound_waiting"' in plan
    assert '"Relation Name": "outbound_message_log", "Alias": "o", ' not in plan or "Seq Scan" not in _of(plan, "o")
    plan, _ = _plan(crowded, OUTBOX.candidates, now=NOW, numbers=[f"+1{n}" for n in range(1, 11)], per_number=2)
    assert '"Index Name": "outbound_waiting"' in plan
    assert "Seq Scan" not in _of(plan, "o")
    assert _rows_read(plan) <= 100


def test_the_look_of_a_desk_is_a_few_probes(crowded: psycopg.Connection[tuple[str]]) -> None:
    plan, _ = _plan(crowded, LOOK.next_work, now=NOW, lease_now=NOW)
    assert '"Index Name": "inbox_lanes_in_turn"' in plan
    assert '"Index Name": "outbound_waiting"' in plan
    assert "Seq Scan" not in _of(plan, "w") + _of(plan, "inbox_lanes")
    assert _rows_read(plan) <= 200  # one per number and priority


def test_the_lag_is_told_by_the_newest_events_alone(crowded: psycopg.Connection[tuple[str]]) -> None:
    crowded.execute(
        "INSERT INTO webhook_events (webhook_type, request_id, lane, correlation_id, body, payload, headers, received_at, "
        "status, processed_at) SELECT 'twilio_sms', 'r' || n, 'lane' || n, 'c', '', '{}', '{}', "
        "%(now)s::timestamptz - n * '1 ms'::interval, 'done', %(now)s FROM generate_series(1, 20000) AS n",
        {"now": NOW},
    )
    crowded.execute("ANALYZE webhook_events")
    plan, _ = _plan(crowded, METRICS.recent_lag, since="2026-11-20 16:55+00", newest=1000)
    assert "Seq Scan" not in plan
    assert _rows_read(plan) <= 1000


def _of(plan: str, alias: str) -> str:
    """The nodes of a plan that scan the relation under `alias`."""
    return " ".join(re.findall(rf'\{{"Node Type": "[^"]*"[^{{}}]*"Alias": "{alias}"[^{{}}]*', plan))
