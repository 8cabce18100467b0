"""procrastinate: `JobManager.fetch_job`, as its worker calls it; one job a call."""

from psycopg import AsyncConnection

from ..systems.of_procrastinate import OrderedProcrastinate, Procrastinate
from . import Scene

# Without its triggers, which write an event and a notice a row: this is about fetching.
FILL = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status, args)
SELECT 'default', 'handle', %(lock)s || mod(n, %(locks)s), 'todo', '{"form": {"From": "+12020000000", "Body": "Hi"}}'
FROM generate_series(1, %(events)s) AS n
"""
BUSY = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status)
SELECT 'default', 'handle', 'busy' || n, 'doing' FROM generate_series(0, %(locks)s - 1) AS n
"""
FETCH = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (
    SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo' AND (lock IS NULL OR lock LIKE 'free%%')
    GROUP BY coalesce(lock, id::text) ORDER BY 1 LIMIT %(events)s)
"""
FINISH = "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND (lock IS NULL OR lock LIKE 'free%')"


class Waiting:
    """Jobs to do, with a lock per conversation or none."""

    def __init__(self, name: str) -> None:
        self.ordered = "lock" in name
        self.system = OrderedProcrastinate(1) if self.ordered else Procrastinate(1)

    async def open(self, dsn: str) -> None:
        await self.system.install(dsn)
        await self.system.open(dsn)
        self.manager = self.system.app.job_manager
        self.worker = await self.manager.register_worker()
        self.connection = await AsyncConnection.connect(dsn, autocommit=True)
        await self.connection.execute("SET session_replication_role = replica")

    async def fill(self, scene: Scene) -> None:
        self.per_lane = scene.per_lane
        if scene.before:
            locks = scene.before // 10
            await self.connection.execute(BUSY, {"locks": locks})
            await self.connection.execute(FILL, {"lock": "busy", "locks": locks, "events": scene.before})
        lock = "free" if self.ordered else None
        locks = max(1, scene.events // scene.per_lane)
        await self.connection.execute(FILL, {"lock": lock, "locks": locks, "events": scene.events})

    async def claim(self) -> int:
        return 0 if await self.manager.fetch_job(None, self.worker) is None else 1

    async def give_back(self) -> None: ...

    async def churn(self, events: int) -> None:
        await self.fill(Scene(events, self.per_lane))
        # What fetching and finishing does to its rows, by many at once: one by one it takes minutes.
        done = 0
        while done < events:
            await self.connection.execute(FINISH)
            done += (await self.connection.execute(FETCH, {"events": events - done})).rowcount
        await self.connection.execute(FINISH)

    async def close(self) -> None:
        await self.connection.close()
        await self.system.close()
