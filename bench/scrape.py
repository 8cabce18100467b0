"""What a scrape of /metrics costs with more and more events waiting: one that reads the database, and the next one.

    .venv/bin/python bench/scrape.py [--events 0 100000 1000000] [--rounds 5] [--json]

Two events a lane, half of the lanes receipts, a tenth backing off; as a flood leaves them: no VACUUM, no worker.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import psycopg
from fastapi import FastAPI
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.testing import scratch_settings
from frontdesk.web.app import build_app

LANES = """
INSERT INTO inbox_lanes (lane, lane_class, client_id, ready_at, retrying, last_received_at)
SELECT CASE WHEN n % 2 = 0 THEN 'message:sms:+12025550100:+1202' || 5000000 + n ELSE 'receipt:SM' || md5(n::text) END,
       CASE WHEN n % 2 = 0 THEN 'message' ELSE 'receipt' END, 1,
       clock_timestamp() + CASE WHEN n % 10 = 0 THEN '1 h' ELSE '-1 s' END::interval, n % 10 = 0, clock_timestamp()
FROM generate_series(1, {lanes}) AS n
"""
QUEUE = """
INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type)
SELECT l.lane, clock_timestamp() - n * '1 s'::interval, n, 'twilio_sms'
FROM inbox_lanes AS l, generate_series(1, 2) AS n
"""


def main() -> None:
    """Measure each depth on a database of its own, and print."""
    parser = argparse.ArgumentParser(prog="bench/scrape.py", description="Measure scrapes of /metrics.")
    parser.add_argument("--events", type=int, nargs="+", default=[0, 100_000, 1_000_000], help="how many wait")
    parser.add_argument("--rounds", type=int, default=5, help="readings each; the median counts")
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frontdesk-scrape-") as folder, EmbeddedPostgres(Path(folder)) as server:
        dsn = server.start()
        found = []
        for events in options.events:
            with scratch_database(dsn) as own:
                found.append({"events": events, **asyncio.run(measure(own, events, options.rounds))})
    print(json.dumps(found, indent=2)) if options.json else show(found)


@contextmanager
def scratch_database(dsn: str) -> Iterator[str]:
    """An empty database."""
    name = sql.Identifier("scrape")
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield make_conninfo(dsn, dbname="scrape")
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


async def measure(dsn: str, events: int, rounds: int) -> dict[str, float]:
    """Milliseconds, medians: a scrape that reads, and the next one, which finds the reading kept."""
    desk = Desk(scratch_settings(), dsn)
    await desk.open()
    try:
        desk.use_twilio(public_base=None)
        await asyncio.to_thread(fill, dsn, events)
        took = [await scrapes(build_app(desk)) for _ in range(rounds)]
    finally:
        await desk.close()
    return {name: round(median(one[name] for one in took), 1) for name in took[0]}


def fill(dsn: str, events: int) -> None:
    """The flood."""
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(sql.SQL(LANES).format(lanes=sql.Literal(events // 2)))
        db.execute(QUEUE)
        db.execute("ANALYZE")


async def scrapes(app: FastAPI) -> dict[str, float]:
    """A fresh and a kept scrape of an app that was built just now."""
    transport = httpx2.ASGITransport(app, client=("127.0.0.1", 9))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", trust_env=False) as http:
        return {"fresh_ms": await timed(http.get), "kept_ms": await timed(http.get)}


async def timed(get: Callable[[str], Any]) -> float:
    """One scrape, in milliseconds."""
    began = time.perf_counter()
    answer = await get("/metrics")
    took = time.perf_counter() - began
    assert "frontdesk_scrape_complete 1.0" in answer.text, answer.text
    return took * 1000


def show(found: list[dict[str, float]]) -> None:
    """A line per depth."""
    print("events waiting   fresh ms   kept ms")
    for one in found:
        print(f"{one['events']:>14,}{one['fresh_ms']:>11}{one['kept_ms']:>10}")


if __name__ == "__main__":
    main()
