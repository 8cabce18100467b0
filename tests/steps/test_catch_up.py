"""Texts that no webhook could bring are found at the carrier, and what is known is told from what is missing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from outage import (
    AGAIN,
    ANSWERS,
    FLOW,
    FORGET,
    IN,
    MARK,
    a_pass,
    at_desk,
    came_in,
    counts,
    mark_at,
    number_of_long_standing,
    serving,
    unreachable,
)
from structlog.testing import capture_logs

from frontdesk.inbox.model import Event
from frontdesk.testing import LEAD, FrozenClock, RunningDesk, scratch_settings


def test_texts_of_an_outage_are_each_answered_once_and_in_order(dsn: str) -> None:
    leads = [f"+120255502{number:02}" for number in range(3)]

    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await a_pass(desk)
        with unreachable(desk):
            for body in FLOW:
                for lead in leads:
                    assert await desk.text(body, lead=lead) == [0]
        assert await desk.rows(IN) == []
        clock.move(minutes=5)
        assert counts(await a_pass(desk)) == (9, 0, 9)
        await desk.settled()
        for lead in leads:
            chat = desk.carrier.phone(lead)
            assert [m.body for m in chat if m.direction == "inbound"] == list(FLOW)
            assert [m.body.split()[0] for m in chat if m.direction == "outbound-api"] == ANSWERS
        stored = await desk.rows("SELECT body FROM messages WHERE direction = 'inbound' ORDER BY lead_id, id")
        assert [row.body for row in stored] == list(FLOW) * 3

        assert counts(await a_pass(desk)) == (9, 9, 0)
        assert [row.n for row in await desk.rows(AGAIN)] == [0]  # what is known is not passed, and so not counted
        late = desk.carrier.phone(leads[0])[0]
        assert await desk.text(late.body, lead=leads[0], sid=late.sid) == [200]
        await desk.settled()
        assert [row.n for row in await desk.rows(AGAIN)] == [1]
        assert (len(await desk.rows(IN)), len(desk.carrier.sent)) == (9, 9)

    at_desk(dsn, story)


def test_a_text_is_left_to_its_webhook_until_that_is_surely_not_under_way(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        with unreachable(desk):
            await desk.text("Hi")
        assert counts(await a_pass(desk)) == (0, 0, 0)
        clock.move(minutes=1)
        assert counts(await a_pass(desk)) == (0, 0, 0)
        clock.move(minutes=2)
        assert counts(await a_pass(desk)) == (1, 0, 1)

    at_desk(dsn, story)


def test_an_outage_of_days_is_caught_up_and_old_texts_are_still_answered(dsn: str) -> None:
    """The gate counts the age of a reply from when it was put, as for a dead letter that is replayed."""

    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await a_pass(desk)
        with unreachable(desk):
            await desk.text("Hi")
        clock.move(days=2)
        assert counts(await a_pass(desk)) == (1, 0, 1)
        await desk.settled()
        (sent,) = await desk.rows("SELECT status, created_at FROM outbound_message_log")
        assert (sent.status, sent.created_at) == ("DELIVERED", clock.now())

    at_desk(dsn, story)


def test_what_is_older_than_a_week_is_left_to_a_person(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await number_of_long_standing(desk)
        await mark_at(desk, clock.now() - timedelta(days=10))
        came_in(desk, "nine days ago", clock.now() - timedelta(days=9))
        came_in(desk, "six days ago", clock.now() - timedelta(days=6))
        with capture_logs() as logs:
            assert counts(await a_pass(desk)) == (1, 0, 1)
        (told,) = [line for line in logs if line["event"] == "caught_up_in_part"]
        assert "frontdesk events catch-up --since" in told["todo"]
        twilio = desk.desk.registry.providers["twilio"]
        (mark,) = await desk.rows(MARK)
        since = clock.now() - timedelta(days=10)
        assert counts(await desk.service.catching_up.catch_up(twilio, since)) == (2, 1, 1)
        assert await desk.rows(MARK) == [mark]  # a look by hand does not move the scheduler's mark

    at_desk(dsn, story)


def test_the_days_looked_back_are_a_setting_and_none_is_never(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await number_of_long_standing(desk)
        await mark_at(desk, clock.now() - timedelta(days=4))
        came_in(desk, "two days ago", clock.now() - timedelta(days=2))
        assert await desk.service.catching_up.step() == []
        week = desk.desk.settings.model_copy(update={"catch_up_days": 3})
        assert desk.desk.settings.catch_up_days == 0
        desk.desk.settings = week
        async with asyncio.timeout(10), serving(desk, "scheduler"):
            while not await desk.rows("SELECT 1 FROM webhook_events"):
                await asyncio.sleep(0.05)

    at_desk(dsn, story, roles=(), settings=scratch_settings(catch_up_days=0))


def test_the_first_pass_ever_looks_back_an_hour_and_never_before_the_number_was_the_clients(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        came_in(desk, "before the number was ours", clock.now() - timedelta(minutes=30))
        done = await a_pass(desk)
        assert (done.listed, done.not_ours) == (1, 1)
        await number_of_long_standing(desk)
        await desk.rows("DELETE FROM inbound_listings RETURNING 1")
        came_in(desk, "before the first pass", clock.now() - timedelta(minutes=90))
        assert counts(await a_pass(desk)) == (1, 0, 1)

    at_desk(dsn, story)


def test_texts_to_other_numbers_of_the_account_are_left_alone(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        came_in(desk, "for another system", clock.now(), number="+12025550199")
        came_in(desk, "for us", clock.now())
        clock.move(minutes=5)
        done = await a_pass(desk)
        assert (done.listed, done.passed, done.not_ours) == (2, 1, 1)
        assert await desk.rows("SELECT 1 FROM dead_letters") == []

    at_desk(dsn, story)


def test_what_waits_to_be_handled_is_known_by_its_id(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        clock.move(minutes=5)
        assert counts(await a_pass(desk)) == (1, 1, 0)
        assert [row.n for row in await desk.rows(AGAIN)] == [0]

    at_desk(dsn, story, roles=())


def test_an_id_that_was_forgotten_is_known_by_its_message(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await a_pass(desk)
        await desk.text("Hi")
        await desk.settled()
        clock.move(days=3)
        await desk.rows(FORGET)
        await desk.rows("DELETE FROM webhook_events RETURNING 1")
        assert counts(await a_pass(desk)) == (1, 1, 0)
        await desk.settled()
        assert len(desk.carrier.sent) == 1
        assert await desk.rows("SELECT 1 FROM webhook_events") == []

    at_desk(dsn, story)


@pytest.mark.parametrize("dies", [False, True], ids=["handled without a message", "dead letter"])
def test_an_id_that_was_forgotten_is_known_by_its_event(dsn: str, dies: bool) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        seen: list[str] = []

        @desk.desk.on("twilio_sms")
        def own_handler(event: Event, tx: Any) -> None:
            seen.append(event.request_id)
            if dies:
                raise RuntimeError("no")

        await a_pass(desk)
        await desk.text("Hi")
        await desk.settled()
        clock.move(days=3)
        await desk.rows(FORGET)
        times = len(seen)
        assert counts(await a_pass(desk)) == (1, 1, 0)
        await desk.settled()
        assert len(seen) == times
        assert len(await desk.rows("SELECT 1 FROM dead_letters")) == dies

    at_desk(dsn, story, settings=scratch_settings(worker={"max_tries": 1}))


def test_a_long_list_is_passed_on_whole_and_in_order(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        start = clock.now()
        for number in range(1200):
            came_in(desk, f"{number:04}", start + timedelta(seconds=number // 10), lead=f"+120255502{number % 7:02}")
        clock.move(minutes=10)
        assert counts(await a_pass(desk)) == (1200, 0, 1200)
        events = await desk.rows("SELECT lane, payload ->> 'Body' AS body FROM webhook_events ORDER BY received_at, id")
        assert len(events) == 1200
        for lane in {row.lane for row in events}:
            bodies = [row.body for row in events if row.lane == lane]
            assert bodies == sorted(bodies)

    at_desk(dsn, story, roles=())


def test_a_stop_that_is_found_late_takes_effect(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        with unreachable(desk):
            await desk.text("STOP")
        clock.move(minutes=5)
        await a_pass(desk)
        await desk.settled()
        await desk.text("Are you there?")
        await desk.settled()
        (consent,) = await desk.rows("SELECT kind, created_at FROM consents")
        stop = desk.carrier.phone(LEAD)[-3]
        assert (stop.body, consent.kind) == ("STOP", "opt_out")
        assert consent.created_at == stop.created_at.replace(microsecond=0)
        assert len(desk.carrier.sent) == 1

    at_desk(dsn, story)


# said first and found late, said after it and brought by its webhook
WORDS = [("START", "STOP", "opt_out"), ("STOP", "START", "opt_in")]


@pytest.mark.parametrize(("late", "newer", "holds"), WORDS, ids=["late START", "late STOP"])
def test_the_last_word_of_a_lead_holds_whichever_is_found_first(dsn: str, late: str, newer: str, holds: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await number_of_long_standing(desk)
        await desk.text("STOP")
        clock.move(hours=1)
        came_in(desk, late, clock.now() - timedelta(minutes=10))
        await desk.text(newer)
        await desk.settled()
        assert (await a_pass(desk)).passed == 1
        await desk.settled()
        consents = await desk.rows("SELECT kind FROM consents ORDER BY created_at DESC, id DESC")
        assert (len(consents), consents[0].kind) == (3, holds)
        sent = len(desk.carrier.sent)
        await desk.text("Are you there?")
        await desk.settled()
        assert (len(desk.carrier.sent) > sent) is (holds == "opt_in")

    at_desk(dsn, story)
