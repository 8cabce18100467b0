"""Owners who are set up by text, on a real database and a carrier over HTTP."""

import asyncio
from datetime import timedelta

from owner_desk import ANSWERS, ONBOARDING, OWNER, Owners, owners

from frontdesk.inbox.model import Event
from frontdesk.testing import FrozenClock

NEW = "+12025550181"


async def at_s5(desk: Owners) -> int:
    await desk.text(*ANSWERS)
    row = await desk.row()
    assert row.current_state == "S5_CONFIRM_LIVE"
    return int(row.client_id)


def test_an_owner_is_set_up_by_text_pays_calls_and_is_live(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.add(NEW)
            client_id = await at_s5(desk)
            row = await desk.row()
            assert (row.name, row.timezone, row.payment_active) == ("Bo's Drains", "America/New_York", False)
            assert row.settings["flow"] == {"services": ["drains", "leaks"], "towns": ["Springfield", "Shelbyville"]}
            assert row.settings["hours"]["sat"] == ["09:00-13:00"]
            assert f"https://buy.stripe.example/abc?client_reference_id={client_id}" in desk.heard()[-1]
            await desk.text("READY")
            assert (await desk.row()).current_state == "S5_CONFIRM_LIVE"
            await desk.pay(client_id, times=2)
            row = await desk.row()
            assert (row.current_state, row.number, row.payment_active) == ("S7_FORWARDING", NEW, True)
            assert sum("Payment received" in body for body in desk.heard()) == 1
            await desk.text("done", "You reached Bo's Drains, we text you back")
            row = await desk.row()
            assert row.current_state == "S9_TEST_CALL"
            assert row.settings["voice"]["greeting"] == "You reached Bo's Drains, we text you back"
            await desk.call(NEW, caller="+12025550177")
            row = await desk.row()
            assert row.current_state == "COMPLETE"
            assert row.completed_at is not None
            assert desk.heard()[-1].startswith("You are live!")
            assert await desk.pass_by() == 0
            await desk.desk.text("Hi, my sink leaks", number=NEW)
            await desk.desk.settled()
            greeted = [one.body for one in desk.desk.carrier.sent if one.from_ == NEW and one.to == "+12025550143"]
            assert greeted[0].startswith("Hi, thanks for contacting Bo's Drains!")
            assert {one.from_ for one in desk.desk.carrier.sent if one.to == OWNER} == {ONBOARDING}

    asyncio.run(story())


def test_a_retried_webhook_of_an_owner_says_nothing_twice(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            for body in ANSWERS:
                await desk.text(body, times=3)
            assert len(desk.heard()) == len(ANSWERS)
            assert len(await desk.desk.rows("SELECT 1 FROM onboarding_texts")) == len(ANSWERS)
            assert len(await desk.desk.rows("SELECT 1 FROM clients WHERE phone_number = %(o)s", o=OWNER)) == 1

    asyncio.run(story())


def test_an_event_that_is_handled_again_changes_nothing(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.text(*ANSWERS[:2])
            (event,) = await desk.desk.rows(
                "SELECT e.* FROM webhook_events e WHERE webhook_type = 'twilio_sms' ORDER BY id DESC LIMIT 1"
            )
            before, heard = await desk.row(), desk.heard()
            registry = desk.desk.desk.registry
            names = [name for name in Event.__slots__ if name != "tries"]
            again = Event(**{name: getattr(event, name) for name in names}, tries=2)
            commit = await registry.handlers["twilio_sms"](again)
            async with desk.desk.desk.db.transaction() as tx:
                await commit(tx)
            await desk.desk.settled()
            assert (await desk.row(), desk.heard()) == (before, heard)

    asyncio.run(story())


def test_an_owner_who_opts_out_hears_nothing_until_start(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.text(*ANSWERS[:2], "please stop texting me")
            said = len(desk.heard())
            await desk.text("drains")
            assert (len(desk.heard()), (await desk.row()).current_state) == (said, "S2_SERVICE_TYPE")
            await desk.text("START", "drains")
            assert (await desk.row()).current_state == "S3_SERVICE_AREA"

    asyncio.run(story())


def test_who_stops_at_once_becomes_no_client(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.text("STOP")
            assert await desk.desk.rows("SELECT 1 FROM clients WHERE phone_number = %(o)s", o=OWNER) == []
            (row,) = await desk.desk.rows("SELECT kind, scope FROM consents")
            assert tuple(row) == ("opt_out", "number")

    asyncio.run(story())


def test_what_a_person_writes_is_taken_up(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with owners(dsn, clock) as desk:
            await desk.add(NEW)
            client_id = await at_s5(desk)
            clock.move(hours=1)
            await desk.sql("UPDATE onboarding_states SET current_state = 'S4_HOURS', stuck_detected_at = entered_at")
            assert await desk.pass_by() == 1
            row = await desk.row()
            assert (row.entered_at, row.stuck_detected_at) == (clock.now(), None)
            assert desk.heard()[-1].startswith("When are you open?")
            await desk.text("24/7", "READY")
            await desk.sql("UPDATE clients SET payment_active = true WHERE id = %(id)s", id=client_id)
            assert await desk.pass_by() == 1
            assert ((await desk.row()).current_state, (await desk.row()).number) == ("S7_FORWARDING", NEW)
            assert await desk.pass_by() == 0
            await desk.sql("UPDATE onboarding_states SET completed_at = %(now)s", now=clock.now())
            assert await desk.pass_by() == 1
            assert (await desk.row()).current_state == "COMPLETE"
            heard = desk.heard()
            assert heard[-1].startswith("You are live!")
            await desk.sql("UPDATE onboarding_states SET current_state = 'S9_TEST_CALL'")
            assert await desk.pass_by() == 1
            row = await desk.row()
            assert (row.current_state, row.completed_at) == ("S9_TEST_CALL", None)
            assert len(desk.heard()) == len(heard) + 1

    asyncio.run(story())


def test_a_row_written_by_hand_begins_with_the_welcome_and_one_at_the_number_gets_one(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.add(NEW)
            await desk.sql("INSERT INTO clients (id, name, phone_number) VALUES (70, 'Cy', %(o)s)", o=OWNER)
            await desk.sql("INSERT INTO onboarding_states (client_id) VALUES (70)")
            assert await desk.pass_by() == 1
            assert (await desk.row()).current_state == "S1_BUSINESS_NAME"
            assert len(desk.heard()) == 1
            await desk.sql("UPDATE onboarding_states SET current_state = 'S6_ASSIGN_NUMBER'")
            await desk.pass_by()
            assert ((await desk.row()).current_state, (await desk.row()).number) == ("S7_FORWARDING", NEW)
            assert len(desk.heard()) == 2

    asyncio.run(story())


def test_a_payment_that_ends_while_an_owner_waits_takes_the_number_s_place_away(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            client_id = await at_s5(desk)
            await desk.pay(client_id)
            await desk.text("READY")
            assert (await desk.row()).current_state == "S6_ASSIGN_NUMBER"
            await desk.sql("UPDATE clients SET payment_active = false WHERE id = %(id)s", id=client_id)
            await desk.pass_by()
            await desk.add(NEW)
            await desk.pass_by()
            row = await desk.row()
            assert (row.current_state, row.number) == ("S5_CONFIRM_LIVE", None)

    asyncio.run(story())


def test_a_silent_owner_is_reminded_twice_by_day_and_no_more(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()  # noon in New York
        async with owners(dsn, clock, quiet={"start": "21:00", "end": "08:00"}) as desk:
            await desk.text(*ANSWERS[:2])
            before = len(desk.heard())
            clock.move(hours=23)
            assert await desk.pass_by() == 0
            clock.move(hours=11)  # 34 hours later it is ten at night
            assert await desk.pass_by() == 0
            clock.move(hours=11)
            assert await desk.pass_by() == 1
            assert await desk.pass_by() == 0
            clock.move(hours=27, minutes=30)  # 72.5 h after the last word
            assert await desk.pass_by() == 1
            clock.move(days=9)
            assert await desk.pass_by() == 0
            reminders = desk.heard()[before:]
            assert len(reminders) == 2
            assert all("What services do you offer?" in one for one in reminders)
            await desk.text("hello")
            assert desk.heard()[-1].startswith("Welcome back!")
            clock.move(hours=25)
            assert await desk.pass_by() == 1

    asyncio.run(story())


def test_twenty_owners_and_five_numbers(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            phones = [f"+1202555{1000 + at}" for at in range(20)]
            await desk.add(*(f"+1202555{2000 + at}" for at in range(5)))
            await desk.sql(
                "INSERT INTO clients (name, phone_number, payment_active) SELECT 'Client ' || p, p, true FROM unnest(%(p)s::text[]) p",
                p=phones,
            )
            await desk.sql(
                "INSERT INTO onboarding_states (client_id, current_state, recorded_state, recorded_paid, entered_at) "
                "SELECT id, 'S5_CONFIRM_LIVE', 'S5_CONFIRM_LIVE', true, created_at FROM clients WHERE phone_number = ANY(%(p)s)",
                p=phones,
            )
            await asyncio.gather(*(desk.desk.text("READY", lead=phone, number=ONBOARDING) for phone in phones))
            await desk.desk.settled()
            await asyncio.gather(*(desk.pass_by() for _ in range(4)))
            states = [(await desk.row(phone)).current_state for phone in phones]
            assert (states.count("S7_FORWARDING"), states.count("S6_ASSIGN_NUMBER")) == (5, 15)
            assert [row.alert_type for row in await desk.alerts()] == ["POOL_EMPTY"]
            used = await desk.desk.rows(
                "SELECT count(DISTINCT client_id) AS n FROM twilio_number_pool WHERE status = 'ASSIGNED'"
            )
            assert used[0].n == 6  # the first client's among them
            order = [row.client_id for row in await desk.desk.rows(
                "SELECT client_id FROM onboarding_states WHERE current_state = 'S6_ASSIGN_NUMBER' ORDER BY entered_at, client_id"
            )]  # fmt: skip
            await desk.add(*(f"+1202555{3000 + at}" for at in range(3)))
            await desk.pass_by()
            left = [row.client_id for row in await desk.desk.rows(
                "SELECT client_id FROM onboarding_states WHERE current_state = 'S6_ASSIGN_NUMBER' ORDER BY entered_at, client_id"
            )]  # fmt: skip
            assert left == order[3:]
            await desk.add(*(f"+1202555{4000 + at}" for at in range(14)))
            await desk.pass_by()
            assert await desk.alerts() == []
            for phone in phones:
                heard = desk.heard(phone)
                assert sum("Your number is" in body for body in heard) == 1
                assert sum("getting your number ready" in body for body in heard) <= 1

    asyncio.run(story())


def test_a_number_of_another_country_is_not_given_unless_that_is_allowed(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.add("+447700900181")
            await desk.sql(
                "INSERT INTO clients (id, name, phone_number, payment_active) VALUES (70, 'Cy', %(o)s, true)", o=OWNER
            )
            await desk.sql("INSERT INTO onboarding_states (client_id, current_state) VALUES (70, 'S6_ASSIGN_NUMBER')")
            await desk.pass_by()
            assert (await desk.row()).number is None
            assert [row.alert_type for row in await desk.alerts()] == ["POOL_EMPTY"]

    asyncio.run(story())


def test_a_client_that_is_served_already_needs_no_set_up(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn) as desk:
            await desk.sql("UPDATE clients SET phone_number = %(o)s", o=OWNER)
            await desk.text("Hi")
            assert (await desk.row()).current_state == "COMPLETE"
            assert desk.heard() == [
                "You are live! Callers and texts to +12025550100 are answered for Ada's Plumbing from now on."
            ]

    asyncio.run(story())


def test_resuming_after_days_goes_on_where_it_was(dsn: str) -> None:
    async def story() -> None:
        clock = FrozenClock()
        async with owners(dsn, clock) as desk:
            await desk.text(*ANSWERS[:3])
            clock.move(days=40)
            await desk.text(*ANSWERS[3:])
            assert (await desk.row()).current_state == "S5_CONFIRM_LIVE"
            assert (await desk.row()).entered_at - clock.now() < timedelta(seconds=1)

    asyncio.run(story())


def test_the_scheduler_takes_up_a_row_and_a_number_that_were_written_by_hand(dsn: str) -> None:
    async def story() -> None:
        async with owners(dsn, roles=("worker", "scheduler")) as desk:
            await desk.sql("INSERT INTO clients (id, name, phone_number) VALUES (70, 'Cy', %(o)s)", o=OWNER)
            await desk.sql("INSERT INTO onboarding_states (client_id, current_state) VALUES (70, 'S6_ASSIGN_NUMBER')")
            async with asyncio.timeout(40):
                while not desk.heard():
                    await asyncio.sleep(0.1)
                assert "getting your number ready" in desk.heard()[0]
                while [row.alert_type for row in await desk.alerts()] != ["POOL_EMPTY"]:
                    await asyncio.sleep(0.1)
                await desk.add(NEW)
                while len(desk.heard()) < 2:
                    await asyncio.sleep(0.1)
            assert NEW in desk.heard()[1]

    asyncio.run(story())
