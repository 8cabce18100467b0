"""Transactions: the only way to the database. Each touches one bucket, and each statement is a named query."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection, AsyncCursor, AsyncPipeline, sql
from psycopg.rows import namedtuple_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from frontdesk.db.arrays import know_arrays

__all__ = [
    "NOTICE_SILENCE",
    "PUBLIC",
    "Afterwards",
    "Bucket",
    "Database",
    "DatabaseGone",
    "Params",
    "Tx",
    "is_gone",
    "lost_a_race",
]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A schema that holds many clients with all their rows. The first is `public`: operators' SQL runs unqualified."""

    schema: str = "public"


PUBLIC = Bucket()

DatabaseGone = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
"""What a statement raises when the database is away: every one of them passes when it is back."""

Params = Mapping[str, Any] | Sequence[Any] | None
"""The parameters of a statement, by name or by place."""

Afterwards = Callable[["Database", Bucket], Awaitable[None]]
"""What follows a transaction that was committed."""

NOTICE_SILENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""libpq's settings (seconds, the last in ms) by which a server that fell silent is noticed in about ten seconds."""

# The server stops, starts, has no connection or no disk left, or became a standby: every statement would fail.
_AWAY = ("57P01", "57P02", "57P03", "53100", "53300", "25006")


def is_gone(error: BaseException) -> bool:
    """True when the desk's own database was away in a transaction, so that everything waits for it.

    False for a lost race, bad data, a statement that ran out of time, and for somebody else's database.
    """
    return getattr(error, "_frontdesk_database_away", False)


def lost_a_race(error: BaseException) -> bool:
    """True when the database undid a transaction for the sake of another: the same again will do."""
    return getattr(error, "sqlstate", None) in ("40P01", "40001")


def _is_away(error: psycopg.Error, connection: AsyncConnection[Any] | None) -> bool:
    if connection is None:
        return True
    if error.sqlstate is not None:
        return error.sqlstate.startswith("08") or error.sqlstate in _AWAY
    return connection.closed or connection.broken


async def _adapt(connection: AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)
    know_arrays(connection)
    # Behind a pooler the server's side of a connection may have listened for somebody else: let nothing pile up here.
    connection.add_notify_handler(lambda notice: None)


@asynccontextmanager
async def _autocommit(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    await connection.set_autocommit(True)
    try:
        yield
    finally:
        try:
            await connection.set_autocommit(False)
        except psycopg.Error:  # cut off in the middle of its statement
            await connection.close()  # so that the pool cannot give it to somebody who expects a transaction


class Tx:
    """One open transaction in one bucket.

    `all`, `one` and `run` wait for their answer. What is `put` goes out together, before the next of them and before
    the commit: order holds. Whoever uses the bare `connection` flushes first.
    """

    def __init__(self, connection: AsyncConnection[Any], pipeline: AsyncPipeline | None = None) -> None:
        self.connection = connection
        self._pipeline = pipeline
        self._put: list[tuple[str, Params]] = []
        self.after: list[Afterwards] = []

    def afterwards(self, act: Afterwards) -> None:
        """Call `act` once this transaction is committed and its connection given back; not if it is rolled back.

        Whoever opened the transaction waits for it: it must be short, and raise nothing.
        """
        self.after.append(act)

    async def all(self, query: str, params: Params = None) -> Sequence[Any]:
        """Run `query` and return all rows, as named tuples."""
        return await (await self._execute(query, params)).fetchall()

    async def one(self, query: str, params: Params = None) -> Any:
        """Run `query` and return its first row or None."""
        return await (await self._execute(query, params)).fetchone()

    async def run(self, query: str, params: Params = None) -> int:
        """Run `query` and return how many rows it touched."""
        cursor = await self._execute(query, params)
        if self._pipeline is not None:
            await self._pipeline.sync()  # until then the row count is -1, and an error has not been raised
        return cursor.rowcount

    def put(self, query: str, params: Params = None) -> None:
        """Run `query` later in this transaction; its error is raised by a later statement, or by the commit."""
        self._put.append((query, params))

    async def flush(self) -> None:
        """Send what was put; runs of the same statement go out as one batch."""
        waiting, self._put = self._put, []
        for query, group in groupby(waiting, key=itemgetter(0)):
            rows = [params or {} for _, params in group]
            if len(rows) == 1:
                await self.connection.execute(query, rows[0])
            else:
                await self.connection.cursor().executemany(query, rows)

    async def _execute(self, query: str, params: Params) -> AsyncCursor[Any]:
        if self._put:
            await self.flush()
        return await self.connection.execute(query, params)


class Database:
    """The pool of one PostgreSQL server; `transaction(bucket)` is its only door."""

    def __init__(
        self, dsn: str, *, size: int = 10, prepare: bool = True, wait: float = 2.0, name: str = "frontdesk"
    ) -> None:
        self.dsn = dsn
        self.spool: Path | None = None
        """Where alerts are kept while the server is away; the desk sets it."""
        self.muted = 0
        """While it is more than none, alerts raised through here are logged and go nowhere: `Desk.silence_alerts`."""
        self._wait = wait
        self._checking: asyncio.Task[None] | None = None
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=size,
            open=False,
            timeout=wait,
            reconnect_timeout=10,  # the back-off between attempts stays small, so that recovery is quick
            kwargs={
                "row_factory": namedtuple_row,
                "prepare_threshold": 5 if prepare else None,
                "application_name": name,
                **NOTICE_SILENCE,
            },
            name=name,
            configure=_adapt,
        )

    async def open(self) -> None:
        """Connect. Raises PoolTimeout when no connection comes within `wait` × 5 seconds."""
        await self._pool.open()
        await self._pool.wait(timeout=self._wait * 5)

    async def close(self) -> None:
        """Give all connections back and close them."""
        if self._checking is not None:
            await asyncio.wait([self._checking])
        await self._pool.close()

    @asynccontextmanager
    async def transaction(
        self, bucket: Bucket = PUBLIC, *, wait: float | None = None, pipelined: bool = False, single: bool = False
    ) -> AsyncIterator[Tx]:
        """One transaction in `bucket`: committed at the end, rolled back on any error.

        With `pipelined`, statements that are put go out together. `single` says that one statement is all there is: it
        commits by itself, in one round trip where BEGIN and COMMIT would make it three. With the bucket `public` no SET
        is sent; with another, BEGIN, SET LOCAL and the first statement share a pipeline. Raises one of DatabaseGone
        when no connection comes within `wait` seconds (the pool's own by default).
        """
        connection: AsyncConnection[Any] | None = None
        try:
            async with self._pool.connection(timeout=wait) as connection:
                if bucket == PUBLIC and single:
                    async with _autocommit(connection):
                        yield (tx := Tx(connection))
                        await tx.flush()
                elif bucket == PUBLIC and not pipelined:
                    yield (tx := Tx(connection))
                    await tx.flush()
                else:
                    async with connection.pipeline() as pipeline:
                        if bucket != PUBLIC:
                            path = sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(bucket.schema))
                            await connection.execute(path)
                        yield (tx := Tx(connection, pipeline))
                        await tx.flush()
        except psycopg.Error as error:
            if _is_away(error, connection):
                error._frontdesk_database_away = True  # type: ignore[attr-defined]
                self._replace_dead_connections()
            raise
        for act in tx.after:
            await act(self, bucket)

    def _replace_dead_connections(self) -> None:
        # After a restart every pooled connection is dead; without this each would fail one more request.
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        try:
            await self._pool.check()
        except DatabaseGone as error:
            log.debug("database_still_away", error=str(error))
