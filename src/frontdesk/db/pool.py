"""Transactions: the only way to the database. Each touches one bucket, and each statement is a named query."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection, AsyncPipeline, sql
from psycopg.rows import namedtuple_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

__all__ = ["PUBLIC", "Bucket", "Database", "DatabaseGone", "Tx", "is_gone"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A schema that holds many clients with all their rows. The first is `public`: operators' SQL runs unqualified."""

    schema: str = "public"


PUBLIC = Bucket()

DatabaseGone = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
"""What a statement raises when the database is away: every one of them passes when it is back."""

# SQLSTATEs that mean "this transaction lost a race", not "the server is away".
_RACES = ("40P01", "40001", "55P03")


def is_gone(error: BaseException) -> bool:
    """True when the database itself is away (so the whole batch waits), false for a lost race or bad data."""
    if isinstance(error, psycopg.errors.PipelineAborted):
        return False  # an earlier statement of the same transaction failed
    return isinstance(error, DatabaseGone) and getattr(error, "sqlstate", None) not in _RACES


class Tx:
    """One open transaction in one bucket."""

    def __init__(self, connection: AsyncConnection[Any], pipeline: AsyncPipeline | None = None) -> None:
        self.connection = connection
        self._pipeline = pipeline

    async def all(self, query: str, params: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Run `query` and return all rows, as named tuples."""
        cursor = await self.connection.execute(query, params)
        return await cursor.fetchall()

    async def one(self, query: str, params: Mapping[str, Any] | None = None) -> Any:
        """Run `query` and return its first row or None."""
        cursor = await self.connection.execute(query, params)
        return await cursor.fetchone()

    async def run(self, query: str, params: Mapping[str, Any] | None = None) -> int:
        """Run `query` and return how many rows it touched."""
        cursor = await self.connection.execute(query, params)
        if self._pipeline is not None:
            await self._pipeline.sync()  # until then the row count is -1, and an error has not been raised
        return cursor.rowcount

    async def put(self, query: str, params: Mapping[str, Any] | None = None) -> None:
        """Run `query` without waiting for its answer; an error is raised by a later statement, or by the commit."""
        await self.connection.execute(query, params)


class Database:
    """The pool of one PostgreSQL server; `transaction(bucket)` is its only door."""

    def __init__(
        self, dsn: str, *, size: int = 10, prepare: bool = True, wait: float = 2.0, name: str = "frontdesk"
    ) -> None:
        self.dsn = dsn
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
                "connect_timeout": 5,
            },
            name=name,
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
        self, bucket: Bucket = PUBLIC, *, wait: float | None = None, pipelined: bool = False
    ) -> AsyncIterator[Tx]:
        """One transaction in `bucket`: committed at the end, rolled back on any error.

        With `pipelined`, statements that are put go out together. With the bucket `public` no SET is sent; with
        another, BEGIN, SET LOCAL and the first statement share a pipeline. Raises one of DatabaseGone when no
        connection comes within `wait` seconds (the pool's own by default).
        """
        try:
            async with self._pool.connection(timeout=wait) as connection:
                if bucket == PUBLIC and not pipelined:
                    yield Tx(connection)
                    return
                async with connection.pipeline() as pipeline:
                    if bucket != PUBLIC:
                        path = sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(bucket.schema))
                        await connection.execute(path)
                    yield Tx(connection, pipeline)
        except DatabaseGone as error:
            if is_gone(error):
                self._replace_dead_connections()
            raise

    def _replace_dead_connections(self) -> None:
        # After a restart every pooled connection is dead; without this each would fail one more request.
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        try:
            await self._pool.check()
        except DatabaseGone as error:
            log.debug("database_still_away", error=str(error))
