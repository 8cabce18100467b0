"""WhatsApp against the shared fixtures, read where they stand; skipped loudly where they do not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.errors import AccountRefused, Exchange, Forged, Rejected, Throttled, TooOften, Unreachable
from frontdesk.message import Item, Notice, Outgoing, Receipt, ReceiptStatus, Template, TextReceived
from frontdesk.outbox.model import LedgerStatus
from frontdesk.outbox.rules import after_receipt
from frontdesk.provider import HttpRequest
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.whatsapp import WhatsApp
from frontdesk.providers.whatsapp_errors import explain
from frontdesk.simulator.server import serve_app
from frontdesk.told import Received

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures" / "whatsapp"
ALL = sorted(path.stem for path in FOLDER.glob("*.json"))
pytestmark = pytest.mark.skipif(not ALL, reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")

SENDING, MEDIA, VECTORS, GREETING = "api-send-message", "api-media-download", "signature-vectors", "verification-get"
DELIVERIES = [name for name in ALL if name.startswith(("inbound-", "status-", "auth-", "errors-"))]
SECRET, VERIFY, NUMBER_ID = "0123456789abcdef0123456789abcdef", "verify-me-9f2c", "106540352242922"
TOKEN = "EAAtesttoken"


def load(name: str) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return fixture


def whatsapp(secret: str = SECRET, api_base: str = "https://api.example.test") -> WhatsApp:
    return WhatsApp(
        tokens=[TOKEN],
        app_secrets=[secret],
        verify_tokens=[VERIFY],
        phone_number_id=NUMBER_ID,
        api_base=api_base,
    )


def as_request(delivered: dict[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in delivered["headers"].items()}
    return HttpRequest(delivered["method"], delivered["url"], headers, (delivered["body"] or "").encode())


def test_every_fixture_is_covered() -> None:
    assert set(ALL) == {*DELIVERIES, SENDING, MEDIA, VECTORS, GREETING}
    assert len(ALL) == 27


@pytest.mark.parametrize("name", DELIVERIES)
def test_deliveries_give_the_expected_events(name: str) -> None:
    desk, seen, created = whatsapp(), set[str](), 0
    states: dict[str, ReceiptStatus] = {}
    for delivery in load(name)["deliveries"]:
        request, expected = as_request(delivery["request"]), delivery["expected"]
        if not expected["authentic"]:
            with pytest.raises(Forged):
                desk.verify(request)
            continue
        desk.verify(request)
        items = [item for item in desk.parse("whatsapp", request) if item.request_id not in seen]
        seen |= {item.request_id for item in items}
        read = [(item, desk.read("whatsapp", item.payload)) for item in items]
        created += sum(isinstance(message, TextReceived) for _, message in read)
        for _, message in read:
            if isinstance(message, Receipt):
                states[message.provider_message_id] = further(states.get(message.provider_message_id), message.status)
        ours = [facts(item, message) for item, message in read]
        assert len(ours) == len(expected["events"])
        for one in ours:
            (event,) = [event for event in expected["events"] if is_about(event, one)]
            shared = one.keys() & event.keys()
            assert len(shared) >= 2
            assert {key: one[key] for key in shared} == {key: event[key] for key in shared}
    final = load(name).get("expected_final", {})
    assert final.get("messages_created", created) == created
    assert {sid: status.value for sid, status in states.items()} == final.get(
        "message_status", {sid: status.value for sid, status in states.items()}
    )


def is_about(event: dict[str, Any], one: dict[str, Any]) -> bool:
    if "dedupe_key" in event:
        return bool(event["dedupe_key"] == one.get("dedupe_key"))
    return bool(event["type"] == one["type"])


def further(before: ReceiptStatus | None, now: ReceiptStatus) -> ReceiptStatus:
    """The further of two states, as the ledger's own rule has it: nothing goes back."""
    if before is None:
        return now
    reached = {
        ReceiptStatus.SENT: LedgerStatus.SENT,
        ReceiptStatus.DELIVERED: LedgerStatus.DELIVERED,
        ReceiptStatus.READ: LedgerStatus.DELIVERED,
        ReceiptStatus.FAILED: LedgerStatus.FAILED,
    }[before]
    return before if after_receipt(reached, now) is None and now is not ReceiptStatus.READ else now


def at(payload: Any) -> str | None:
    about = payload.get("message") or payload.get("status")
    return f"{datetime.fromtimestamp(int(about['timestamp']), UTC):%Y-%m-%dT%H:%M:%SZ}" if about else None


def facts(item: Item, received: Received) -> dict[str, Any]:
    """Our values in the vocabulary of the fixtures."""
    if isinstance(received, Notice):
        return of_notice(item, received)
    if isinstance(received, Receipt):
        code = received.error_code
        return {
            "type": "message.status",
            "channel": item.channel,
            "external_id": received.provider_message_id,
            "dedupe_key": item.request_id,
            "provider_status": received.provider_status,
            "status": received.status.value,
            "to": item.other_address,
            "occurred_at": at(item.payload),
            "error_code": int(code) if code else None,
            "retryable": explain(code).error_class is ErrorClass.RETRY,
            "needs_template": explain(code).error_class is ErrorClass.TEMPLATE,
            "client_ref": item.payload["status"].get("biz_opaque_callback_data"),
        }
    return of_text(item, received)


