"""`frontdesk serve | worker | scheduler`: one role a process, on as many machines as one likes."""

import asyncio
from contextlib import AsyncExitStack, closing
from typing import Annotated

import typer

from frontdesk.commands.database import opened
from frontdesk.commands.drain import drain
from frontdesk.commands.given import settings_of
from frontdesk.commands.printing import say
from frontdesk.commands.running import open_desk, run, settings_of_role, started, until_asked, watch_parent
from frontdesk.commands.serving import local_url, served, take_port
from frontdesk.commands.stopping import Stopping
from frontdesk.settings import Settings
from frontdesk.web.app import build_app
from frontdesk.web.auth import check_exposure

__all__ = ["scheduler", "serve", "worker"]

Drain = Annotated[bool, typer.Option("--drain", help="Process what waits in inbox and outbox, then stop.")]
WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]


def serve(context: typer.Context) -> None:
    """Serve HTTP alone: webhooks, pages, admin API."""
    settings = settings_of(context)
    check_exposure(settings)
    run(lambda stopping: _serve(settings, stopping))


def worker(context: typer.Context, drain_only: Drain = False, with_parent: WithParent = False) -> None:
    """Handle events and deliver messages alone; with --drain until nothing is left that can be done now."""
    settings = settings_of(context)
    if drain_only:
        run(lambda stopping: _drain(settings, stopping))
    else:
        run(lambda stopping: _loops(settings, stopping, "worker", with_parent))


def scheduler(context: typer.Context) -> None:
    """Reconcile, retire and follow up alone; of several schedulers one acts at a time."""
    settings = settings_of(context)
    run(lambda stopping: _loops(settings, stopping, "scheduler", with_parent=False))


async def _serve(settings: Settings, stopping: Stopping) -> None:
    settings, base = settings_of_role(settings)
    async with AsyncExitStack() as house:
        listener = house.enter_context(closing(take_port(settings.host, settings.port)))
        database = await stopping.begin(house, "PostgreSQL", opened(settings, watch=True))
        stopping.at_once.append(database.let_go)
        desk = await stopping.begin(house, "the desk", open_desk(settings, database.dsn, base))
        await stopping.begin(house, "the heartbeat", started(desk.service("serve")))
        http = await stopping.begin(house, "HTTP", served(build_app(desk), listener))
        say(f"Frontdesk serves HTTP: {local_url(listener)}/")
        await until_asked(stopping, http)


async def _loops(settings: Settings, stopping: Stopping, role: str, with_parent: bool) -> None:
    if with_parent:
        watch_parent(stopping)
    settings, base = settings_of_role(settings)
    async with AsyncExitStack() as house:
        database = await stopping.begin(house, "PostgreSQL", opened(settings, watch=True))
        stopping.at_once.append(database.let_go)
        desk = await stopping.begin(house, "the desk", open_desk(settings, database.dsn, base))
        await stopping.begin(house, f"the {role}", started(desk.service(role)))
        if not with_parent:
            say(f"The {role} runs; Ctrl-C stops it.")
        await until_asked(stopping)


async def _drain(settings: Settings, stopping: Stopping) -> None:
    settings, base = settings_of_role(settings)
    async with AsyncExitStack() as house:
        database = await stopping.begin(house, "PostgreSQL", opened(settings, watch=True))
        stopping.at_once.append(database.let_go)
        desk = await stopping.begin(house, "the desk", open_desk(settings, database.dsn, base))
        work = asyncio.create_task(drain(desk))
        asked = asyncio.create_task(stopping.asked.wait())
        await asyncio.wait([work, asked], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        asked.cancel()
        say(await work)
