"""Every request of ours, and every answer of the simulator, held against Twilio's own OpenAPI document.

It is read where it stands, and skipped loudly where it does not.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from carrier_bench import run
from openapi_slice import Contract
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.errors import SendError
from frontdesk.message import Outgoing
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_numbers import NumberOrder
from frontdesk.simulator import Carrier, SimulatedMessage
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.messages import new_sid
from frontdesk.simulator.server import serve_app, simulator_app

PATH = Path(__file__).resolve().parents[3] / "shared" / "providers" / "contracts" / "twilio.openapi.json"
pytestmark = pytest.mark.skipif(not PATH.exists(), reason=f"THE SHARED CONTRACT IS NOT HERE: {PATH}")

ACCOUNT, TOKEN = "AC" + "5" * 32, "c0ffee" * 5
DESK, LEAD = "+14155550170", "+12025550119"
SERVICE = "MG" + "0a" * 16
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
FORM = "application/x-www-form-urlencoded"


class Overheard:
    """An app around the simulator that keeps each request and its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.exchanges: list[tuple[str, str, dict[str, str], bytes, int, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered, status, waiting = bytearray(), [0], [await receive()]
        while waiting[-1].get("more_body"):
            waiting.append(await receive())
        asked = b"".join(message.get("body", b"") for message in waiting)  # read also where the app does not

        async def hear() -> Message:
            return waiting.pop(0) if waiting else await receive()

        async def say(message: Message) -> None:
            status[0] = message.get("status", status[0])
            answered.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, hear, say)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        target = scope["raw_path"].decode() + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        self.exchanges.append((scope["method"], target, headers, asked, status[0], bytes(answered)))


@asynccontextmanager
async def overheard(token: str = TOKEN) -> AsyncIterator[tuple[Carrier, Twilio, Overheard]]:
    carrier = Carrier(ACCOUNT, TOKEN, receipt_delay=0.001)
    app = simulator_app(carrier)
    around = Overheard(app.build_middleware_stack())
    app.middleware_stack = around
    async with serve_app(app) as base_url:
        desk = Twilio(
            account_sid=ACCOUNT,
            auth_tokens=[token],
            api_base=base_url,
            status_callback="https://desk.example.test/webhooks/twilio/status#rc=5&rp=all",
        )
        try:
            carrier.faults.no_receipts = 1.0
            yield carrier, desk, around
        finally:
            await desk.aclose()
            await carrier.aclose()


def faults(exchanges: list[tuple[str, str, dict[str, str], bytes, int, bytes]]) -> list[str]:
    contract, found = Contract(PATH), []
    for method, target, headers, asked, status, answered in exchanges:
        kind = headers.get("content-type", "")
        found += contract.faults_of_request(method, target, kind, asked, list(headers))
        if status < 500:
            found += contract.faults_of_answer(method, target.partition("?")[0], status, json.loads(answered))
    return found


OUTGOING = [
    Outgoing(7, "sms", DESK, LEAD, "Grüße & = + % 👍"),
    Outgoing(8, "sms", DESK, LEAD, "two", ("https://m.example.test/a.jpg", "https://m.example.test/b.jpg")),
    Outgoing(9, "sms", DESK, LEAD, "", ("https://m.example.test/a.jpg",)),
    Outgoing(10, "whatsapp", DESK, LEAD, "hola"),
    Outgoing(11, "sms", DESK, LEAD, "soon", deliver_within=timedelta(minutes=10)),
    Outgoing(12, "sms", DESK, LEAD, "x" * 400),
]


def test_what_we_ask_and_what_the_simulator_answers_is_what_twilio_describes() -> None:
    async def story() -> None:
        async with overheard() as (carrier, desk, around):
            sids = [(await desk.send(outgoing)).provider_message_id for outgoing in OUTGOING]
            with pytest.raises(SendError):
                await desk.send(Outgoing(13, "sms", SERVICE, LEAD, "hi"))  # the simulator has no services: 21603
            for body in ("", "x" * 1601):
                with pytest.raises(SendError):
                    await desk.send(Outgoing(14, "sms", DESK, LEAD, body))
            carrier.faults.next(Fault.THROTTLE)
            with pytest.raises(SendError):
                await desk.send(OUTGOING[0])
            picture = ("https://m.example.test/tap.jpg", "image/jpeg")
            carrier.log.add(SimulatedMessage(new_sid("MM"), "inbound", LEAD, DESK, "", (picture,)))
            since = datetime.now(UTC) - timedelta(hours=1)
            assert len(await desk.list_messages(to=LEAD, sent_after=since)) == len(OUTGOING) - 1
            (came_in,) = await desk.list_inbound(received_after=since)
            await desk.rebuild(came_in)
            await carrier.settled(timeout=10)
            for sid in sids:
                assert (await desk.look_up(sid)).provider_status == "delivered"
            with pytest.raises(SendError):
                await desk.look_up("SM" + "0" * 32)
            assert {(method, target.partition("?")[0].count("/")) for method, target, *_ in around.exchanges} == {
                ("POST", 4),
                ("GET", 4),
                ("GET", 5),
                ("GET", 6),
            }
            assert faults(around.exchanges) == []

    run(story())


def test_numbers_are_searched_for_bought_and_listed_as_twilio_describes() -> None:
    hook = "https://desk.example.test/webhooks/twilio/sms#rc=5&rp=all"

    async def story() -> None:
        async with overheard() as (carrier, desk, around):
            for area in ("", "415"):
                number = (await desk.numbers_for_sale("US", area))[0]
                await desk.buy_number(NumberOrder(number, "Frontdesk 1", hook, hook.replace("sms", "voice")))
            carrier.shop.refuses = 21631
            with pytest.raises(SendError):
                await desk.buy_number(NumberOrder(number, "Frontdesk 2", hook, hook))
            assert [one.number for one in await desk.list_numbers()] == list(carrier.shop.bought)
            assert [method for method, *_ in around.exchanges] == ["GET", "POST", "GET", "POST", "POST", "GET"]
            assert faults(around.exchanges) == []

    run(story())


def test_a_refused_account_is_answered_as_twilio_describes() -> None:
    async def story() -> None:
        async with overheard(token="wrong") as (_, desk, around):
            with pytest.raises(SendError):
                await desk.send(OUTGOING[0])
            assert [status for *_, status, _ in around.exchanges] == [401]
            assert faults(around.exchanges) == []

    run(story())


def test_a_list_of_many_pages_is_asked_for_as_twilio_describes() -> None:
    async def story() -> None:
        async with overheard() as (carrier, desk, around):
            for number in range(1001):
                carrier.log.add(SimulatedMessage(new_sid("SM"), "outbound-api", DESK, LEAD, f"{number}", status="sent"))
            found = await desk.list_messages(to=LEAD, sent_after=datetime.now(UTC) - timedelta(hours=1))
            assert (len(found), len(around.exchanges)) == (1001, 2)
            assert faults(around.exchanges) == []

    run(story())


# What the judge must find, or its silence above means nothing: method, target, content type, body.
WRONG: list[tuple[str, str, str, str]] = [
    ("POST", MESSAGES, FORM, "From=%2B14155550170&Body=hi"),  # no To
    ("POST", MESSAGES, FORM, "To=%2B12025550119&Boby=hi"),
    ("POST", MESSAGES, FORM, "To=%2B12025550119&ValidityPeriod=10.5"),
    ("POST", MESSAGES, FORM, "To=%2B12025550119&MessagingServiceSid=MG1"),
    ("POST", MESSAGES, FORM, "To=%2B12025550119&StatusCallback=nowhere"),
    ("POST", MESSAGES, FORM, "To=%2B12025550119&To=%2B12025550120"),
    ("POST", MESSAGES, FORM, "To=%2B12025550119&RiskCheck=perhaps"),
    ("POST", MESSAGES, "application/json", '{"To": "+12025550119"}'),
    ("POST", MESSAGES.replace("AC", "AB"), FORM, "To=%2B12025550119"),
    ("GET", f"{MESSAGES}?PageSize=1001", "", ""),
    ("GET", f"{MESSAGES}?DateSent%3E%3D=2026-11-20", "", ""),
    ("GET", f"{MESSAGES}?DateSent%3E=yesterday", "", ""),
    ("GET", MESSAGES.replace("Messages.json", "Messages/SM1.json"), "", ""),
    ("PUT", MESSAGES, FORM, "To=%2B12025550119"),
    ("GET", "/2010-04-01/Messages.json", "", ""),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]} {case[1][-24:]} {case[3][:40]}")
