"""Every request of ours, and every answer of the simulator, held against Meta's own OpenAPI document.

It is read where it stands, and skipped loudly where it does not.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.errors import SendError
from frontdesk.message import Outgoing, Template
from frontdesk.providers.whatsapp import WhatsApp
from frontdesk.providers.whatsapp_sending import send_body
from frontdesk.simulator import WhatsAppCarrier
from frontdesk.simulator.server import serve_app
from frontdesk.simulator.whatsapp_api import whatsapp_routes
from frontdesk.simulator.whatsapp_webhooks import envelope

PATH = Path(__file__).resolve().parents[3] / "shared" / "providers" / "contracts" / "whatsapp.openapi.json"
pytestmark = pytest.mark.skipif(not PATH.exists(), reason=f"THE SHARED CONTRACT IS NOT HERE: {PATH}")

MESSAGES = "/{Version}/{Phone-Number-ID}/messages"
OURS, ADA, TOKEN, NUMBER_ID = "+15550783881", "+16505551234", "EAAtesttoken", "106540352242922"
FOLLOW_UP = Template("follow_up", "en_US", "1")


def judge(*path: str) -> jsonschema_rs.Draft202012Validator:
    """The judge of the schema at this place of the document."""
    document = as_2020(json.loads(PATH.read_text("utf-8")))
    schema: Any = document
    for step in path:
        schema = schema[step]
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def as_2020(part: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(part, list):
        return [as_2020(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: as_2020(value) for name, value in part.items() if name != "nullable"}
    if part.get("nullable") is True and "type" in kept:
        kept["type"] = [kept["type"], "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    return kept


def request_judge() -> jsonschema_rs.Draft202012Validator:
    return judge("paths", MESSAGES, "post", "requestBody", "content", "application/json", "schema")


def faults(validator: jsonschema_rs.Draft202012Validator, value: Any) -> list[str]:
    return [error.message for error in validator.iter_errors(value)]


OUTGOING = {
    "text": Outgoing(7, "whatsapp", OURS, ADA, "Grüße & 👍"),
    "long text": Outgoing(7, "whatsapp", OURS, ADA, "x" * 9000),
    "reply": Outgoing(7, "whatsapp", OURS, ADA, "yes", reply_to="wamid.IN1"),
    "by user id": Outgoing(7, "whatsapp", OURS, "US.13491208655302741918", "hi"),
    "buttons": Outgoing(7, "whatsapp", OURS, ADA, "When?", choices=("Today", "Tomorrow")),
    "list": Outgoing(7, "whatsapp", OURS, ADA, "Which?", choices=("Boiler", "Tap", "Bath", "A roof that leaks")),
    "choices too long": Outgoing(7, "whatsapp", OURS, ADA, "Which?", choices=("x" * 30,)),
    "template": Outgoing(7, "whatsapp", OURS, ADA, "one\n\ntwo", template=FOLLOW_UP),
    "template by name": Outgoing(7, "whatsapp", OURS, ADA, "t", template=Template("f", "de", "text")),
    "bare template": Outgoing(7, "whatsapp", OURS, ADA, "t", template=Template("f", "de")),
}


@pytest.mark.parametrize("outgoing", OUTGOING.values(), ids=OUTGOING.keys())
def test_what_we_ask_is_what_meta_describes(outgoing: Outgoing) -> None:
    assert faults(request_judge(), send_body(outgoing)) == []


def test_what_can_be_tapped_goes_as_buttons_or_a_list_or_not_at_all() -> None:
    kinds = {name: send_body(one) for name, one in OUTGOING.items()}
    assert kinds["buttons"]["interactive"]["type"] == "button"
    assert kinds["list"]["interactive"]["type"] == "list"
    assert kinds["choices too long"]["type"] == "text"
    assert kinds["template"]["template"]["components"][0]["parameters"] == [{"type": "text", "text": "one two"}]
    assert "components" not in kinds["bare template"]["template"]


# What the judge must find, or its silence above means nothing.
WRONG: list[dict[str, Any]] = [
    {"text": {"body": "x" * 5000}},
    {"text": {}},
    {"to": 16505551234},
    {"type": "smoke"},
    {"messaging_product": "signal"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_judge_sees_what_is_wrong(wrong: dict[str, Any]) -> None:
    assert faults(request_judge(), send_body(OUTGOING["text"]) | wrong) != []


def test_what_goes_over_the_wire_and_what_the_simulator_answers_is_what_meta_describes() -> None:
    asyncio.run(wire())


async def wire() -> None:
    carrier = WhatsAppCarrier(token=TOKEN, app_secret="s" * 32, numbers={NUMBER_ID: OURS})
    heard: list[tuple[str, dict[str, str], Any]] = []
    (real,) = whatsapp_routes(carrier)
    answers: list[tuple[int, Any]] = []

    async def overheard(request: Request) -> Response:
        heard.append((request.url.path, dict(request.headers), await request.json()))
        response: Response = await real.endpoint(request)
        answers.append((response.status_code, json.loads(bytes(response.body))))
        return response

    async with serve_app(Starlette(routes=[Route(real.path, overheard, methods=["POST"])])) as base_url:
        desk = WhatsApp(
            tokens=[TOKEN],
            app_secrets=["s"],
            verify_tokens=["v"],
            phone_number_id="none",
            numbers={OURS: NUMBER_ID},
            api_base=base_url,
        )
        for outgoing in OUTGOING.values():
            await desk.send(outgoing)
        carrier.refuse_next(131026)
        for outgoing in (OUTGOING["text"], Outgoing(7, "whatsapp", "+15550000000", ADA, "hi")):
            with pytest.raises(SendError):
                await desk.send(outgoing)
        await desk.aclose()
    await carrier.settled(timeout=10)
    await carrier.aclose()
    requests, accepted = request_judge(), judge(*RESPONSES, "200", *JSON)
    refused = judge(*RESPONSES, "400", *JSON)
    for path, headers, body in heard[:-1]:
        assert path == f"/v23.0/{NUMBER_ID}/messages"
        assert (headers["authorization"], headers["content-type"]) == (f"Bearer {TOKEN}", "application/json")
        assert faults(requests, body) == []
    assert [status for status, _ in answers] == [200] * len(OUTGOING) + [400, 400]
    for status, answer in answers:
        assert faults(accepted if status == 200 else refused, answer) == []


RESPONSES = ("paths", MESSAGES, "post", "responses")
JSON = ("content", "application/json", "schema")


def test_the_simulators_webhooks_are_what_meta_describes() -> None:
    carrier = WhatsAppCarrier(token=TOKEN, app_secret="s", numbers={NUMBER_ID: OURS})
    kinds: list[dict[str, Any]] = [
        {"text": {"body": "hi"}},
        {"image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "c"}},
        {"location": {"latitude": 1.5, "longitude": 2.5}},
    ]
    messages = [carrier.written(ADA, content) for content in kinds]
    schema = judge("components", "schemas", "WebhookPayload")
    assert faults(schema, envelope([carrier.value(messages=messages)])) == []
    asyncio.run(carrier.aclose())
