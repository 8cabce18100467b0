"""What a good programmer would write by hand with psycopg, without order, leases or retries: the ceiling."""

import asyncio

import orjson
from psycopg_pool import AsyncConnectionPool

from work import IN_FLIGHT, INSERT, Message, Tally, place

TABLES = """
CREATE TABLE seen (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload jsonb NOT NULL,
    done boolean NOT NULL DEFAULT false
);
CREATE INDEX inbox_waiting ON inbox (id) WHERE NOT done;
"""
ACCEPT = """
WITH new AS (INSERT INTO seen (id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING id)
INSERT INTO inbox (payload) SELECT %s::jsonb FROM new
"""
CLAIM = """
UPDATE inbox SET done = true
WHERE id IN (SELECT id FROM inbox WHERE NOT done ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING payload
"""
WORKERS = 4


class ByHand:
    """One statement, one commit per delivery; workers that claim and handle 100 in a transaction."""

    waiting = "SELECT count(*) FROM inbox WHERE NOT done"

    async def open(self, dsn: str) -> None:
        self.pool = AsyncConnectionPool(
            dsn, min_size=IN_FLIGHT, max_size=IN_FLIGHT, open=False, kwargs={"autocommit": True}
        )
        await self.pool.open(wait=True)
        async with self.pool.connection() as connection:
            await connection.execute(TABLES)

    async def accept(self, message: Message) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(ACCEPT, (message.id, orjson.dumps(message.form).decode()))

    async def drain(self, tally: Tally) -> None:
        await asyncio.gather(*(self._work(tally) for _ in range(WORKERS)))

    async def _work(self, tally: Tally) -> None:
        async with self.pool.connection() as connection:
            while True:
                async with connection.transaction():
                    cursor = await connection.execute(CLAIM)
                    rows = await cursor.fetchall()
                    for (form,) in rows:
                        await connection.execute(INSERT, place(form))
                        tally.count()
                if not rows:
                    await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self.pool.close()
