"""How long a pass over new clients takes: 10,000 of them in all states of the set-up, some of them stuck.

    .venv/bin/python bench/stuck.py [--clients 10000] [--rounds 9]

One scratch PostgreSQL (fsync on), beside 100,000 clients who are done. Each owner was texted five times. A pass notes
who moved and finds who is stuck; the alerts are not part of it. First 5 % of the clients are stuck, and then all of
them. They live in 50 time zones, and those who are stuck came in over twelve days. Beside the median stands what this
process took of the CPU, which a busy machine swells less.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import structlog

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.pool import PUBLIC
from frontdesk.desk import Desk
from frontdesk.onboarding_states import FINAL, State
from frontdesk.steps.stuck import find_stuck
from frontdesk.steps.watch import look
from frontdesk.testing import FrozenClock, scratch_settings

TARGET = 200.0  # ms a pass
NOW = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
STATES = [state.value for state in State if state not in FINAL]
FILL = """
WITH client AS (
    INSERT INTO clients (name, phone_number, timezone, created_at)
    SELECT 'Bench ' || n, '+1202' || lpad(n::text, 7, '0'), z.zones[n %% 50 + 1], %(now)s
    FROM generate_series(1, %(clients)s + 100000) AS n,
         (SELECT array_agg(name) AS zones
          FROM (SELECT name FROM pg_timezone_names WHERE name LIKE 'America/%%' ORDER BY name LIMIT 50) AS p) AS z
    RETURNING id, phone_number
), texted AS (
    INSERT INTO outbound_message_log (outbound_dedupe_key, status, provider, provider_message_id, channel, reply_type,
        send_class, priority, day_bucket, from_address, to_address, body, correlation_id, available_at, created_at)
    SELECT c.id || ':' || t, 'DELIVERED', 'twilio', 'SM' || c.id || t, 'sms', 'onboarding', 'reply', 1, '2026-11-18',
           '+12025550100', c.phone_number, 'What is the name of your business?', 'c', %(now)s, %(now)s
    FROM client AS c, generate_series(1, 5) AS t
)
INSERT INTO onboarding_states (client_id, current_state, entered_at)
SELECT id, CASE WHEN id <= %(clients)s THEN (%(states)s::text[])[id %% 10 + 1] ELSE 'COMPLETE' END, %(now)s
FROM client
"""
AGE = """
UPDATE onboarding_states SET entered_at = %(now)s::timestamptz
    - CASE WHEN client_id %% 100 < %(share)s THEN interval '20 days' + client_id * 7 %% 17280 * interval '1 minute'
           ELSE interval '10 minutes' END
"""


def main() -> int:
    """Measure and print; 1 where a pass took longer than it may."""
    parser = argparse.ArgumentParser(prog="bench/stuck.py", description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frontdesk-stuck-") as folder, EmbeddedPostgres(Path(folder)) as server:
        return asyncio.run(measure(server.start(), options.clients, options.rounds))


async def measure(dsn: str, clients: int, rounds: int) -> int:
    """Fill, and time each kind of pass."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    clock = FrozenClock(NOW)
    desk = Desk(scratch_settings(), dsn, clock=clock)
    await desk.open()
    async with desk.db.transaction() as tx:
        await tx.run(FILL, {"clients": clients, "now": NOW, "states": STATES})
    well = True
    for share in (5, 100):
        async with desk.db.transaction() as tx:
            await tx.run(AGE, {"now": NOW, "share": share})
        async with desk.db.transaction(single=True) as tx:
            await tx.run("VACUUM ANALYZE")
        first, (_, stuck) = await timed(look(desk.db, PUBLIC, clock, desk.settings))
        cpu = process_time()
        took = [(await timed(look(desk.db, PUBLIC, clock, desk.settings)))[0] for _ in range(rounds)]
        cpu = (process_time() - cpu) * 1000 / rounds
        reads = [(await timed(find(desk)))[0] for _ in range(rounds)]
        mark = "" if statistics.median(took) < TARGET else f"  ✗ over {TARGET:g}"
        well &= not mark
        name = f"{len(stuck):,} of {clients:,} stuck"
        print(f"{name:<24}{statistics.median(took):>9.1f} ms  ({min(took):.1f} to {max(took):.1f}){mark}")
        print(f"{'  of this, finding them':<24}{statistics.median(reads):>9.1f} ms")
        print(f"{'  CPU of this process':<24}{cpu:>9.1f} ms")
        print(f"{'  noting them all anew':<24}{first:>9.1f} ms, once")
    await desk.close()
    return 0 if well else 1


async def find(desk: Desk) -> int:
    """The read alone."""
    async with desk.db.transaction() as tx:
        return len(await find_stuck(tx, desk.clock.now(), desk.settings))


async def timed(one):  # type: ignore[no-untyped-def]
    """Milliseconds, and what came back."""
    began = perf_counter()
    done = await one
    return (perf_counter() - began) * 1000, done


if __name__ == "__main__":
    sys.exit(main())
