"""A missed call is answered by text: once, in hours and out of them, and not where it may not; over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from dialling import LINE, call, call_rows, clock_settings, post, posted, text

from frontdesk.testing import LEAD, NUMBER, FrozenClock, RunningDesk, running_desk

Story = Callable[[RunningDesk, FrozenClock], Awaitable[None]]


def play(dsn: str, story: Story, **more: Any) -> None:
    async def run() -> None:
        clock, settings = clock_settings(**more)
        async with running_desk(dsn, settings=settings, clock=clock) as desk:
            await story(desk, clock)

    asyncio.run(run())


def bodies(desk: RunningDesk) -> list[str]:
    return [message.body for message in desk.carrier.sent]


async def reasons(desk: RunningDesk) -> list[str | None]:
    return [row.text_back for row in await call_rows(desk)]


def test_a_missed_call_is_answered_once_however_often_dialpad_tells_of_it(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        missed, hangup = call("missed", clock.now()), call("hangup", clock.now() + timedelta(milliseconds=100))
        # Overlapping subscriptions: every event twice, and at once.
        answers = await asyncio.gather(*(post(desk, event) for event in (missed, hangup, missed, hangup)))
        assert {answer.status_code for answer in answers} == {200}
        await desk.settled()
        await posted(desk, hangup, call("recap_summary", clock.now() + timedelta(minutes=2)))
        (row,) = await call_rows(desk)
        assert (row.status, row.outcome, row.direction, row.text_back) == ("missed", "missed", "inbound", "texted")
        assert (row.dialpad_call_id, row.our_address, row.other_address) == ("5780678246121500", LINE, LEAD)
        (said,) = desk.carrier.sent
        assert (said.from_, said.to) == (NUMBER, LEAD)
        assert said.body.startswith("Hi, this is Ada's Plumbing. Sorry we missed your call!")
        (message,) = await desk.rows("SELECT * FROM outbound_message_log")
        assert (message.send_class, message.reply_type, message.id) == ("unprompted", "text_back", row.text_back_id)
        assert message.lead_id == row.lead_id

    play(dsn, story)


def test_two_calls_at_once_and_one_within_the_cooldown_get_one_text(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        now = clock.now()
        # Withheld on one leg, so that they do not share a lane: the lead's row decides.
        two = [call("hangup", now, call_id=n, internal_number=f"+1415555010{n}") for n in (1, 2)]
        await asyncio.gather(*(post(desk, event) for event in two))
        await desk.settled()
        clock.move(hours=3, minutes=59)
        await posted(desk, call("hangup", clock.now(), call_id=3))
        assert len(desk.carrier.sent) == 1
        assert sorted(map(str, await reasons(desk))) == ["cooldown", "cooldown", "texted"]
        clock.move(minutes=2)
        await posted(desk, call("hangup", clock.now(), call_id=4))
        assert len(desk.carrier.sent) == 2

    play(dsn, story)


def test_out_of_hours_another_text_says_when_the_client_opens(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        clock.move(hours=8)  # 20:00 in New York, on a Friday
        await posted(desk, call("hangup", clock.now()))
        assert bodies(desk)[0].startswith(
            "Hi, this is Ada's Plumbing. We're closed right now and will be back Monday at 08:00."
        )

    play(dsn, story)


@pytest.mark.parametrize(
    ("changes", "event", "reason"),
    [
        ({"text_back": {"enabled": False}}, {}, "switched_off"),
        ({"text_back": {"ignore": ["+1202555*"]}}, {}, "ignored"),
        ({"text_back": {"voicemail": False}}, {"state": "voicemail_uploaded"}, "voicemail_left"),
        ({}, {"external_number": None}, "withheld"),
        ({}, {"external_number": "anonymous"}, "withheld"),
        ({}, {"external_number": "+266696687"}, "withheld"),
        ({}, {"external_number": "+442079460123"}, "landline"),
        ({}, {"external_number": NUMBER}, "our_own"),
        ({}, {"direction": "outgoing"}, "not_inbound"),
        ({}, {"direction": "sideways"}, "not_inbound"),
        ({}, {"date_connected": 1795190408800}, "not_missed"),
    ],
)
def test_a_call_is_not_answered_by_text_and_says_why(
    dsn: str, changes: dict[str, Any], event: dict[str, Any], reason: str
) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        given = dict(event)
        await posted(desk, {**call(given.pop("state", "hangup"), clock.now()), **given})
        assert await reasons(desk) == [reason]
        assert desk.carrier.sent == []

    play(dsn, story, **changes)


def test_a_call_that_is_heard_of_late_is_not_texted(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await posted(desk, call("hangup", clock.now() - timedelta(minutes=31), call_id=1))
        await posted(desk, call("hangup", clock.now() - timedelta(minutes=29), call_id=2))
        assert await reasons(desk) == ["too_late", "texted"]

    play(dsn, story)


def test_a_clients_own_settings_hold_for_its_calls(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        async with desk.desk.db.transaction() as tx:
            own = '{"text_back": {"text": "We call you back, {first_name}!", "existing_customers": "skip"}}'
            await tx.connection.execute("UPDATE clients SET settings = %s::jsonb", [own])
        await posted(desk, call("hangup", clock.now(), call_id=1))
        assert bodies(desk) == ["We call you back!"]
        async with desk.desk.db.transaction() as tx:
            await tx.connection.execute("UPDATE leads SET status = 'won'")
        clock.move(hours=5)
        await posted(desk, call("hangup", clock.now(), call_id=2))
        assert await reasons(desk) == ["texted", "customer"]

    play(dsn, story)


@pytest.mark.parametrize("status", ["won", "lost", "booked"])
def test_who_is_a_customer_or_was_given_up_is_texted_when_they_call(dsn: str, status: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await posted(desk, call("ringing", clock.now()))
        async with desk.desk.db.transaction() as tx:
            await tx.connection.execute("UPDATE leads SET status = %s", [status])
        await posted(desk, call("hangup", clock.now()))
        assert len(desk.carrier.sent) == 1

    play(dsn, story)


def test_a_client_without_a_number_says_so(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        async with desk.desk.db.transaction() as tx:
            await tx.connection.execute("UPDATE twilio_number_pool SET status = 'RETIRED'")
        await posted(desk, call("hangup", clock.now()))
        assert await reasons(desk) == ["no_number"]

    play(dsn, story)


def test_a_landline_is_texted_no_more_until_it_texts(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        desk.carrier.landlines.add(LEAD)
        await posted(desk, call("hangup", clock.now(), call_id=1))
        (lead,) = await desk.rows("SELECT not_textable_why FROM leads")
        assert lead.not_textable_why == "carrier error 21614"
        clock.move(hours=5)
        await posted(desk, call("hangup", clock.now(), call_id=2))
        assert await reasons(desk) == ["texted", "not_textable"]
        desk.carrier.landlines.clear()
        await posted(desk, text("Hello?", clock.now()))
        clock.move(hours=5)
        await posted(desk, call("hangup", clock.now(), call_id=3))
        assert (await reasons(desk))[2] == "texted"
        assert len(desk.carrier.sent) == 1

    play(dsn, story)


def test_stop_to_the_line_at_dialpad_stops_the_texts_of_the_desk_and_start_there_does_not_lift_it(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await posted(desk, text("sTOp", clock.now()), text("START", clock.now(), id=5594630430703617))
        await posted(desk, call("hangup", clock.now()))
        (message,) = await desk.rows("SELECT status, reason FROM outbound_message_log")
        assert (message.status, message.reason) == ("BLOCKED", "opted_out")
        assert desk.carrier.sent == []

    play(dsn, story)
