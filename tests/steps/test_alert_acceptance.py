"""Alerts that arrive: told once, on a channel that works, of what is true; each test is something that went wrong elsewhere.

What is promised, and where it is tried. Files named `test_alert_acceptance_*` lie beside this one.

| | Promise | Tried by |
| --- | --- | --- |
| 1 | one key raised by sixteen processes at once is one delivery | acceptance_races: `test_sixteen_processes_raise_fifty_keys_and_each_is_one_delivery_row` |
| 2 | `kill -9` of the sender loses nothing, and doubles no more than were killed | test_alert_kills: `test_three_hundred_alerts_survive_kills_at_each_step` |
| 3 | neither a rollback nor an outage of PostgreSQL takes an alert along | rooms/test_alerts: `test_a_callers_rollback_leaves_the_alert_and_a_caller_in_trouble_gets_no_more_of_it`; acceptance_outages: `test_alerts_of_an_outage_leave_the_caller_unharmed_and_are_sent_after_it`, `test_what_a_process_spooled_before_it_was_killed_is_sent_by_the_next_one` |
| 4 | receipts decide, in any order; what is not delivered goes on to the next channel | here: `test_a_receipt_that_comes_late_takes_no_delivery_back_and_a_forged_one_is_refused`, `test_what_is_not_delivered_goes_to_the_next_channel_and_late_receipts_never_go_back`, `test_a_phone_that_the_carrier_has_cut_off_is_told_elsewhere_though_no_stop_came_here` |
| 5 | many at once are one text that names them, and a later one is told as new | here: `test_three_stuck_in_one_pass_are_one_sms_and_a_fourth_is_told_as_new`, `test_fifty_at_once_are_one_sms_with_the_count` |
| 6 | acknowledgements and silences hold as long as they say, and no longer | acceptance_replies: `test_an_acknowledgement_stops_the_escalation_until_it_expires_and_a_rise_goes_through`, `test_a_silence_is_judged_when_it_is_sent`; here: `test_recovery_is_told_with_its_duration_but_not_of_what_was_silent_from_the_start` |
| 7 | a client who moves between look and word is not alerted | acceptance_races: `test_clients_who_move_on_while_alerts_are_raised_are_not_alerted` |
| 8 | what comes and goes is three messages at most, and the last is true | here: `test_ten_flips_in_an_hour_are_three_messages_and_the_last_is_true` |
| 9 | looking at a link does nothing; two acts are one, and the second says who did it | web/test_alerts_api: `test_looking_at_a_link_does_nothing_and_the_second_post_says_who_was_first` |
| 10 | a dead monitor is told by /readyz; of two, one runs | acceptance_outages: `test_a_dead_monitor_is_told_by_readyz_within_three_intervals_and_livez_does_not_mind`, `test_of_two_schedulers_one_monitors_and_the_other_takes_over_where_it_is_killed` |
| 11 | a late reply never touches another alert | acceptance_replies: `test_a_late_code_never_touches_another_alert` |
"""

import json
import re
from pathlib import Path

import httpx2
from alarmed_desk import ADMIN, Alarmed, told_on

from frontdesk.alerts.model import Decision
from frontdesk.outbox.segments import Encoding, count
from frontdesk.providers.standard_webhooks import check_signature, read_key
from frontdesk.simulator.faults import Fault


def test_every_promise_names_tests_that_there_are() -> None:
    lines = [line.split("|") for line in (__doc__ or "").splitlines() if re.match(r"\| \d", line)]
    assert [int(number) for _, number, *_ in lines] == list(range(1, 12))
    files = [*Path(__file__).parents[1].glob("*/test_*.py")]
    there = {name for file in files for name in re.findall(r"(?m)^def (test_\w+)", file.read_text())}
    for _, _, promise, tried, _ in lines:
        named = set(re.findall(r"`(test_\w+)`", tried))
        assert named, promise
        assert named <= there, named - there


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


def test_one_sms_says_what_to_do_though_that_names_a_command(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        told = ("DISK_FULL", "HIGH", "disk 1: is full", "9 of 10 GB are used. Make room: `frontdesk retire`.")
        await desk.running.desk.raise_alert(*told, key="disk 1")
        await desk.goes_on()
        (text,) = desk.texts
        assert count(text).segments == 1
        assert "9 of 10 GB are used. Make room: 'frontdesk retire'. Reply 1A" in text

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


def test_a_receipt_that_comes_late_takes_no_delivery_back_and_a_forged_one_is_refused(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        desk.running.carrier.faults.next(Fault.REORDER_RECEIPTS)  # delivered, then sent
        await desk.raises()
        await desk.goes_on()
        (told,) = desk.phone
        query = "SELECT d.status, o.status AS ledger FROM alert_deliveries d JOIN outbound_message_log o ON o.id = d.ledger_id"
        assert [tuple(row) for row in await desk.running.rows(query)] == [("delivered", "DELIVERED")]
        forged = {"MessageSid": told.sid, "MessageStatus": "undelivered", "ErrorCode": "30003", "AccountSid": "AC1"}
        async with httpx2.AsyncClient(trust_env=False) as anybody:
            answer = await anybody.post(told.status_callback, data=forged, headers={"X-Twilio-Signature": "bm8="})
        assert answer.status_code == 403
        await desk.goes_on(minutes=6)
        assert [tuple(row) for row in await desk.running.rows(query)] == [("delivered", "DELIVERED")]
        assert (len(desk.texts), desk.slack.taken) == (1, [])

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
