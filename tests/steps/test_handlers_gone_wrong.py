"""A handler may fail in any way at all: it costs its own lane some tries, and nobody else anything."""

import asyncio

import psycopg
import pytest
from crowd import Crowd, crowd

from frontdesk.db.pool import Tx
from frontdesk.inbox.model import Event

DEAD = "SELECT error FROM dead_letters"


async def awaits_what_it_cancelled(event: Event, tx: Tx) -> None:
    helper = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    helper.cancel()
    await helper  # a common slip: raises CancelledError, though nobody cancelled the handler


async def takes_too_long_in_sql(event: Event, tx: Tx) -> None:
    await tx.all("SELECT set_config('statement_timeout', '20', true)")
    await tx.all("SELECT pg_sleep(5)")


async def writes_a_key_that_no_index_can_hold(event: Event, tx: Tx) -> None:
    await tx.run(
        "INSERT INTO processed_webhooks (request_id) SELECT string_agg(md5(n::text), '') FROM generate_series(1, 500) AS n"
    )


async def cannot_reach_a_database_of_its_own(event: Event, tx: Tx) -> None:
    await psycopg.AsyncConnection.connect("host=/nowhere dbname=elsewhere", connect_timeout=2)


async def fails_with_what_no_column_can_hold(event: Event, tx: Tx) -> None:
    raise ValueError("a \x00 and half a \ud83d")


async def waits_for_ever(event: Event, tx: Tx) -> None:
    await asyncio.Event().wait()


async def waits_for_ever_in_sql(event: Event, tx: Tx) -> None:
    await tx.all("SELECT pg_sleep(60)")


async def fails_with_a_megabyte(event: Event, tx: Tx) -> None:
    raise ValueError("x" * 1_000_000)


WAYS = [
    awaits_what_it_cancelled,
    takes_too_long_in_sql,
    writes_a_key_that_no_index_can_hold,
    cannot_reach_a_database_of_its_own,
    fails_with_what_no_column_can_hold,
    waits_for_ever,
    waits_for_ever_in_sql,
    fails_with_a_megabyte,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_handler_that_goes_wrong_in_the_settling_transaction_harms_nobody_else(dsn: str, way: object) -> None:
    async def goes_wrong(event: Event, tx: Tx) -> None:
        if event.webhook_type == "dialpad":
            await way(event, tx)  # type: ignore[operator]

    async def story(people: Crowd, sent: list[str]) -> None:
        people.commit = goes_wrong
        await people.until_done(*sent, seconds=6)
        await people.until(DEAD, 6)
        await people.until_done(*await people.arrive(1, ["+1", "+2"]), seconds=6)  # its lane goes on
        assert len(await people.effects()) == len(sent) + 2

    async def run() -> None:
        async with crowd(dsn, at_work=False) as people:
            sent = await people.arrive(1, (f"+1{number}" for number in range(10)))
            await people.arrive(1, ["+1"], kind="dialpad")
            sent += await people.arrive(1, (f"+2{number}" for number in range(10)))
        async with crowd(dsn, max_tries=2, handler_seconds=0.5, client_share=1) as people:
            await story(people, sent)

    asyncio.run(run())
