"""One cell of the table: one system, in a process and a database of its own, accepts and then drains."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import psycopg
import uvloop

from systems import make
from work import COUNT, IN_FLIGHT, OUTCOME, TABLE, System, Tally, deliveries

__all__ = ["Cell", "measure"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one system did in one round. Rates per second; CPU of this process alone, in microseconds a message.

    `whole` is false when the time was over before the work: the rates are of what was done by then.
    """

    system: str
    messages: int
    accept: float
    drain: float
    accept_cpu: float
    drain_cpu: float
    whole: bool
    lost: int
    doubled: int
    out_of_order: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the work: how much was done, at what rate, for how much CPU."""

    done: int
    rate: float
    cpu: float


class Stopwatch:
    """Wall and CPU time since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self, done: int) -> Part:
        """The part that ended now."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return Part(done, done / wall, cpu / max(done, 1) * 1e6)


def measure(name: str, dsn: str, messages: int, seconds: float) -> Cell:
    """Run one cell; `seconds` is the longest that each of its two parts may take."""
    return uvloop.run(_measure(name, dsn, messages, seconds))


async def _measure(name: str, dsn: str, messages: int, seconds: float) -> Cell:
    system = make(name)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as watch:
        await watch.execute(TABLE)
        await system.open(dsn)
        accept, accepted = await _accept(system, messages, seconds)
        await watch.execute("VACUUM ANALYZE")  # statistics as fresh as any system has them after its first minutes
        drain = await _drain(system, watch, len(accepted), seconds)
        known, doubled, out_of_order = await _row(watch, OUTCOME)
        (waiting,) = await _row(watch, system.waiting)
        await system.close()
    whole = len(accepted) == messages and drain.done >= messages
    lost = len(accepted) - known - waiting
    return Cell(name, len(accepted), accept.rate, drain.rate, accept.cpu, drain.cpu, whole, lost, doubled, out_of_order)


async def _accept(system: System, messages: int, seconds: float) -> tuple[Part, set[str]]:
    """All deliveries, IN_FLIGHT at a time; each is answered before its sender takes the next."""
    coming = iter(deliveries(messages))
    accepted: set[str] = set()
    done = 0
    until = time.perf_counter() + seconds

    async def sender() -> None:
        nonlocal done
        for message in coming:
            await system.accept(message)
            accepted.add(message.id)
            done += 1
            if time.perf_counter() > until:
                return

    watch = Stopwatch()
    await asyncio.gather(*(sender() for _ in range(IN_FLIGHT)))
    return watch.stop(done), accepted


async def _drain(system: System, watch: psycopg.AsyncConnection[Any], expected: int, seconds: float) -> Part:
    """From the worker's start until every row of `handled` is committed."""
    tally = Tally()
    until = time.perf_counter() + seconds
    stopwatch = Stopwatch()
    worker = asyncio.create_task(system.drain(tally))
    while tally.calls < expected and time.perf_counter() < until and not worker.done():
        await asyncio.sleep(0.005)
    (rows,) = await _row(watch, COUNT)
    while rows < expected and time.perf_counter() < until and not worker.done():
        await asyncio.sleep(0.002)
        (rows,) = await _row(watch, COUNT)
    part = stopwatch.stop(rows)
    worker.cancel()
    await asyncio.wait({worker}, timeout=10)  # one that does not stop is left to the end of this process
    return part


async def _row(watch: psycopg.AsyncConnection[Any], query: str) -> tuple[Any, ...]:
    row = await (await watch.execute(query)).fetchone()
    assert row is not None
    return tuple(row)
