"""procrastinate with its psycopg connector and a pool that spares it two round trips a query."""

import contextlib
import logging
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ..work import INSERT, Message, Tally, place

CONCURRENCY = 16  # 4, 16 and 64 were tried


class Procrastinate:
    """Dedupe by `queueing_lock`. Jobs run in any order: its best case."""

    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    ordered = False

    def __init__(self, in_flight: int) -> None:
        self.connections = in_flight  # 8, 16 and 32 were tried for 64: no faster

    async def install(self, dsn: str) -> None:
        await self.open(dsn)
        await self.app.schema_manager.apply_schema_async()
        await self.close()

    async def open(self, dsn: str) -> None:
        logging.getLogger("procrastinate").setLevel(logging.ERROR)
        size = self.connections
        self.pool = AsyncConnectionPool(dsn, min_size=size, max_size=size, open=False, configure=_without_transactions)
        await self.pool.open(wait=True)
        self.app = App(connector=PsycopgConnector())
        await self.app.open_async(self.pool)
        self.tally = Tally()
        self.task = self.app.task(name="handle")(self._handle)

    async def _handle(self, form: dict[str, str]) -> None:
        at = self.tally.begin(place(form))
        async with self.pool.connection() as connection:
            await connection.execute(INSERT, at)

    async def accept(self, message: Message) -> None:
        lock = message.form["From"] if self.ordered else None
        with contextlib.suppress(AlreadyEnqueued):
            await self.task.configure(queueing_lock=message.id, lock=lock).defer_async(form=message.form)

    async def drain(self, tally: Tally) -> None:
        self.tally = tally
        await self.app.run_worker_async(
            concurrency=CONCURRENCY,
            delete_jobs="successful",
            install_signal_handlers=False,
            fetch_job_polling_interval=0.1,
        )

    async def close(self) -> None:
        await self.app.close_async()
        await self.pool.close()


class OrderedProcrastinate(Procrastinate):
    """The same with a `lock` per conversation: one at a time, in order."""

    ordered = True


async def _without_transactions(connection: AsyncConnection[Any]) -> None:
    # Each of its queries is one statement: BEGIN and COMMIT around it would be two round trips for nothing.
    await connection.set_autocommit(True)
