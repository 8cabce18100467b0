"""The one embedded server of a run: empty databases, fresh processes, the CPU that PostgreSQL used, the machine."""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.db.embedded import EmbeddedPostgres

__all__ = [
    "CORES",
    "Child",
    "Server",
    "cpu_of_machine",
    "cpu_of_server",
    "embedded",
    "facts",
    "heard",
    "in_fresh_process",
    "scratch_database",
]

T = TypeVar("T")

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
LONGEST = 600.0  # seconds that a child may keep us waiting


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and the process that its CPU is read from."""

    dsn: str
    pid: int


@contextmanager
def embedded() -> Iterator[Server]:
    """A server of our own, with the settings that `frontdesk up` gives it, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder, EmbeddedPostgres(Path(folder)) as postgres:
        dsn = postgres.start()
        assert postgres.pid is not None
        yield Server(dsn, postgres.pid)


@contextmanager
def scratch_database(server: Server) -> Iterator[str]:
    """An empty database; what the one before left in memory is on disk, so that it costs this one nothing."""
    name = sql.Identifier("bench")
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        admin.execute("CHECKPOINT")
        try:
            yield make_conninfo(server.dsn, dbname="bench")
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def in_fresh_process(work: Callable[..., T], *given: Any) -> T:
    """What `work(*given)` returns in a process that has imported nothing yet."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *given).result()


class Child:
    """A process that tells when it is ready, waits for the word, and answers: `work(line, *given)`."""

    def __init__(self, work: Callable[..., None], *given: Any) -> None:
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, *given), daemon=True)
        self._process.start()
        theirs.close()  # so that its death is the end of the line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for its end, which hanging up brings about."""
        self._line.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()

    def tell(self, word: str) -> None:
        """Say something to it."""
        self._line.send(word)

    def hear(self) -> Any:
        """What it says next. Raises EOFError when it died."""
        if not self._line.poll(LONGEST):
            raise TimeoutError(f"{self._process.name} said nothing for {LONGEST:.0f} seconds")
        return self._line.recv()


def heard(line: Connection) -> bool:
    """For a child: has its parent said something, or gone?"""
    with suppress(EOFError, OSError):
        if not line.poll():
            return False
        line.recv()
    return True


def cpu_of_server(pid: int) -> float:
    """CPU seconds that the server with all its processes, also those that ended, has used."""
    postmaster = psutil.Process(pid)
    ended = postmaster.cpu_times()
    return float(ended.children_user + ended.children_system + sum(map(_cpu, [postmaster, *postmaster.children()])))


def cpu_of_machine() -> float:
    """CPU seconds that everything on this machine has used."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _cpu(process: psutil.Process) -> float:
    # The usual count is in hundredths of a second, rounded down for each of the server's many processes.
    with suppress(OSError, ValueError):
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:2]))
    return 0.0


def facts(server: Server) -> dict[str, str]:
    """The machine, in words."""
    shown = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")
    with psycopg.connect(server.dsn) as connection:
        now = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in shown]
    version, *others = (row[0] for row in now if row)
    settings = ", ".join(f"{name} {value}" for name, value in zip(shown[1:], others, strict=True))
    return {
        "processor": f"{CORES} cores of {_processor()}, shared by PostgreSQL and its clients",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "disk": f"{_sync():.2f} ms to write and sync a page of 8 KiB (median)",
        "PostgreSQL": f"{version}; {settings}",
        "Python": f"{platform.python_version()} with uvloop, {platform.system()} {platform.machine()}",
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "an unnamed processor"


def _sync(times: int = 100) -> float:
    """Milliseconds that a commit waits for the disk at least, where the server's data lie."""
    taken = []
    with tempfile.NamedTemporaryFile(prefix="frontdesk-bench-", buffering=0) as file:
        for _ in range(times):
            begun = time.perf_counter()
            file.seek(0)
            file.write(bytes(8192))
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return median(taken) * 1000
