"""Alerts while others act at the same moment: sixteen processes with the same news, and clients who move on meanwhile."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg

from frontdesk.alerts.model import Decision
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.steps.watch import watch
from frontdesk.testing import FrozenClock, scratch_settings

CROWD = Path(__file__).with_name("alert_crowd_process.py")
PROCESSES, KEYS = 16, 50
CLIENTS = 150

STUCK = """
WITH c AS (
    INSERT INTO clients (name, phone_number) SELECT 'Client ' || n, '+1202556' || n FROM generate_series(1001, 1000 + %(n)s) AS n
    RETURNING id
)
INSERT INTO onboarding_states (client_id, current_state, entered_at, recorded_state, recorded_paid)
SELECT id, 'S9_TEST_CALL', %(since)s, 'S9_TEST_CALL', false FROM c
"""
# What the database itself saw as each alert was written: where that client stood by then. A plpgsql function looks anew.
WITNESS = """
CREATE TABLE seen (client_id bigint, state text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen SELECT client_id, current_state FROM onboarding_states WHERE client_id = NEW.resource_id::bigint;
    RETURN NULL;
END $$;
CREATE TRIGGER see AFTER INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION see();
"""


def test_sixteen_processes_raise_fifty_keys_and_each_is_one_delivery_row(dsn: str) -> None:
    command = [sys.executable, str(CROWD), dsn, str(PROCESSES), str(KEYS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    decided = [json.loads(line) for line in done.stdout.splitlines()]
    assert [len(one) for one in decided] == [KEYS] * PROCESSES
    told, within = {"sent", "bundled"}, Decision.WITHIN_WINDOW
    for at in range(KEYS):
        said = Counter(one[at] for one in decided)
        assert (sum(said[word] for word in told), said[within]) == (1, PROCESSES - 1), said  # and none was spooled
    assert sum(not told.isdisjoint(one) for one in decided) > 1  # several were first with something: they did race
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT alert_key, count(*) FROM alert_logs GROUP BY 1").fetchall()
    assert sorted(rows) == sorted((f"disk {n}#1", 1) for n in range(KEYS))


def test_clients_who_move_on_while_alerts_are_raised_are_not_alerted(dsn: str) -> None:
    clock = FrozenClock()

    def move_all_on() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            ids = [row[0] for row in connection.execute("SELECT client_id FROM onboarding_states").fetchall()]
            random.Random(7).shuffle(ids)
            moved = "UPDATE onboarding_states SET current_state = 'COMPLETE', completed_at = %s WHERE client_id = %s"
            while connection.execute("SELECT count(*) FROM seen").fetchall() == [(0,)]:
                pass  # the pass has found them all, and begins to tell
            for one in ids:
                connection.execute(moved, (clock.now(), one))

    async def run() -> None:
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(WITNESS.encode())
            connection.execute(STUCK, {"n": CLIENTS, "since": clock.now() - timedelta(hours=25)})
        done, _ = await asyncio.gather(watch(db, PUBLIC, clock, scratch_settings()), asyncio.to_thread(move_all_on))
        await db.close()
        with psycopg.connect(dsn) as connection:
            seen = Counter(state for (state,) in connection.execute("SELECT state FROM seen").fetchall())
        assert done.stuck == CLIENTS  # all were found; some moved before they were told of
        assert 0 < seen["S9_TEST_CALL"] < CLIENTS
        assert seen["COMPLETE"] == 0

    asyncio.run(run())
