"""WhatsApp through the whole desk: real PostgreSQL, real HTTP both ways, a carrier that behaves like Meta's."""

import asyncio
import json
import random
from copy import deepcopy
from typing import Any

import httpx2
import pytest
from whatsapp_desk import ADA, BO, GREETING, Place, at_whatsapp

from frontdesk.db.pool import PUBLIC
from frontdesk.provider import HttpRequest
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.whatsapp_webhooks import encoded, envelope, sign
from frontdesk.steps.missed_receipts import find_missed
from frontdesk.testing import WHATSAPP, WHATSAPP_NUMBER

TEMPLATE = {"template": "we_wrote", "template_language": "en_GB"}
EVENTS = "SELECT * FROM webhook_events ORDER BY received_at, id"


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


def test_one_post_holds_many_and_a_bad_element_loses_no_other(dsn: str) -> None:
    async def story(at: Place) -> None:
        texts = [at.whatsapp.written(ADA, {"text": {"body": "one"}}), at.whatsapp.written(BO, {"text": {"body": "b"}})]
        no_id = {**texts[0]}
        del no_id["id"]
        bad: list[Any] = [None, 7, "text", [], {}, no_id, {**texts[0], "id": "x" * 3000}, {**texts[0], "from": None}]
        statuses: list[Any] = [{"id": "wamid.strange", "status": "delivered"}, {"id": "wamid.strange"}, None]
        webhook = envelope([at.whatsapp.value(messages=texts)])
        changes = webhook["entry"][0]["changes"]
        changes[0]["value"]["messages"] = [*bad, *texts]
        changes[0]["value"]["statuses"] = statuses
        changes += [{"field": "phone_number_quality_update", "value": {"event": "FLAGGED"}}, "odd", {"value": None}]
        webhook["entry"] += [None, {"id": 5}, {"id": "1", "changes": [{"field": "messages", "value": {}}]}]
        body = encoded(webhook)
        assert await at.post(body, {"x-hub-signature-256": sign(body, WHATSAPP["whatsapp_app_secret"])}) == 200
        await at.desk.settled()
        assert sorted(message.to for message in at.whatsapp.sent) == [BO, ADA]
        kept = await at.rows("SELECT status, count(*) AS n FROM webhook_events GROUP BY status")
        assert [row.status for row in kept] == ["done"]
        (dead,) = await at.rows("SELECT count(*) AS n FROM dead_letters")
        assert dead.n == 0
        before = await at.rows("SELECT count(*) AS n FROM webhook_events")
        assert await at.post(body, {"x-hub-signature-256": sign(body, WHATSAPP["whatsapp_app_secret"])}) == 200
        await at.desk.settled()
        assert await at.rows("SELECT count(*) AS n FROM webhook_events") == before
        assert len(at.whatsapp.sent) == 2

    at_whatsapp(dsn, story)


def test_messages_of_one_post_are_handled_by_their_own_time(dsn: str) -> None:
    async def story(at: Place) -> None:
        early = at.whatsapp.written(ADA, {"text": {"body": "Hi"}})
        at.clock.move(seconds=5)
        late = at.whatsapp.written(ADA, {"text": {"body": "I'm Ada Lovelace"}})
        assert await at.whatsapp.post([at.whatsapp.value(messages=[late, early])]) == 200
        await at.desk.settled()
        (lead,) = await at.rows("SELECT first_name FROM leads")
        assert lead.first_name == "Ada"

    at_whatsapp(dsn, story)


def test_a_large_batch_is_stored_whole_once_and_each_item_as_a_webhook_of_its_own(dsn: str) -> None:
    async def story(at: Place) -> None:
        people = [f"+1650555{number:04}" for number in range(300)]
        value = at.whatsapp.value(
            messages=[at.whatsapp.written(person, {"text": {"body": "Hi " + "x" * 200}}) for person in people]
        )
        body = encoded(envelope([value]))
        assert await at.whatsapp.post([value]) == 200
        await at.desk.settled()
        events = await at.rows(EVENTS)
        arrived = [row for row in events if "status" not in row.payload]
        (whole,) = [row for row in arrived if row.body == body]
        parts = [row for row in arrived if row is not whole]
        assert len(parts) == 300
        assert sum(len(row.body) for row in parts) < 3 * len(body)
        assert {row.payload["part_of"] for row in parts} == {whole.request_id}
        provider = at.desk.desk.registry.providers["whatsapp"]
        for row in parts[:20]:
            (item,) = provider.parse("whatsapp", HttpRequest("POST", at.hook, {}, row.body))
            assert (item.request_id, item.lane) == (row.request_id, row.lane)
            assert item.payload["message"] == row.payload["message"]
        assert len({message.to for message in at.whatsapp.sent}) == len(at.whatsapp.sent) == 300

    at_whatsapp(dsn, story)


