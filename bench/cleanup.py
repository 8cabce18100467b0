"""Measure the clean-up of expired request ids, and what webhooks notice of it: same server, same process, same run.

Runs in `.venv` (made by `make run`), whichever Python starts it. One embedded PostgreSQL with fsync on. Webhooks come
at a steady rate through the real Receiver, each timed from the moment at which it was due, so that a stall counts for
all that came during it. The clean-up is the real pass, in the same process as in `frontdesk up`.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

VENV = Path(__file__).resolve().parent.parent / ".venv"
if Path(sys.prefix).resolve() != VENV:
    if not (VENV / "bin" / "python").exists():
        sys.exit("There is no .venv yet: `make run` makes it.")
    os.execv(VENV / "bin" / "python", [str(VENV / "bin" / "python"), __file__, *sys.argv[1:]])

import psycopg  # noqa: E402
import uvloop  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from frontdesk.db.embedded import EmbeddedPostgres  # noqa: E402
from frontdesk.desk import Desk  # noqa: E402
from frontdesk.inbox.model import Arrival  # noqa: E402
from frontdesk.logs import configure_logs  # noqa: E402
from frontdesk.message import Item, LaneClass  # noqa: E402
from frontdesk.settings import Settings  # noqa: E402
from frontdesk.steps.retire import Retired, retire  # noqa: E402

OURS = "+12025550100"

# In order of arrival; the live ones, of a provider that redelivers for a week, lie scattered among the expired.
FILL = """
INSERT INTO processed_webhooks (request_id, webhook_type, function_name, parameters, received_at, expires_at)
SELECT 'SM' || md5(n::text), 'twilio_sms', 'receive', '{"lane": "message:+12025550100:+12025550143"}',
       now() - '2 days'::interval + n * '50 ms'::interval,
       now() - '1 day'::interval + n * '50 ms'::interval
           + CASE WHEN n %% %(each)s = 0 THEN '7 days' ELSE '0' END::interval
