"""LISTEN: it rings, survives what may happen to it, and knows when it hears nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs

import pgbouncer
from frontdesk.commands.waking import check_waking
from frontdesk.db.listening import Listener, comes_through
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.loop import Wake
from frontdesk.testing import scratch_settings
from pgbouncer import PgBouncer

CONNECTIONS = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'frontdesk listen' AND datname = current_database()"
)


class Bell(Wake):
    """A wake that counts, and breaks when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.rung = 0
        self.breaks = 0

    def ring(self) -> None:
        self.rung += 1
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("the bell fell down")


@asynccontextmanager
async def listening(dsn: str, *, at: str | None = None) -> AsyncIterator[tuple[Listener, Bell, Database]]:
    """A listener at `at`, for what is said through a pool on `dsn`."""
    db, bell = Database(dsn), Bell()
    await db.open()
    listener = Listener(db, PUBLIC, at or past_a_pooler(dsn), {"inbox": bell})
    task = asyncio.create_task(listener.run())
    try:
        yield listener, bell, db
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await db.close()


def past_a_pooler(dsn: str) -> str:
    """Where to listen, also when the whole run goes through a pooler."""
    return os.environ.get("DATABASE_DIRECT_URL", dsn)


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def say(db: Database, word: str = "inbox") -> None:
    async with db.transaction() as tx:
        await tx.all("SELECT pg_notify('frontdesk', %(word)s)", {"word": word})


def elsewhere(dsn: str) -> str:
    """Another database of the same server: what is said in ours is never heard there, as behind a pooler."""
    return make_conninfo(dsn, dbname="postgres")


def test_what_is_said_rings_at_once(dsn: str) -> None:
    async def story() -> None:
        async with listening(dsn) as (listener, bell, db):
            await until(lambda: listener.hears)
            before = bell.rung
            await say(db, "something else")
            await say(db)
            await until(lambda: bell.rung > before)
            assert bell.rung == before + 1

    asyncio.run(story())


def test_a_connection_that_is_cut_is_made_anew_and_rings_for_what_was_missed(dsn: str) -> None:
    async def story() -> None:
        async with listening(dsn) as (listener, bell, db):
            await until(lambda: listener.hears)
            before = bell.rung
            async with db.transaction() as tx:
                (row,) = await tx.all(CONNECTIONS)
                await tx.all("SELECT pg_terminate_backend(%(pid)s)", {"pid": row.pid})
            await until(lambda: not listener.hears)
            await until(lambda: listener.hears)
            assert bell.rung > before
            await say(db)
            await until(lambda: bell.rung > before + 1)

    asyncio.run(story())


def test_an_error_that_nobody_thought_of_does_not_end_it(dsn: str) -> None:
    async def story() -> None:
        async with listening(dsn) as (listener, bell, db):
            await until(lambda: listener.hears)
            with capture_logs() as said:
                bell.breaks = 2
                await say(db)
                await until(lambda: not bell.breaks)
                await until(lambda: listener.hears)
            assert [entry["event"] for entry in said].count("listen_failed") == 2
            before = bell.rung
            await say(db)
            await until(lambda: bell.rung > before)

    asyncio.run(story())


def test_who_hears_nothing_says_so_once_and_keeps_no_connection(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.db.listening._PATIENCE", 0.2)
    monkeypatch.setattr("frontdesk.backoff.delay", lambda attempt, **more: 0.01)

    async def story() -> None:
        at = elsewhere(past_a_pooler(dsn))
        with capture_logs() as said:
            async with listening(dsn, at=at) as (listener, _, _):
                await asyncio.sleep(1.5)  # several tries
                assert not listener.hears
                assert listener._silent > 1
        assert [entry["log_level"] for entry in said if entry["event"] == "polling_alone"] == ["info"]
        with psycopg.connect(at) as outside:
            assert outside.execute(CONNECTIONS.encode()).fetchall() == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("direct", "state", "said"),
    [
        (past_a_pooler, "ok", "woken at once"),
        (elsewhere, "warn", "look for work every 0.2 s"),
        (lambda dsn: make_conninfo(dsn, host="127.0.0.1", port=9), "fail", "no connection"),
        (lambda dsn: "not an address", "fail", "no connection"),
    ],
)
def test_the_doctor_hears_the_difference(dsn: str, direct: Callable[[str], str], state: str, said: str) -> None:
    async def story() -> None:
        db = Database(dsn, size=1)
        await db.open()
        check = await check_waking(db, scratch_settings(database_direct_url=direct(dsn)))
        assert (check.name, check.state.value) == ("DATABASE_DIRECT_URL", state)
        assert said in check.found
        assert bool(check.todo) == (state != "ok")
        await db.close()

    asyncio.run(story())


@pytest.mark.skipif(pgbouncer.program() is None, reason="PgBouncer is not installed: NOT TRIED BEHIND A POOLER")
def test_behind_pgbouncer_in_transaction_mode_nothing_is_heard_unless_past_it(
    server: str, template: str, tmp_path: Path
) -> None:
    direct = make_conninfo(server, dbname=template)

    async def story(pooled: str) -> None:
        db = Database(pooled, prepare=False)
        await db.open()
        assert not await comes_through(db, PUBLIC, pooled)
        async with db.transaction() as tx:  # by the pooler's one connection, which listens no more
            assert await tx.all("SELECT pg_listening_channels()") == []
        assert await comes_through(db, PUBLIC, direct)
        await db.close()

    with PgBouncer(tmp_path / "pooler", direct, prepared=False) as pooler:
        asyncio.run(story(pooler.dsn(direct)))
