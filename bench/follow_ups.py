"""How long a pass over follow-ups takes: 100,000 leads, of whom 1,000 have a step that is due.

    .venv/bin/python bench/follow_ups.py [--leads 100000] [--due 1000] [--rounds 5]

One scratch PostgreSQL (fsync on). Every lead is enrolled; what is due is put into the ledger and its conversation,
judged by the gate, and moved on. Beside it a pass with nothing due, and one that closes as many expired leads.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import structlog

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.steps.follow_up import FollowedUp, follow_up
from frontdesk.testing import scratch_settings

TARGET = 500.0  # ms a pass
FILL = """
WITH client AS (
    INSERT INTO clients (name, timezone, payment_active, created_at) VALUES ('Bench', 'UTC', true, %(now)s) RETURNING id
), lead AS (
    INSERT INTO leads (client_id, phone, status, sequence_expires_at, created_at)
    SELECT client.id, '+12025' || lpad(n::text, 7, '0'), 'qualifying', %(now)s::timestamptz + interval '20 days',
           %(now)s
    FROM client, generate_series(1, %(leads)s) AS n RETURNING id, client_id, phone
), talk AS (
    INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address, created_at)
    SELECT client_id, id, 'sms', '+12025550100', phone, %(now)s FROM lead RETURNING id, client_id, lead_id
)
INSERT INTO sequence_enrolments (client_id, lead_id, conversation_id, provider, sequence, due_at, enrolled_at)
SELECT client_id, lead_id, id, 'twilio', 'no_answer', %(now)s::timestamptz + interval '9 days', %(now)s FROM talk
"""
DUE = """
UPDATE sequence_enrolments SET due_at = %(due)s, ended_at = NULL, end_reason = NULL, next_step = 0
WHERE id % 97 = %(round)s AND id <= %(due_count)s * 97
"""
EXPIRE = "UPDATE leads SET sequence_expires_at = %(due)s WHERE id % 97 = %(round)s AND id <= %(due_count)s * 97"


def main() -> int:
    """Measure and print; 1 where a pass did not do all that was due."""
    parser = argparse.ArgumentParser(prog="bench/follow_ups.py", description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frontdesk-followups-") as folder, EmbeddedPostgres(Path(folder)) as server:
        return asyncio.run(measure(server.start(), options.leads, options.due, options.rounds))


async def measure(dsn: str, leads: int, due: int, rounds: int) -> int:
    """Fill, and time each kind of pass."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    desk = Desk(scratch_settings(), dsn)
    await desk.open()
    started = datetime.now(UTC)
    async with desk.db.transaction() as tx:
        await tx.run(FILL, {"leads": leads, "now": started})
    async with desk.db.transaction(single=True) as tx:
        await tx.run("ANALYZE")
    one_pass = lambda: follow_up(desk.db, desk.bucket, desk.clock, desk.settings)  # noqa: E731
    await timed(one_pass)
    complete = True
    for name, prepare in (("nothing due", None), (f"{due} steps due", DUE), (f"{due} leads expired", EXPIRE)):
        took = []
        for number in range(rounds):
            expected = await make_due(desk, prepare, number, due) if prepare else 0
            ms, done = await timed(one_pass)
            took.append(ms)
            complete &= done.put + done.closed_leads == expected
        mark = "" if statistics.median(took) < TARGET else f"  ✗ over {TARGET:g}"
        print(f"{name:<24}{statistics.median(took):>9.1f} ms  ({min(took):.1f} to {max(took):.1f}){mark}")
    await desk.close()
    return 0 if complete else 1


async def make_due(desk: Desk, prepare: str, number: int, due: int) -> int:
    """Let so many rows be due, other ones each round; returns how many they are."""
    async with desk.db.transaction() as tx:
        row = {"due": desk.clock.now() - timedelta(minutes=1), "round": number, "due_count": due}
        return await tx.run(prepare.replace(" % ", " %% "), row)


async def timed(one_pass: Callable[[], Awaitable[FollowedUp]]) -> tuple[float, FollowedUp]:
    """Milliseconds, and what was done."""
    began = perf_counter()
    done = await one_pass()
    return (perf_counter() - began) * 1000, done


if __name__ == "__main__":
    sys.exit(main())
