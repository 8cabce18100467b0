"""What the operator does about alerts, by SMS from ADMIN_PHONE and otherwise: it holds as long as it says, and no longer."""

import json

from alarmed_desk import ADMIN, Alarmed, told_on

from frontdesk.alerts.model import Decision


def test_an_acknowledgement_stops_the_escalation_until_it_expires_and_a_rise_goes_through(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        await desk.raises(severity="MEDIUM")
        await desk.raises("Ben: stuck", severity="MEDIUM")
        await desk.goes_on()
        assert desk.texts[0].startswith("MEDIUM: 2 clients stuck: ")
        assert "Acknowledged for 24 h" in await desk.replies("1A")
        said = len(desk.texts)
        await desk.goes_on(hours=12, minutes=1)
        await desk.goes_on()
        (escalated,) = desk.texts[said:]  # of Ben, whom nobody has in hand
        assert escalated.startswith("HIGH: Ben: stuck (still true after 12 h)")
        await desk.goes_on(hours=11, minutes=57)
        assert desk.texts[said + 1 :] == []
        await desk.goes_on(minutes=5)
        await desk.goes_on()
        (over,) = desk.texts[said + 1 :]
        assert over.startswith("HIGH: Ada: stuck in S3 (still true")
        await desk.raises("Cyd: stuck", severity="MEDIUM")
        await desk.goes_on(minutes=3)
        assert "Acknowledged for 24 h: Cyd" in await desk.replies("3A")
        assert await desk.raises("Cyd: stuck", severity="MEDIUM") == Decision.ACKNOWLEDGED
        assert await desk.raises("Cyd: stuck", severity="HIGH") == Decision.SENT
        await desk.goes_on(minutes=3)
        assert desk.texts[-1].startswith("HIGH: Cyd: stuck")

    told_on(dsn, story)


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
