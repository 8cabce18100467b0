"""Worker processes beside this one: started, started again when they die, and stopped with it."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping

import structlog

from frontdesk import backoff

__all__ = ["Children"]

log = structlog.get_logger(__name__)

_PATIENCE = 12.0  # seconds that a child gets to finish what it has claimed; less than the whole process has
_HEALTHY = 60.0  # seconds of life after which a death is a first one again


class Children:
    """`count` processes `frontdesk worker`, kept alive until `stop`.

    Each holds the end of a pipe from us as its stdin: when this process dies, however it dies, the pipe closes and the
    child stops too.
    """

    def __init__(self, count: int, environment: Mapping[str, str]) -> None:
        self._count = count
        self._environment = {**os.environ, **environment}
        self._tasks: list[asyncio.Task[None]] = []
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begin to keep the children."""
        self._tasks = [asyncio.create_task(self._keep(place), name=f"child-{place}") for place in range(self._count)]

    async def stop(self) -> None:
        """Ask all children to stop, and end those that do not."""
        self._stopping.set()
        self._signal(signal.SIGTERM)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_PATIENCE)
            if late:
                log.warning("children_did_not_stop", children=len(late), seconds=_PATIENCE)
                self.kill()
                await asyncio.wait(late, timeout=1)

    def kill(self) -> None:
        """End all children at once."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):  # it died just now
                process.send_signal(number)

    async def _keep(self, place: int) -> None:
        deaths = 0
        while not self._stopping.is_set():
            born = time.monotonic()
            try:
                process = await self._spawn()
            except OSError as error:  # no memory, no process or no file left to be had: that passes
                deaths += 1
                rest = backoff.delay(deaths, longest=30)
                log.error("worker_not_started", worker=place + 1, error=str(error), again_in=round(rest, 1))
                await self._rest(rest)
                continue
            self._processes[place] = process
            if self._stopping.is_set():  # asked while it was being spawned
                self._signal(signal.SIGTERM)
            log.info("worker_started", worker=place + 1, pid=process.pid)
            code = await process.wait()
            del self._processes[place]
            if self._stopping.is_set():
                return
            deaths = 1 if time.monotonic() - born > _HEALTHY else deaths + 1
            rest = backoff.delay(deaths, longest=30)
            log.warning("worker_died", worker=place + 1, pid=process.pid, code=code, again_in=round(rest, 1))
            await self._rest(rest)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "frontdesk", "worker", "--with-parent")
        # A session of its own: Ctrl-C in a terminal reaches only us, and we stop them in order.
        return await asyncio.create_subprocess_exec(
            *command, env=self._environment, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
