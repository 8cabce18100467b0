"""How a process stops: a signal asks, the block is left in reverse order, and past the limit it ends hard.

A second signal ends the process at once; what was claimed is taken over by lease, as after a kill.
"""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TypeVar

import structlog

from frontdesk.errors import FrontdeskError

__all__ = ["LIMIT", "Stopped", "Stopping"]

log = structlog.get_logger(__name__)

_T = TypeVar("_T")

LIMIT = 20.0
"""Seconds from the first signal to the hard end."""


class Stopped(FrontdeskError):
    """A signal asked to stop before the process was ready: nothing went wrong."""


class Stopping:
    """The wish to stop, and what the process is doing about it."""

    def __init__(self, *, limit: float = LIMIT) -> None:
        self.asked = asyncio.Event()
        self.busy_with = "starting"
        self._limit = limit
        self.at_once: list[Callable[[], None]] = []
        """Quick last acts before a hard end; none may block for long."""

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Listen to SIGINT and SIGTERM while the block runs."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal, number)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def begin(self, house: AsyncExitStack, name: str, part: AbstractAsyncContextManager[_T]) -> _T:
        """Start the next part of the house, which stops it before all earlier ones. Raises Stopped if asked already."""
        if self.asked.is_set():
            raise Stopped
        self.busy_with = f"starting {name}"
        started = await house.enter_async_context(part)
        house.callback(setattr, self, "busy_with", f"stopping {name}")
        return started

    def ask(self) -> None:
        """Begin to stop, and set the limit."""
        if not self.asked.is_set():
            self.asked.set()
            timer = threading.Timer(self._limit, self._end_hard)
            timer.daemon = True  # a thread: it fires even when the event loop hangs
            timer.start()

    def _on_signal(self, number: signal.Signals) -> None:
        if self.asked.is_set():
            log.warning("stopped_at_once", signal=signal.Signals(number).name, was=self.busy_with)
            self._exit(130)
        log.info("stopping", signal=signal.Signals(number).name)
        self.ask()

    def _end_hard(self) -> None:
        log.error("did_not_stop_in_time", seconds=self._limit, was=self.busy_with)
        self._exit(1)

    def _exit(self, code: int) -> None:
        for act in self.at_once:
            with contextlib.suppress(Exception):
                act()
        os._exit(code)
