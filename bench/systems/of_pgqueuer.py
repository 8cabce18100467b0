"""pgqueuer as its performance guide has it: asyncpg, a pool for producers and one connection for the worker."""

import os
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
from psycopg.conninfo import conninfo_to_dict

from ..work import INSERT, Message, Tally, place

os.environ["PGQUEUER_DURABILITY"] = "balanced"  # the queue is logged, its history is not: faster, and nothing is lost

from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

ROW = INSERT.replace("%s", "$1", 1).replace("%s", "$2", 1)

BATCH = 250  # its guide: larger for short jobs; 10, 64 and 250 were tried


class PgQueuer:
    """Dedupe by `dedupe_key`; it knows no order. A handler commits its row, and the job is logged done afterwards."""

    waiting = "SELECT count(*) FROM pgqueuer"

    def __init__(self, in_flight: int) -> None:
        self.connections = in_flight  # 8, 16 and 32 were tried for 64: no faster

    async def install(self, dsn: str) -> None:
        connection = await asyncpg.connect(**target(dsn))
        queries = Queries(AsyncpgDriver(connection))
        await queries.install()
        await queries.optimize_autovacuum()
        await connection.close()

    async def open(self, dsn: str) -> None:
        self.target = target(dsn)
        self.pool = await asyncpg.create_pool(**self.target, min_size=self.connections, max_size=self.connections)
        self.queries = Queries(AsyncpgPoolDriver(self.pool))

    async def accept(self, message: Message) -> None:
        await self.queries.enqueue("handle", orjson.dumps(message.form), dedupe_key=message.id, on_conflict="skip")

    async def drain(self, tally: Tally) -> None:
        connection = await asyncpg.connect(**self.target)
        manager = QueueManager(Queries(AsyncpgDriver(connection)))

        @manager.entrypoint("handle")
        async def handle(job: Job) -> None:
            await self.pool.execute(ROW, *tally.begin(place(orjson.loads(job.payload or b""))))

        try:
            await manager.run(batch_size=BATCH, dequeue_timeout=timedelta(seconds=5))
        finally:
            await connection.close()

    async def close(self) -> None:
        await self.pool.close()


def target(dsn: str) -> dict[str, Any]:
    """A libpq DSN as asyncpg takes it."""
    parts = conninfo_to_dict(dsn)
    return {name: parts[name] for name in ("host", "port", "user")} | {"database": parts["dbname"]}
