"""Latency: from the moment a message comes until its handler begins, on an idle system and at half of its own rate.

One process accepts, another handles, as in `frontdesk serve` and `frontdesk worker`. Both read one monotonic clock.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

import psycopg
import uvloop

from .accept_drain import IN_FLIGHT, row
from .server import Child, Server, heard, scratch_database
from .systems import opened
from .work import COUNT, OUTCOME, TABLE, Message, System, Tally, messages

__all__ = ["LOADS", "Cell", "all_systems", "half"]

LOADS = ("idle", "half of its own rate")
EVERY = 0.05  # seconds between messages on an idle system, by half more or less
WARM = 30  # first messages of a stretch, which count for nothing: connections, plans, caches
FASTEST, SLOWEST = 2000.0, 10.0  # messages a second; a system is loaded with half of its own rate within these
PATIENCE = 20.0  # seconds that the last message may take


@dataclass(frozen=True, slots=True)
class Cell:
    """One system under one load; milliseconds from the coming of a message to its handler, and to its answer."""

    system: str
    load: str
    a_second: float
    messages: int
    p50: float
    p90: float
    p99: float
    longest: float
    answer_p50: float
    answer_p99: float
    lost: int
    doubled: int
    out_of_order: int


def half(accepts: float, drains: float) -> float:
    """Half of what a system does a second when it accepts and handles at once on the same machine."""
    return min(FASTEST, max(SLOWEST, 0.5 / (1 / accepts + 1 / drains)))


def all_systems(
    server: Server, rates: dict[str, float], idle: int, seconds: float, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Both loads of every system in `rates` (its half rate), each in fresh processes and a fresh database."""
    cells = []
    for name, rate in rates.items():
        for load, a_second, number in (
            (LOADS[0], 1 / EVERY, idle),
            (LOADS[1], rate, max(idle, int(rate * seconds))),
        ):
            say(f"latency of {name}, {load}")
            with scratch_database(server) as dsn, Child(work, name, dsn) as worker:
                cells.append(asdict(uvloop.run(_measure(name, dsn, worker, load, a_second, number))))
    return cells


def work(line: Connection, name: str, dsn: str) -> None:
    """The worker's process: handles until told to stop, then tells when each handler began."""
    uvloop.run(_work(line, name, dsn))


async def _work(line: Connection, name: str, dsn: str) -> None:
    line.recv()  # the tables are there
    system, tally = await opened(name, dsn, IN_FLIGHT[0], installed=True), Tally()
    draining = asyncio.create_task(system.drain(tally))
    line.send("ready")
    while not heard(line):
        await asyncio.sleep(0.02)
    line.send(tally.began)
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait({draining}, timeout=5)


async def _measure(name: str, dsn: str, worker: Child, load: str, a_second: float, number: int) -> Cell:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as watch:
        await watch.execute(TABLE)
        system = await opened(name, dsn, IN_FLIGHT[0])
        worker.tell("go")
        await asyncio.to_thread(worker.hear)
        await asyncio.sleep(1.5)  # it listens by now
        came, answered = await _send(system, messages(WARM + number), a_second, fixed=load == LOADS[0])
        await _until_handled(watch, len(came))
        worker.tell("enough")
        began = await asyncio.to_thread(worker.hear)
        known, doubled, out_of_order = await row(watch, OUTCOME)
        await system.close()
    counted = [at for at in list(came)[WARM:] if at in began]
    waits = sorted((began[at] - came[at]) * 1000 for at in counted)
    answers = sorted((answered[at] - came[at]) * 1000 for at in counted)
    return Cell(
        name,
        load,
        a_second,
        len(counted),
        p50=_at(waits, 0.5),
        p90=_at(waits, 0.9),
        p99=_at(waits, 0.99),
        longest=_at(waits, 1),
        answer_p50=_at(answers, 0.5),
        answer_p99=_at(answers, 0.99),
        lost=len(came) - known,
        doubled=doubled,
        out_of_order=out_of_order,
    )


Moments = dict[tuple[int, int], float]


async def _send(system: System, coming: list[Message], a_second: float, *, fixed: bool) -> tuple[Moments, Moments]:
    """Send at that rate, whatever the answers take; when each message came, and when it was answered.

    Under load a message comes when it is due, so that a stall counts for all that came during it.
    """
    came: Moments = {}
    answered: Moments = {}

    async def accept(message: Message) -> None:
        await system.accept(message)
        answered[message.conversation, message.n] = monotonic()

    under_way: set[asyncio.Task[None]] = set()
    for message, due in zip(coming, _moments(a_second), strict=False):
        if (rest := due - monotonic()) > 0:
            await asyncio.sleep(rest)
        came[message.conversation, message.n] = monotonic() if fixed else due
        task = asyncio.create_task(accept(message))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    return came, answered


def _moments(a_second: float) -> Iterator[float]:
    """Uneven by half, so that no message keeps step with anybody's polling."""
    uneven = random.Random(20261122)
    due = monotonic()
    while True:
        due += uneven.uniform(0.5, 1.5) / a_second
        yield due


async def _until_handled(watch: psycopg.AsyncConnection[Any], expected: int) -> None:
    until = monotonic() + PATIENCE
    handled = 0
    while handled < expected and monotonic() < until:
        await asyncio.sleep(0.1)
        (handled,) = await row(watch, COUNT)


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) if ordered else float("nan")
