"""The tools that every desk has: slots, bookings, leads, hand-over, texts."""

import asyncio

import pytest
from voice import agent, at_desk

from frontdesk.testing import LEAD, RunningDesk

BOOKINGS = "SELECT starts_at, status, note, service FROM bookings ORDER BY id"
LEDGER = "SELECT * FROM outbound_message_log ORDER BY id"


@pytest.mark.parametrize(
    ("arguments", "heard"),
    [
        ({"when": "Monday at 3"}, "Booked: Monday, November 23 at 3 pm."),
        ({"date": "2026-11-27", "time": "15:00", "service": "boiler repair"}, "Booked: Friday, November 27 at 3 pm."),
        ({"date": "Tuesday", "time": "9:30 am"}, "Booked: Tuesday, November 24 at 9:30 am."),
        ({"when": "2026-11-23T20:00:00Z"}, "Booked: Monday, November 23 at 3 pm."),
        ({}, "error: I still need the day and time."),
        ({"when": "", "date": None}, "error: I still need the day and time."),
        ({"when": "Tuesday"}, "error: At what time on Tuesday, November 24?"),
        ({"when": "Friday at 3"}, "error: Do you mean today, or Friday, November 27?"),
        ({"when": ["Monday"]}, "error: I did not understand the when; please ask for it again."),
        (
            {"when": "Monday at 7 am"},
            "error: We are not open then: on Monday, November 23 it is 8 am to 6 pm. "
            "Next free: Monday, November 23 at 8 am, 8:30 am and 9 am.",
        ),
        (
            {"when": "Sunday at 3"},
            "error: We are not open then: on Sunday, November 22 we are closed. "
            "Next free: Monday, November 23 at 8 am, 8:30 am and 9 am.",
        ),
        (
            {"when": "today at 12:30 pm"},
            "error: Friday, November 20 at 12:30 pm is too soon. Next free: Friday, November 20 at 1 pm, 1:30 pm and 2 pm.",
        ),
        (
            {"when": "Monday at 3:10"},
            "error: No appointment begins at 3:10 pm. Next free: Monday, November 23 at 3:30 pm, 4 pm and 4:30 pm.",
        ),
        (
            {"when": "March 3 at 3 pm"},
            "error: Wednesday, March 3, 2027 at 3 pm is too far ahead. "
            "Next free: Friday, November 20 at 1 pm, 1:30 pm and 2 pm.",
        ),
        ({"when": "2026-11-19 15:00"}, "error: Thursday, November 19 at 3 pm is past. Next free: Friday, November 20 at 1 pm, 1:30 pm and 2 pm."),
    ],
)  # fmt: skip
def test_booking_says_what_is_booked_or_what_is_wrong(dsn: str, arguments: dict[str, object], heard: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert await agent(desk).use("book_appointment", "1", **arguments) == heard
        assert len(await desk.rows(BOOKINGS)) == heard.startswith("Booked")
        if heard.startswith("error"):
            assert await desk.rows("SELECT 1 FROM leads") == []

    at_desk(dsn, story)


@pytest.mark.parametrize(
    ("day", "heard"),
    [
        ("", "The next free times are Friday, November 20 at 1 pm, 1:30 pm, 2 pm, 2:30 pm and 3 pm."),
        ("Tuesday morning", "The next free times on Tuesday, November 24 are Tuesday, November 24 at 8 am, 8:30 am, 9 am, 9:30 am and 10 am."),
        ("tomorrow", "There is no free time on Saturday, November 21. Next free: Monday, November 23 at 8 am, 8:30 am and 9 am."),
        ("Monday at 4", "The next free times from Monday, November 23 at 4 pm on are Monday, November 23 at 4 pm, 4:30 pm and 5 pm."),
        ("next week", "error: Which day next week?"),
    ],
)  # fmt: skip
def test_free_times_are_told_by_day(dsn: str, day: str, heard: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert await agent(desk).use("next_free_slots", "1", day=day) == heard

    at_desk(dsn, story)


def test_a_client_has_its_own_times_zone_and_lengths(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        own = '{"hours": {"sat": "10:00-12:00"}, "booking": {"slot_minutes": 45, "step_minutes": 45, "notice_minutes": 0}}'
        await desk.rows(
            "UPDATE clients SET timezone = 'Europe/London', settings = %(own)s::jsonb RETURNING id", own=own
        )
        heard = await agent(desk).use("next_free_slots", "1")
        assert heard == (
            "The next free times are Saturday, November 21 at 10 am and 10:45 am; "
            "Saturday, November 28 at 10 am and 10:45 am; Saturday, December 5 at 10 am."
        )
        assert (
            await agent(desk).use("book_appointment", "2", when="tomorrow at 10:45")
            == "Booked: Saturday, November 21 at 10:45 am."
        )
        (booked,) = await desk.rows(BOOKINGS)
        assert booked.starts_at.hour == 10  # London's winter is UTC
        broken = '{"booking": {"slot_minutes": "soon"}, "hours": {"sometimes": "10"}}'
        await desk.rows("UPDATE clients SET settings = %(own)s::jsonb RETURNING id", own=broken)
        assert (await agent(desk).use("next_free_slots", "3")).startswith(
            "The next free times are Monday, November 23 at 8 am, 8:30 am"
        )

    at_desk(dsn, story)


def test_of_several_appointments_the_one_that_is_meant_is_cancelled(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        for at, when in enumerate(("Monday at 9", "Monday at 3", "Tuesday at 3")):
            await vapi.use("book_appointment", f"b{at}", when=when)
        assert await vapi.use("cancel_appointment", "1") == (
            "error: Which appointment should be cancelled: Monday, November 23 at 9 am, Monday, November 23 at 3 pm or "
            "Tuesday, November 24 at 3 pm?"
        )
        assert (
            await vapi.use("cancel_appointment", "2", when="Monday at 3") == "Cancelled: Monday, November 23 at 3 pm."
        )
        assert (
            await vapi.use("cancel_appointment", "3", date="2026-11-24") == "Cancelled: Tuesday, November 24 at 3 pm."
        )
        assert await vapi.use("cancel_appointment", "4", when="Wednesday") == "There is no appointment to cancel."
        assert await vapi.use("book_appointment", "5", when="Monday at 3") == "Booked: Monday, November 23 at 3 pm."
        assert [row.status for row in await desk.rows(BOOKINGS)] == ["booked", "cancelled", "cancelled", "booked"]

    at_desk(dsn, story)


def test_an_overlapping_wish_of_the_same_caller_is_told_of_their_appointment(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        await vapi.use("book_appointment", "1", when="Monday at 3")
        heard = await vapi.use("book_appointment", "2", when="Monday at 3:30")
        assert heard == "You have an appointment already: Monday, November 23 at 3 pm."

    at_desk(dsn, story)


def test_nobody_acts_for_another_by_telling_that_ones_number(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        owner = agent(desk)
        await owner.use("book_appointment", "1", when="Monday at 3", name="Ada Lovelace", email="ada@example.com")
        other = agent(desk, caller="+12025550199", call=2)
        assert await other.use("cancel_appointment", "1", phone=LEAD) == "There is no appointment to cancel."
        assert await other.use("find_or_create_lead", "2", phone=LEAD) == "Noted. Their name is not known yet."
        hidden = agent(desk, caller="anonymous", call=3)
        assert await hidden.use("find_or_create_lead", "3", phone=LEAD) == "Noted."
        assert (
            await hidden.use("cancel_appointment", "4", phone=LEAD)
            == "error: I still need the day and time of the appointment."
        )
        assert [row.status for row in await desk.rows(BOOKINGS)] == ["booked"]

    at_desk(dsn, story)


def test_who_hides_the_number_is_asked_for_one_or_for_an_address(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk, caller=None)
        asked = "error: The caller's number is hidden. Please ask for a phone number or an e-mail address."
        assert await vapi.use("book_appointment", "1", when="Monday at 3") == asked
        assert await vapi.use("book_appointment", "2", when="Monday at 3", phone="{{number}}") == (
            "error: That is no phone number. Please ask for it again, with the area code."
        )
        assert await vapi.use("book_appointment", "3", when="Monday at 3", email="ada at example") == (
            "error: That is no e-mail address. Please ask for it again."
        )
        assert (await vapi.use("book_appointment", "4", when="Monday at 3", phone="(202) 555-0143")).startswith(
            "Booked"
        )
        assert (await vapi.use("book_appointment", "5", when="Monday at 4", email="Ada@example.com")).startswith(
            "Booked"
        )
        assert (await vapi.use("book_appointment", "6", when="Monday at 5", email="ada@EXAMPLE.com")).startswith(
            "Booked"
        )
        leads = await desk.rows("SELECT phone, email FROM leads ORDER BY id")
        assert [(lead.phone, lead.email) for lead in leads] == [(LEAD, None), (None, "Ada@example.com")]

    at_desk(dsn, story)


def test_another_number_to_call_back_stands_in_the_note(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await agent(desk).use("book_appointment", "1", when="Monday at 3", phone="202 555 0177", note="Gate code 7.")
        (booked,) = await desk.rows(BOOKINGS)
        assert booked.note == "Gate code 7. Call back on +12025550177."

    at_desk(dsn, story)


def test_what_a_caller_told_fills_the_lead_and_wipes_nothing(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        heard = await vapi.use("find_or_create_lead", "1", name="Ada Lovelace", service="leak")
        assert heard == "Noted. first name: Ada; last name: Lovelace; service: leak."
        await vapi.use("find_or_create_lead", "2", name="", email="ada@example.com", service=None)
        (lead,) = await desk.rows("SELECT first_name, last_name, email, service_type_enum FROM leads")
        assert tuple(lead) == ("Ada", "Lovelace", "ada@example.com", "leak")

    at_desk(dsn, story)


def test_a_text_goes_through_the_ledger_once_and_reaches_the_caller(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        message = vapi.tool_calls(("1", "send_text", {"text": "We are at 1 Main St."}))
        answers = await asyncio.gather(*(vapi.post(message) for _ in range(3)))
        assert {answer.json()["results"][0]["result"] for answer in answers} == {"The text is on its way."}
        await desk.settled()
        assert [(sent.to, sent.body) for sent in desk.carrier.sent] == [(LEAD, "We are at 1 Main St.")]
        (row,) = await desk.rows(LEDGER)
        assert (row.status, row.send_class, row.reply_type, row.lead_id) in [
            (status, "reply", "voice_text", 1) for status in ("SENT", "DELIVERED")
        ]
        assert await vapi.use("send_text", "2") == "error: I still need the text."

    at_desk(dsn, story, roles=("worker", "scheduler"))


def test_who_opted_out_gets_no_text_and_the_refusal_is_on_record(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("STOP")
        await desk.settled()
        sent = len(desk.carrier.sent)
        heard = await agent(desk).use("send_text", "1", text="Hello")
        assert heard == "The text cannot be sent: the recipient opted out; only START (or consent on record) lifts it."
        await desk.settled()
        assert len(desk.carrier.sent) == sent
        (row,) = await desk.rows("SELECT status, reason FROM outbound_message_log WHERE body = 'Hello'")
        assert (row.status, row.reason) == ("BLOCKED", "opted_out")

    at_desk(dsn, story, roles=("worker", "scheduler"))


def test_a_text_beyond_the_lead_s_limit_is_said_to_follow(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        assert await vapi.use("send_text", "1", text="One") == "The text is on its way."
        await desk.settled()
        assert await vapi.use("send_text", "2", text="Two") == "The text will follow in a while."

    limits = {"seconds_between": 3600, "per_day": 5, "replies_per_day": 20}
    at_desk(dsn, story, roles=("worker", "scheduler"), limits=limits)


def test_a_hand_over_silences_the_bot_and_tells_the_business(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        await desk.rows('UPDATE clients SET settings = \'{"hand_over_number": "+12025550177"}\' RETURNING id')
        vapi = agent(desk)
        assert await vapi.use("hand_over", "1", reason="water everywhere") == "A person will call back."
        await desk.settled()
        told = desk.carrier.sent[-1]
        assert (told.to, told.body) == ("+12025550177", f"Ada's Plumbing: {LEAD} asks for a person (water everywhere).")
        (conversation,) = await desk.rows("SELECT bot_paused_at FROM conversations")
        assert conversation.bot_paused_at is not None
        assert await vapi.use("send_text", "2", text="Hello") == (
            "The text cannot be sent: a person has taken the conversation over."
        )
        assert [lead.phone for lead in await desk.rows("SELECT phone FROM leads")] == [LEAD]  # the business is no lead

    at_desk(dsn, story, roles=("worker", "scheduler"))


def test_a_hand_over_without_a_number_to_tell_is_noted_all_the_same(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert await agent(desk).use("hand_over", "1") == "A person will call back."
        assert await desk.rows(LEDGER) == []

    at_desk(dsn, story)
