"""Twilio against the shared fixtures, read where they stand; skipped loudly where they do not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.errors import AccountRefused, Forged, Malformed, Rejected, Throttled, Unknown
from frontdesk.message import Item, Outgoing, Receipt, ReceiptStatus, TextReceived
from frontdesk.provider import HttpRequest
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_errors import explain
from frontdesk.providers.twilio_numbers import GONE, NumberOrder
from frontdesk.simulator.server import serve_app

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures" / "twilio"
ALL = sorted(path.stem for path in FOLDER.glob("*.json"))
pytestmark = pytest.mark.skipif(not ALL, reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")

LATER = {
    "voice-anonymous-caller",
    "voice-missed-call-dial-no-answer",
    "voice-missed-call-status-only",
}
SENDING, LISTING, VECTORS = "api-send-message", "api-list-messages", "signature-vectors"
BUYING = "api-buy-number"
DELIVERIES = [
    name for name in ALL if name not in LATER and name.startswith(("inbound-", "status-", "auth-", "json-body"))
]
ACCOUNT, TOKEN = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "12345678901234567890123456789012"


def load(name: str) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return fixture


def twilio(token: str = TOKEN, api_base: str = "https://api.example.test") -> Twilio:
    callback = "https://hooks.example.test/twilio/status"
    return Twilio(account_sid=ACCOUNT, auth_tokens=[token], api_base=api_base, status_callback=callback)


def as_request(delivered: dict[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in delivered["headers"].items()}
    return HttpRequest(delivered["method"], delivered["url"], headers, (delivered["body"] or "").encode())


def test_every_fixture_is_covered_or_named_as_later() -> None:
    assert set(ALL) == {*DELIVERIES, *LATER, SENDING, LISTING, BUYING, VECTORS}


@pytest.mark.parametrize("name", DELIVERIES)
def test_deliveries_give_the_expected_events(name: str) -> None:
    desk, seen = twilio(), set[str]()
    for delivery in load(name)["deliveries"]:
        request, expected = as_request(delivery["request"]), delivery["expected"]
        if not expected["authentic"]:
            with pytest.raises(Forged):
                desk.verify(request)
            continue
        desk.verify(request)
        if [event["type"] for event in expected["events"]] == ["provider.raw"]:
            with pytest.raises(Malformed):  # authentic JSON, but no message: none of our webhook types
                desk.parse("twilio_sms", request)
            continue
        kind = "twilio_status" if name.startswith("status-") else "twilio_sms"
        items = [item for item in desk.parse(kind, request) if item.request_id not in seen]
        seen |= {item.request_id for item in items}
        assert len(items) == len(expected["events"])
        for item, event in zip(items, expected["events"], strict=True):
            ours = facts(item, desk.read(kind, item.payload))
            shared = ours.keys() & event.keys()
            assert {key: ours[key] for key in shared} == {key: event[key] for key in shared}


def facts(item: Item, message: TextReceived | Receipt) -> dict[str, Any]:
    """Our values in the vocabulary of the fixtures."""
    if isinstance(message, Receipt):
        code = message.error_code
        failed = message.status in (ReceiptStatus.UNDELIVERED, ReceiptStatus.FAILED)
        return {
            "type": "message.status",
            "channel": item.channel,
            "external_id": message.provider_message_id,
            "dedupe_key": item.request_id,
            "provider_status": message.provider_status,
            "status": "failed" if failed else message.status.value,
            "to": item.other_address,
            "error_code": int(code) if code else None,
            "retryable": explain(code).error_class is ErrorClass.RETRY,
            "needs_template": explain(code).error_class is ErrorClass.TEMPLATE,
            "opt_out": "STOP" if explain(code).error_class is ErrorClass.OPTED_OUT else None,
        }
    has_number = message.from_address.startswith("+")
    return {
        "type": "message.received",
        "channel": "mms" if message.media and message.channel == "sms" else message.channel,
        "external_id": message.provider_message_id,
        "dedupe_key": item.request_id,
        "from": message.from_address if has_number else None,
        "to": message.to_address,
        "text": message.body,
        "media": [{"url": media.url, "content_type": media.content_type} for media in message.media],
    } | ({} if has_number else {"from_user_id": message.from_address})


def vectors() -> list[dict[str, Any]]:
    return load(VECTORS)["vectors"] if VECTORS in ALL else []


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_published_signature_vectors(vector: dict[str, Any]) -> None:
    is_json = vector["raw_body"] is not None
    params = vector["params"] or {}
    pairs = list(params.items()) if isinstance(params, dict) else [tuple(pair) for pair in params]
    body = vector["raw_body"] if is_json else urlencode(pairs)
    headers = {
        "x-twilio-signature": vector["signature"],
        "content-type": "application/json" if is_json else "application/x-www-form-urlencoded",
    }
    request = HttpRequest("POST", vector["url"], headers, body.encode())
    if vector["valid"]:
        twilio(vector["secret"]).verify(request)
    else:
        with pytest.raises(Forged):
            twilio(vector["secret"]).verify(request)


@asynccontextmanager
async def canned(answer: dict[str, Any], *more: dict[str, Any]) -> AsyncIterator[tuple[str, list[Request]]]:
    """A server that gives the recorded answers one after another, and keeps what it was asked."""
    asked: list[Request] = []
    answers = iter((answer, *more))

    async def reply(request: Request) -> Response:
        await request.body()
        asked.append(request)
        given = next(answers)
        body = given["body"] if isinstance(given["body"], str) else json.dumps(given["body"])
        return Response(body, given["status"], given["headers"])

    async with serve_app(Starlette(routes=[Route("/{path:path}", reply, methods=["GET", "POST"])])) as base_url:
        yield base_url, asked


def exchanges(name: str) -> list[dict[str, Any]]:
    return load(name)["exchanges"] if name in ALL else []


@pytest.mark.parametrize("exchange", exchanges(SENDING), ids=lambda exchange: exchange["name"])
def test_sending_sends_the_recorded_request_and_understands_the_answer(exchange: dict[str, Any]) -> None:
    asyncio.run(send_exchange(exchange))


async def send_exchange(exchange: dict[str, Any]) -> None:
    form, expected = parse_qs(exchange["request"]["body"], keep_blank_values=True), exchange["expected"]
    outgoing = Outgoing(
        ledger_id=7,
        channel="sms",
        from_address=form.get("From", form.get("MessagingServiceSid", [""]))[0],
        to_address=form["To"][0],
        body=form.get("Body", [""])[0],
        media_urls=tuple(form.get("MediaUrl", ())),
    )
    async with canned(exchange["response"]) as (base_url, asked):
        desk = twilio(api_base=base_url)
        try:
            if expected["outcome"] == "accepted":
                accepted = await desk.send(outgoing)
                assert accepted.provider_message_id == expected["external_id"]
            else:
                await refused(desk, outgoing, expected)
        finally:
            await desk.aclose()
        (request,) = asked
        assert request.url.path == urlsplit(exchange["request"]["url"]).path
        assert request.headers["authorization"] == exchange["request"]["headers"]["Authorization"]
        assert request.headers["content-type"] == exchange["request"]["headers"]["Content-Type"]
        sent = parse_qs((await request.body()).decode(), keep_blank_values=True)
        assert sent.pop("StatusCallback") == ["https://hooks.example.test/twilio/status?ref=7"]
        assert sent == {name: values for name, values in form.items() if name != "StatusCallback"}


async def refused(desk: Twilio, outgoing: Outgoing, expected: dict[str, Any]) -> None:
    if expected["outcome"] == "permanent_failure":
        # Permanent for the request; the message itself waits where the whole account is refused.
        refused_as_a_whole = explain(expected["error_code"]).error_class is ErrorClass.ACCOUNT
        error: type[Exception] = AccountRefused if refused_as_a_whole else Rejected
    else:
        error = Unknown if expected.get("safe_to_retry") is False else Throttled
    with pytest.raises(error) as caught:
        await desk.send(outgoing)
    if "error_code" in expected:
        assert caught.value.code == str(expected["error_code"])  # type: ignore[attr-defined]
        advice = explain(expected["error_code"])
        assert (advice.error_class is ErrorClass.OPTED_OUT) == expected.get("opt_out", False)
        for_the_operator = advice.error_class in (ErrorClass.OPERATOR, ErrorClass.ACCOUNT)
        assert for_the_operator == expected.get("alert_operator", False)


@pytest.mark.parametrize("exchange", exchanges(LISTING), ids=lambda exchange: exchange["name"])
def test_listing_follows_the_pages_and_keeps_outbound_ones(exchange: dict[str, Any]) -> None:
    asyncio.run(list_exchange(exchange))


async def list_exchange(exchange: dict[str, Any]) -> None:
    last = exchange["response"] | {"body": {"messages": [], "next_page_uri": None}}
    moment = datetime(2026, 11, 20, 17, 4, 5, 900_000, tzinfo=UTC)  # within the second in which it was created
    async with canned(*[exchange["response"], last] * 3) as (base_url, asked):
        desk = twilio(api_base=base_url)
        found = await desk.list_messages(to="+12025550143", sent_after=moment)
        later = await desk.list_messages(to="+12025550143", sent_after=moment + timedelta(seconds=1))
        came_in = await desk.list_inbound(received_after=moment)
        await desk.aclose()
    assert [message.request_id for message in came_in] == ["SM00000000000000000000000000003102"]
    assert (came_in[0].our_address, came_in[0].fields["Body"]) == ("+14155550100", "Thanks!")
    assert [message.provider_message_id for message in found] == ["SM00000000000000000000000000003101"]
    assert (found[0].to, found[0].from_, found[0].provider_status) == ("+12025550143", "+14155550100", "delivered")
    assert found[0].created_at == moment.replace(microsecond=0)
    assert later == []
    assert parse_qs(asked[0].url.query)["To"] == ["+12025550143"]
    following = urlsplit(exchange["expected"]["next_page"])
    assert (asked[1].url.path, asked[1].url.query) == (following.path, following.query)


def test_a_number_is_searched_for_and_bought_as_recorded() -> None:
    if BUYING not in ALL:
        pytest.skip("THE SHARED FIXTURES ARE NOT HERE")
    search, buy, sold = exchanges(BUYING)
    hooks = parse_qs(buy["request"]["body"])
    order = NumberOrder(hooks["PhoneNumber"][0], "Frontdesk x", hooks["SmsUrl"][0], hooks["VoiceUrl"][0])

    async def story() -> None:
        async with canned(search["response"], buy["response"], sold["response"]) as (base_url, asked):
            desk = twilio(api_base=base_url)
            assert await desk.numbers_for_sale("US", "415") == [search["expected"]["phone_number"]]
            owned = await desk.buy_number(order)
            assert (owned.number, owned.sid) == (order.number, buy["expected"]["external_id"])
            assert owned.sms_url == order.sms_url
            with pytest.raises(Rejected) as refused:
                await desk.buy_number(order)
            assert refused.value.code == GONE == str(sold["expected"]["error_code"])
            await desk.aclose()
        recorded = urlsplit(search["request"]["url"])
        assert asked[0].url.path == recorded.path
        assert parse_qs(recorded.query).items() <= parse_qs(asked[0].url.query).items()
        assert asked[1].url.path == urlsplit(buy["request"]["url"]).path
        sent = parse_qs((await asked[1].body()).decode())
        assert all(sent[name] == hooks[name] for name in ("PhoneNumber", "SmsUrl", "VoiceUrl"))
        assert sent["FriendlyName"] == ["Frontdesk x"]

    asyncio.run(story())
