"""WhatsApp's webhooks through the whole desk: batches, people without a number, what has no words, what is no message."""

import json
import random
from copy import deepcopy
from typing import Any

import httpx2
from whatsapp_desk import ADA, BO, GREETING, Place, at_whatsapp

from frontdesk.provider import HttpRequest
from frontdesk.simulator.whatsapp_webhooks import encoded, envelope, sign
from frontdesk.testing import WHATSAPP

EVENTS = "SELECT * FROM webhook_events ORDER BY received_at, id"


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
