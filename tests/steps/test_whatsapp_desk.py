"""WhatsApp through the whole desk: real PostgreSQL, real HTTP both ways, a carrier that behaves like Meta's."""

import asyncio

import pytest
from whatsapp_desk import ADA, BO, GREETING, Place, at_whatsapp

from frontdesk.db.pool import PUBLIC
from frontdesk.simulator.faults import Fault
from frontdesk.steps.missed_receipts import find_missed
from frontdesk.testing import WHATSAPP_NUMBER

TEMPLATE = {"template": "we_wrote", "template_language": "en_GB"}


def test_a_text_gets_one_reply_and_its_statuses_come_back(dsn: str) -> None:
    async def story(at: Place) -> None:
        assert await at.whatsapp.text(ADA, "Hi there 🦊 ¿qué tal?") == 200
        await at.desk.settled()
        (sent,) = at.whatsapp.sent
        assert (sent.to, sent.from_, sent.body) == (ADA, WHATSAPP_NUMBER, GREETING)
        (row,) = await at.rows()
        assert (row.status, row.provider, row.channel, row.template) == ("DELIVERED", "whatsapp", "whatsapp", None)
        assert (row.provider_message_id, sent.asked["biz_opaque_callback_data"]) == (sent.wamid, str(row.id))
        await at.whatsapp.read(sent)
        await at.desk.settled()
        messages = await at.rows("SELECT direction, body, status FROM messages ORDER BY id")
        assert [tuple(m) for m in messages] == [
            ("inbound", "Hi there 🦊 ¿qué tal?", "received"),
            ("outbound", GREETING, "read"),
        ]
        assert at.desk.carrier.sent == []  # nothing went through Twilio

    at_whatsapp(dsn, story)


def test_statuses_that_come_twice_and_the_last_one_first_change_nothing_twice_and_nothing_back(dsn: str) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.faults.reorder_receipts = at.whatsapp.faults.duplicates = 1.0
        await at.whatsapp.text(ADA, "Hi")
        await at.desk.settled()
        assert (await at.states(), len(at.whatsapp.sent)) == (["DELIVERED"], 1)
        seen = await at.rows("SELECT duplicate_count FROM processed_webhooks WHERE webhook_type = 'whatsapp'")
        assert [row.duplicate_count for row in seen] == [1, 1, 1]

    at_whatsapp(dsn, story)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACCEPT, Fault.HTTP_500_AFTER_ACCEPT])
def test_a_lost_answer_is_unknown_until_the_status_brings_our_id_and_is_never_sent_again(
    dsn: str, fault: Fault
) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.status_delay = 0.5
        at.whatsapp.faults.next(fault)
        await at.whatsapp.text(ADA, "Hi")
        await at.until("UNKNOWN")
        await at.until("DELIVERED")
        (row,) = await at.rows()
        assert (row.provider_message_id, row.attempts) == (at.whatsapp.sent[0].wamid, 1)
        assert len(at.whatsapp.sent) == 1

    at_whatsapp(dsn, story)


def test_where_no_status_comes_a_person_decides_after_ten_minutes_and_a_late_status_still_settles_it(dsn: str) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.faults.no_receipts = 1.0
        at.whatsapp.faults.next(Fault.DROP_AFTER_ACCEPT)
        await at.whatsapp.text(ADA, "Hi")
        await at.until("UNKNOWN")
        at.clock.move(minutes=9)
        await asyncio.sleep(1.5)  # it is looked at, and waits on
        assert (await at.rows())[0].reconcile_at is not None
        at.clock.move(minutes=2)
        async with asyncio.timeout(10):
            while (await at.rows())[0].reason != "needs_a_person":
                await asyncio.sleep(0.05)
        assert (await at.states(), len(at.whatsapp.sent)) == (["UNKNOWN"], 1)
        at.whatsapp.faults.clear()
        await at.whatsapp.read(at.whatsapp.sent[0])
        await at.until("DELIVERED")

    at_whatsapp(dsn, story)


def test_a_sent_message_without_statuses_is_not_asked_for_and_stays_sent(dsn: str) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.faults.no_receipts = 1.0
        await at.whatsapp.text(ADA, "Hi")
        await at.until("SENT")
        at.clock.move(minutes=11)
        desk = at.desk.desk
        assert await find_missed(desk.db, PUBLIC, at.clock, desk.registry) == 1
        (row,) = await at.rows()
        assert (row.status, row.receipt_check_at) == ("SENT", None)
        assert await find_missed(desk.db, PUBLIC, at.clock, desk.registry) == 0

    at_whatsapp(dsn, story)


