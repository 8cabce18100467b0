"""Accept and drain: how fast each system takes deliveries in, and how fast one worker process handles them."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import psycopg
import uvloop

from .server import Server, cpu_of_server, in_fresh_process, scratch_database
from .systems import SYSTEMS, opened
from .work import COUNT, OUTCOME, TABLE, Message, System, Tally, deliveries

__all__ = ["IN_FLIGHT", "Cell", "one_system"]

IN_FLIGHT = (16, 64)  # deliveries under way at once; those at the first are drained afterwards
WARM = 6  # deliveries for each one under way, before the clock runs: a driver prepares a statement it sees so often
FEWEST = 1000  # no system gets fewer messages, however slow


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the work: how much was done, at what rate, for how much CPU (microseconds a message)."""

    done: int
    rate: float
    client_cpu: float
    server_cpu: float


@dataclass(frozen=True, slots=True)
class Cell:
    """What one system did in one round.

    `whole` is false when the time was over before the work: the rates are of what was done by then.
    """

    system: str
    in_flight: int
    messages: int
    accept: Part
    drain: Part | None
    whole: bool
    lost: int
    doubled: int
    out_of_order: int


class Stopwatch:
    """Wall time, and CPU time here and at the server, since it was made."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._server_cpu, self._cpu = cpu_of_server(server), time.process_time()
        self._wall = time.perf_counter()

    def stop(self, done: int) -> Part:
        """The part that ended now."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        server_cpu = cpu_of_server(self._server) - self._server_cpu
        return Part(done, done / wall, cpu / max(done, 1) * 1e6, server_cpu / max(done, 1) * 1e6)


def one_system(server: Server, name: str, messages: int, seconds: float) -> list[dict[str, Any]]:
    """One system at each width, each time in a fresh process and a fresh database."""
    number = max(FEWEST, int(messages * SYSTEMS[name].share))
    cells = []
    for in_flight in IN_FLIGHT:
        with scratch_database(server) as dsn:
            cells.append(asdict(in_fresh_process(measure, name, dsn, server.pid, in_flight, number, seconds)))
    return cells


def measure(name: str, dsn: str, server: int, in_flight: int, messages: int, seconds: float) -> Cell:
    """Run one cell; `seconds` is the longest that each of its two parts may take."""
    return uvloop.run(_measure(name, dsn, server, in_flight, messages, seconds))


async def _measure(name: str, dsn: str, server: int, in_flight: int, messages: int, seconds: float) -> Cell:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as watch:
        await watch.execute(TABLE)
        system = await opened(name, dsn, in_flight)
        accept, accepted = await accept_all(system, server, deliveries(messages), seconds, in_flight)
        drain = None
        if in_flight == IN_FLIGHT[0]:
            await watch.execute("VACUUM ANALYZE")  # statistics as fresh as any system has them after its first minutes
            drain = await drain_all(system, watch, server, len(accepted), seconds)
        known, doubled, out_of_order = await row(watch, OUTCOME)
        (waiting,) = await row(watch, system.waiting)
        await system.close()
    whole = len(accepted) == messages and (drain is None or drain.done >= messages)
    if drain is None:
        doubled = max(0, waiting - len(accepted))  # a redelivery that was taken for new
    lost = max(0, len(accepted) - known - waiting)
    return Cell(name, in_flight, len(accepted), accept, drain, whole, lost, doubled, out_of_order)


async def accept_all(
    system: System, server: int, all_of_them: Iterable[Message], seconds: float, in_flight: int
) -> tuple[Part, set[str]]:
    """All deliveries, so many at a time; the part is of those after the first few, which warm each connection."""
    coming = iter(all_of_them)
    accepted = await _send(system, islice(coming, in_flight * WARM), seconds, in_flight)
    warm = accepted.total()
    stopwatch = Stopwatch(server)
    accepted += await _send(system, coming, seconds, in_flight)
    return stopwatch.stop(accepted.total() - warm), set(accepted)


async def _send(system: System, coming: Iterator[Message], seconds: float, in_flight: int) -> Counter[str]:
    """How often each message was accepted. A delivery is answered before its sender takes the next."""
    accepted: Counter[str] = Counter()
    until = time.perf_counter() + seconds

    async def sender() -> None:
        for message in coming:
            await system.accept(message)
            accepted[message.id] += 1
            if time.perf_counter() > until:
                return

    await asyncio.gather(*(sender() for _ in range(in_flight)))
    return accepted


async def drain_all(
    system: System, watch: psycopg.AsyncConnection[Any], server: int, expected: int, seconds: float
) -> Part:
    """From the worker's start until every row of `handled` is committed."""
    tally = Tally()
    until = time.perf_counter() + seconds
    stopwatch = Stopwatch(server)
    worker = asyncio.create_task(system.drain(tally))
    while len(tally.began) < expected and time.perf_counter() < until and not worker.done():
        await asyncio.sleep(0.005)
    (rows,) = await row(watch, COUNT)
    while rows < expected and time.perf_counter() < until and not worker.done():
        await asyncio.sleep(0.002)
        (rows,) = await row(watch, COUNT)
    part = stopwatch.stop(rows)
    worker.cancel()
    await asyncio.wait({worker}, timeout=10)  # one that does not stop is left to the end of this process
    return part


async def row(watch: psycopg.AsyncConnection[Any], query: str) -> tuple[Any, ...]:
    """The one row of a query."""
    found = await (await watch.execute(query.encode())).fetchone()
    assert found is not None
    return tuple(found)
