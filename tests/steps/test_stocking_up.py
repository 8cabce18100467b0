"""The pool filled by itself: only where that is allowed, for those who wait, and no further than it must."""

import asyncio
from decimal import Decimal

from buying_desk import all_steps, bought, free, orders, parts, shop, waits
from owner_desk import owners

from frontdesk.steps.stock_up import NOT_BOUGHT, StockingUp
from frontdesk.testing import FrozenClock


def test_by_default_nothing_is_bought(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn, FrozenClock()) as desk:
            await waits(desk)
            assert await StockingUp(*parts(desk)).step() == 0
            assert (bought(desk), await orders(desk)) == ([], [])

    asyncio.run(story())


def test_a_client_who_waits_is_served_by_a_number_whose_texts_come_here(dsn: str) -> None:
    async def story() -> None:
        async with shop(dsn) as desk:
            await waits(desk)
            await desk.pass_by()
            assert (await desk.row()).number is None
            assert await all_steps(StockingUp(*parts(desk))) == 1
            (number,) = bought(desk)
            await desk.pass_by()
            assert (await desk.row()).number == number
            assert await desk.alerts() == []
            order, base = desk.desk.carrier.shop.bought[number], desk.desk.base_url
            (row,) = await desk.desk.rows("SELECT purchase_id, price, ordered_by FROM number_purchases")
            assert order["FriendlyName"] == f"Frontdesk {row.purchase_id}"
            assert order["SmsUrl"] == f"{base}/webhooks/twilio/sms#rc=5&rp=all"
            assert order["VoiceUrl"] == order["StatusCallback"] == f"{base}/webhooks/twilio/voice#rc=5&rp=all"
            assert (row.price, row.ordered_by) == (Decimal("1.15"), "scheduler")
            await desk.desk.text("my sink leaks", number=number)
            await desk.desk.settled()
            (lead,) = await desk.desk.rows("SELECT client_id FROM leads")
            assert lead.client_id == 70

    asyncio.run(story())


def test_a_low_pool_is_filled_up_and_no_further(dsn: str) -> None:
    async def story() -> None:
        async with shop(dsn, low_water=3) as desk:
            await desk.add("+12025550181")
            stocking = StockingUp(*parts(desk))
            assert await all_steps(stocking) == 2
            assert len(await free(desk)) == 3
            assert await stocking.step() == 0

    asyncio.run(story())


def test_nothing_is_bought_here_for_an_owner_whom_no_number_from_here_fits(dsn: str) -> None:
    async def story() -> None:
        async with shop(dsn) as desk:
            await waits(desk, phone="+447700900123")
            assert await StockingUp(*parts(desk)).step() == 0
            assert bought(desk) == []
        async with shop(dsn, buy_country="GB", area_code="") as desk:
            assert await all_steps(StockingUp(*parts(desk))) == 1
            assert bought(desk)[0].startswith("+44")

    asyncio.run(story())


def test_a_refusal_is_told_and_not_asked_for_again_at_once(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock, low_water=1) as desk:
            desk.desk.carrier.shop.refuses = 21631
            stocking = StockingUp(*parts(desk))
            for _ in range(3):
                assert await stocking.step() == 0
            assert [state for _, state in await orders(desk)] == ["FAILED"]
            (alert,) = await desk.alerts()
            assert (alert.alert_type, alert.severity) == (NOT_BOUGHT, "MEDIUM")
            assert "needs an address" in alert.message
            assert "frontdesk pool add" in alert.message
            clock.move(minutes=5)
            await stocking.step()
            assert len(await orders(desk)) == 2
            desk.desk.carrier.shop.refuses = None
            await desk.add("+12025550181")  # a person bought one
            assert await stocking.step() == 0
            assert await desk.alerts() == []
            assert bought(desk) == []

    asyncio.run(story())


def test_a_cap_that_is_reached_while_somebody_waits_is_told_with_its_setting(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock, low_water=1, buy_per_day=1) as desk:
            await waits(desk)
            stocking = StockingUp(*parts(desk))
            assert await all_steps(stocking) == 1
            await stocking.step()
            assert "pool.buy_per_day is 1" in (await desk.alerts())[0].message
            clock.move(hours=24, seconds=1)
            assert await all_steps(stocking) == 1
            assert await desk.alerts() == []

    asyncio.run(story())


def test_the_scheduler_buys_by_itself_and_serves_who_waits(dsn: str) -> None:
    async def story() -> None:
        pool = {"buy": True, "low_water": 0}
        async with owners(dsn, roles=("worker", "scheduler"), pool=pool) as desk:
            await waits(desk)
            async with asyncio.timeout(40):
                while (await desk.row()).number is None:
                    await asyncio.sleep(0.2)
            assert [(await desk.row()).number] == bought(desk)

    asyncio.run(story())
