"""Nobody waits behind a flood: not behind another client's, and not behind events that fail again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crowd import Crowd, crowd

from frontdesk.inbox.model import Event

CONCURRENCY = 16
IN_HAND = "SELECT coalesce(client_id, 0) AS client_id, retrying, lane FROM inbox_lanes WHERE claim_token IS NOT NULL"


class Seen:
    """The most that was in hand at once, by client and of retries."""

    def __init__(self) -> None:
        self.of_client: dict[int, int] = {}
        self.retries = 0
        self.looks = 0

    async def look(self, people: Crowd) -> None:
        """Look at the lanes that are in hand now."""
        rows = await people.rows(IN_HAND)
        for client in {row.client_id for row in rows}:
            count = sum(row.client_id == client for row in rows)
            self.of_client[client] = max(self.of_client.get(client, 0), count)
        self.retries = max(self.retries, sum(row.retrying for row in rows))
        self.looks += 1


@asynccontextmanager
async def watched(people: Crowd) -> AsyncIterator[Seen]:
    """Look again and again while the block runs."""
    seen = Seen()

    async def watch() -> None:
        while True:
            await seen.look(people)
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def test_a_flood_of_one_client_leaves_half_of_the_workers_to_the_others(dsn: str) -> None:
    async def a_while(event: Event) -> None:
        await asyncio.sleep(0.1)

    async def story() -> None:
        async with crowd(dsn, at_work=False) as people:
            flood = await people.arrive(1, (f"+1{number}" for number in range(5000)))
        async with crowd(dsn, concurrency=CONCURRENCY) as people:
            people.prepare["twilio_sms"] = a_while
            async with watched(people) as seen:
                await people.until("SELECT 1 FROM effects")
                for number in range(5):
                    # Alone, the flood would have kept it waiting for a minute.
                    await people.until_done(*await people.arrive(2, [f"+2{number}"]), seconds=3)
            assert seen.of_client[1] == CONCURRENCY // 2
            assert seen.looks >= 20
            assert len(await people.effects()) < len(flood) // 2

    asyncio.run(story())


def test_when_nobody_else_is_there_the_share_is_all_that_a_client_gets(dsn: str) -> None:
    async def story() -> None:
        async with crowd(dsn, concurrency=CONCURRENCY, client_share=0.25) as people:
            release = asyncio.Event()

            async def held_up(event: Event) -> None:
                await release.wait()

            people.prepare["twilio_sms"] = held_up
            async with watched(people) as seen:
                sent = await people.arrive(1, (f"+1{number}" for number in range(40)))
                sent += await people.arrive(0, (f"+0{number}" for number in range(40)))
                sent += await people.arrive(2, (f"+2{number}" for number in range(3)))
                in_hand = "SELECT 1 FROM inbox_lanes WHERE claim_token IS NOT NULL HAVING count(*) = 11"
                await people.until(in_hand)
                await asyncio.sleep(0.3)
            assert seen.of_client == {0: 4, 1: 4, 2: 3}
            release.set()
            await people.until_done(*sent)

    asyncio.run(story())


def test_events_that_fail_again_and_again_never_starve_those_that_come_for_the_first_time(
    dsn: str,
) -> None:
    async def fails(event: Event) -> None:
        await asyncio.sleep(0.05)
        raise ValueError("as always")

    async def story() -> None:
        async with crowd(dsn, at_work=False) as people:
            await people.arrive(1, (f"+1{number}" for number in range(2000)), kind="dialpad")
            # Each was tried once, and is due again.
            await people.rows("UPDATE inbox_queue SET attempts = 1 RETURNING 1")
            await people.rows("UPDATE inbox_lanes SET retrying = true RETURNING 1")
        async with crowd(dsn, concurrency=CONCURRENCY, client_share=1, max_tries=1000) as people:
            people.prepare["dialpad"] = fails
            async with watched(people) as seen:
                await people.until("SELECT 1 FROM inbox_queue WHERE attempts > 1")
                for number in range(5):
                    fresh = await people.arrive(1, [f"+2{number}{n}" for n in range(10)])
                    await people.until_done(*fresh, seconds=3)  # behind all the retries it would be ten and more
            assert seen.retries == CONCURRENCY // 4
            assert await people.rows("SELECT 1 FROM inbox_queue WHERE attempts = 1 LIMIT 1") != []

    asyncio.run(story())
