"""A call from the first question to the end, as a voice agent holds it, over real HTTP."""

import asyncio
import json

from voice import agent, at_desk

from frontdesk.testing import LEAD, RunningDesk

BOOKINGS = "SELECT * FROM bookings ORDER BY id"


def test_a_caller_asks_books_repeats_and_cancels_and_it_is_one_booking(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        free = await vapi.use("next_free_slots", "call_1", day="Monday afternoon")
        assert free == (
            "The next free times on Monday, November 23 are Monday, November 23 at 12 pm, 12:30 pm, 1 pm, 1:30 pm and 2 pm."
        )
        message = vapi.tool_calls(
            ("call_2", "book_appointment", {"when": "Monday at 3", "name": "Jordan Diaz", "service": "boiler repair"})
        )
        first = await vapi.post(message)
        assert first.json()["results"] == [
            {"toolCallId": "call_2", "name": "book_appointment", "result": "Booked: Monday, November 23 at 3 pm."}
        ]
        again = await vapi.use("book_appointment", "call_3", date="2026-11-23", time="15:00", name="Jordan Diaz")
        assert again == "Already booked: Monday, November 23 at 3 pm."
        retried = await vapi.post(message)
        assert (retried.status_code, retried.content) == (first.status_code, first.content)
        other = await agent(desk, caller="+12025550144", call=2).use("book_appointment", "call_2", when="Monday at 3")
        assert other == ("That time has just been taken. Next free: Monday, November 23 at 4 pm, 4:30 pm and 5 pm.")
        (booking,) = await desk.rows(BOOKINGS)
        assert booking.starts_at.isoformat() == "2026-11-23T20:00:00+00:00"
        assert booking.status == "booked"
        (lead, _) = await desk.rows("SELECT * FROM leads ORDER BY id")
        assert (lead.phone, lead.first_name, lead.last_name, lead.status) == (LEAD, "Jordan", "Diaz", "booked")
        assert lead.service_type_enum == "boiler repair"
        assert await vapi.use("cancel_appointment", "call_4") == "Cancelled: Monday, November 23 at 3 pm."
        assert await vapi.use("cancel_appointment", "call_5") == "There is no appointment to cancel."
        (booking,) = await desk.rows(BOOKINGS)
        assert booking.status == "cancelled"

    at_desk(dsn, story)


def test_twenty_at_once_for_one_time_are_one_booking_and_nineteen_who_hear_of_another(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        callers = [agent(desk, caller=f"+120255502{n:02}", call=n) for n in range(1, 21)]
        heard = await asyncio.gather(*(one.use("book_appointment", "c", when="Monday 10am") for one in callers))
        assert sorted(words.split(":")[0].split(".")[0] for words in heard) == [
            "Booked",
            *["That time has just been taken"] * 19,
        ]
        assert len(await desk.rows(BOOKINGS)) == 1

    at_desk(dsn, story)


def test_the_same_call_twice_at_once_runs_once_and_both_hear_the_same(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        ran = []

        @desk.desk.tool
        async def note(call: object, tx: object) -> str:
            ran.append(1)
            await asyncio.sleep(0.3)
            return f"noted {len(ran)}"

        vapi = agent(desk)
        body = json.dumps({"message": vapi.tool_calls(("call_1", "note", {}))}).encode()
        answers = await asyncio.gather(*(vapi.post(body) for _ in range(4)))
        assert {answer.content for answer in answers} == {
            b'{"results":[{"name":"note","result":"noted 1","toolCallId":"call_1"}]}'
        }
        assert ran == [1]
        (kept,) = await desk.rows("SELECT * FROM processed_webhooks")
        assert (kept.request_id, kept.duplicate_count) == (f"{vapi.call_id}:tool:call_1", 3)
        assert kept.function_name == "note"
        assert len(await desk.rows("SELECT 1 FROM webhook_events WHERE status = 'done'")) == 1

    at_desk(dsn, story)


def test_a_lead_who_books_is_followed_up_no_more(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        assert (await agent(desk).use("book_appointment", "call_1", when="Monday at 3")).startswith("Booked")
        ((lead_id, reason),) = await desk.rows("SELECT lead_id, end_reason FROM sequence_enrolments")
        (lead,) = await desk.rows("SELECT id, status FROM leads")
        assert (lead_id, reason, lead.status) == (lead.id, "booking", "booked")

    at_desk(dsn, story, roles=("worker",))