def test_after_24_hours_a_persons_message_goes_as_the_template_with_its_text_in_one_line(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.whatsapp.text(ADA, "Hi")
        await at.desk.settled()
        await at.by_hand("Within “the window”\nas it stands" + "…" * 200, key="a")  # no text message: as it was written
        await at.desk.settled()
        at.clock.move(hours=24)
        await at.by_hand("We have a time\nfor you", key="b")
        await at.desk.settled()
        _, inside, outside = at.whatsapp.sent
        assert (inside.template, inside.body) == (None, "Within “the window”\nas it stands" + "…" * 200)
        assert [row.segments for row in await at.rows()] == [1, 1, 1]
        assert (outside.template, outside.body) == ("we_wrote", "We have a time for you")
        assert outside.asked["template"]["language"] == {"code": "en_GB"}
        assert [(row.status, row.template) for row in await at.rows()] == [
            ("DELIVERED", None),
            ("DELIVERED", None),
            ("DELIVERED", "we_wrote"),
        ]

    at_whatsapp(dsn, story, **TEMPLATE)


def test_a_follow_up_after_24_hours_goes_as_the_template(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.whatsapp.text(ADA, "Hi")
        await at.desk.settled()
        at.clock.move(hours=42)  # the first is due at ten, a day after the question
        await at.until("DELIVERED", "DELIVERED")
        (_, nudge) = await at.rows()
        assert (nudge.send_class, nudge.template) == ("unprompted", "we_wrote")
        assert at.whatsapp.sent[-1].template == "we_wrote"
        assert "Do you still need help?" in at.whatsapp.sent[-1].body

    at_whatsapp(dsn, story, follow_up=True, **TEMPLATE)


def test_after_24_hours_nothing_goes_where_no_template_is_set(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.whatsapp.text(ADA, "Hi")
        await at.desk.settled()
        at.clock.move(hours=24)
        await at.by_hand("Too late")
        await at.desk.settled()
        assert [(row.status, row.reason) for row in await at.rows()] == [
            ("DELIVERED", None),
            ("BLOCKED", "window_closed"),
        ]
        assert len(at.whatsapp.sent) == 1

    at_whatsapp(dsn, story)


def test_a_text_that_comes_days_late_does_not_open_the_window_again(dsn: str) -> None:
    async def story(at: Place) -> None:
        old = at.whatsapp.written(ADA, {"text": {"body": "Hello?"}})
        at.clock.move(days=3)
        assert await at.whatsapp.post([at.whatsapp.value(messages=[old])]) == 200
        await at.desk.settled()
        assert [(row.status, row.reason) for row in await at.rows()] == [("BLOCKED", "window_closed")]
        assert at.whatsapp.sent == []

    at_whatsapp(dsn, story)


def test_too_many_to_one_person_hold_up_that_person_alone(dsn: str) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.refuse_next(131056)
        await at.whatsapp.text(ADA, "Hi")
        await at.put_off()
        await at.whatsapp.text(BO, "Hi")
        await at.until("PENDING", "DELIVERED")
        (pace,) = await at.rows("SELECT slow_factor, throttled FROM sender_numbers WHERE provider = 'whatsapp'")
        assert tuple(pace) == (1.0, 0)
        at.clock.move(seconds=7)
        await at.until("DELIVERED", "DELIVERED")
        assert [message.to for message in at.whatsapp.sent] == [BO, ADA]

    at_whatsapp(dsn, story)


def test_a_rate_limit_of_the_number_slows_the_whole_number(dsn: str) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.refuse_next(130429, status=400)  # the code counts, not the status
        await at.whatsapp.text(ADA, "Hi")
        await at.put_off()
        await at.whatsapp.text(BO, "Hi")
        await asyncio.sleep(0.5)
        assert await at.states() == ["PENDING", "PENDING"]
        (pace,) = await at.rows("SELECT throttled FROM sender_numbers WHERE provider = 'whatsapp'")
        assert pace.throttled == 1
        at.clock.move(seconds=3)
        await at.until("DELIVERED", "DELIVERED")

    at_whatsapp(dsn, story)


def test_an_expired_token_stops_the_account_and_loses_nothing(dsn: str) -> None:
    async def story(at: Place) -> None:
        at.whatsapp.refuse_next(190, status=401)
        await at.whatsapp.text(ADA, "Hi")
        await at.put_off()
        (circuit,) = await at.rows("SELECT account, open_until FROM provider_circuits")
        assert (circuit.account, circuit.open_until > at.clock.now()) == ("whatsapp", True)
        at.clock.move(minutes=2)
        await at.until("DELIVERED")

    at_whatsapp(dsn, story)
