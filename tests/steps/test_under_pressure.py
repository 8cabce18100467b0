"""What a hostile eye found once, kept from coming back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from frontdesk.simulator.faults import Fault
from frontdesk.steps import reconcile
from frontdesk.steps.retire import make_room
from frontdesk.testing import FrozenClock, RunningDesk, running_desk

STATUS = "SELECT status FROM outbound_message_log"


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: Any) -> None:
    async def run() -> None:
        async with running_desk(dsn, **more) as desk:
            await story(desk)

    asyncio.run(run())


async def until(desk: RunningDesk, status: str) -> None:
    async with asyncio.timeout(10):
        while [row.status for row in await desk.rows(STATUS)] != [status]:
            await asyncio.sleep(0.02)


def test_texts_to_one_lead_leave_in_the_order_in_which_they_were_put(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        desk.carrier.faults.retry_after = 1.5
        desk.carrier.faults.next(Fault.THROTTLE)
        for body in ("Hi", "Ada Lovelace", "Leaking tap"):
            await desk.text(body)
        async with asyncio.timeout(15):
            while len(desk.carrier.sent) < 3:
                await asyncio.sleep(0.05)
        assert [message.body.split()[0] for message in desk.carrier.sent] == ["Hi,", "What", "Anything"]

    at_desk(dsn, story)


def test_a_send_for_which_no_connection_was_free_goes_when_one_is_and_waits_for_no_lease(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        carriage, db = desk.service.delivering, desk.desk.db
        await desk.text("Hi")
        while await desk.service.handling.step():
            await desk.service.handling.drain()
        async with AsyncExitStack() as others:
            for _ in range(9):
                await others.enter_async_context(db.transaction())
            assert await carriage.step() == 1
            await others.enter_async_context(db.transaction())  # the last one, before the send begins
            await asyncio.sleep(2.5)  # longer than anybody waits for a connection
            assert desk.carrier.sent == []
        await asyncio.wait_for(carriage.drain(), 10)
        assert len(desk.carrier.sent) == 1
        ((status, attempts),) = await desk.rows("SELECT status, attempts FROM outbound_message_log")
        assert (status, attempts) == ("SENT", 1)

    at_desk(dsn, story, roles=())


def test_a_scheduler_that_was_paused_sends_nothing_again_by_an_old_list(dsn: str) -> None:
    clock = FrozenClock()

    async def story(desk: RunningDesk) -> None:
        db, bucket, registry = desk.desk.db, desk.desk.bucket, desk.desk.registry
        desk.carrier.faults.no_receipts = 1.0
        desk.carrier.faults.next(Fault.DROP_BEFORE_ACCEPT)
        await desk.text("Hi")
        await until(desk, "UNKNOWN")
        clock.move(seconds=61)
        twilio: Any = registry.providers["twilio"]
        listing, seen, go_on = twilio.list_messages, asyncio.Event(), asyncio.Event()

        async def paused(**what: Any) -> Any:
            found = await listing(**what)
            seen.set()
            await go_on.wait()
            return found

        twilio.list_messages = paused
        sleeper = asyncio.create_task(reconcile.resolve_unknown(db, bucket, clock, registry))
        await seen.wait()
        twilio.list_messages = listing
        clock.move(seconds=21)
        desk.carrier.faults.next(Fault.DROP_AFTER_ACCEPT)  # the repeat arrives, its answer is lost
        await reconcile.resolve_unknown(db, bucket, clock, registry)
        async with asyncio.timeout(10):
            while not desk.carrier.sent:
                await asyncio.sleep(0.02)
        await until(desk, "UNKNOWN")
        go_on.set()
        await sleeper
        await asyncio.sleep(0.5)
        assert len(desk.carrier.sent) == 1

    at_desk(dsn, story, clock=clock, roles=("worker",))


def test_room_for_the_coming_weeks_never_makes_webhooks_wait_behind_a_backup(dsn: str) -> None:
    clock = FrozenClock(datetime.now(UTC))

    async def story(desk: RunningDesk) -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as backup:
            await backup.execute("LOCK TABLE webhook_events IN ACCESS SHARE MODE")
            clock.move(days=7)
            making = asyncio.create_task(make_room(desk.desk.db, desk.desk.bucket, clock))
            await asyncio.sleep(0.1)
            async with asyncio.timeout(8):
                assert await desk.text("Hi") == [200]
                assert await making == []
        assert len(await make_room(desk.desk.db, desk.desk.bucket, clock)) == 1

    at_desk(dsn, story, clock=clock, roles=())


def test_processes_that_make_room_at_once_do_not_trip_over_each_other(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for weeks in range(10, 60, 10):
            clock = FrozenClock(datetime.now(UTC) + timedelta(weeks=weeks))
            made = await asyncio.gather(*(make_room(desk.desk.db, desk.desk.bucket, clock) for _ in range(3)))
            assert sum(map(len, made)) >= 6

    at_desk(dsn, story, roles=())


def test_many_leads_and_many_sends_at_once_do_not_deadlock(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        leads = [f"+1202556{number:04}" for number in range(120)]
        for body in ("Hi", "Ada", "leak"):
            await asyncio.gather(*(desk.text(body, lead=lead) for lead in leads))
        await desk.settled(60)
        assert len(desk.carrier.sent) == 360
        (server,) = await desk.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert server.deadlocks == 0

    at_desk(dsn, story)


def test_yes_after_stop_brings_back_and_is_no_answer(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada Lovelace", "STOP", "YES"):
            await desk.text(body)
            await desk.settled()
        (lead,) = await desk.rows("SELECT first_name, service_type_enum FROM leads")
        assert tuple(lead) == ("Ada", None)
        assert desk.carrier.sent[-1].body == "What can we help you with?"

    at_desk(dsn, story)
