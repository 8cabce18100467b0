"""pgqueuer as its performance guide has it: asyncpg, a pool for producers and one connection for the worker."""

from datetime import timedelta

import asyncpg
import orjson
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from psycopg.conninfo import conninfo_to_dict

from work import IN_FLIGHT, INSERT, Message, Tally, place

ROW = INSERT.replace("%s", "$1", 1).replace("%s", "$2", 1)

BATCH = 250  # its guide: larger for short jobs; 10, 64 and 250 were tried


class PgQueuer:
    """Dedupe by `dedupe_key`; it knows no order. A handler commits its row, and the job is logged done afterwards."""

    waiting = "SELECT count(*) FROM pgqueuer"

    async def open(self, dsn: str) -> None:
        parts = conninfo_to_dict(dsn)
        self.target = {name: parts[name] for name in ("host", "port", "user")} | {"database": parts["dbname"]}
        self.pool = await asyncpg.create_pool(**self.target, min_size=IN_FLIGHT, max_size=IN_FLIGHT)
        self.queries = Queries(AsyncpgPoolDriver(self.pool))
        await self.queries.install()
        await self.queries.optimize_autovacuum()

    async def accept(self, message: Message) -> None:
        await self.queries.enqueue("handle", orjson.dumps(message.form), dedupe_key=message.id, on_conflict="skip")

    async def drain(self, tally: Tally) -> None:
        connection = await asyncpg.connect(**self.target)
        manager = QueueManager(Queries(AsyncpgDriver(connection)))

        @manager.entrypoint("handle")
        async def handle(job: Job) -> None:
            await self.pool.execute(ROW, *place(orjson.loads(job.payload or b"")))
            tally.count()

        try:
            await manager.run(batch_size=BATCH, dequeue_timeout=timedelta(seconds=5))
        finally:
            await connection.close()

    async def close(self) -> None:
        await self.pool.close()
