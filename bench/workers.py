"""One, two and four worker processes on one backlog of Frontdesk: how much more they drain, and what is full then."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from typing import Any

import psycopg
import uvloop

from .accept_drain import IN_FLIGHT, accept_all
from .server import CORES, Child, Server, cpu_of_machine, cpu_of_server, heard, in_fresh_process, scratch_database
from .systems import US, opened
from .work import COUNT, OUTCOME, PLACES, TABLE, Tally, deliveries

__all__ = ["PROCESSES", "Cell", "all_sizes"]

PROCESSES = (1, 2, 4)
SENDERS = 64
LONGEST = 120.0  # seconds a drain may take


@dataclass(frozen=True, slots=True)
class Cell:
    """One backlog drained by so many processes. CPU in cores busy: all workers, PostgreSQL, the whole machine."""

    processes: int
    messages: int
    drain: float
    workers_cpu: float
    server_cpu: float
    machine: float
    cores: int
    lost: int
    doubled: int
    out_of_order: int


def all_sizes(server: Server, messages: int, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Each number of processes in turn, every time on a fresh database."""
    cells = []
    for _ in range(rounds):
        for processes in PROCESSES:
            say(f"{processes} worker process{'es' * (processes > 1)}")
            with scratch_database(server) as dsn:
                in_fresh_process(fill, dsn, server.pid, messages)
                cells.append(asdict(_drain(dsn, server, processes, messages)))
    return cells


def fill(dsn: str, server: int, messages: int) -> None:
    """Accept all messages, redeliveries and all."""
    uvloop.run(_fill(dsn, server, messages))


async def _fill(dsn: str, server: int, messages: int) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as watch:
        await watch.execute(TABLE)
        system = await opened(US, dsn, SENDERS)
        await accept_all(system, server, deliveries(messages), 600, SENDERS)
        await watch.execute("VACUUM ANALYZE")
        await watch.execute("CHECKPOINT")
        await system.close()


def work(line: Connection, dsn: str) -> None:
    """One worker process: connects, waits for the word, drains until told to stop, tells the CPU it took."""
    uvloop.run(_work(line, dsn))


async def _work(line: Connection, dsn: str) -> None:
    system = await opened(US, dsn, IN_FLIGHT[0], installed=True)
    line.send("ready")
    line.recv()
    cpu = time.process_time()
    draining = asyncio.create_task(system.drain(Tally()))
    while not heard(line):
        await asyncio.sleep(0.01)
    line.send(time.process_time() - cpu)
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait({draining}, timeout=10)
    await system.close()


def _drain(dsn: str, server: Server, processes: int, messages: int) -> Cell:
    workers = [Child(work, dsn) for _ in range(processes)]
    for worker in workers:
        worker.hear()
    with psycopg.connect(dsn, autocommit=True) as watch:
        begun, server_cpu, machine = time.perf_counter(), cpu_of_server(server.pid), cpu_of_machine()
        for worker in workers:
            worker.tell("go")
        for seen in (PLACES, COUNT):
            while (watch.execute(seen).fetchone() or [0])[0] < messages and time.perf_counter() - begun < LONGEST:
                time.sleep(0.01)
        wall = time.perf_counter() - begun
        server_cpu, machine = cpu_of_server(server.pid) - server_cpu, cpu_of_machine() - machine
        for worker in workers:
            worker.tell("enough")
        workers_cpu = sum(worker.hear() for worker in workers)
        for worker in workers:
            worker.close()
        known, doubled, out_of_order = watch.execute(OUTCOME.encode()).fetchone() or (0, 0, 0)
    busy = [round(cpu / wall, 2) for cpu in (workers_cpu, server_cpu, machine)]
    return Cell(processes, messages, known / wall, *busy, CORES, messages - known, doubled, out_of_order)
