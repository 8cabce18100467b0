"""Slack both ways: the shared fixtures, and a real server that answers as Slack does."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from canned import canned
from hypothesis import given
from hypothesis import strategies as st
from shared_fixtures import as_request, fixture_names, load, missing

from frontdesk.errors import Forged, Malformed
from frontdesk.provider import HttpRequest
from frontdesk.providers.posted import Fate
from frontdesk.providers.slack import (
    Interaction,
    SlackMessage,
    answer_challenge,
    check_signature,
    escape,
    link,
    message,
    post_message,
    read_request,
    sign,
)

ALL = fixture_names("slack")
VECTORS, ANSWERS = "signature-vectors", "incoming-webhook-answers"
needs_fixtures = pytest.mark.skipif(not ALL, reason=missing("slack"))


@needs_fixtures
@pytest.mark.parametrize("name", [name for name in ALL if name not in (VECTORS, ANSWERS)])
def test_deliveries_give_the_expected_events(name: str) -> None:
    fixture, seen = load("slack", name), set[str]()
    config = fixture["config"]
    for delivery in fixture["deliveries"]:
        request, expected = as_request(delivery["request"]), delivery["expected"]
        retried = "x-slack-retry-num" in request.headers
        now = datetime.fromtimestamp(config.get("now_unix") or int(request.headers["x-slack-request-timestamp"]), UTC)
        if not expected["authentic"]:
            with pytest.raises(Forged):
                check_signature(request, [config["signing_secret"]], now)
            continue
        check_signature(request, ["an-older-secret", config["signing_secret"]], now)
        challenge = answer_challenge(request)
        if expected["response"]["kind"] == "exact":
            assert challenge is not None
            assert (challenge.status, challenge.body.decode()) == (200, expected["response"]["body_contains"])
            continue
        assert challenge is None
        told = read_request(request)
        events = [] if told is None else [facts(told)]
        if isinstance(told, SlackMessage):
            events = [] if told.event_id in seen else events
            assert retried == (told.event_id in seen)
            seen.add(told.event_id)
        assert len(events) == len(expected["events"])
        for ours, event in zip(events, expected["events"], strict=True):
            assert {key: event[key] for key in ours} == ours


def facts(told: SlackMessage | Interaction) -> dict[str, Any]:
    """Our values in the vocabulary of the fixtures."""
    if isinstance(told, Interaction):
        return {"type": "interaction", "from": told.user, "action_id": told.action_id, "value": told.value}
    return {
        "type": "message.received",
        "external_id": told.event_id,
        "dedupe_key": told.event_id,
        "from": told.user,
        "to": told.channel,
        "text": told.text,
    }


def vectors() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("slack", VECTORS)["vectors"] if VECTORS in ALL else []
    return found


@needs_fixtures
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_published_signature_vectors(vector: dict[str, Any]) -> None:
    headers = {"x-slack-request-timestamp": vector["timestamp"], "x-slack-signature": vector["signature"]}
    request = HttpRequest("POST", "https://desk.example.test/slack", headers, vector["raw_body"].encode())
    now = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    if vector["valid"]:
        check_signature(request, [vector["secret"]], now)
    else:
        with pytest.raises(Forged, match="does not match"):
            check_signature(request, [vector["secret"]], now)


@pytest.mark.parametrize(("off", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_the_clock_may_be_five_minutes_off_either_way(off: int, accepted: bool) -> None:
    now = datetime(2026, 11, 20, 16, tzinfo=UTC)
    time = int(now.timestamp()) + off
    headers = {"x-slack-request-timestamp": str(time), "x-slack-signature": sign(b"{}", "s", time)}
    request = HttpRequest("POST", "https://desk.example.test/slack", headers, b"{}")
    if accepted:
        check_signature(request, ["s"], now)
    else:
        with pytest.raises(Forged, match="clock"):
            check_signature(request, ["s"], now)


@given(body=st.binary(max_size=300), is_form=st.booleans())
def test_whatever_slack_could_send_is_read_or_refused(body: bytes, is_form: bool) -> None:
    kind = "application/x-www-form-urlencoded" if is_form else "application/json"
    request = HttpRequest("POST", "https://desk.example.test/slack", {"content-type": kind}, body)
    try:
        answer_challenge(request)
        assert read_request(request) is None
    except Malformed:
        return


def exchanges() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("slack", ANSWERS)["exchanges"] if ANSWERS in ALL else []
    return found


OUTCOMES = {
    "accepted": [Fate.DELIVERED],
    "permanent_failure": [Fate.REFUSED, Fate.STOPPED],
    "retry_later": [Fate.LATER],
}


@needs_fixtures
@pytest.mark.parametrize("exchange", exchanges(), ids=lambda exchange: exchange["name"])
def test_every_answer_of_an_incoming_webhook_is_understood(exchange: dict[str, Any]) -> None:
    async def story() -> None:
        async with canned(exchange["response"]) as (base, asked), httpx2.AsyncClient(trust_env=False) as http:
            content = message("Escalation", "+12025550143 asked for a human 🙋")
            posted = await post_message(http, f"{base}/services/T000/B000/XXXX", content)
            expected = exchange["expected"]
            assert posted.fate in OUTCOMES[expected["outcome"]]
            if "error_code" in expected:
                assert posted.code == expected["error_code"]
            if "retry_after_s" in expected:
                assert posted.retry_after == expected["retry_after_s"]
            if "safe_to_retry" in expected:
                assert posted.may_have_arrived is not expected["safe_to_retry"]
            assert posted.for_operator == expected.get("alert_operator", False)
            assert "XXXX" not in posted.words
            assert json.loads(await asked[0].body()) == content
            assert asked[0].headers["content-type"] == "application/json"

    asyncio.run(story())


def test_slack_that_is_not_reached_or_does_not_answer_is_tried_again_later() -> None:
    async def story() -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=0.3) as http:
            posted = await post_message(http, "http://127.0.0.1:9/services/XXXX", message("a", "b"))
            assert (posted.fate, posted.may_have_arrived) == (Fate.LATER, False)
            async with canned(None) as (base, _):
                posted = await post_message(http, f"{base}/services/XXXX", message("a", "b"))
            assert (posted.fate, posted.may_have_arrived) == (Fate.LATER, True)

    asyncio.run(story())


def test_only_markup_is_escaped_and_a_link_cannot_be_broken_out_of() -> None:
    assert escape("a & b <c> \"d\" 'e'") == "a &amp; b &lt;c&gt; \"d\" 'e'"
    assert link("https://desk.example.test/?a=1&b=|", "see <here>|") == (
        "<https://desk.example.test/?a=1&amp;b=%7C|see &lt;here&gt;|>"
    )
    assert message("T", "", {"Open": "https://desk.example.test"}) == {
        "text": "T",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*T*\n<https://desk.example.test|Open>"}}
        ],
    }  # fmt: skip


@given(body=st.text(alphabet="&<>ab", min_size=2000, max_size=3500))
def test_a_message_that_is_too_long_is_cut_and_never_through_an_escape(body: str) -> None:
    text = message("T", body)["blocks"][0]["text"]["text"]
    assert len(text) <= 3000
    bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set("&<>") & set(bare)
