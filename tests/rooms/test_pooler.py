"""What only a pooler in transaction mode shows; run by `pytest --pgbouncer=…`, as the second half of `make test` does."""

import asyncio
import os

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.db.pool import Database
from frontdesk.testing import RunningDesk, running_desk, scratch_settings


@pytest.fixture(autouse=True)
def pooled(request: pytest.FixtureRequest) -> str:
    """Prepared or unprepared."""
    mode = request.config.getoption("--pgbouncer")
    if mode is None:
        pytest.skip("only behind PgBouncer: --pgbouncer=prepared or unprepared")
    return str(mode)


def test_the_tests_do_go_through_a_pooler_in_transaction_mode(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT 1")
        (here,) = connection.execute("SELECT current_database()").fetchone() or ()
        with psycopg.connect(make_conninfo(dsn, dbname="pgbouncer"), autocommit=True) as console:
            pools = console.cursor(row_factory=psycopg.rows.dict_row).execute("SHOW POOLS").fetchall()
    assert [pool["pool_mode"] for pool in pools if pool["database"] == here] == ["transaction"]


def test_statements_are_prepared_as_the_setting_says(dsn: str, pooled: str) -> None:
    async def story() -> None:
        db = Database(dsn, size=1, prepare=scratch_settings().database_prepare)
        await db.open()
        for number in range(20):
            async with db.transaction() as tx:
                assert (await tx.one("SELECT %(n)s::int AS n", {"n": number})).n == number
        async with db.transaction() as tx:
            rows = await tx.all("SELECT 1 FROM pg_prepared_statements WHERE statement LIKE '%% AS n'")
        assert bool(rows) == (pooled == "prepared")
        await db.close()

    asyncio.run(story())


def test_without_a_direct_url_a_desk_migrates_and_works_through_the_pooler_alone(
    server: str, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with running_desk(make_conninfo(dsn, dbname=name)) as desk:
            for body in ("Hi", "Ada Lovelace", "a leaking tap"):
                assert await desk.text(body, times=2) == [200, 200]
                await desk.settled()
            assert len(desk.carrier.sent) == 3

    monkeypatch.delenv("DATABASE_DIRECT_URL")
    name = f"pooler_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            asyncio.run(story())
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_more_desks_than_the_pooler_has_connections_wait_for_their_turn_and_lose_nothing(dsn: str) -> None:
    async def story() -> None:
        async with running_desk(dsn) as one, running_desk(dsn) as two, running_desk(dsn) as three:
            desks = (one, two, three)

            async def text(desk: RunningDesk, number: int) -> None:
                sid = f"SM{number:032x}"
                while await desk.text("Hi", lead=f"+1202556{number:04}", sid=sid) != [200]:
                    await asyncio.sleep(0.2)  # all connections were taken for a second: 503

            await asyncio.gather(*(text(desk, number) for number, desk in enumerate(desks * 20)))
            for desk in desks:
                await desk.settled(60)
            assert sum(len(desk.carrier.sent) for desk in desks) == 60

    asyncio.run(story())