def test_the_judge_sees_what_is_wrong_with_a_request(case: tuple[str, str, str, str]) -> None:
    method, target, kind, body = case
    assert Contract(PATH).faults_of_request(method, target, kind, body.encode(), ["authorization"]) != []


def test_the_judge_misses_credentials_and_wrong_answers() -> None:
    contract = Contract(PATH)
    assert contract.faults_of_request("GET", MESSAGES) == ["no Authorization header"]
    wrong: list[dict[str, Any]] = [{"num_segments": 1}, {"status": "gone"}, {"sid": "SM1"}, {"error_code": "30003"}]
    for answer in wrong:
        assert contract.faults_of_answer("POST", MESSAGES, 201, answer), answer
    assert contract.faults_of_answer("POST", MESSAGES, 202, {}) == ["HTTP 202 is not described"]
    assert contract.faults_of_answer("POST", MESSAGES, 400, {"code": 21211}) != []


def test_a_messaging_service_is_asked_for_as_twilio_describes() -> None:
    async def story() -> None:
        async with overheard() as (_, desk, around):
            with pytest.raises(SendError):
                await desk.send(Outgoing(7, "sms", SERVICE, LEAD, "hi"))
            ((method, target, headers, body, *_),) = around.exchanges
            assert Contract(PATH).faults_of_request(method, target, headers["content-type"], body, list(headers)) == []
            assert f"MessagingServiceSid={SERVICE}".encode() in body

    run(story())
