"""Claim cost against backlog: how long one claim takes when little waits and when much does.

Three times in each database: after VACUUM ANALYZE; after churn that no VACUUM followed; after as much churn again
while somebody's old snapshot (a backup, say) keeps every dead row from being removed.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import psycopg
import uvloop

from frontdesk.commands.running import calm_garbage_collection

from .backlog import BACKLOGS, Backlog, Scene, make_backlog
from .server import Server, in_fresh_process, scratch_database

__all__ = ["BASE", "SERIES", "SIZES", "Cell", "all_scenes"]

SERIES = ("vacuumed", "churned", "churned under a snapshot")
BASE = 10_000
SIZES = (BASE, 100_000, 1_000_000)
BEHIND = 100_000
CHURN = 10_000  # events handled, and as many new ones; twice
WARM = 10
CLAIMS = 200  # a series, or as many as fit into SECONDS
SECONDS = 3.0
LATE = 0.5  # seconds; a claim that takes so long counts from the first
LONGEST = 10.0  # seconds; one that takes longer is given up, and its series ends

AUTOVACUUM_OFF = """
SELECT format('ALTER TABLE %s SET (autovacuum_enabled = off)', oid::regclass)
FROM pg_class
WHERE relkind = 'r' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One series of claims; milliseconds a claim, and events or jobs that one claim got."""

    system: str
    waiting: int
    per_lane: int
    before: int
    why: str
    series: str
    claims: int
    got: float
    ms: float
    p95: float


def scenes(name: str, sizes: tuple[int, ...]) -> Iterator[Scene]:
    """What a system is asked to claim from: what its own claim knows of, and no more."""
    lanes = (10, 1) if name == "frontdesk" else (10,) if "lock" in name else (1,)
    for per_lane in lanes:
        for size in sizes:
            yield Scene(size, per_lane)
    behind = ("busy", "backed off", "flood") if name == "frontdesk" else ("busy",) if "lock" in name else ()
    for why in behind:
        yield Scene(BASE, lanes[0], BEHIND, why)


def all_scenes(
    server: Server, names: list[str], sizes: tuple[int, ...], passes: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Every system that has a claim of its own, each scene in a fresh process and a fresh database.

    Of several passes the better one counts: what else ran on the machine can only have slowed one down.
    """
    best: dict[tuple[str, Scene, str], Cell] = {}
    for number in range(passes):
        for name in (name for name in names if name in BACKLOGS):
            for scene in scenes(name, sizes):
                say(f"claims of {name}, {scene.events:,} waiting {scene.why} ({number + 1} of {passes})")
                with scratch_database(server) as dsn:
                    for cell in in_fresh_process(measure, name, dsn, scene):
                        place = (name, scene, cell.series)
                        best[place] = min(best.get(place, cell), cell, key=lambda one: one.ms)
    return [asdict(cell) for cell in best.values()]


def measure(name: str, dsn: str, scene: Scene) -> list[Cell]:
    """All series of one scene."""
    return uvloop.run(_measure(name, dsn, scene))


async def _measure(name: str, dsn: str, scene: Scene) -> list[Cell]:
    backlog = make_backlog(name)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as admin:
        await backlog.open(dsn)
        calm_garbage_collection()
        for (off,) in await (await admin.execute(AUTOVACUUM_OFF)).fetchall():
            await admin.execute(off.encode())
        await backlog.fill(scene)
        await admin.execute("VACUUM ANALYZE")
        cells = [await _series(name, backlog, admin, scene, SERIES[0])]
        await backlog.churn(CHURN)
        cells.append(await _series(name, backlog, admin, scene, SERIES[1]))
        async with await psycopg.AsyncConnection.connect(dsn) as old:
            await old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await old.execute("SELECT 1 FROM pg_class LIMIT 1")
            await backlog.churn(CHURN)
            cells.append(await _series(name, backlog, admin, scene, SERIES[2]))
            await old.rollback()
        await backlog.close()
    return cells


async def _series(name: str, backlog: Backlog, admin: psycopg.AsyncConnection[Any], scene: Scene, series: str) -> Cell:
    await admin.execute("CHECKPOINT")
    await asyncio.sleep(0.2)
    taken: list[float] = []
    got = 0
    until = time.perf_counter() + SECONDS
    for number in range(WARM + CLAIMS):
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST):
                events = await backlog.claim()
        except TimeoutError:
            taken = [LONGEST * 1000]
            break
        if number >= WARM or time.perf_counter() - begun > LATE:
            taken.append((time.perf_counter() - begun) * 1000)
            got += events
        await backlog.give_back()
        if time.perf_counter() > until and taken:
            break
    taken.sort()
    each, p95 = round(median(taken), 3), round(taken[int(len(taken) * 0.95)], 3)
    place = (scene.events, scene.per_lane, scene.before, scene.why)
    return Cell(name, *place, series, len(taken), round(got / len(taken), 1), each, p95)
