"""The database that a command works on: DATABASE_URL, or the embedded PostgreSQL, joined or started."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from frontdesk.db.clock import LeaseClock
from frontdesk.db.connect import try_to_connect
from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.migrate import CODE_VERSION
from frontdesk.db.pool import Database
from frontdesk.db.queries import load_queries
from frontdesk.errors import SetupError
from frontdesk.settings import Settings

__all__ = ["Opened", "Reading", "keep_running", "opened", "reading", "schema_version"]

Q = load_queries("frontdesk.commands", "views.sql")
log = structlog.get_logger(__name__)

_LOOK_EVERY = 1.0  # seconds between two looks at the embedded server


@dataclass(frozen=True, slots=True)
class Opened:
    """The database of a process: its DSN, and its use of the embedded server, if it is that one."""

    dsn: str
    server: EmbeddedPostgres | None = None

    def let_go(self) -> None:
        """Ask an embedded server that nobody else uses to stop, and wait no longer than the asking takes."""
        if self.server is not None:
            asking = threading.Thread(target=self.server.stop, daemon=True)
            asking.start()
            asking.join(0.5)


@contextlib.asynccontextmanager
async def opened(settings: Settings, *, watch: bool = False) -> AsyncIterator[Opened]:
    """The database for the block, at least as long as which an embedded server runs. Raises SetupError.

    With `watch`, an embedded server that dies is started again, whoever started it first.
    """
    if settings.database_url is not None:
        yield Opened(settings.database_url.get_secret_value())
        return
    server = EmbeddedPostgres(settings.data_dir)
    watcher = None
    try:
        dsn = await asyncio.to_thread(server.start)
        watcher = asyncio.create_task(keep_running(server)) if watch else None
        yield Opened(dsn, server)
    finally:
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
        await asyncio.to_thread(server.stop)


async def keep_running(server: EmbeddedPostgres) -> None:
    """Start the server again whenever it is gone, for ever; its DSN stays the same."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        if await asyncio.to_thread(lambda: server.pid) is not None:
            continue
        log.warning("postgres_gone", data_dir=str(server.data_dir))
        # A thread cannot be cancelled: when this task is, the start still runs to its end before the stop.
        starting = asyncio.ensure_future(asyncio.to_thread(server.start))
        try:
            await asyncio.shield(starting)
            log.warning("postgres_started_again")
        except SetupError as error:
            log.error("postgres_not_started", error=str(error))
        except asyncio.CancelledError:
            await asyncio.gather(starting, return_exceptions=True)
            raise


@dataclass(frozen=True, slots=True)
class Reading:
    """A database that is looked at, or changed by a person, while the desk may run elsewhere."""

    db: Database
    clock: LeaseClock


@contextlib.asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Reading]:
    """Open the desk's database as it is, without migrating. Raises SetupError where there is no desk in it yet."""
    if settings.database_url is None and not (settings.data_dir / "postgres").is_dir():
        raise SetupError(_no_desk(settings.data_dir))
    async with opened(settings) as database:
        await try_to_connect(database.dsn)
        db = Database(database.dsn, size=2, prepare=settings.database_prepare)
        await db.open()
        try:
            _refuse_other_schema(await schema_version(db))
            clock = LeaseClock()
            await clock.measure(db, rounds=1)
            yield Reading(db, clock)
        finally:
            await db.close()


async def schema_version(db: Database) -> tuple[int, int] | None:
    """The newest migration in the database and the oldest code that it needs; None before the first."""
    async with db.transaction() as tx:
        if not (await tx.one(Q.is_migrated)).there:
            return None
        row = await tx.one(Q.schema_version)
    return row.version, row.min_code_version


def _refuse_other_schema(found: tuple[int, int] | None) -> None:
    version, needed = found or (0, 0)
    if needed > CODE_VERSION:
        raise SetupError("The database was migrated by a newer Frontdesk than this one: install the newer version.")
    if version < CODE_VERSION:
        raise SetupError("The database is not at this version's schema yet: run `frontdesk migrate`, then try again.")


def _no_desk(data_dir: Path) -> str:
    return (
        f"There is no desk in {data_dir.resolve()} yet: start one there with `frontdesk up`, "
        "or say where it is with --data-dir or DATABASE_URL."
    )
