"""How long it takes from a condition until the operator's SMS is at the carrier.

    .venv/bin/python bench/time_to_sms.py [--interval 3] [--rounds 5]

Each round is a fresh database and a service of its own, worker and scheduler, beside the simulated carrier over HTTP;
all settings but the interval of the monitor are the defaults. Three conditions, one after the other: a client whose
test call is overdue, a text to a number that serves nobody, an owner who comes to an empty pool. What the monitor finds
may take its interval and 5 s; the pool, of which whoever finds it empty tells, 5 s. 1 where one took longer.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from time import monotonic

import psycopg
import structlog

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.testing import RunningDesk, running_desk, scratch_settings

ADMIN, ONBOARDING, NOBODYS = "+12025550199", "+12025550190", "+12025550198"
OWNER, SLOW = "+12025550111", "+12025550112"
ALLOWED = 5.0  # seconds, beside the interval
CLIENT = """
WITH client AS (
    INSERT INTO clients (name, phone_number, payment_active) VALUES (%(name)s, %(phone)s, true) RETURNING id
)
INSERT INTO onboarding_states (client_id, current_state, recorded_state, recorded_paid, entered_at)
SELECT id, %(state)s, %(state)s, true, %(since)s FROM client
"""


def main() -> int:
    """Measure and print; 1 where one took longer than it may."""
    parser = argparse.ArgumentParser(prog="bench/time_to_sms.py", description=__doc__.splitlines()[0])
    parser.add_argument("--interval", type=float, default=3.0, help="the monitor's, in seconds")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    took: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="frontdesk-sms-") as folder, EmbeddedPostgres(Path(folder)) as server:
        dsn = server.start()
        for at in range(options.rounds):
            with psycopg.connect(dsn, autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE round_{at}")
            asyncio.run(one_round(psycopg.conninfo.make_conninfo(dsn, dbname=f"round_{at}"), options.interval, took))
    well = True
    for name, seconds in took.items():
        limit = ALLOWED + (0 if name == "pool empty" else options.interval)
        mark = "" if max(seconds) <= limit else "  ✗"
        well &= not mark
        shown = f"{statistics.median(seconds):>7.1f} s  ({min(seconds):.1f} to {max(seconds):.1f})"
        print(f"{name:<16}{shown}  at most {limit:g} s{mark}")
    return 0 if well else 1


async def one_round(dsn: str, interval: float, took: dict[str, list[float]]) -> None:
    """Make each condition hold, and wait for its SMS."""
    settings = scratch_settings(
        admin_phone=ADMIN,
        onboarding_number=ONBOARDING,
        limits={},
        sender={},
        worker={},
        monitor={"every_minutes": interval / 60},
    )
    async with running_desk(dsn, settings=settings) as desk:
        desk.carrier.numbers += [ONBOARDING, NOBODYS]
        await add(desk, "Bo", OWNER, "S5_CONFIRM_LIVE")
        await asyncio.sleep(interval)  # what the desk does as it starts is over
        began = monotonic()
        await add(desk, "Ada", SLOW, "S9_TEST_CALL", hours=25)
        took["client stuck"].append(await until_told(desk, "stuck in S9", began))
        began = monotonic()
        await desk.text("Hello?", number=NOBODYS)
        took["dead letter"].append(await until_told(desk, "dead letter", began))
        began = monotonic()
        await desk.text("READY", lead=OWNER, number=ONBOARDING)
        took["pool empty"].append(await until_told(desk, "No number", began))


async def add(desk: RunningDesk, name: str, phone: str, state: str, hours: float = 0) -> None:
    """A client who has been in a state for so long, as the desk writes it."""
    since = desk.desk.clock.now() - timedelta(hours=hours)
    async with desk.desk.db.transaction() as tx:
        await tx.run(CLIENT, {"name": name, "phone": phone, "state": state, "since": since})


async def until_told(desk: RunningDesk, words: str, began: float) -> float:
    """Seconds until a text with these words to the operator's phone was accepted by the carrier."""
    async with asyncio.timeout(60):
        while not any(one.to == ADMIN and words in one.body for one in desk.carrier.sent):
            await asyncio.sleep(0.02)
    return monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
