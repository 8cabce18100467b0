"""`frontdesk cron`, beside a desk that runs, and what status and doctor say of the weeks that stay."""

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
from story_house import House, eventually

FILL = """
INSERT INTO processed_webhooks (request_id, expires_at)
SELECT md5(n::text), '2020-01-01'::timestamptz + n * '1 s'::interval FROM generate_series(1, 3000) AS n;
CREATE TABLE webhook_events_2020w02 PARTITION OF webhook_events
    FOR VALUES FROM ('2020-01-06 00:00+00') TO ('2020-01-13 00:00+00');
CREATE TABLE webhook_events_2020w03 PARTITION OF webhook_events
    FOR VALUES FROM ('2020-01-13 00:00+00') TO ('2020-01-20 00:00+00');
INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, attempts,
                          code_version, died_at)
SELECT '2020-01-15', n, 'l', 'message', 't', 'f', 'e', 1, '1', '2020-01-15' FROM generate_series(1, 3) AS n;
"""
KEPT = "3 open dead letters; replay or dismiss them"


def test_clean_ups_by_hand_beside_a_desk_share_the_work_and_say_what_stays(house: House) -> None:
    house.up(RETENTION__WEBHOOK_EVENTS_DAYS="36500")
    with psycopg.connect(house.dsn, autocommit=True) as connection:
        connection.execute(FILL.encode())

    with ThreadPoolExecutor(3) as at_once:
        passes = list(at_once.map(lambda _: house.json("cron", "cleanup-webhooks"), range(3)))
    ids = sum(one["deletedRequestIds"] for one in passes)
    weeks = [name for one in passes for name in one["droppedPartitions"]]

    def nothing_is_left() -> bool:  # the desk's own first pass has its share where it comes late
        own = [line for line in map(json.loads, house.log().splitlines()) if line["event"] == "inbox_retired"]
        assert ids + sum(line["request_ids"] for line in own) <= 3000
        shared = [name for line in own for name in line["partitions"]]
        return ids + sum(line["request_ids"] for line in own) == 3000 and weeks + shared == ["webhook_events_2020w02"]

    eventually(nothing_is_left, "all to be removed, each by one")
    for one in passes:
        assert one["finished"] is True
        assert one["keptPartitions"] == [
            {"partition": "webhook_events_2020w03", "week": "2020w03", "waiting": 0, "openDeadLetters": 3, "why": KEPT}
        ]

    shown = house.run("cron", "cleanup-webhooks")
    assert (shown.returncode, shown.stderr) == (0, "")
    first, kept = shown.stdout.splitlines()
    assert first == "Nothing is due: no request id has expired."
    assert kept == f"Week 2020w03 is kept: {KEPT}."

    assert house.json("status")["keptWeeks"] == [{"week": "2020w03", "why": KEPT}]
    assert f"Retention: week 2020w03 is kept: {KEPT}." in house.run("status").stdout
    checks = {check["name"]: check for check in house.json("doctor")["checks"]}
    assert (checks["Retention"]["state"], checks["Retention"]["found"]) == ("warn", f"week 2020w03 is kept: {KEPT}")

    with psycopg.connect(house.dsn, autocommit=True) as connection:
        connection.execute("UPDATE dead_letters SET dismissed_at = died_at")
        connection.execute("UPDATE processed_webhooks SET expires_at = NULL")
        connection.execute("INSERT INTO processed_webhooks (request_id, expires_at) VALUES ('one more', '2020-01-01')")
    removed, dropped = house.run("cron", "cleanup-webhooks").stdout.splitlines()
    assert removed.startswith("Removed 1 expired request id and 0 old webhooks in 1 batch; the longest took ")
    assert dropped == "Dropped 1 week: webhook_events_2020w03."
