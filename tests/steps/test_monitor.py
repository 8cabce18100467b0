"""The monitor on a database: what it finds, tells and takes back, who runs it, and whom it tells that all is well."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.desk import Desk
from frontdesk.providers.deadman import ping
from frontdesk.simulator.server import serve_app
from frontdesk.steps.monitor import Monitor
from frontdesk.testing import FrozenClock, scratch_settings

LETTER = (
    "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, attempts, "
    "code_version, died_at) VALUES (%(at)s, 1, 'l', 'message', 'twilio_sms', 'f', 'e', 1, '1', %(at)s)"
)
NUMBER = "INSERT INTO sender_numbers (address, provider, next_slot_at) VALUES ('+12025550100', 'twilio', %(at)s)"
TEXT = (
    "INSERT INTO outbound_message_log (outbound_dedupe_key, status, provider, channel, reply_type, send_class, priority, "
    "day_bucket, from_address, to_address, body, correlation_id, available_at, created_at) VALUES ('k' || %(status)s, %(status)s, "
    "'twilio', 'sms', 'question', 'reply', 1, '2026-11-20', '+12025550100', '+12025550143', 'x', 'c', %(at)s, %(at)s)"
)
CIRCUIT = (
    "INSERT INTO provider_circuits (account, failures, opened, open_until, last_error, changed_at) "
    "VALUES ('twilio', 9, 2, %(at)s, '503', %(at)s)"
)
WORKER = (
    "INSERT INTO processes (id, roles, host, pid, version, started_at, seen_at) "
    "VALUES (gen_random_uuid(), %(roles)s, 'h', 1, '1', %(at)s, %(at)s)"
)


class Watchman:
    """A monitor on a scratch database, and a hand to break things with."""

    def __init__(self, db: Database, **changes: Any) -> None:
        self.db, self.clock, self.lease_clock = db, FrozenClock(), LeaseClock()
        self.monitor = Monitor(db, PUBLIC, self.clock, self.lease_clock, scratch_settings(**changes))

    def sql(self, query: str, **params: Any) -> list[Any]:
        with psycopg.connect(self.db.dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def ago(self, **by: float) -> Any:
        return self.clock.now() - timedelta(**by)

    def open(self) -> set[str]:
        """Open alerts, as type and key."""
        return {f"{t} {k}" for t, k in self.sql("SELECT alert_type, alert_key FROM alerts WHERE resolved_at IS NULL")}


def on_watch(dsn: str, story: Callable[[Watchman], Awaitable[None]], **changes: Any) -> None:
    async def run() -> None:
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        try:
            watchman = Watchman(db, **changes)
            watchman.sql(WORKER, at=watchman.lease_clock.now(), roles=["worker", "scheduler"])
            await story(watchman)
        finally:
            await db.close()

    asyncio.run(run())


BREAK_AND_MEND = {
    "DEAD_LETTERS twilio_sms": (LETTER, {"minutes": 1}, "UPDATE dead_letters SET dismissed_at = died_at"),
    "OUTBOX_STALLED +12025550100": (TEXT, {"minutes": 6}, "UPDATE outbound_message_log SET status = 'CANCELLED'"),
    "PROVIDER_DOWN twilio": (CIRCUIT, {"minutes": 1}, "UPDATE provider_circuits SET open_until = NULL, opened = 0"),
    "UNKNOWN_SENDS +12025550100": (TEXT, {"minutes": 2}, "UPDATE outbound_message_log SET reconcile_at = available_at"),
    "WORKER_DOWN worker": ("UPDATE processes SET seen_at = seen_at - %(gone)s", {}, "UPDATE processes SET seen_at = seen_at + interval '9 minutes'"),
}  # fmt: skip


@pytest.mark.parametrize("alert", BREAK_AND_MEND)
def test_a_trouble_is_told_while_it_lasts(dsn: str, alert: str) -> None:
    break_it, since, mend = BREAK_AND_MEND[alert]

    async def story(watchman: Watchman) -> None:
        assert (await watchman.monitor.run()).troubles == []
        watchman.sql(NUMBER, at=watchman.ago(minutes=9))
        status = "UNKNOWN" if alert.startswith("UNKNOWN") else "PENDING"
        given = {"at": watchman.ago(**since), "status": status, "gone": timedelta(minutes=9)}
        watchman.sql(break_it, **{name: value for name, value in given.items() if f"%({name})s" in break_it})
        assert (await watchman.monitor.run()).troubles == [alert]
        assert watchman.open() == {alert}
        watchman.sql(mend)
        found = await watchman.monitor.run()
        assert (found.troubles, found.clean) == ([], True)
        assert watchman.open() == set()

    on_watch(dsn, story)


@pytest.mark.parametrize(
    ("what", "sql", "at"),
    [
        ("a text that is late by less", TEXT, {"minutes": 4}),
        ("a text of a number that goes on, slowly", TEXT + "; UPDATE sender_numbers SET next_slot_at = available_at + interval '5 minutes' FROM outbound_message_log", {"minutes": 6}),
        ("a circuit that opened once", CIRCUIT + "; UPDATE provider_circuits SET opened = 1", {"minutes": 1}),
        ("a circuit that closed again", CIRCUIT + "; UPDATE provider_circuits SET open_until = NULL", {"minutes": 1}),
        ("a letter that is replayed", LETTER + "; UPDATE dead_letters SET replayed_at = died_at", {"minutes": 1}),
        ("an unknown that is looked up", TEXT + "; UPDATE outbound_message_log SET status = 'UNKNOWN', reconcile_at = available_at", {"minutes": 2}),
    ],
)  # fmt: skip
def test_what_is_no_trouble_is_not_told(dsn: str, what: str, sql: str, at: dict[str, float]) -> None:
    async def story(watchman: Watchman) -> None:
        watchman.sql(NUMBER, at=watchman.ago(minutes=9))
        first, _, then = sql.partition("; ")
        given = {"at": watchman.ago(**at), "status": "PENDING"}
        watchman.sql(first, **{name: value for name, value in given.items() if f"%({name})s" in first})
        if then:
            watchman.sql(then)
        assert (await watchman.monitor.run()).troubles == [], what

    on_watch(dsn, story)


def test_a_desk_that_just_started_is_not_taken_for_one_that_died(dsn: str) -> None:
    async def story(watchman: Watchman) -> None:
        watchman.sql("DELETE FROM processes")
        watchman.sql(WORKER, at=watchman.lease_clock.now(), roles=["scheduler"])
        assert (await watchman.monitor.run()).troubles == []
        watchman.sql("UPDATE processes SET started_at = started_at - interval '2 minutes'")
        assert (await watchman.monitor.run()).troubles == ["WORKER_DOWN worker"]

    on_watch(dsn, story)


def test_a_part_that_fails_hides_no_other_and_is_not_clean(dsn: str) -> None:
    async def story(watchman: Watchman) -> None:
        watchman.sql(LETTER, at=watchman.ago(minutes=1))
        watchman.sql("ALTER TABLE onboarding_stays RENAME TO elsewhere")
        found = await watchman.monitor.run()
        assert (found.failed, found.clean) == (["stuck"], False)
        assert found.troubles == ["DEAD_LETTERS twilio_sms"]
        assert watchman.sql("SELECT clean, found -> 'failed' FROM monitor_runs") == [(False, ["stuck"])]

    on_watch(dsn, story)


@asynccontextmanager
async def switch(**answers: Response) -> AsyncIterator[tuple[str, list[str]]]:
    """A dead man's switch at somebody else's, and what it was asked for."""
    asked: list[str] = []

    async def endpoint(request: Request) -> Response:
        name = request.path_params["name"]
        asked.append(name)
        return answers.get(name, PlainTextResponse("OK"))

    async with serve_app(Starlette(routes=[Route("/{name}", endpoint)])) as url:
        yield url, asked


def test_the_dead_mans_switch_is_asked_after_clean_passes_alone(dsn: str) -> None:
    async def run() -> None:
        async with switch() as (url, asked):
            db = Database(dsn, prepare=scratch_settings().database_prepare)
            await db.open()
            watchman = Watchman(db, deadman_url=f"{url}/ok")
            await watchman.monitor.run()
            assert asked == ["ok"]
            watchman.sql("ALTER INDEX bookings_once RENAME TO gone")
            assert (await watchman.monitor.run()).violations == ["constraints_present"]
            assert asked == ["ok"]
            watchman.sql("ALTER INDEX gone RENAME TO bookings_once")
            watchman.sql("INSERT INTO clients (name) VALUES ('Ada')")
            watchman.sql(
                "INSERT INTO leads (client_id) SELECT id FROM clients"
            )  # by hand: told, and no reason to worry
            assert (await watchman.monitor.run()).violations == ["active_leads_expire"]
            assert asked == ["ok", "ok"]
            await db.close()

    asyncio.run(run())


def test_a_switch_that_does_not_answer_stops_nothing() -> None:
    async def run() -> list[bool]:
        async with switch(gone=PlainTextResponse("", 404), on=RedirectResponse("/ok", 302)) as (url, _):
            there = [await ping(f"{url}/{name}") for name in ("ok", "on", "gone")]
            return [*there, await ping("http://127.0.0.1:9/"), await ping("not an address")]

    assert asyncio.run(run()) == [True, True, False, False, False]


def test_one_of_several_schedulers_monitors_at_boot_and_another_takes_over(dsn: str) -> None:
    async def run() -> None:
        desk = Desk(scratch_settings(), dsn)
        await desk.open()
        first, second = desk.service("scheduler"), desk.service("scheduler")
        runs = "SELECT count(*) AS n FROM monitor_runs"

        async def rows(query: str) -> int:
            async with desk.db.transaction() as tx:
                return int((await tx.one(query)).n)

        async def until(query: str) -> None:
            async with asyncio.timeout(40):
                while not await rows(query):
                    await asyncio.sleep(0.05)

        await first.start()
        await until(runs)
        async with desk.db.transaction() as tx:
            await tx.run("DELETE FROM monitor_runs")
        await second.start()
        await asyncio.sleep(1)
        assert await rows(runs) == 0  # it stands by
        await first.stop()
        await until(runs)
        await second.stop()
        await desk.close()

    asyncio.run(run())
