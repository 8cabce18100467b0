"""Desk: the public object. Build one with settings and a DSN, register handlers, run it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog

from frontdesk.alerting import Alerting
from frontdesk.channels import Channels
from frontdesk.clients import pool
from frontdesk.clients import store as clients
from frontdesk.conversations.rules import OwnFlow
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.connect import try_to_connect
from frontdesk.db.migrate import migrate
from frontdesk.db.pool import PUBLIC, Bucket, Database, Tx
from frontdesk.inbox.model import Event
from frontdesk.meters import Meters
from frontdesk.outbox.regions import load_states
from frontdesk.readers.beside import OwnReader
from frontdesk.registry import Commit, Registry
from frontdesk.service import Service
from frontdesk.settings import Settings
from frontdesk.steps.receive import Receiver
from frontdesk.steps.retire import make_room
from frontdesk.tools import ToolFunction, make_tool

__all__ = ["Desk", "UserHandler"]

log = structlog.get_logger(__name__)

UserHandler = Callable[[Event, Tx], Awaitable[None] | None]
"""What `desk.on` takes: it writes with `tx`, and all that it writes commits with the event or not at all."""


class Desk(Channels, Alerting):
    """One desk on one database. `open` connects and migrates; `service` gives the loops; `close` lets go."""

    def __init__(
        self,
        settings: Settings,
        dsn: str,
        *,
        clock: BusinessClock | None = None,
        bucket: Bucket = PUBLIC,
        connections: int = 10,
    ) -> None:
        self.settings = settings
        self.bucket = bucket
        self.db = Database(dsn, size=connections, prepare=settings.database_prepare)
        self.db.spool = settings.data_dir / "alerts"
        self.lease_clock = LeaseClock()
        self.clock: BusinessClock = clock or self.lease_clock
        self.registry = Registry()
        self.meters = Meters()
        self.receiver = Receiver(self.db, bucket, self.clock, self.lease_clock)
        self.meters.receiver_waiting.set_function(lambda: self.receiver.waiting)

    def on(self, webhook_type: str) -> Callable[[UserHandler], UserHandler]:
        """Register a handler of your own for a webhook type, in place of the desk's."""

        def register(handler: UserHandler) -> UserHandler:
            self.registry.handlers[webhook_type] = partial(_prepare, handler)
            self.registry.reads_nothing.add(webhook_type)  # all its reading is done with `tx`
            return handler

        return register

    def flow(self, decide: OwnFlow) -> OwnFlow:
        """Register a flow of your own, `@desk.flow`: from a `Turn` to what is said, or None for the desk's questions.

        Pure, and asked after what goes before all: opt-outs, HELP, emergencies, and those who want a person.
        """
        self.registry.flow = decide
        return decide

    def reader(self, read: OwnReader) -> OwnReader:
        """Register a reader of your own, `@desk.reader`: from a text and its context to values by question key.

        May be `async`; runs outside any transaction, and one that raises or finds nothing leaves it to the others.
        """
        self.registry.reader = read
        return read

    def tool(
        self, function: ToolFunction | None = None, *, name: str | None = None
    ) -> ToolFunction | Callable[[ToolFunction], ToolFunction]:
        """Register a tool for voice agents, `@desk.tool` or `@desk.tool(name=...)`; one of ours by that name gives way.

        Raises SetupError where the function cannot be a tool, see `frontdesk.tools`.
        """
        if function is None:
            return partial(self._add_tool, name)
        return self._add_tool(name, function)

    def _add_tool(self, name: str | None, function: ToolFunction) -> ToolFunction:
        tool = make_tool(function, name)
        self.registry.tools[tool.name] = tool
        return function

    def public_base(self, port: int | None = None) -> str | None:
        """The address under which providers reach this desk, without a slash at the end; None when not known."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        return f"http://127.0.0.1:{port}" if port is not None else None

    async def open(self) -> None:
        """Connect, migrate, make room. Raises SetupError in one sentence when the database cannot be used."""
        await try_to_connect(self.db.dsn)
        await self.db.open()
        await self.lease_clock.measure(self.db)
        applied = await self.migrate()
        if applied:
            log.info("migrated", migrations=applied)
        await make_room(self.db, self.bucket, self.clock)
        if self.settings.quiet.us_states:
            await asyncio.to_thread(load_states)

    async def migrate(self) -> list[str]:
        """Bring the schema up to this code; returns what was applied."""
        direct = self.settings.database_direct_url
        if direct is None:
            return await migrate(self.db, self.clock.now(), self.bucket)
        db = Database(direct.get_secret_value(), size=1)
        await db.open()
        try:
            return await migrate(db, self.clock.now(), self.bucket)
        finally:
            await db.close()

    async def serve_first_client(self, number: str, own: dict[str, Any] | None = None) -> int | None:
        """Serve a first client on `number` if it belongs to nobody; returns the client's id if it was made."""
        settings = self.settings
        async with self.db.transaction(self.bucket) as tx:
            made = await clients.ensure_first(
                tx, number, name=settings.business, timezone=settings.tz, settings=own or {}, now=self.clock.now()
            )
        if made is not None:
            log.info("first_client_made", client_id=made, business=settings.business)
        return made

    async def fill_pool(self, numbers: Sequence[str]) -> None:
        """Have these numbers in the pool; those that are there already stay as they stand."""
        async with self.db.transaction(self.bucket) as tx:
            for number in numbers:
                await pool.add(tx, number, None)

    def service(self, *roles: str) -> Service:
        """The loops of these roles (worker, scheduler, serve), to be started and stopped by the caller."""
        parts = (self.db, self.clock, self.lease_clock, self.registry, self.settings)
        return Service(*parts, frozenset(roles), self.bucket, self.meters)

    async def close(self) -> None:
        """Close providers and connections."""
        for provider in self.registry.providers.values():
            await provider.aclose()
        if self.registry.model is not None:
            await self.registry.model.aclose()
        if self.wording is not None:
            await self.wording.aclose()
        await self.db.close()


async def _prepare(handler: UserHandler, event: Event) -> Commit:
    async def commit(tx: Tx) -> None:
        result = handler(event, tx)
        if result is not None and inspect.isawaitable(result):
            await result

    return commit
