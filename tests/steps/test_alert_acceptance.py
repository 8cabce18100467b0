"""Alerts that arrive: told once, on a channel that works, of what is true; each test is something that went wrong elsewhere."""

import json

from alarmed_desk import ADMIN, Alarmed, told_on

from frontdesk.alerts.model import Decision
from frontdesk.outbox.segments import Encoding, count
from frontdesk.providers.standard_webhooks import check_signature, read_key
from frontdesk.simulator.faults import Fault


def test_three_stuck_in_one_pass_are_one_sms_and_a_fourth_is_told_as_new(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        for name in ("Ada's Plumbing", "Zoë’s Salon", "Močnik Movers"):
            await desk.raises(f"{name}: stuck in S3_SERVICE_AREA for 9 h")
        await desk.goes_on()
        (text,) = desk.texts
        assert count(text).segments == 1
        assert count(text).encoding is Encoding.GSM7
        assert text.startswith("HIGH: 3 clients stuck: Ada's Plumbing (1), Zoe's Salon (2), Mocnik Movers (3)")
        await desk.raises("Dan: stuck in S4_HOURS for 9 h")
        await desk.goes_on()
        assert len(desk.texts) == 1
        await desk.goes_on(minutes=2)
        assert "Dan: stuck in S4_HOURS for 9 h [4 in all]" in desk.texts[1]
        rows = await desk.running.rows("SELECT channel, delivered_at FROM alert_logs")
        assert [row.channel for row in rows] == ["sms"] * 4
        assert all(row.delivered_at for row in rows)

    told_on(dsn, story)


def test_fifty_at_once_are_one_sms_with_the_count(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        for number in range(50):
            await desk.raises(f"Business number {number}: stuck")
        await desk.goes_on()
        (text,) = desk.texts
        assert count(text).segments == 1
        assert text.startswith("HIGH: 50 clients stuck: Business number 0 (1), ")
        assert " more. Reply" in text

    told_on(dsn, story)


def test_what_is_not_delivered_goes_to_the_next_channel_and_late_receipts_never_go_back(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        desk.running.carrier.faults.next(Fault.UNDELIVERED)
        await desk.raises()
        await desk.goes_on()
        await desk.goes_on()
        assert len(desk.slack.taken) == 1
        (log,) = await desk.running.rows("SELECT channel FROM alert_logs")
        assert log.channel == "slack"
        desk.running.carrier.faults.no_receipts = 1.0
        await desk.raises("Ben: stuck")
        await desk.goes_on(minutes=2)
        assert len(desk.texts) == 2
        await desk.goes_on(minutes=4)
        assert len(desk.slack.taken) == 1
        await desk.goes_on(minutes=1)
        assert len(desk.slack.taken) == 2
        rows = await desk.running.rows("SELECT channel, status FROM alert_deliveries ORDER BY id")
        assert [tuple(row) for row in rows] == [
            ("sms", "failed"), ("slack", "delivered"), ("sms", "unconfirmed"), ("slack", "delivered"),
        ]  # fmt: skip

    told_on(dsn, story, slack=True)


def test_slack_mail_and_a_webhook_follow_each_other_and_then_the_console(dsn: str, capfd: object) -> None:
    async def story(desk: Alarmed) -> None:
        desk.running.carrier.faults.undelivered = 1.0
        desk.slack.status, desk.slack.word = 403, "invalid_token"
        await desk.raises()
        await desk.goes_on()
        await desk.goes_on()
        (letter,) = desk.mail.letters
        assert "Subject: [Ada's Plumbing] HIGH: Ada: stuck in S3" in letter
        assert "Do first: `frontdesk stuck`" in letter
        desk.mail.refuses = True
        await desk.raises("Ben: stuck", kind="PAYMENT_BLOCK")
        await desk.goes_on()
        await desk.goes_on()
        assert desk.hook.taken[0]["data"]["title"] == "Ben: stuck"
        check_signature(
            desk.hook.headers[0],
            desk.hook.bodies[0],
            [read_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "it")],
            desk.clock.now(),
        )
        desk.hook.status = 404
        await desk.raises("Cyd: none free", kind="POOL_EMPTY")
        await desk.goes_on()
        await desk.goes_on()
        (message,) = await desk.running.rows("SELECT status FROM alert_messages WHERE alert_type = 'POOL_EMPTY'")
        assert message.status == "failed"

    told_on(dsn, story, slack=True, mail=True, hook=True)


def test_an_alert_about_the_carrier_does_not_rely_on_it(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises("twilio: does not answer", kind="PROVIDER_DOWN")
        await desk.goes_on()
        assert len(desk.slack.taken) == 1
        assert desk.texts == []

    told_on(dsn, story, slack=True)


def test_medium_stuck_goes_by_slack_and_by_sms_only_without_it(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises(severity="MEDIUM")
        await desk.goes_on()
        assert (len(desk.slack.taken), len(desk.texts)) == (1, 0)
        await desk.raises("low", severity="LOW")
        await desk.goes_on()
        assert (len(desk.slack.taken), len(desk.texts)) == (1, 0)

    told_on(dsn, story, slack=True)


def test_stop_from_the_operators_phone_is_told_on_another_channel_and_start_ends_it(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.running.text("STOP", lead=ADMIN)
        await desk.running.settled()
        await desk.goes_on()
        assert "cut off" in json.dumps(desk.slack.taken[0])
        assert (await desk.running.rows("SELECT count(*) AS n FROM leads"))[0].n == 0
        await desk.raises()
        await desk.goes_on()
        assert desk.texts == []
        assert len(desk.slack.taken) == 2
        await desk.running.text("START", lead=ADMIN)
        await desk.running.settled()
        (alert,) = await desk.running.rows("SELECT resolved_at FROM alerts WHERE alert_type = 'OPTED_OUT_ADMIN'")
        assert alert.resolved_at is not None
        await desk.raises("Ben: unpaid", kind="PAYMENT_BLOCK")
        await desk.goes_on()
        assert len(desk.texts) == 1

    told_on(dsn, story, slack=True)


def test_a_phone_that_the_carrier_has_cut_off_is_told_elsewhere_though_no_stop_came_here(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        hooks = desk.running.carrier.hooks
        url, hooks.sms_url = hooks.sms_url, ""
        await desk.running.text("STOP", lead=ADMIN)  # the webhook of it is lost
        hooks.sms_url = url
        await desk.raises()
        await desk.goes_on()
        await desk.goes_on()
        told = [json.dumps(one) for one in desk.slack.taken]
        assert sum("Ada: stuck" in one for one in told) == 1
        assert sum("cut off" in one for one in told) == 1
        (row,) = await desk.running.rows("SELECT error_code FROM alert_deliveries WHERE channel = 'sms'")
        assert row.error_code == "21610"

    told_on(dsn, story, slack=True)


def test_recovery_is_told_with_its_duration_but_not_of_what_was_silent_from_the_start(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises()
        await desk.goes_on()
        desk.clock.move(hours=2, minutes=5)
        await desk.over()
        await desk.goes_on(minutes=3)
        assert desk.texts[1] == "Over: Ada: stuck in S3 (lasted 2 h 5 min)"
        with desk.running.desk.silence_alerts():
            assert await desk.raises("Ben: stuck") == Decision.SILENCED
        await desk.over("Ben")
        await desk.raises("Cyd: stuck")
        await desk.over("Cyd")  # before anybody was told
        await desk.goes_on(minutes=20)
        assert len(desk.texts) == 2

    told_on(dsn, story)


def test_ten_flips_in_an_hour_are_three_messages_and_the_last_is_true(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        for _ in range(5):
            await desk.raises()
            await desk.goes_on(minutes=6)
            await desk.over()
            await desk.goes_on(minutes=6)
        await desk.goes_on(minutes=15)
        assert 2 <= len(desk.texts) <= 3
        assert desk.texts[-1].startswith("Over: ")
        desk.clock.move(hours=3)
        for _ in range(5):
            await desk.over()
            await desk.goes_on(minutes=6)
            await desk.raises()
            await desk.goes_on(minutes=6)
        before = len(desk.texts)
        await desk.goes_on(minutes=15)
        assert desk.texts[-1].startswith("HIGH: ")
        assert before - 3 <= 3

    told_on(dsn, story)


def test_the_operator_answers_by_sms(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises()
        await desk.goes_on()
        assert "Reply 1A = ack, 1H = handled, WHY 1." in desk.texts[0]
        assert (await desk.replies("LIST")).startswith("1 Ada: stuck in S3 (")
        assert "Raised 1x" in await desk.replies("why 1")
        assert (await desk.replies("1a")).startswith("Acknowledged for 24 h: Ada")
        assert "(was with ADMIN_PHONE)" in await desk.replies("1A")
        assert (await desk.replies("hello?")).startswith("Not understood.")
        desk.clock.move(hours=7)
        assert await desk.raises() == Decision.ACKNOWLEDGED
        assert (await desk.replies("1H")).startswith("Handled until it changes")
        desk.clock.move(hours=40)
        assert await desk.raises() == Decision.HANDLED
        assert await desk.raises("Ben: stuck") == Decision.SENT
        await desk.goes_on()
        assert (await desk.replies("2Z 2h")).startswith("Silenced for 2 h: Ben")
        assert await desk.raises("Ben: stuck") == Decision.SILENCED
        await desk.goes_on(hours=2, minutes=1)
        await desk.goes_on()
        assert "silence by ADMIN_PHONE ended" in desk.texts[-1]

    told_on(dsn, story)


def test_a_late_code_never_touches_another_alert(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises()
        await desk.goes_on()
        await desk.over()
        await desk.goes_on(hours=1)
        await desk.raises("Ben: stuck")
        await desk.goes_on(minutes=3)
        assert "Reply 2A" in desk.texts[-1]
        assert "is over already" in await desk.replies("1A")
        rows = await desk.running.rows("SELECT alert_key FROM alerts WHERE ack_until IS NOT NULL")
        assert rows == []
        await desk.over("Ben")
        await desk.goes_on(days=8)
        await desk.raises("Cyd: stuck")
        await desk.goes_on()
        assert "Reply 1A" in desk.texts[-1]

    told_on(dsn, story)


def test_a_silence_is_judged_when_it_is_sent(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises()
        await desk.running.rows(
            "INSERT INTO alert_silences (author, comment, starts_at, ends_at, created_at) "
            "VALUES ('Ann', 'known', %(now)s, %(now)s + interval '1 hour', %(now)s) RETURNING id",
            now=desk.clock.now(),
        )
        await desk.goes_on()
        assert desk.texts == []
        (raised,) = await desk.running.rows("SELECT decision FROM alert_raises")
        assert raised.decision == "silenced"
        assert await desk.running.rows("SELECT 1 FROM alert_logs") == []
        await desk.goes_on(hours=1, seconds=1)
        await desk.goes_on()
        assert "silence by Ann ended" in desk.texts[0]

    told_on(dsn, story)


def test_what_was_spooled_is_raised_after_recovery(dsn: str, tmp_path: object) -> None:
    from frontdesk.effects import Alert, Severity
    from frontdesk.steps.spool import spool

    async def story(desk: Alarmed) -> None:
        folder = desk.running.desk.db.spool
        assert spool(folder, Alert("POOL_EMPTY", "pool", Severity.HIGH, "No number is free", "Buy one."))
        await desk.goes_on()
        await desk.goes_on()
        assert desk.texts[0].startswith("HIGH: No number is free")

    told_on(dsn, story, data_dir=tmp_path)


def test_nobody_to_tell_is_a_decision_too(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises()
        await desk.goes_on()
        (raised,) = await desk.running.rows("SELECT decision FROM alert_raises")
        assert raised.decision == "no_channel"

    told_on(dsn, story, admin_phone=None)
