"""What a good programmer would write by hand with psycopg, without order, leases or retries: the ceiling."""

import asyncio

import orjson
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ..work import INSERT, Message, Tally, place

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
WHERE id IN (SELECT id FROM inbox WHERE NOT done ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING payload
"""
AT_ONCE = 100
WORKERS = 4


class ByHand:
    """One statement, one commit per delivery; workers that claim and handle 100 in a transaction."""

    waiting = "SELECT count(*) FROM inbox WHERE NOT done"

    def __init__(self, in_flight: int) -> None:
        self.connections = in_flight  # 8, 16 and 32 were tried for 64: no faster

    async def install(self, dsn: str) -> None:
        async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
            await connection.execute(TABLES)

    async def open(self, dsn: str) -> None:
        size = self.connections
        self.pool = AsyncConnectionPool(dsn, min_size=size, max_size=size, open=False, kwargs={"autocommit": True})
        await self.pool.open(wait=True)

    async def accept(self, message: Message) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(ACCEPT, (message.id, orjson.dumps(message.form).decode()))

    async def drain(self, tally: Tally) -> None:
        await asyncio.gather(*(self._work(tally) for _ in range(WORKERS)))

    async def _work(self, tally: Tally) -> None:
        async with self.pool.connection() as connection:
            while True:
                async with connection.transaction():
                    cursor = await connection.execute(CLAIM, (AT_ONCE,))
                    rows = await cursor.fetchall()
                    for (form,) in rows:
                        await connection.execute(INSERT, tally.begin(place(form)))
                if not rows:
                    await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self.pool.close()