def test_someone_without_a_number_is_known_and_answered_by_their_id(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.whatsapp.text("US.13491208655302741918", "Hi")
        await at.desk.settled()
        (sent,) = at.whatsapp.sent
        assert (sent.asked["recipient"], "to" in sent.asked) == ("US.13491208655302741918", False)
        assert await at.states() == ["DELIVERED"]
        (lead,) = await at.rows("SELECT phone FROM leads")
        assert lead.phone == "US.13491208655302741918"

    at_whatsapp(dsn, story)


SILENT: list[dict[str, Any]] = [
    {"reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    {"reaction": {"message_id": "wamid.x"}},
    {"system": {"type": "user_changed_number", "wa_id": "12195555358", "body": "changed"}},
    {"edit": {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "two"}}}},
    {"revoke": {"original_message_id": "wamid.x"}},
]


def test_reactions_and_the_like_are_kept_and_answered_by_nothing(dsn: str) -> None:
    async def story(at: Place) -> None:
        for content in SILENT:
            assert await at.whatsapp.write(ADA, content) == 200
        await at.desk.settled()
        assert [row.status for row in await at.rows(EVENTS)] == ["done"] * len(SILENT)
        assert (await at.rows(), at.whatsapp.sent) == ([], [])

    at_whatsapp(dsn, story)


def test_what_has_no_words_is_answered_too_so_that_nobody_is_stuck(dsn: str) -> None:
    async def story(at: Place) -> None:
        kinds: list[dict[str, Any]] = [
            {"unsupported": {}},
            {"audio": {"id": "1234567890987654321", "mime_type": "audio/ogg; codecs=opus", "voice": True}},
            {"image": {"id": "77", "mime_type": "image/jpeg"}},
            {"hologram": {"of": "the future"}},
        ]
        for number, content in enumerate(kinds):
            assert await at.whatsapp.write(f"+1650555000{number}", content) == 200
        await at.desk.settled()
        assert [message.body for message in at.whatsapp.sent] == [GREETING] * len(kinds)
        heard = await at.rows("SELECT body, media FROM messages WHERE direction = 'inbound' ORDER BY id")
        assert {row.body for row in heard} == {""}
        media = sorted(row.media[0]["url"].rpartition("/")[2] for row in heard if row.media)
        assert media == ["1234567890987654321", "77"]

    at_whatsapp(dsn, story)


