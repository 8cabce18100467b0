"""Unknown sends are found out at the carrier when no receipt tells."""

import asyncio
from collections.abc import Awaitable, Callable

from frontdesk.outbox import store as outbox
from frontdesk.simulator.faults import Fault
from frontdesk.testing import FrozenClock, RunningDesk, running_desk

LEDGER = "SELECT * FROM outbound_message_log ORDER BY id"


def at_desk(dsn: str, story: Callable[[RunningDesk, FrozenClock], Awaitable[None]]) -> None:
    async def run() -> None:
        clock = FrozenClock()
        async with running_desk(dsn, clock=clock) as desk:
            desk.carrier.faults.no_receipts = 1.0
            await story(desk, clock)

    asyncio.run(run())


async def until(desk: RunningDesk, status: str) -> None:
    async with asyncio.timeout(10):
        while [row.status for row in await desk.rows(LEDGER)] != [status]:
            await asyncio.sleep(0.02)


def test_a_lost_answer_without_a_receipt_is_found_in_the_carriers_list(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        desk.carrier.faults.next(Fault.DROP_AFTER_ACCEPT)
        await desk.text("Hi")
        await until(desk, "UNKNOWN")
        async with asyncio.timeout(10):  # looked up at once, when it may still be under way, and then from time to time
            while (await desk.rows(LEDGER))[0].status != "DELIVERED":
                clock.move(seconds=20)
                await asyncio.sleep(0.2)
        (row,) = await desk.rows(LEDGER)
        assert row.provider_message_id == desk.carrier.sent[0].sid
        (message,) = await desk.rows("SELECT status FROM messages WHERE direction = 'outbound'")
        assert message.status == "delivered"
        assert len(desk.carrier.sent) == 1

    at_desk(dsn, story)


def test_what_the_carrier_never_got_goes_once_more_after_its_indexing_delay(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        desk.carrier.faults.next(Fault.DROP_BEFORE_ACCEPT)
        await desk.text("Hi")
        await until(desk, "UNKNOWN")
        await asyncio.sleep(3)  # it is looked up, and an empty list proves nothing yet
        assert desk.carrier.sent == []
        clock.move(seconds=61)
        await until(desk, "SENT")
        assert len(desk.carrier.sent) == 1
        assert (await desk.rows(LEDGER))[0].resent

    at_desk(dsn, story)


def test_a_second_lost_answer_is_for_a_person_and_cancelling_frees_the_recipient(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        desk.carrier.faults.next(Fault.HTTP_500_BEFORE_ACCEPT, 2)
        await desk.text("Hi")
        await until(desk, "UNKNOWN")
        clock.move(seconds=61)
        async with asyncio.timeout(10):
            while (await desk.rows(LEDGER))[0].reason != "needs_a_person":
                clock.move(seconds=20)
                await asyncio.sleep(0.2)
        (row,) = await desk.rows(LEDGER)
        assert row.attempts == 2
        assert desk.carrier.sent == []
        async with desk.desk.db.transaction() as tx:
            assert await outbox.cancel(tx, row.id)
        await desk.text("Are you there?")
        await desk.settled()
        assert len(desk.carrier.sent) == 1

    at_desk(dsn, story)