FROM generate_series(1, %(rows)s) AS n
"""
LEFT = "SELECT count(*) FILTER (WHERE expires_at < %s), count(*) FROM processed_webhooks"


@dataclass(frozen=True, slots=True)
class Latency:
    """How long webhooks waited for their answer, in milliseconds."""

    webhooks: int
    p50: float
    p99: float
    max: float


def main() -> None:
    """Run all parts and print what was seen."""
    options = parse()
    os.environ["FRONTDESK_TOML"] = os.devnull
    configure_logs("json", "warning")
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        seen = uvloop.run(measure(server.start(), options))
    if options.json:
        print(json.dumps(seen, indent=2))
    else:
        show(seen)
    if seen["expired_left"] or seen["live_left"] < options.live:
        sys.exit("Expired request ids are left, or live ones went.")


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/cleanup.py", description="Measure the clean-up beside webhooks.")
    parser.add_argument("--expired", type=int, default=1_000_000, help="expired request ids")
    parser.add_argument("--live", type=int, default=100_000, help="request ids that stay")
    parser.add_argument("--rate", type=float, default=200, help="webhooks a second")
    parser.add_argument("--seconds", type=float, default=10, help="how long webhooks come before, and after")
    parser.add_argument("--cleanups", type=int, default=1, help="clean-ups at once")
    parser.add_argument("--json", action="store_true", help="JSON for programs")
    return parser.parse_args()


async def measure(dsn: str, options: argparse.Namespace) -> dict[str, Any]:
    """Fill, then four stretches of webhooks: before, during the clean-up, during the VACUUM that follows it, after."""
    desk = Desk(Settings(), dsn)
    await desk.open()
    await desk.serve_first_client(OURS)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as admin:
        each = (options.expired + options.live) // options.live
        await admin.execute(FILL, {"rows": options.expired + options.live, "each": each})
        await admin.execute("VACUUM ANALYZE")
        at, rate = desk.clock.now(), options.rate
        await arrive(desk, rate, asyncio.sleep(1))  # connections, plans and caches are warm
        await admin.execute("CHECKPOINT")
        before, _, _ = await arrive(desk, rate, asyncio.sleep(options.seconds))
        await admin.execute("CHECKPOINT")  # the costly case: every page is written whole to the log, once
        begun = await one(admin, "SELECT pg_current_wal_insert_lsn()")
        during, passes, seconds = await arrive(desk, rate, clean(desk, options.cleanups))
        (written,) = await one(admin, "SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", begun)
        await admin.execute("SET vacuum_cost_delay = '2ms'")  # what autovacuum has
        vacuum, _, vacuum_seconds = await arrive(desk, rate, admin.execute("VACUUM processed_webhooks"))
        after, _, _ = await arrive(desk, rate, asyncio.sleep(options.seconds))
        expired, rows = await one(admin, LEFT, [at])
        (version,) = await one(admin, "SELECT current_setting('server_version')")
    await desk.close()
    removed = sum(one.deleted_request_ids for one in passes)
    return {
        "removed": removed,
        "seconds": round(seconds, 1),
        "rows_a_second": round(removed / seconds),
        "batches": sum(one.batches for one in passes),
        "longest_batch_ms": max(one.longest_batch_ms for one in passes),
        "wal_mb": round(int(written) / 1e6),
        "vacuum_seconds": round(vacuum_seconds, 1),
        "expired_left": expired,
        "live_left": rows - expired,
        "webhooks_a_second": rate,
        "latency_ms": {
            "before": asdict(before),
            "during_cleanup": asdict(during),
            "during_vacuum": asdict(vacuum),
            "after": asdict(after),
        },
        "machine": f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, PostgreSQL {version}",
    }


async def one(admin: psycopg.AsyncConnection[Any], query: str, params: Any = None) -> tuple[Any, ...]:
    """The one row of a query."""
    row = await (await admin.execute(query.encode(), params)).fetchone()
    assert row is not None
    return tuple(row)


async def clean(desk: Desk, at_once: int) -> list[Retired]:
    """Whole passes, as many at once as are asked for."""
    parts = (desk.db, desk.bucket, desk.clock, desk.settings.retention)
    return list(await asyncio.gather(*(retire(*parts) for _ in range(at_once))))


async def arrive(desk: Desk, rate: float, work: Any) -> tuple[Latency, Any, float]:
    """Webhooks at a steady rate until `work` is done; returns their latency, its result, its seconds."""
    waits: list[float] = []
    asked: set[asyncio.Task[None]] = set()
    begun = time.perf_counter()
    working = asyncio.ensure_future(work)
    ended: list[float] = []
    working.add_done_callback(lambda _: ended.append(time.perf_counter()))
    due = begun
    while not working.done():
        due += 1 / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(webhook(desk, due, waits.append))
        asked.add(task)
        task.add_done_callback(asked.discard)
    await asyncio.gather(*asked)
    waits.sort()
    at = [round(waits[min(int(len(waits) * share), len(waits) - 1)] * 1000, 2) for share in (0.5, 0.99, 1)]
    return Latency(len(waits), *at), working.result(), ended[0] - begun


async def webhook(desk: Desk, due: float, note: Callable[[float], None]) -> None:
    """One text of a lead, stored and answered."""
    sid = f"SM{uuid4().hex}"
    form = {"MessageSid": sid, "To": OURS, "From": f"+1202{int(sid[2:9], 16) % 10_000_000:07}", "Body": "Hi! " * 20}
    item = Item("twilio_sms", sid, OURS, form["From"], LaneClass.MESSAGE, form)
    await desk.receiver.receive(Arrival(item, json.dumps(form).encode(), {}, uuid4().hex, timedelta(hours=24)))
    note(time.perf_counter() - due)


def show(seen: dict[str, Any]) -> None:
    """The figures as a table, with the clean-up's own below."""
    title = f"Webhooks at {seen['webhooks_a_second']:g} a second: ms until the answer, stored for good"
    table = Table(title=title, title_justify="left")
    for heading in ("", "webhooks", "p50", "p99", "max"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, latency in seen["latency_ms"].items():
        table.add_row(name.replace("_", " "), *(f"{value:,}" for value in latency.values()))
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(table)
    console.print(
        f"Removed {seen['removed']:,} request ids in {seen['seconds']} s ({seen['rows_a_second']:,} a second), in "
        f"{seen['batches']:,} batches, the longest {seen['longest_batch_ms']} ms; {seen['wal_mb']} MB of log; "
        f"VACUUM took {seen['vacuum_seconds']} s."
    )
    console.print(f"Machine: {seen['machine']}")


if __name__ == "__main__":
    main()
