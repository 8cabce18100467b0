"""Buying numbers: no more than the caps allow, whoever buys and whatever becomes of an order; nothing twice."""

import asyncio
from typing import Any

import pytest
from buying_desk import all_steps, bought, free, orders, parts, shop

from frontdesk.errors import NotPossible, Rejected, SendError, Unknown
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator.faults import Fault
from frontdesk.steps.buy_numbers import Buyer
from frontdesk.steps.stock_up import StockingUp
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, FrozenClock

FIRST = "+12025550100"  # of those for sale; it is the desk's own, so the next ones are listed


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
