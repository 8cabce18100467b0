"""Vapi's messages: who is let in, in which shapes tools are called, what is kept and what is hidden."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.errors import Forged, Malformed, SetupError
from frontdesk.provider import HttpRequest
from frontdesk.providers.vapi import Vapi
from frontdesk.providers.vapi_auth import HmacPlan
from frontdesk.providers.vapi_questions import AskedTool, LegacyFunction, ToolsWanted, answer_of, line
from frontdesk.providers.vapi_reports import outcome_of
from frontdesk.providers.vapi_webhooks import VAPI, moment
from frontdesk.told import VoiceReport, VoiceStatus

OLD, NEW = "the-old-secret-of-the-server", "the-new-secret-of-the-server"
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
CALL = {"id": "c1", "type": "inboundPhoneCall", "customer": {"number": "+12025550143"}}


def vapi(**more: Any) -> Vapi:
    return Vapi(secrets=[NEW, OLD], now=lambda: NOW, **more)


def request(message: Any, **headers: str) -> HttpRequest:
    body = message if isinstance(message, bytes) else json.dumps({"message": message}).encode()
    named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest("POST", "https://desk.example.com/vapi-webhook", named, body)


def signed(body: bytes, timestamp: str, key: str = OLD) -> HttpRequest:
    signature = hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return request(body, x_signature=signature, x_timestamp=timestamp)


@pytest.mark.parametrize("secret", [OLD, NEW])
@pytest.mark.parametrize("header", ["x_vapi_secret", "authorization", "bearer", "hmac"])
def test_both_secrets_are_good_while_one_is_rotated_in_every_scheme(header: str, secret: str) -> None:
    if header == "hmac":
        vapi().verify(signed(b"{}", "1795190400", secret))
    elif header == "bearer":
        vapi().verify(request({}, authorization=f"bearer {secret}"))
    else:
        vapi().verify(request({}, **{header: secret}))


@pytest.mark.parametrize(
    "forged",
    [
        request({}),
        request({}, x_vapi_secret=""),
        request({}, x_vapi_secret="nope"),
        request({}, x_vapi_secret=f"{NEW},{OLD}"),
        request({}, x_vapi_secret="é\udcff"),
        request({}, authorization=f"Basic {NEW}"),
        request({}, x_signature="0" * 64, x_timestamp="1795190400"),
        signed(b"{}", "1795190000"),  # older than five minutes
        signed(b"{}", "1795190800000"),  # from ahead, in milliseconds
        signed(b"{}", ""),
        signed(b"{}", "yesterday"),
        signed(b"{}", "9" * 15),
        signed(b"{}", "1795190400", "a-key-that-is-nobodys"),
    ],
)
def test_what_proves_nothing_is_forged(forged: HttpRequest) -> None:
    with pytest.raises(Forged):
        vapi().verify(forged)


def test_one_scheme_may_be_asked_for_alone() -> None:
    only = vapi(schemes=frozenset({"hmac"}))
    only.verify(signed(b"{}", "1795190400000"))
    with pytest.raises(Forged):
        only.verify(request({}, x_vapi_secret=NEW))


def test_a_body_that_looks_like_the_format_is_signed_as_it_stands() -> None:
    vapi(plan=HmacPlan()).verify(signed(b'{"a": "{timestamp}.{body}"}', "1795190400"))


@pytest.mark.parametrize("secrets", [[], [""], ["good-enough-secret", " "]])
def test_a_blank_secret_is_refused_at_the_start(secrets: list[str]) -> None:
    with pytest.raises(SetupError, match="VAPI_SECRET"):
        Vapi(secrets=secrets)


def tools(**message: Any) -> tuple[AskedTool, ...]:
    found = vapi().asked(request({"type": "tool-calls", "call": CALL, **message}))
    assert found is not None
    assert isinstance(found[1], ToolsWanted)
    return found[1].calls


def nested(call_id: str, arguments: Any, name: str = "book") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ({"a": 1}, {"a": 1}),
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        ("  ", {}),
        (None, {}),
        ("null", {}),
        ("{broken", None),
        ("[1]", None),
        ([1], None),
        (7, None),
    ],
)
def test_arguments_come_as_object_or_text_or_nonsense(arguments: Any, read: Any) -> None:
    assert tools(toolCallList=[nested("t", arguments)]) == (AskedTool("t", "book", read),)


def test_each_id_is_taken_once_from_the_most_trusted_place_and_none_is_missed() -> None:
    found = tools(
        toolCallList=[nested("1", {"from": "list"}), nested("1", {"from": "list again"})],
        toolCalls=[nested("1", {"from": "copy"}), nested("2", {"from": "copy"})],
        toolWithToolCallList=[
            {"function": {"name": "book"}, "toolCall": nested("2", {"from": "with"})},
            {"name": "flat", "toolCall": {"id": "3", "parameters": {"from": "flat"}}},
            {"function": {"name": "outer"}, "toolCall": {"id": "4", "function": {"arguments": "{}"}}},
        ],
    )
    assert [(call.id, call.name, call.arguments) for call in found] == [
        ("1", "book", {"from": "list"}),
        ("2", "book", {"from": "copy"}),
        ("3", "flat", {"from": "flat"}),
        ("4", "outer", {}),
    ]


@pytest.mark.parametrize("lists", [{}, {"toolCallList": None}, {"toolCallList": "x"}, {"toolCallList": [None, 3, {}]}])
def test_a_message_without_calls_asks_nothing_and_is_no_error(lists: dict[str, Any]) -> None:
    assert tools(**lists) == ()


def test_more_calls_than_a_model_makes_are_cut() -> None:
    assert len(tools(toolCallList=[nested(str(n), {}) for n in range(500)])) == 32


def test_the_older_way_of_calling_takes_text_too() -> None:
    asked = {"type": "function-call", "call": CALL, "functionCall": {"name": "book", "parameters": '{"day": "Friday"}'}}
    found = vapi().asked(request(asked))
    assert found is not None
    assert found[1] == LegacyFunction("book", {"day": "Friday"})


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("two\nlines\r\n and\ttabs\x00", "two lines and tabs"),
        ({"a": [1, None]}, '{"a":[1,null]}'),
        ([datetime(2026, 1, 1, tzinfo=UTC)], '["2026-01-01T00:00:00+00:00"]'),
        ({1: 2**80}, "{1: 1208925819614629174706176}"),
        ("\ud800 alone", "alone"),
        (12.5, "12.5"),
        ("é ☕ 🙂", "é ☕ 🙂"),
    ],
)
def test_a_result_is_one_line_of_text(said: Any, heard: str) -> None:
    assert line(said) == heard
    assert json.loads(answer_of({"result": line(said)}).body) == {"result": heard}


def test_secrets_are_hidden_in_payload_and_body_and_the_rest_stays() -> None:
    tool = {"server": {"url": "https://x.example", "secret": "somebody's"}, "function": {"name": "book"}}
    message = {
        "type": "status-update",
        "status": "ringing",
        "call": CALL,
        "tools": [tool],
        "toolWithToolCallList": [tool],
        "assistant": {"serverUrlSecret": "older"},
        "note": f"it is {OLD}!",
    }
    (item,) = vapi().parse(VAPI, request(message))
    assert item.body is not None
    stored = item.body.decode()
    for secret in (OLD, "somebody's", "older"):
        assert secret not in stored
        assert secret not in json.dumps(item.payload)
    assert json.loads(stored)["message"]["note"] == "it is [hidden]!"
    assert item.payload["toolWithToolCallList"][0]["server"] == {"url": "https://x.example", "secret": "[hidden]"}
    assert item.payload["_left_out"] == ["tools", "assistant"]


def test_without_secrets_the_body_is_stored_as_it_came() -> None:
    (item,) = vapi().parse(VAPI, request({"type": "status-update", "status": "ringing", "call": CALL}))
    assert item.body is None
    assert (item.request_id, item.lane, item.to_account) == ("c1:status:ringing", "call:c1", True)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "speech-update", "call": CALL},
        {"type": "brand-new", "call": CALL},
        {"type": "status-update", "call": CALL},  # of which status?
        {"type": "status-update", "status": "ringing"},  # of which call?
        {"type": "end-of-call-report"},
        {"type": "transcript", "transcriptType": "partial", "transcript": "I", "call": CALL},
        {"type": "transcript", "transcriptType": "final", "transcript": None, "call": CALL},
    ],
)
def test_what_nothing_is_done_with_is_acknowledged_and_not_kept(message: Any) -> None:
    assert vapi().asked(request(message)) is None
    assert vapi().parse(VAPI, request(message)) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", b'{"message": []}', b'{"message": {"type": 3}}', b'{"message": {"type": " "}}',
     b"\xff\xfe", b"[" * 200 + b"]" * 200, b'{"message":{"type":"hang","a":' + b"[" * 100 + b"]" * 100 + b"}}",
     b'{"message":{"type":"tool-calls","call":{"id":"' + b"x" * 300 + b'"}}}',
     b'{"message":{"type":"tool-calls","call":{"id":"a\\u0000b"}}}'],
)  # fmt: skip
def test_what_is_no_server_message_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        vapi().asked(request(body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ["call", "customer", "phoneNumber", "toolCallList", "toolCalls", "toolWithToolCallList", "functionCall",
          "status", "timestamp", "transcript", "transcriptType", "artifact", "analysis", "endedReason", "startedAt",
          "cost", "role", "id"]  # fmt: skip
KINDS = st.sampled_from(
    ["tool-calls", "function-call", "assistant-request", "transfer-destination-request", "status-update",
     "end-of-call-report", "transcript", 'transcript[transcriptType="final"]', "hang"]
)  # fmt: skip


@given(kind=KINDS, fields=st.dictionaries(st.sampled_from(FIELDS), JSON), known=st.booleans())
def test_whatever_the_fields_hold_it_is_read_or_malformed(kind: str, fields: dict[str, Any], known: bool) -> None:
    message = {"type": kind, **fields, **({"call": CALL} if known else {})}
    try:
        if vapi().asked(request(message)) is None:
            for item in vapi().parse(VAPI, request(message)):
                vapi().read(VAPI, item.payload)
                assert len(item.request_id) <= 512
                assert len(item.lane) <= 512
    except Malformed:
        pass


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("customer-ended-call", "answered"),
        ("silence-timed-out", "answered"),
        ("call.in-progress.twilio-completed-call", "answered"),
        ("customer-did-not-answer", "missed"),
        ("twilio-reported-customer-misdialed", "missed"),
        ("voicemail", "voicemail"),
        ("call.in-progress.error-vapifault-openai-llm-failed", "failed"),
        ("pipeline-error-openai-voice-failed", "failed"),
        ("assistant-request-returned-error", "failed"),
        ("something-new", None),
        ("", None),
        (None, None),
    ],
)
def test_an_ended_reason_is_read_by_its_pattern(reason: str | None, outcome: str | None) -> None:
    assert outcome_of(reason) == outcome


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (1795190400000, NOW),
        (1795190400000.0, NOW),
        ("2026-11-20T16:00:00.000Z", NOW),
        ("2026-11-20T16:00:00", NOW),
        ("soon", None),
        (True, None),
        (1e300, None),
        (None, None),
        ({}, None),
    ],
)
def test_times_come_as_milliseconds_or_text(value: Any, read: datetime | None) -> None:
    assert moment(value) == read


def test_a_report_is_read_from_new_places_before_old_ones() -> None:
    report = {
        "type": "end-of-call-report",
        "call": CALL,
        "summary": "old",
        "transcript": "old",
        "recordingUrl": "https://old.example",
        "analysis": {"summary": "new", "successEvaluation": 7},
        "artifact": {"transcript": " ", "recording": {"mono": {"combinedUrl": "https://new.example"}}},
    }
    (item,) = vapi().parse(VAPI, request(report))
    read = vapi().read(VAPI, item.payload)
    assert isinstance(read, VoiceReport)
    assert (read.summary, read.transcript, read.recording_url) == ("new", "old", "https://new.example")
    assert read.success == "7"


def test_a_stale_status_of_the_call_is_not_taken_for_news() -> None:
    (item,) = vapi().parse(
        VAPI, request({"type": "status-update", "status": "ended", "call": {**CALL, "status": "ringing"}})
    )
    read = vapi().read(VAPI, item.payload)
    assert isinstance(read, VoiceStatus)
    assert read.status == "ended"