def test_stop_is_confirmed_by_the_desk_and_holds(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.whatsapp.text(ADA, "Hi")
        await at.desk.settled()
        await at.whatsapp.write(ADA, {"button": {"payload": "Unsubscribe", "text": "Unsubscribe"}})
        await at.desk.settled()
        await at.by_hand("But wait")
        await at.desk.settled()
        assert "unsubscribed" in at.whatsapp.sent[-1].body
        assert [(row.status, row.reason) for row in await at.rows()][-1] == ("BLOCKED", "opted_out")

    at_whatsapp(dsn, story)


def test_news_of_the_account_and_what_we_sent_from_the_phone_are_acknowledged_and_kept(dsn: str) -> None:
    async def story(at: Place) -> None:
        errors = envelope([at.whatsapp.value()])
        errors["entry"][0]["changes"][0]["value"]["errors"] = [{"code": 130429, "title": "Rate limit hit"}]
        echo = {"message_echoes": [{"from": "15550783881", "to": "16505551234", "id": "wamid.e", "type": "text"}]}
        others = [
            {"field": "smb_message_echoes", "value": echo},
            {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}},
        ]
        webhooks = [
            errors,
            {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": others}]},
            {"object": "page", "entry": []},
            {},
        ]
        for webhook in webhooks:
            body = encoded(webhook)
            assert await at.post(body, {"x-hub-signature-256": sign(body, WHATSAPP["whatsapp_app_secret"])}) == 200
        await at.desk.settled()
        assert [row.status for row in await at.rows(EVENTS)] == ["done"] * 5
        assert at.whatsapp.sent == []

    at_whatsapp(dsn, story)


def test_meta_is_greeted_with_its_challenge_and_others_are_not(dsn: str) -> None:
    async def story(at: Place) -> None:
        asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
        alias = at.hook.replace("/webhooks/", "/api/webhooks/")
        async with httpx2.AsyncClient(trust_env=False) as http:
            for url in (at.hook, alias):
                told = {**asked, "hub.verify_token": WHATSAPP["whatsapp_verify_token"]}
                answer = await http.get(url, params=told)
                assert (answer.status_code, answer.content) == (200, b"1158201444")
                assert answer.headers["content-type"].startswith("text/plain")
                for token in ("wrong", ""):
                    refused = await http.get(url, params={**asked, "hub.verify_token": token})
                    assert (refused.status_code, b"1158201444" in refused.content) == (403, False)
                assert (await http.get(url)).status_code == 403
        body = encoded(envelope([at.whatsapp.value(messages=[at.whatsapp.written(ADA, {"text": {"body": "x"}})])]))
        for headers in ({}, {"x-hub-signature-256": sign(body, "another")}):
            assert await at.post(body, headers) == 403
        assert await at.post(b"x" * (3 * 1024 * 1024 + 1)) == 413
        not_json = b"no json"
        signed = {"x-hub-signature-256": sign(not_json, WHATSAPP["whatsapp_app_secret"])}
        assert await at.post(not_json, signed) == 400
        assert await at.rows(EVENTS) == []

    at_whatsapp(dsn, story)


def test_nothing_that_is_signed_ends_in_an_error_of_ours(dsn: str) -> None:
    """Every part of a webhook in turn, and by the dozen, replaced by what no contract allows."""

    async def story(at: Place) -> None:
        dice = random.Random(7)
        odd: list[Any] = [None, True, -1, 10**30, 1.5, "", "\x00", "\ud800", "x" * 5000, [], {}, [[]], [None], {"a": 1}]
        kinds: list[dict[str, Any]] = [
            {"text": {"body": "hi"}},
            {"interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": '{"name": "A\\u0000da"}'}}},
            {"contacts": [{"name": {"formatted_name": "A"}, "phones": [{"phone": "1"}]}]},
            {"order": {"product_items": [{"quantity": 1, "product_retailer_id": "a"}], "text": "t"}},
            {"location": {"latitude": 1.0, "longitude": 2.0, "name": "n"}},
            {"image": {"id": "1", "mime_type": "image/png", "caption": "c"}},
        ]
        for number in range(150):
            message = at.whatsapp.written(ADA, dice.choice(kinds))
            status = {"id": f"wamid.s{number}", "status": "failed", "recipient_id": "1", "errors": [{"code": 1}]}
            webhook = envelope([at.whatsapp.value(messages=[message], statuses=[status])])
            for _ in range(dice.choice((1, 1, 3))):
                _spoil(webhook, dice, deepcopy(dice.choice(odd)))
            body = json.dumps(webhook).encode()
            status_code = await at.post(body, {"x-hub-signature-256": sign(body, WHATSAPP["whatsapp_app_secret"])})
            assert status_code == 200, body
        deep = b'{"entry":' + b"[" * 900 + b"]" * 900 + b"}"
        deeper = b'{"entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        for body in (deep, deeper):
            answer = await at.post(body, {"x-hub-signature-256": sign(body, WHATSAPP["whatsapp_app_secret"])})
            assert answer in (200, 400)
        await at.desk.settled()
        (dead,) = await at.rows("SELECT count(*) AS n, string_agg(error, '; ') AS errors FROM dead_letters")
        assert dead.n == 0, dead.errors

    at_whatsapp(dsn, story)


def _spoil(webhook: Any, dice: random.Random, odd: Any) -> None:
    places = list(_places(webhook))
    holder, key = dice.choice(places)
    holder[key] = odd


def _places(part: Any) -> Any:
    """Every place in a document, as its holder and the key there."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in pairs:
        yield part, key
        yield from _places(value)
