"""procrastinate with its psycopg connector and a pool that spares it two round trips a query."""

import contextlib
import logging
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from work import IN_FLIGHT, INSERT, Message, Tally, place


class Procrastinate:
    """Dedupe by `queueing_lock`. Jobs run in any order: its best case."""

    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    ordered = False

    async def open(self, dsn: str) -> None:
        logging.getLogger("procrastinate").setLevel(logging.ERROR)
        self.pool = AsyncConnectionPool(
            dsn, min_size=IN_FLIGHT, max_size=IN_FLIGHT, open=False, configure=_without_transactions
        )
        await self.pool.open(wait=True)
        self.app = App(connector=PsycopgConnector())
        await self.app.open_async(self.pool)
        await self.app.schema_manager.apply_schema_async()
        self.tally = Tally()
        self.task = self.app.task(self._handle, name="handle")

    async def _handle(self, form: dict[str, str]) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(INSERT, place(form))
        self.tally.count()

    async def accept(self, message: Message) -> None:
        lock = message.form["From"] if self.ordered else None
        with contextlib.suppress(AlreadyEnqueued):
            await self.task.configure(queueing_lock=message.id, lock=lock).defer_async(form=message.form)

    async def drain(self, tally: Tally) -> None:
        self.tally = tally
        await self.app.run_worker_async(
            concurrency=IN_FLIGHT,  # 4, 16 and 64 were tried
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
