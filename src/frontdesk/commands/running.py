"""A desk in a running process: its database opened, its carrier set up, its loops started; stopped in reverse."""

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import structlog
import uvloop

from frontdesk.commands.account import read_running, simulated
from frontdesk.commands.stopping import Stopped, Stopping
from frontdesk.db.connect import try_to_connect
from frontdesk.desk import Desk
from frontdesk.errors import SetupError
from frontdesk.service import Service
from frontdesk.settings import Settings

__all__ = ["calm_garbage_collection", "open_desk", "run", "settings_of_role", "started", "until_asked", "watch_parent"]


log = structlog.get_logger(__name__)


def run(body: Callable[[Stopping], Coroutine[Any, Any, None]]) -> None:
    """Run a long-lived process until a signal asks it to stop."""

    async def main() -> None:
        stopping = Stopping()
        with stopping.signals(), contextlib.suppress(Stopped):
            await body(stopping)

    uvloop.run(main())


@contextlib.asynccontextmanager
async def open_desk(settings: Settings, dsn: str, public_base: str | None) -> AsyncIterator[Desk]:
    """A desk with its carrier, connected and migrated for the block. Raises SetupError."""
    await try_to_connect(dsn)
    desk = Desk(settings, dsn)
    try:
        desk.use_providers(public_base=public_base)
        await desk.open()
        await _serve_first_client(desk)
        yield desk
    finally:
        await desk.close()


async def _serve_first_client(desk: Desk) -> None:
    """Whichever role starts first makes the first client, so that a founder with one number has nothing to set up."""
    settings = desk.settings
    number = settings.twilio_number or next(iter(settings.whatsapp.numbers), None)
    if number is None:
        name = "TWILIO_NUMBER" if settings.on_twilio else "whatsapp.numbers in frontdesk.toml"
        log.warning("no_first_client", why=f"{name} is not set: set it to the number that leads will text")
        return
    await desk.serve_first_client(number)


@contextlib.asynccontextmanager
async def started(service: Service) -> AsyncIterator[Service]:
    """The loops of a service for the block; what is claimed is finished before it ends."""
    await service.start()
    calm_garbage_collection()
    try:
        yield service
    finally:
        await service.stop()


def calm_garbage_collection() -> None:
    """Leave what was loaded at the start out of every later collection, and collect less often: 15 % of a worker's CPU.

    For a process that is the desk's own, never for one that a user runs the desk in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def settings_of_role(settings: Settings) -> tuple[Settings, str | None]:
    """The settings and public base of a single role: a real account's, or those of the simulator of `up` here."""
    if not settings.simulated:
        return settings, settings.public_url.rstrip("/") if settings.public_url else None
    running = read_running(settings.data_dir)
    if running is None or running.simulator is None:
        raise SetupError(
            "This role needs a carrier: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or WhatsApp's, or run it beside "
            f"`frontdesk up`, whose simulator it then uses (none runs in {settings.data_dir.resolve()})."
        )
    return simulated(settings, running.simulator, running.url), running.url


async def until_asked(stopping: Stopping, *others: Awaitable[Any]) -> None:
    """Wait for the signal to stop. Raises SetupError when one of the `others` ended first."""
    stopping.busy_with = "running"
    asked = asyncio.ensure_future(stopping.asked.wait())
    tasks = [asyncio.ensure_future(other) for other in others]
    await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
    if not asked.done():
        asked.cancel()
        reasons = [str(task.exception() or "no reason given") for task in tasks if task.done()]
        raise SetupError(f"The HTTP server ended by itself ({', '.join(reasons)}): start again, and see the log above.")


def watch_parent(stopping: Stopping) -> None:
    """Stop when the process that holds the other end of our stdin is gone, however it went."""
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stopping.ask()

    loop.add_reader(0, readable)
