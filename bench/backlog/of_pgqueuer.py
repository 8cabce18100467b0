"""pgqueuer: `Queries.dequeue`, as its worker calls it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from ..systems import of_pgqueuer  # first: it settles what pgqueuer reads as it is imported
from . import CLAIM, Scene

from pgqueuer.db import AsyncpgDriver  # isort: skip
from pgqueuer.queries import EntrypointExecutionParameter, Queries  # isort: skip

FILL = """
INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload)
SELECT 0, 'queued', 'handle', gen_random_uuid()::text, '{"From": "+12020000000", "Body": "Hi"}'
FROM generate_series(1, $1::int)
"""


class Waiting:
    """Queued jobs of one entrypoint."""

    def __init__(self, name: str) -> None:
        self.worker = uuid4()

    async def open(self, dsn: str) -> None:
        await of_pgqueuer.PgQueuer(1).install(dsn)
        self.connection = await asyncpg.connect(**of_pgqueuer.target(dsn))
        self.queries = Queries(AsyncpgDriver(self.connection))

    async def fill(self, scene: Scene) -> None:
        await self.connection.execute(FILL, scene.events)

    async def claim(self) -> int:
        jobs = await self._claim(CLAIM)
        return len(jobs)

    async def give_back(self) -> None: ...

    async def churn(self, events: int) -> None:
        await self.fill(Scene(events))
        for _ in range(0, events, of_pgqueuer.BATCH):
            jobs = await self._claim(of_pgqueuer.BATCH)
            await self.queries.log_jobs([(job, "successful", None) for job in jobs])

    async def _claim(self, number: int) -> list[Any]:
        queries: Any = self.queries  # its ids are types of their own; plain ones serve
        jobs: list[Any] = await queries.dequeue(
            batch_size=number,
            entrypoints={"handle": EntrypointExecutionParameter(0)},
            queue_manager_id=self.worker,
            global_concurrency_limit=None,
            heartbeat_timeout=timedelta(seconds=30),
        )
        return jobs

    async def close(self) -> None:
        await self.connection.close()
