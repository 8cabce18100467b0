"""The scheduler's leader cleans up by itself: a whole pass, and no longer than it may."""

import asyncio
import time

import psycopg

from frontdesk.testing import RunningDesk, running_desk

FILL = """
INSERT INTO processed_webhooks (request_id, expires_at)
SELECT md5(n::text), '2020-01-01'::timestamptz + n * '1 s'::interval FROM generate_series(1, %(rows)s) AS n
"""
LEFT = "SELECT count(*) AS rows FROM processed_webhooks"


def fill(dsn: str, rows: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(FILL, {"rows": rows})


async def left(desk: RunningDesk) -> int:
    (row,) = await desk.rows(LEFT)
    return int(row.rows)


def test_a_new_leader_makes_a_whole_pass_at_once(dsn: str) -> None:
    fill(dsn, 5000)

    async def story() -> None:
        async with running_desk(dsn, roles=("scheduler",)) as desk, asyncio.timeout(20):
            while await left(desk):
                await asyncio.sleep(0.05)

    asyncio.run(story())


def test_a_stop_ends_a_pass_between_two_batches(dsn: str) -> None:
    fill(dsn, 200_000)

    async def story() -> None:
        async with running_desk(dsn, roles=("scheduler",)) as desk:
            async with asyncio.timeout(20):
                while await left(desk) == 200_000:
                    await asyncio.sleep(0.02)
            begun = time.monotonic()
            await desk.service.stop()
            assert time.monotonic() - begun < 2
            rows = await left(desk)
            assert rows > 0
            await asyncio.sleep(0.2)
            assert await left(desk) == rows

    asyncio.run(story())
