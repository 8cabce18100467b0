"""Vapi against the shared fixtures, read where they stand; skipped loudly where they do not."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontdesk.errors import Forged, Malformed
from frontdesk.provider import HttpRequest
from frontdesk.providers.vapi import Vapi
from frontdesk.providers.vapi_auth import HmacPlan
from frontdesk.providers.vapi_questions import (
    AskedTool,
    AssistantWanted,
    LegacyFunction,
    ToolsWanted,
    TransferWanted,
    assistant_key,
    tool_key,
    transfer_key,
)
from frontdesk.providers.vapi_webhooks import VAPI, Envelope
from frontdesk.told import VoiceLine, VoiceReport, VoiceStatus

SHARED = Path(__file__).resolve().parents[3] / "shared" / "providers"
FOLDER = SHARED / "fixtures" / "vapi"
ALL = sorted(path.stem for path in FOLDER.glob("*.json"))
pytestmark = pytest.mark.skipif(not ALL, reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")

VECTORS = "signature-vectors"
ASKING_VAPI = {"api-create-call"}  # calls that we would place: the desk answers calls, and places none
DELIVERIES = [name for name in ALL if name not in {VECTORS, *ASKING_VAPI}]
SCHEME_OF = {"x-vapi-secret": "secret", "bearer": "bearer", "hmac": "hmac"}


def load(name: str) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return fixture


def vapi(config: dict[str, Any], now: datetime) -> Vapi:
    schemes = frozenset({SCHEME_OF[config["auth"]]})
    return Vapi(secrets=[config["secret"]], schemes=schemes, now=lambda: now)


def as_request(delivered: dict[str, Any]) -> HttpRequest:
    headers = {name.lower(): value for name, value in delivered["headers"].items()}
    return HttpRequest(delivered["method"], delivered["url"], headers, (delivered["body"] or "").encode())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_every_fixture_is_covered_or_named() -> None:
    assert set(ALL) == {*DELIVERIES, VECTORS, *ASKING_VAPI}


@pytest.mark.parametrize("name", DELIVERIES)
def test_deliveries_give_the_expected_events(name: str) -> None:
    fixture, seen = load(name), set[str]()
    for delivery in fixture["deliveries"]:
        desk = vapi(fixture["config"], moment(delivery["at"]))
        request, expected = as_request(delivery["request"]), delivery["expected"]
        if not expected["authentic"]:
            with pytest.raises(Forged):
                desk.verify(request)
            continue
        desk.verify(request)
        if expected["response"]["kind"] == "not-5xx":
            with pytest.raises(Malformed):
                desk.asked(request)
            continue
        ours = [one for one in facts(desk, request) if one["dedupe_key"] not in seen]
        seen |= {one["dedupe_key"] for one in ours}
        wanted = [event for event in expected["events"] if event.get("final") is not False]  # partial ones are not kept
        assert len(ours) == len(wanted)
        for mine, event in zip(ours, wanted, strict=True):
            if event["dedupe_key"] is None:  # the provider gives none: ours is made of the message itself
                event = event | {"dedupe_key": mine["dedupe_key"]}
            assert event.keys() <= mine.keys() | {"channel"}
            assert {key: mine[key] for key in event if key in mine} == {k: v for k, v in event.items() if k in mine}


def facts(desk: Vapi, request: HttpRequest) -> list[dict[str, Any]]:
    """What we make of a webhook in the vocabulary of the fixtures."""
    found = desk.asked(request)
    if found is None:
        return [news(desk, item.request_id, item.payload) for item in desk.parse(VAPI, request)]
    envelope, asked = found
    base = {
        "external_id": envelope.call_id,
        "from": envelope.caller or None,
        "to": envelope.our_number,
        "anonymous": not envelope.caller,
    }
    match asked:
        case ToolsWanted(calls):
            return [base | called(envelope, call) for call in calls]
        case LegacyFunction(name, arguments):
            return [base | called(envelope, AskedTool("", name, arguments)) | {"tool_call_id": None}]
        case AssistantWanted():
            return [base | {"type": "assistant.requested", "dedupe_key": assistant_key(envelope)}]
        case TransferWanted():
            return [base | {"type": "transfer.requested", "dedupe_key": transfer_key(envelope)}]
    raise AssertionError(asked)


def called(envelope: Envelope, call: AskedTool) -> dict[str, Any]:
    return {
        "type": "tool.called",
        "tool_call_id": call.id,
        "tool_name": call.name,
        "arguments": call.arguments,
        "invalid_arguments": call.arguments is None,
        "dedupe_key": tool_key(envelope, call),
    }


def news(desk: Vapi, request_id: str, payload: Any) -> dict[str, Any]:
    read = desk.read(VAPI, payload)
    base = {
        "external_id": read.provider_call_id,
        "dedupe_key": request_id,
        "customer": desk.numbers(payload)[1] or None,
    }
    match read:
        case VoiceLine():
            return base | {"type": "transcript.received", "role": read.role, "text": read.text, "final": True}
        case VoiceStatus():
            return base | {
                "type": "call.updated",
                "provider_status": read.status,
                "outcome": read.outcome,
                "direction": read.direction,
                "ended_reason": read.ended_reason,
            }
        case VoiceReport():
            both = read.started_at is not None and read.ended_at is not None
            return base | {
                "type": "call.report",
                "ended_reason": read.ended_reason,
                "outcome": read.outcome,
                "direction": read.direction,
                "summary": read.summary,
                "transcript": read.transcript,
                "recording_url": read.recording_url,
                "structured_data": read.structured_data,
                "success": read.success,
                "duration_s": (read.ended_at - read.started_at).total_seconds() if both else None,  # type: ignore[operator]
                "started_at": iso(read.started_at),
                "ended_at": iso(read.ended_at),
                "cost": read.cost,
            }


def iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at is not None else None


def vectors() -> list[dict[str, Any]]:
    return load(VECTORS)["vectors"] if VECTORS in ALL else []


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_signature_vectors(vector: dict[str, Any]) -> None:
    plan = HmacPlan(
        algorithm=vector["algorithm"],
        payload_format=vector["payload_format"],
        encoding=vector["encoding"],
        prefix=vector["prefix"],
        secret_is_base64=vector["secret_is_base64"],
    )
    now = datetime.fromtimestamp(1795190400, UTC) + timedelta(minutes=2)
    desk = Vapi(secrets=["another", vector["secret"]], schemes=frozenset({"hmac"}), plan=plan, now=lambda: now)
    headers = {
        "x-signature": vector["signature"],
        "x-timestamp": vector["timestamp"],
        "svix-id": vector["message_id"],
    }
    request = HttpRequest(vector["method"], vector["url"], headers, vector["raw_body"].encode())
    if vector["valid"]:
        desk.verify(request)
    else:
        with pytest.raises(Forged):
            desk.verify(request)