def of_text(item: Item, text: TextReceived) -> dict[str, Any]:
    message, number = item.payload["message"], text.from_address.startswith("+")
    assert text.said_at is not None
    told = {
        "type": "message.received",
        "channel": text.channel,
        "external_id": text.provider_message_id,
        "dedupe_key": item.request_id,
        "from": text.from_address if number else None,
        "to": text.to_address,
        "text": text.body,
        "occurred_at": f"{text.said_at:%Y-%m-%dT%H:%M:%SZ}",
        "contact_name": item.payload["contact"]["profile"]["name"],
    }
    assert (item.our_address, item.other_address) == (text.to_address, text.from_address)
    kept = message.get(message["type"], {})
    told["media"] = [
        {"id": media.url.rpartition("/")[2], "content_type": media.content_type, "sha256": kept["sha256"]}
        for media in text.media
    ]
    if message["type"] in ("location", "contacts"):
        told["text"] = ""  # no words of theirs: ours say where, or who
        assert text.body in ("Philz Coffee, 101 Forest Ave, Palo Alto, CA 94301 (37.44221496582, -122.16165924072)",
                             "Lucía Gómez +1 (983) 555-2319")  # fmt: skip
    if not number:
        told["from_user_id"] = text.from_address
    if message["type"] in ("interactive", "button"):
        told["interactive"] = interactive(kept, text.body)
    return told


def interactive(kept: dict[str, Any], title: str) -> dict[str, Any]:
    reply = kept.get(kept.get("type", ""), {})
    kind = kept.get("type", "button")
    return {"kind": kind, "id": kept.get("payload") or reply["id"], "title": title} | {
        key: reply[key] for key in ("description",) if key in reply
    }


def of_notice(item: Item, notice: Notice) -> dict[str, Any]:
    if notice.kind == "errors":
        code = notice.error_code
        is_retry = explain(code).error_class is ErrorClass.RETRY
        return {"type": "provider.error", "error_code": int(code or 0), "retryable": is_retry}
    if "message" not in item.payload:
        return {"type": "ignored", "field": notice.kind}
    message = item.payload["message"]
    types = {"reaction": "message.reaction", "edit": "message.edited", "revoke": "message.deleted"}
    about = message[message["type"]]
    return {
        "type": types.get(notice.kind, "contact.number_changed"),
        "channel": item.channel,
        "external_id": message["id"],
        "dedupe_key": item.request_id,
        "from": item.other_address,
        "to": item.our_address,
        "occurred_at": at(item.payload),
        "target": about.get("message_id") or about.get("original_message_id"),
        "emoji": about.get("emoji"),
        "new_number": f"+{about.get('wa_id')}",
    } | ({"text": about["message"]["text"]["body"]} if notice.kind == "edit" else {})


def vectors() -> list[dict[str, Any]]:
    return load(VECTORS)["vectors"] if VECTORS in ALL else []


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_published_signature_vectors(vector: dict[str, Any]) -> None:
    body = vector["raw_body"].encode()
    request = HttpRequest("POST", "https://d.example.test/w", {"x-hub-signature-256": vector["signature"]}, body)
    assert vector["valid"]
    whatsapp(vector["secret"]).verify(request)
    for forged in (
        HttpRequest("POST", request.url, request.headers, body + b" "),
        HttpRequest("POST", request.url, {"x-hub-signature-256": vector["signature"][:-1]}, body),
    ):
        with pytest.raises(Forged):
            whatsapp(vector["secret"]).verify(forged)
    with pytest.raises(Forged):
        whatsapp("another").verify(request)


@pytest.mark.skipif(GREETING not in ALL, reason="THE SHARED FIXTURES ARE NOT HERE")
def test_the_greeting_is_answered_with_the_bare_challenge_or_refused() -> None:
    outcomes = []
    for delivery in load(GREETING)["deliveries"]:
        request, response = as_request(delivery["request"]), delivery["expected"]["response"]
        outcomes.append(response["kind"])
        if response["kind"] != "exact":
            with pytest.raises(Forged):
                whatsapp().greet(request)
            continue
        answer = whatsapp().greet(request)
        assert answer is not None
        assert (answer.status, answer.content_type, answer.body.decode()) == (200, "text/plain", response["body"])
    assert outcomes.count("exact") == 1


@asynccontextmanager
async def canned(answers: list[dict[str, Any]]) -> AsyncIterator[tuple[str, list[Request]]]:
    """A server that gives the recorded answers one after another, and keeps what it was asked."""
    asked: list[Request] = []

    async def reply(request: Request) -> Response:
        await request.body()
        asked.append(request)
        answer = answers.pop(0)
        body = answer["body"] if isinstance(answer["body"], str) else json.dumps(answer["body"])
        return Response(body, answer["status"], answer["headers"])

    async with serve_app(Starlette(routes=[Route("/{path:path}", reply, methods=["GET", "POST"])])) as base_url:
        yield base_url, asked


