"""Dialpad against the shared fixtures, read where they stand; skipped loudly where they do not."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from frontdesk.calls import rules
from frontdesk.calls.model import Leg, Outcome
from frontdesk.errors import Forged
from frontdesk.message import Item, Receipt, ReceiptStatus, TextReceived
from frontdesk.provider import HttpRequest
from frontdesk.providers.dialpad import Dialpad
from frontdesk.readers.keywords import keyword
from frontdesk.told import CallReceived, CallSign

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures" / "dialpad"
ALL = sorted(path.stem for path in FOLDER.glob("*.json"))
pytestmark = pytest.mark.skipif(not ALL, reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")

REST, VECTORS = "api-sms-webhook-subscription", "signature-vectors"
DELIVERIES = [name for name in ALL if name not in (REST, VECTORS)]
OUTCOMES = {
    CallSign.RINGING: "ringing",
    CallSign.CONNECTED: "connected",
    CallSign.GREETING: "voicemail_greeting",
    CallSign.VOICEMAIL: "voicemail",
    CallSign.MISSED: "missed",
    CallSign.DETAILS: None,
}


def load(name: str) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return fixture


def as_request(delivered: dict[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in delivered["headers"].items()}
    return HttpRequest(delivered["method"], delivered["url"], headers, delivered["body"].encode())


class Calls:
    """The legs of a fixture's calls, joined as the store joins them: by any id that two of them share."""

    def __init__(self) -> None:
        self.groups: list[tuple[list[str], dict[str, Leg]]] = []

    def tell(self, event: CallReceived) -> tuple[str, Outcome | None]:
        """The root's id and the outcome once the event is told."""
        ids = {event.provider_call_id, *event.related}
        hit = [group for group in self.groups if ids & set(group[0])]
        self.groups = [group for group in self.groups if group not in hit]
        names = list(dict.fromkeys([*(n for group in hit for n in group[0]), event.provider_call_id, *event.related]))
        legs = {key: leg for group in hit for key, leg in group[1].items()}
        before = legs.get(event.provider_call_id, Leg(event.provider_call_id))
        legs[event.provider_call_id] = rules.told(before, event, rules.direction_of(event.direction)).leg
        self.groups.append((names, legs))
        return names[0], rules.joined(list(legs.values()))[1]

    def outcomes(self) -> dict[str, str | None]:
        """The outcome of each call by its root."""
        told = {names[0]: rules.joined(list(legs.values()))[1] for names, legs in self.groups}
        return {root: outcome.value if outcome else None for root, outcome in told.items()}


@pytest.mark.parametrize("name", DELIVERIES)
def test_deliveries_give_the_expected_events(name: str) -> None:
    fixture, seen, calls = load(name), set[str](), Calls()
    secret = fixture["config"]["webhook_secret"]
    desk = Dialpad(secrets=[secret] if secret else [], allow_unsigned=fixture["config"].get("allow_unsigned", False))
    for delivery in fixture["deliveries"]:
        request, expected = as_request(delivery["request"]), delivery["expected"]
        if not expected["authentic"]:
            with pytest.raises(Forged):
                desk.verify(request)
            continue
        desk.verify(request)
        items = [item for item in desk.parse("dialpad", request) if item.request_id not in seen]
        seen |= {item.request_id for item in items}
        assert len(items) == len(expected["events"])
        for item, event in zip(items, expected["events"], strict=True):
            ours = facts(item, desk.read("dialpad", item.payload), calls)
            shared = ours.keys() & event.keys()
            assert {"type", "dedupe_key", "to"} <= shared
            assert {key: ours[key] for key in shared} == {key: event[key] for key in shared}
    final = fixture.get("expected_final") or {}
    assert {call: calls.outcomes()[call] for call in final.get("call_outcome", {})} == final.get("call_outcome", {})
    for counted, outcome in (("missed_calls_created", "missed"), ("voicemails_created", "voicemail")):
        if counted in final:
            assert list(calls.outcomes().values()).count(outcome) == final[counted]
    if "calls_created" in final:
        assert len(calls.groups) == final["calls_created"]


def facts(item: Item, received: CallReceived | TextReceived | Receipt, calls: Calls) -> dict[str, Any]:
    """Our values in the vocabulary of the fixtures."""
    payload = item.payload
    if isinstance(received, Receipt):
        failed = received.status is ReceiptStatus.FAILED
        return {
            "type": "message.status",
            "external_id": received.provider_message_id,
            "dedupe_key": item.request_id,
            "provider_status": received.provider_status,
            "status": "failed" if failed else received.status.value,
            "to": item.other_address,
            "error_code": received.error_code,
        }
    if isinstance(received, TextReceived):
        word = keyword(received.body)
        return {
            "type": "message.received",
            "external_id": received.provider_message_id,
            "dedupe_key": item.request_id,
            "from": received.from_address,
            "to": received.to_address,
            "text": received.body if "text" in payload else None,
            "media": [{"url": media.url, "content_type": media.content_type or None} for media in received.media],
            **({"opt_out": "STOP"} if word and word.kind == "stop" else {}),
        }
    return call_facts(item, received, calls)


def call_facts(item: Item, received: CallReceived, calls: Calls) -> dict[str, Any]:
    root, outcome = calls.tell(received)
    over = received.sign is CallSign.ENDED
    outbound = rules.direction_of(received.direction) == "outbound"
    ends = (
        (received.our_address, received.other_address) if outbound else (received.other_address, received.our_address)
    )
    return {
        "type": "call.updated",
        "channel": item.channel,
        "external_id": received.provider_call_id,
        "root_id": root,
        "dedupe_key": item.request_id,
        "provider_status": received.provider_state,
        "outcome": (outcome.value if outcome else None) if over else OUTCOMES[received.sign],
        "direction": rules.direction_of(received.direction),
        "from": ends[0],
        "to": ends[1],
        "occurred_at": stamp(received.occurred_at),
        "started_at": stamp(received.started_at),
        "ended_at": stamp(received.ended_at),
        "duration_s": received.talk_seconds,
    }


def stamp(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z" if at else None


def vectors() -> list[dict[str, Any]]:
    return load(VECTORS)["vectors"] if VECTORS in ALL else []


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_published_signature_vectors(vector: dict[str, Any]) -> None:
    desk = Dialpad(secrets=[vector["secret"]])
    request = HttpRequest("POST", "https://desk.example.com/webhooks/dialpad", {}, vector["raw_body"].encode())
    if not vector["valid"]:
        with pytest.raises(Forged):
            desk.verify(request)
        return
    desk.verify(request)
    (item,) = desk.parse("dialpad", request)
    assert item.payload == vector["payload"]
    assert item.request_id.startswith(f"{vector['payload']['call_id']}:")


def test_every_fixture_is_covered() -> None:
    assert set(ALL) == {*DELIVERIES, REST, VECTORS}
    for exchange in load(REST)[
        "exchanges"
    ]:  # the desk calls nothing at Dialpad; ids are texts there, and mean the same
        body = exchange["response"]["body"]
        if isinstance(body, dict) and "id" in body:
            assert int(body["id"])
