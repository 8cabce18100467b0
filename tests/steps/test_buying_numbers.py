"""Buying numbers: no more than the caps allow, whoever buys and whatever becomes of an order; nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from owner_desk import OWNER, Owners, owners

from frontdesk.errors import NotPossible, Rejected, SendError, Unknown
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator.faults import Fault
from frontdesk.steps.buy_numbers import Buyer
from frontdesk.steps.stock_up import NOT_BOUGHT, StockingUp
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, FrozenClock

FIRST = "+12025550100"  # of those for sale; it is the desk's own, so the next ones are listed


@asynccontextmanager
async def shop(dsn: str, clock: FrozenClock | None = None, **pool: Any) -> AsyncIterator[Owners]:
    """A desk that may buy."""
    given = {"buy": True, "low_water": 0, "buy_per_day": 10, "buy_budget": 100, **pool}
    async with owners(dsn, clock or FrozenClock(), pool=given) as desk:
        yield desk


def parts(desk: Owners) -> tuple[Any, ...]:
    inner = desk.desk.desk
    return inner.db, inner.bucket, inner.clock, inner.registry, inner.settings


def bought(desk: Owners) -> list[str]:
    return list(desk.desk.carrier.shop.bought)


async def orders(desk: Owners) -> list[tuple[str, str]]:
    rows = await desk.desk.rows("SELECT phone_e164, state FROM number_purchases ORDER BY reserved_at, phone_e164")
    return [tuple(row) for row in rows]


async def free(desk: Owners) -> list[str]:
    rows = await desk.desk.rows("SELECT phone_e164 FROM twilio_number_pool WHERE status = 'AVAILABLE' ORDER BY 1")
    return [row.phone_e164 for row in rows]


async def waits(desk: Owners, client_id: int = 70, phone: str = OWNER) -> None:
    await desk.sql(
        "INSERT INTO clients (id, name, phone_number, payment_active) VALUES (%(id)s, 'Cy', %(o)s, true)",
        id=client_id, o=phone,
    )  # fmt: skip
    await desk.sql(
        "INSERT INTO onboarding_states (client_id, current_state) VALUES (%(id)s, 'S6_ASSIGN_NUMBER')", id=client_id
    )


async def all_steps(stocking: StockingUp) -> int:
    done = 0
    while await stocking.step():
        done += 1
    return done


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


@pytest.mark.parametrize("areas", ["", "31"], ids=["the same numbers", "other numbers each"])
@pytest.mark.parametrize("caps", [{"buy_per_day": 3}, {"buy_budget": "3.99", "number_price": "1.30"}], ids=str)
def test_eight_who_buy_at_once_do_not_go_over_a_cap(dsn: str, caps: dict[str, Any], areas: str) -> None:
    async def story() -> None:
        async with shop(dsn, **caps) as desk:
            first = await Buyer(*parts(desk)).buy(ordered_by="Al")
            buyers = [Buyer(*parts(desk)) for _ in range(8)]
            each = [one.buy(ordered_by="Al", area_code=areas and f"{areas}{nth}") for nth, one in enumerate(buyers)]
            results = await asyncio.gather(*each, return_exceptions=True)
            got = [first, *(result for result in results if isinstance(result, str))]
            assert len(got) == len(set(got)) == 3
            assert sorted(bought(desk)) == sorted(got) == await free(desk)
            assert sum(isinstance(result, NotPossible) for result in results) == 6
            assert [state for _, state in await orders(desk)] == ["BOUGHT"] * 3

    asyncio.run(story())


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACCEPT, Fault.HTTP_500_AFTER_ACCEPT, Fault.HANG_AFTER_ACCEPT])
def test_an_order_that_was_taken_without_an_answer_is_not_placed_twice(dsn: str, fault: Fault) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock, low_water=1, buy_per_day=1) as desk:
            inner, carrier = desk.desk.desk, desk.desk.carrier
            impatient = Twilio(
                account_sid=ACCOUNT_SID,
                auth_tokens=[AUTH_TOKEN],
                api_base=carrier.api_base,
                status_callback="",
                timeout=0.5,
            )
            usual, inner.registry.providers["twilio"] = inner.registry.providers["twilio"], impatient
            carrier.faults.next(fault)
            stocking = StockingUp(*parts(desk))
            assert await stocking.step() == 0
            assert [state for _, state in await orders(desk)] == ["UNKNOWN"]
            with pytest.raises(NotPossible, match="buy_per_day is 1"):  # it counts as bought
                await Buyer(*parts(desk)).buy(ordered_by="Al")
            clock.move(minutes=6)
            assert await all_steps(stocking) == 1
            (number,) = bought(desk)
            assert await orders(desk) == [(number, "BOUGHT")]
            assert await free(desk) == [number]
            inner.registry.providers["twilio"] = usual
            await impatient.aclose()

    asyncio.run(story())


def test_an_order_that_never_arrived_counts_as_spent_for_an_hour(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock, buy_per_day=1) as desk:
            desk.desk.carrier.faults.next(Fault.HTTP_500_BEFORE_ACCEPT)
            buyer = Buyer(*parts(desk))
            with pytest.raises(Unknown, match="may have been bought"):
                await buyer.buy(ordered_by="Al")
            clock.move(minutes=59)
            assert await buyer.look() == 0
            with pytest.raises(NotPossible, match="within 24 hours"):
                await buyer.buy(ordered_by="Al")
            clock.move(minutes=2)
            assert await buyer.look() == 1
            assert [state for _, state in await orders(desk)] == ["FAILED"]
            assert await buyer.buy(ordered_by="Al") == bought(desk)[0]

    asyncio.run(story())


def test_who_dies_while_the_order_is_on_its_way_leaves_it_to_be_found(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock, buy_per_day=1) as desk:
            desk.desk.carrier.faults.next(Fault.HANG_AFTER_ACCEPT)
            buying = asyncio.create_task(Buyer(*parts(desk)).buy(ordered_by="Al"))
            while not bought(desk):
                await asyncio.sleep(0.01)
            buying.cancel()
            await asyncio.gather(buying, return_exceptions=True)
            assert await orders(desk) == [(bought(desk)[0], "RESERVED")]
            assert await Buyer(*parts(desk)).look() == 0  # whoever ordered may still be at it
            clock.move(minutes=2, seconds=1)
            looks = await asyncio.gather(*(Buyer(*parts(desk)).look() for _ in range(4)))
            assert sum(looks) == 1
            assert await free(desk) == bought(desk)

    asyncio.run(story())


def test_who_stood_still_after_reserving_places_no_order(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock) as desk:
            buyer = Buyer(*parts(desk))
            reserved = await buyer._reserve("+12025550177", "Al")
            assert reserved is not None
            clock.move(seconds=31)
            with pytest.raises(Rejected, match="too much time went by"):
                await buyer._order(*reserved, "+12025550177")
            assert (bought(desk), await orders(desk)) == ([], [("+12025550177", "FAILED")])

    asyncio.run(story())


def test_where_somebody_else_is_quicker_the_next_number_is_bought(dsn: str) -> None:
    async def story() -> None:
        async with shop(dsn, buy_per_day=1) as desk:
            listed = (await Buyer(*parts(desk)).offer()).numbers
            assert FIRST not in listed
            desk.desk.carrier.shop.elsewhere = set(listed[:2])
            assert await Buyer(*parts(desk)).buy(ordered_by="Al") == listed[2]
            assert await orders(desk) == [(listed[0], "FAILED"), (listed[1], "FAILED"), (listed[2], "BOUGHT")]

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


def test_what_was_bought_costs_money_until_it_is_given_back(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with shop(dsn, clock, buy_budget="2.50") as desk:
            buyer = Buyer(*parts(desk))
            for _ in range(2):
                await buyer.buy(ordered_by="Al")
            clock.move(days=200)
            with pytest.raises(NotPossible, match=r"cost 2\.30 USD a month"):
                await buyer.buy(ordered_by="Al")
            await desk.sql(
                "UPDATE twilio_number_pool SET status = 'RETIRED' WHERE phone_e164 = %(n)s", n=bought(desk)[0]
            )
            await buyer.buy(ordered_by="Al")
            await desk.sql(
                "UPDATE twilio_number_pool SET status = 'RETIRED' WHERE phone_e164 = %(n)s", n=bought(desk)[2]
            )
            with pytest.raises(NotPossible):  # paid for this month already
                await buyer.buy(ordered_by="Al")
            assert len(bought(desk)) == 3

    asyncio.run(story())


def test_trouble_at_the_carrier_is_told_and_costs_nothing(dsn: str) -> None:
    async def story() -> None:
        async with shop(dsn, low_water=1) as desk:
            desk.desk.carrier.shop.sold_out = True
            with pytest.raises(NotPossible, match="no such number for sale"):
                await Buyer(*parts(desk)).buy(ordered_by="Al")
            desk.desk.carrier.shop.sold_out = False
            desk.desk.carrier.faults.next(Fault.THROTTLE)
            with pytest.raises(SendError, match="too many requests"):
                await Buyer(*parts(desk)).buy(ordered_by="Al")
            assert [state for _, state in await orders(desk)] == ["FAILED"]
            desk.desk.desk.registry.public_base = None
            await StockingUp(*parts(desk)).step()
            assert "set PUBLIC_URL" in (await desk.alerts())[0].message
            assert bought(desk) == []

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
