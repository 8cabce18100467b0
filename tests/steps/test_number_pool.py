"""The pool of numbers: quarantine, low water, release, and the check against the carrier."""

import asyncio
from typing import Any

import pytest
from owner_desk import ANSWERS, ONBOARDING, OWNER, Owners, owners

from frontdesk.errors import NotPossible
from frontdesk.steps.number_pool import add_numbers, check_pool, release_number
from frontdesk.testing import NUMBER, FrozenClock

A, B, C, D = "+12025550181", "+12025550182", "+12025550183", "+12025550185"


def parts(desk: Owners) -> tuple[Any, Any, Any]:
    return desk.desk.desk.db, desk.desk.desk.bucket, desk.desk.desk.clock


async def states(desk: Owners) -> dict[str, str]:
    return {row.phone_e164: row.status for row in await desk.desk.rows("SELECT * FROM twilio_number_pool")}


def test_a_released_number_rests_before_another_client_gets_it(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with owners(dsn, clock, pool={"quarantine_days": 30, "low_water": 0}) as desk:
            await desk.add(A)
            await desk.sql("INSERT INTO clients (id, name, payment_active) VALUES (70, 'Cy', true), (71, 'Di', true)")
            await desk.sql(
                "UPDATE twilio_number_pool SET status = 'ASSIGNED', client_id = 70 WHERE phone_e164 = %(a)s", a=A
            )
            assert (await release_number(*parts(desk), desk.desk.desk.settings, A, actor="Al"))[0] == 70
            await desk.sql("UPDATE clients SET phone_number = %(o)s WHERE id = 71", o=OWNER)
            await desk.sql("INSERT INTO onboarding_states (client_id, current_state) VALUES (71, 'S6_ASSIGN_NUMBER')")
            await desk.pass_by()
            assert ((await states(desk))[A], (await desk.row()).number) == ("QUARANTINED", None)
            clock.move(days=29)
            await desk.pass_by()
            assert (await states(desk))[A] == "QUARANTINED"
            clock.move(days=1, seconds=1)
            await desk.pass_by()
            assert (await desk.row()).number == A
            with pytest.raises(NotPossible, match="serves no client"):
                await release_number(*parts(desk), desk.desk.desk.settings, B, actor="Al")
            with pytest.raises(NotPossible, match="desk's own"):
                await release_number(*parts(desk), desk.desk.desk.settings, NUMBER, actor="Al")

    asyncio.run(story())


def test_a_number_put_into_quarantine_by_hand_rests_as_long(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with owners(dsn, clock, pool={"quarantine_days": 30}) as desk:
            await desk.sql("INSERT INTO twilio_number_pool (phone_e164, status) VALUES (%(a)s, 'QUARANTINED')", a=A)
            await desk.pass_by()
            clock.move(days=29)
            await desk.pass_by()
            assert (await states(desk))[A] == "QUARANTINED"
            clock.move(days=2)
            await desk.pass_by()
            assert (await states(desk))[A] == "AVAILABLE"

    asyncio.run(story())


def test_few_free_numbers_are_told_before_there_is_none(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn, pool={"low_water": 2}) as desk:
            await desk.add(A)
            await desk.pass_by()
            assert [(row.alert_type, row.severity) for row in await desk.alerts()] == [("POOL_LOW", "MEDIUM")]
            await desk.add(B)
            await desk.pass_by()
            assert await desk.alerts() == []

    asyncio.run(story())


def test_an_empty_pool_is_told_as_a_client_comes_to_it_and_once(dsn: str) -> None:
    async def story() -> None:
        others = [f"+1202555{1000 + at}" for at in range(3)]
        async with owners(dsn, pool={"low_water": 0}) as desk:  # no scheduler: nobody passes by
            await desk.text(*ANSWERS)
            await desk.pay((await desk.row()).client_id)
            assert await desk.alerts() == []
            await desk.text("READY")
            assert (await desk.row()).current_state == "S6_ASSIGN_NUMBER"
            assert [(row.alert_type, row.severity) for row in await desk.alerts()] == [("POOL_EMPTY", "HIGH")]
            for owner in others:
                await desk.text(*ANSWERS, "READY", owner=owner)
                await desk.pay((await desk.row(owner)).client_id)  # the payment comes last, and brings them there
                assert (await desk.row(owner)).current_state == "S6_ASSIGN_NUMBER"
            await desk.pass_by()
            raises = await desk.desk.rows("SELECT decision FROM alert_raises ORDER BY at, id")
            first, *later = [row.decision for row in raises]
            assert first == "no_channel"  # this desk has no ADMIN_PHONE: else it would be sent
            assert set(later) == {"within_window"}
            await desk.add(A, B, C, D)
            await desk.pass_by()
            assert await desk.alerts() == []

    asyncio.run(story())


def test_a_desk_that_buys_numbers_tells_of_an_empty_pool_only_where_it_lasts(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn, pool={"low_water": 0, "buy": True}) as desk:
            await desk.text(*ANSWERS, "READY")
            await desk.pay((await desk.row()).client_id)
            assert (await desk.row()).current_state == "S6_ASSIGN_NUMBER"
            assert await desk.alerts() == []
            await desk.pass_by()
            assert [row.alert_type for row in await desk.alerts()] == ["POOL_EMPTY"]

    asyncio.run(story())


def test_the_desk_s_own_numbers_are_given_to_nobody(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.sql("INSERT INTO twilio_number_pool (phone_e164) VALUES (%(n)s)", n=ONBOARDING)
            await desk.sql(
                "INSERT INTO clients (id, name, phone_number, payment_active) VALUES (70, 'Cy', %(o)s, true)", o=OWNER
            )
            await desk.sql("INSERT INTO onboarding_states (client_id, current_state) VALUES (70, 'S6_ASSIGN_NUMBER')")
            await desk.pass_by()
            assert (await desk.row()).number is None

    asyncio.run(story())


def test_the_check_finds_what_the_carrier_says_otherwise_and_keeps_it(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.add(A, B)
            await desk.sql("INSERT INTO twilio_number_pool (phone_e164) VALUES (%(n)s)", n=C)  # the carrier has it not
            desk.desk.carrier.numbers.append("+12025550184")
            desk.desk.carrier.hooks.elsewhere[B] = "https://elsewhere.example/sms"
            inner = desk.desk.desk
            found = await check_pool(*parts(desk), inner.registry, inner.settings, desk.desk.base_url)
            assert set(found.wrong) == {B, C}
            assert found.unknown == ("+12025550184",)
            rows = await desk.desk.rows(
                "SELECT phone_e164 FROM twilio_number_pool WHERE trouble IS NOT NULL ORDER BY 1"
            )
            assert [row.phone_e164 for row in rows] == [B, C]
            del desk.desk.carrier.hooks.elsewhere[B]
            desk.desk.carrier.numbers.append(C)
            found = await check_pool(*parts(desk), inner.registry, inner.settings, desk.desk.base_url)
            assert found.wrong == {}
            assert await desk.desk.rows("SELECT 1 FROM twilio_number_pool WHERE trouble IS NOT NULL") == []

    asyncio.run(story())


def test_numbers_are_added_once_and_that_is_recorded(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            assert await add_numbers(*parts(desk), [A, B, A], actor="Al", key="k") == [A, B]
            assert await add_numbers(*parts(desk), [A, B, A], actor="Al", key="k") == [A, B]  # told again, not done
            with pytest.raises(NotPossible, match="already"):
                await add_numbers(*parts(desk), [A], actor="Al")
            acts = await desk.desk.rows("SELECT action FROM audit_log")
            assert [row.action for row in acts] == ["add_numbers"]

    asyncio.run(story())
