"""A text goes through the whole desk: real PostgreSQL, real HTTP, a carrier that behaves like Twilio."""

import asyncio
from collections.abc import Awaitable, Callable

from frontdesk.db.pool import Tx
from frontdesk.inbox import dead_letters
from frontdesk.inbox.model import Event
from frontdesk.testing import LEAD, FrozenClock, RunningDesk, running_desk, scratch_settings

LEDGER = "SELECT * FROM outbound_message_log ORDER BY id"


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: object) -> None:
    async def run() -> None:
        async with running_desk(dsn, **more) as desk:
            await story(desk)

    asyncio.run(run())


def test_a_text_gets_one_reply_and_its_receipt_comes_back(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert await desk.text("Hi there") == [200]
        await desk.settled()
        (sent,) = desk.carrier.sent
        assert sent.to == LEAD
        assert sent.body == "Hi, thanks for contacting Ada's Plumbing! What's your name, please?"
        (row,) = await desk.rows(LEDGER)
        assert (row.status, row.provider_message_id, row.collision_count) == ("DELIVERED", sent.sid, 0)
        assert row.created_at <= row.started_at <= row.sent_at <= row.delivered_at
        messages = await desk.rows("SELECT direction, status FROM messages ORDER BY id")
        assert [tuple(m) for m in messages] == [("inbound", "received"), ("outbound", "delivered")]

    at_desk(dsn, story)


def test_a_retried_webhook_answers_like_the_first_and_changes_nothing(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert await desk.text("Hi there", times=5) == [200] * 5
        await desk.settled()
        assert len(desk.carrier.sent) == 1
        (seen,) = await desk.rows("SELECT duplicate_count FROM processed_webhooks WHERE webhook_type = 'twilio_sms'")
        assert seen.duplicate_count == 4
        (count,) = await desk.rows("SELECT count(*) AS n FROM webhook_events WHERE webhook_type = 'twilio_sms'")
        assert count.n == 1

    at_desk(dsn, story)


def test_answers_fill_the_lead_and_questions_end(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "I'm Ada Lovelace", "a broken boiler", "12 High Street, any time"):
            await desk.text(body)
            await desk.settled()
        (lead,) = await desk.rows("SELECT first_name, last_name, service_type_enum, status FROM leads")
        assert tuple(lead) == ("Ada", "Lovelace", "a broken boiler", "qualified")
        (talk,) = await desk.rows("SELECT * FROM conversations")
        assert (talk.last_question_key, talk.questions_asked_count) == ("details", 3)
        assert talk.known_fields["details"]["value"] == "12 High Street, any time"
        assert desk.carrier.sent[-1].body == (
            "Thank you, Ada! We noted: a broken boiler; 12 High Street, any time. "
            "Ada's Plumbing will be in touch shortly."
        )

    at_desk(dsn, story)


def test_what_a_lead_tells_unasked_is_not_asked(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi, my name is Ada Lovelace, can you help?")
        await desk.settled()
        (lead,) = await desk.rows("SELECT first_name, last_name FROM leads")
        assert tuple(lead) == ("Ada", "Lovelace")
        assert desk.carrier.sent[-1].body.endswith("What can we help you with?")

    at_desk(dsn, story)


def test_a_question_that_is_not_answered_is_asked_once_more_and_counted_once(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        counts = []
        for body in ("Hi", "12345", "I'd rather not say", "leak"):
            await desk.text(body)
            await desk.settled()
            (talk,) = await desk.rows("SELECT last_question_key, questions_asked_count FROM conversations")
            counts.append(tuple(talk))
        assert counts == [("name", 1), ("name", 1), ("service", 2), ("details", 3)]

    at_desk(dsn, story)


def test_stop_is_recorded_and_nothing_is_said_until_start(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "STOP", "are you there?"):
            await desk.text(body)
            await desk.settled()
        assert len(desk.carrier.sent) == 1
        await desk.text("START")
        await desk.settled()
        assert len(desk.carrier.sent) == 2
        kinds = await desk.rows("SELECT kind FROM consents ORDER BY id")
        assert [row.kind for row in kinds] == ["opt_out", "opt_in"]

    at_desk(dsn, story)


def test_a_stop_between_put_and_claim_wins(dsn: str) -> None:
    clock = FrozenClock()
    settings = scratch_settings(limits={"seconds_between": 60})

    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        await desk.text("Ada")  # its reply waits for the minute to pass
        await desk.settled()
        await desk.text("STOP")
        await desk.settled()
        clock.move(minutes=2)
        await desk.settled()
        first, second = await desk.rows(LEDGER)
        assert first.status == "DELIVERED"
        assert (second.status, second.reason) == ("BLOCKED", "opted_out")
        (shown,) = await desk.rows("SELECT blocked_reason, sent_at FROM messages WHERE status = 'blocked'")
        assert shown.blocked_reason == "opted_out"
        assert shown.sent_at is not None
        assert len(desk.carrier.sent) == 1

    at_desk(dsn, story, clock=clock, settings=settings)


def test_replies_wait_for_the_minute_and_then_go(dsn: str) -> None:
    clock = FrozenClock()
    settings = scratch_settings(limits={"seconds_between": 60})

    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        await desk.text("Ada")
        await desk.settled()
        _, waiting = await desk.rows(LEDGER)
        assert (waiting.status, waiting.reason) == ("PENDING", "too_soon")
        assert (waiting.available_at - clock.now()).total_seconds() == 60
        clock.move(seconds=60)
        await desk.settled()
        assert [m.body for m in desk.carrier.sent][1] == "What can we help you with?"
        (lead,) = await desk.rows("SELECT sms_count_today, last_sms_at FROM leads")
        assert (lead.sms_count_today, lead.last_sms_at) == (2, clock.now())

    at_desk(dsn, story, clock=clock, settings=settings)


def test_replies_stop_at_their_daily_ceiling_and_go_on_the_next_local_day(dsn: str) -> None:
    clock = FrozenClock()
    settings = scratch_settings(limits={"seconds_between": 0, "replies_per_day": 2})

    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada", "leak"):
            await desk.text(body)
            await desk.settled()
        assert [row.status for row in await desk.rows(LEDGER)] == ["DELIVERED", "DELIVERED", "BLOCKED"]
        clock.move(days=1)
        await desk.text("the kitchen")
        await desk.settled()
        assert [row.status for row in await desk.rows(LEDGER)][-1] == "DELIVERED"
        (lead,) = await desk.rows("SELECT sms_count_today FROM leads")
        assert lead.sms_count_today == 1

    at_desk(dsn, story, clock=clock, settings=settings)


def test_a_text_for_a_number_that_serves_nobody_is_kept_and_says_why(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert await desk.text("Hi", number="+12025550199") == [200]
        await desk.settled()
        (event,) = await desk.rows("SELECT status, last_error, body FROM webhook_events")
        assert event.status == "dead"
        assert "No client is served on +12025550199" in event.last_error
        assert b"Hi" in event.body
        (dead,) = await desk.rows("SELECT fingerprint, attempts FROM dead_letters")
        assert dead.attempts == 1
        assert desk.carrier.sent == []

    at_desk(dsn, story)


def test_texts_of_every_shape_are_kept_whole(dsn: str) -> None:
    bodies = ["", "\x00nul\x00", "é" * 1600, "😀👩‍👩‍👧" * 50, "\ud800 lone", " ", "a" * 1600]

    async def story(desk: RunningDesk) -> None:
        for number, body in enumerate(bodies):
            lead = f"+120255502{number:02}"
            media = [("https://example.test/a.jpg", "image/jpeg")] if body == "" else ()
            assert await desk.text(body.encode("utf-8", "replace").decode(), lead=lead, media=media) == [200]
        await desk.settled()
        assert len(desk.carrier.sent) == len(bodies)
        events = await desk.rows("SELECT status FROM webhook_events WHERE webhook_type = 'twilio_sms'")
        assert [row.status for row in events] == ["done"] * len(bodies)
        marked = await desk.rows("SELECT payload FROM webhook_events WHERE payload ? '_replaced'")
        assert len(marked) == 1
        assert marked[0].payload["Body"] == "\ufffdnul\ufffd"
        pictures = await desk.rows("SELECT media FROM messages WHERE body = '' AND direction = 'inbound'")
        assert pictures[0].media[0]["content_type"] == "image/jpeg"

    at_desk(dsn, story)


def test_a_stop_is_recorded_while_a_person_has_the_conversation(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        await desk.rows("UPDATE conversations SET bot_paused_at = '2026-11-20' RETURNING id")
        for body in ("Ada", "STOP"):
            await desk.text(body)
            await desk.settled()
        assert len(desk.carrier.sent) == 1
        assert [row.kind for row in await desk.rows("SELECT kind FROM consents")] == ["opt_out"]

    at_desk(dsn, story)


def test_a_way_to_say_stop_that_the_carrier_does_not_know_is_confirmed_by_the_desk(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Opt out")
        await desk.settled()
        assert [message.body.split()[0] for message in desk.carrier.sent] == ["You're"]

    at_desk(dsn, story)


def test_a_wrong_row_of_one_client_stops_nobody(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.rows(
            "UPDATE clients SET timezone = 'Mars/Olympus', settings = '{\"limits\": {\"per_dya\": 3}}' RETURNING id"
        )
        await desk.text("Hi")
        await desk.settled()
        assert len(desk.carrier.sent) == 1
        await desk.rows('UPDATE clients SET settings = \'{"flow": {"greeting": 7}}\' RETURNING id')
        await desk.text("Ada")
        await desk.settled()
        (dead,) = await desk.rows("SELECT error FROM dead_letters")
        assert "The flow in the settings of Ada's Plumbing is not valid" in dead.error

    at_desk(dsn, story)


def test_a_number_given_to_a_client_later_answers_the_replayed_event(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi", number="+12025550199")
        await desk.settled()
        desk.carrier.numbers.append("+12025550199")
        await desk.rows("INSERT INTO clients (id, name, payment_active) VALUES (77, 'Late', true) RETURNING id")
        await desk.rows(
            "INSERT INTO twilio_number_pool (phone_e164, status, client_id) VALUES ('+12025550199', 'ASSIGNED', 77) "
            "RETURNING client_id"
        )
        async with desk.desk.db.transaction() as tx:
            now = desk.desk.clock.now()
            (event,) = await tx.all("SELECT event_id FROM dead_letters")
            assert await dead_letters.replay(tx, event.event_id, now=now, lease_now=desk.desk.lease_clock.now())
        await desk.settled()
        assert [message.from_ for message in desk.carrier.sent] == ["+12025550199"]

    at_desk(dsn, story)


def test_what_one_handler_puts_wrongly_fails_alone(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        async with desk.desk.db.transaction() as tx:
            await tx.run("CREATE TABLE noted (event_id bigint PRIMARY KEY, body text CHECK (body <> 'bad'))")

        @desk.desk.on("twilio_sms")
        def note(event: Event, tx: Tx) -> None:
            tx.put("INSERT INTO noted VALUES (%s, %s)", (event.id, event.payload["Body"]))

        bodies = ["good"] * 20 + ["bad"] + ["good"] * 20
        await asyncio.gather(*(desk.text(body, lead=f"+12025557{n:03}") for n, body in enumerate(bodies)))
        async with asyncio.timeout(60):
            while not await desk.rows("SELECT 1 FROM webhook_events WHERE status = 'dead'"):
                await asyncio.sleep(0.1)
        await desk.settled()
        (noted,) = await desk.rows("SELECT count(*) AS n FROM noted")
        assert noted.n == 40
        (dead,) = await desk.rows("SELECT last_error, attempts FROM webhook_events WHERE status = 'dead'")
        assert "noted_body_check" in dead.last_error

    settings = scratch_settings(worker={"first_retry_seconds": 0.02, "poll_seconds": 0.1, "max_tries": 3})
    at_desk(dsn, story, settings=settings)