def exchanges(name: str) -> list[dict[str, Any]]:
    return load(name)["exchanges"] if name in ALL else []


@pytest.mark.parametrize("exchange", exchanges(SENDING), ids=lambda exchange: exchange["name"])
def test_sending_sends_the_recorded_request_and_understands_the_answer(exchange: dict[str, Any]) -> None:
    asyncio.run(send_exchange(exchange))


def outgoing_of(body: dict[str, Any]) -> Outgoing:
    """The message that the recorded request asks for. Our template has one parameter, the recorded one two."""
    template = None
    if body["type"] == "template":
        template = Template(body["template"]["name"], body["template"]["language"]["code"], "1")
        text = body["template"]["components"][0]["parameters"][0]["text"]
    else:
        text = body["text"]["body"]
    person = f"+{body['to']}" if "to" in body else body["recipient"]
    reply_to = body.get("context", {}).get("message_id")
    return Outgoing(42, "whatsapp", "+15550783881", person, text, template=template, reply_to=reply_to)


async def send_exchange(exchange: dict[str, Any]) -> None:
    recorded, expected = exchange["request"]["body"], exchange["expected"]
    async with canned([exchange["response"]]) as (base_url, asked):
        desk = whatsapp(api_base=base_url)
        try:
            if expected["outcome"] == "accepted":
                accepted = await desk.send(outgoing_of(recorded))
                assert accepted.provider_message_id == expected["external_id"]
                kept = accepted.exchange
            else:
                kept = await refused(desk, outgoing_of(recorded), expected)
        finally:
            await desk.aclose()
    (request,) = asked
    assert request.url.path == urlsplit(exchange["request"]["url"]).path
    assert request.headers["authorization"] == exchange["request"]["headers"]["Authorization"]
    assert request.headers["content-type"] == "application/json"
    sent = json.loads(await request.body())
    assert sent.pop("biz_opaque_callback_data") == "42"
    recorded = {name: value for name, value in recorded.items() if name != "biz_opaque_callback_data"}
    for body in (sent, recorded):
        for component in body.get("template", {}).get("components", []):
            del component["parameters"][1:]
    assert sent == recorded
    told = json.dumps([kept.request, kept.response]) if kept else ""
    assert kept is not None
    for secret in (TOKEN, "16505551234", "6505551234", "Your visit is confirmed", "13491208655302741918"):
        assert secret not in told


async def refused(desk: WhatsApp, outgoing: Outgoing, expected: dict[str, Any]) -> Exchange | None:
    advice = explain(expected["error_code"])
    if expected["outcome"] == "retry_later":
        error: type[Exception] | tuple[type[Exception], ...] = (Throttled, Unreachable)
    else:
        error = AccountRefused if advice.error_class is ErrorClass.ACCOUNT else Rejected
    with pytest.raises(error) as caught:
        await desk.send(outgoing)
    told: Any = caught.value
    assert told.code == str(expected["error_code"])
    if "retry_after_s" in expected:
        assert told.retry_after == expected["retry_after_s"]
    assert isinstance(told, TooOften) == (expected.get("scope") == "recipient")
    assert (expected["outcome"] == "needs_template") == (advice.error_class is ErrorClass.TEMPLATE)
    assert desk.means_opt_out(told.code) == (expected.get("opt_out") is not None)
    to_act = (ErrorClass.OPERATOR, ErrorClass.ACCOUNT, ErrorClass.OUR_BUG)
    assert (advice.error_class in to_act) == expected.get("alert_operator", False)
    exchange: Exchange | None = told.exchange
    return exchange


@pytest.mark.skipif(MEDIA not in ALL, reason="THE SHARED FIXTURES ARE NOT HERE")
def test_media_is_fetched_in_two_steps_with_the_token_and_only_from_meta() -> None:
    asyncio.run(fetch())


async def fetch() -> None:
    resolve, bare, expired = (exchange["response"] for exchange in exchanges(MEDIA))
    picture, answers = {"status": 200, "headers": {}, "body": "the bytes"}, list[dict[str, Any]]()

    def leads_to(url: str) -> dict[str, Any]:
        there: dict[str, Any] = resolve | {"body": resolve["body"] | {"url": url}}
        return there

    async with canned(answers) as (base_url, asked):
        desk = whatsapp(api_base=base_url)
        answers += [leads_to(f"{base_url}/attachments"), picture, leads_to(f"{base_url}/attachments"), bare, expired]
        assert await desk.media("1003383421387256") == b"the bytes"
        assert [request.headers["authorization"] for request in asked] == [f"Bearer {TOKEN}"] * 2
        assert asked[0].url.path == urlsplit(exchanges(MEDIA)[0]["request"]["url"]).path
        with pytest.raises(AccountRefused):
            await desk.media("1003383421387256")
        with pytest.raises(Rejected) as caught:
            await desk.media("1")
        assert caught.value.code == "100"
        for elsewhere in ("https://fbsbx.com.example.test/x", "http://lookaside.fbsbx.com/x", "file:///etc/passwd", ""):
            answers.append(leads_to(elsewhere))
            with pytest.raises(Rejected, match="not Meta's"):
                await desk.media("1003383421387256")
        await desk.aclose()
