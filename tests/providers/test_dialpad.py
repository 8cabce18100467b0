"""Dialpad's signature and events: what is accepted, what is refused, and that nothing but a refusal comes of bad ones."""

import json
import warnings
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.errors import Forged, Malformed, SetupError, WebhookError
from frontdesk.message import LaneClass, TextReceived
from frontdesk.provider import HttpRequest
from frontdesk.providers.dialpad import Dialpad
from frontdesk.providers.dialpad_calls import read_call
from frontdesk.told import CallReceived, CallSign

SECRET = "puppy"
CALL = {"call_id": 6543210987654321098, "state": "hangup", "event_timestamp": 1795190400000}


def request(body: bytes, method: str = "POST") -> HttpRequest:
    return HttpRequest(method, "https://desk.example.com/webhooks/dialpad", {"content-type": "application/json"}, body)


def token(event: Any, secret: str = SECRET, algorithm: str = "HS256") -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(event, dict):
            return jwt.encode(event, secret, algorithm=algorithm).encode()
        return jwt.PyJWS().encode(json.dumps(event).encode(), secret, algorithm=algorithm).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)  # fmt: skip
CLAIMS = st.dictionaries(
    st.text() | st.sampled_from(["exp", "iat", "nbf", "aud", "iss", "sub", "jti", "direction", "from_number", "id"]),
    JSON,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    CLAIMS.filter(lambda claims: not {"exp", "iat", "nbf", "iss"} & claims.keys()),
    st.text(min_size=1, max_size=40).filter(str.strip),
)
def test_what_pyjwt_encodes_is_read_as_it_was_whatever_the_secret(claims: dict[str, Any], secret: str) -> None:
    try:
        body = token({**claims, **CALL}, secret)
    except (jwt.PyJWTError, UnicodeEncodeError):
        return  # no secret that anybody can have at Dialpad
    desk = Dialpad(secrets=["another", secret])
    desk.verify(request(b" \r\n" + body + b"\n"))
    (item,) = desk.parse("dialpad", request(body))
    assert item.payload == json.loads(json.dumps({**claims, **CALL}))
    assert item.request_id == "6543210987654321098:hangup:1795190400000"
    with pytest.raises(Forged):
        Dialpad(secrets=["another"]).verify(request(body))


@pytest.mark.parametrize(
    "claim", [{"exp": 1}, {"exp": "never"}, {"nbf": 9999999999}, {"aud": "us"}, {"iat": "x"}, {"sub": 5}]
)
def test_no_claim_is_required_or_judged(claim: dict[str, Any]) -> None:
    body = jwt.PyJWS().encode(json.dumps({**CALL, **claim}).encode(), "x" * 32, algorithm="HS256").encode()
    Dialpad(secrets=["x" * 32]).verify(request(body))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "none"])
def test_no_other_algorithm_is_taken(algorithm: str) -> None:
    key = "" if algorithm == "none" else "x" * 64
    with pytest.raises(Forged):
        Dialpad(secrets=["x" * 64]).verify(request(token(CALL, key, algorithm)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_changed_byte_is_forged(data: st.DataObject) -> None:
    body = bytearray(token(CALL))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[at]))
    if bytes(body).strip() == token(CALL):
        return
    with pytest.raises(Forged):
        Dialpad(secrets=[SECRET]).verify(request(bytes(body)))


def test_plain_json_is_refused_where_a_secret_is_set_and_taken_only_where_that_is_said() -> None:
    plain = request(json.dumps(CALL).encode())
    for desk in (Dialpad(secrets=[SECRET]), Dialpad(secrets=[SECRET], allow_unsigned=True)):
        with pytest.raises(Forged, match="DIALPAD_WEBHOOK_SECRET is set"):
            desk.verify(plain)
    desk = Dialpad(secrets=[], allow_unsigned=True)
    desk.verify(plain)
    assert [item.payload for item in desk.parse("dialpad", plain)] == [CALL]
    with pytest.raises(Forged, match="set DIALPAD_WEBHOOK_SECRET"):
        desk.verify(request(token(CALL)))


@pytest.mark.parametrize("secrets", [[], [""], ["good", " "]])
def test_a_desk_without_a_whole_secret_does_not_start(secrets: list[str]) -> None:
    with pytest.raises(SetupError):
        Dialpad(secrets=secrets)


def test_a_get_is_forged() -> None:
    with pytest.raises(Forged):
        Dialpad(secrets=[SECRET]).verify(request(token(CALL), "GET"))


def parsed(event: Any) -> list[Any]:
    desk, whole = Dialpad(secrets=[SECRET]), request(token(event))
    desk.verify(whole)
    return list(desk.parse("dialpad", whole))


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ([CALL], "no JSON object"),
        ("call", "no JSON object"),
        ({**CALL, "call_id": 5.78e15}, "whole number"),
        ({**CALL, "call_id": True}, "whole number"),
        ({**CALL, "call_id": "12x"}, "whole number"),
        ({**CALL, "call_id": 2**64}, "whole number"),
        ({**CALL, "call_id": -1}, "whole number"),
        ({**CALL, "call_id": {}}, "whole number"),
        ({"from_number": "+12025550143", "direction": "inbound"}, "no id"),
    ],
)
def test_a_signed_body_that_is_no_event_is_malformed(event: Any, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        parsed(event)


def test_a_signed_body_that_is_nested_beyond_measure_is_malformed() -> None:
    deep = b'{"call_id":1,"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    body = jwt.PyJWS().encode(deep, "x" * 32, algorithm="HS256").encode()
    with pytest.raises(Malformed):
        Dialpad(secrets=["x" * 32]).verify(request(body))


@pytest.mark.parametrize("event", [{"on_duty_status": "available", "target": {}}, {"first_name": "Ada", "id": 7}, {}])
def test_events_of_agents_and_contacts_are_of_no_interest(event: dict[str, Any]) -> None:
    assert parsed(event) == []


NASTY = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "é" * 300,
        "+12025550143",
        "TRUE",
        -1,
        2**70,
        1e300,
        True,
        None,
        [],
        {},
        [None],
        {"id": []},
    ]
)
FIELDS = st.sampled_from(
    ["call_id", "state", "direction", "external_number", "internal_number", "contact", "target", "date_started", "date_rang", "date_connected", "date_ended", "event_timestamp", "talk_time", "master_call_id", "entry_point_call_id", "operator_call_id", "voicemail_recording_id", "id", "from_number", "to_number", "text", "text_content", "mms_url", "message_status", "message_delivery_result"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(FIELDS, NASTY | st.integers(1, 2**64)))
def test_whatever_the_fields_hold_an_event_is_read_or_refused(event: dict[str, Any]) -> None:
    desk, whole = Dialpad(secrets=[], allow_unsigned=True), request(json.dumps(event).encode())
    try:
        desk.verify(whole)
        items = desk.parse("dialpad", whole)
    except WebhookError:
        return
    for item in items:
        assert item.lane_class in (LaneClass.CALL, LaneClass.MESSAGE, LaneClass.RECEIPT)
        assert len(item.request_id) < 200
        assert "\x00" not in item.request_id + item.lane
        desk.read("dialpad", item.payload)


def test_the_same_event_as_number_and_as_text_has_one_key() -> None:
    (number,), (text,) = parsed(CALL), parsed({**CALL, "call_id": str(CALL["call_id"])})
    assert number.request_id == text.request_id


def test_without_an_event_timestamp_the_newest_date_orders_and_keys_it() -> None:
    event = {"call_id": 1, "state": "hangup", "date_started": 1795190400000, "date_ended": 1795190402900}
    (item,) = parsed(event)
    assert item.request_id == "1:hangup:1795190402900"
    at = read_call(event).occurred_at
    assert at is not None
    assert at.isoformat() == "2026-11-20T16:00:02.900000+00:00"


def test_legs_of_one_caller_share_a_lane_and_withheld_ones_that_of_their_master() -> None:
    legs = [{**CALL, "call_id": n, "external_number": "+12025550143"} for n in (1, 2)]
    assert {item.lane for leg in legs for item in parsed(leg)} == {"call:dialpad:+12025550143"}
    withheld = [{"call_id": 1, "state": "ringing"}, {"call_id": 2, "state": "ringing", "master_call_id": 1}]
    assert {item.lane for leg in withheld for item in parsed(leg)} == {"call:1"}


@pytest.mark.parametrize(
    ("state", "more", "sign"),
    [
        *((state, {}, CallSign.RINGING) for state in ("preanswer", "ringing", "calling", "queued")),
        *(
            (s, {}, CallSign.CONNECTED)
            for s in ("connected", "hold", "parked", "monitor", "barge", "takeover", "merged")
        ),
        ("hangup", {}, CallSign.ENDED),
        (" Missed ", {}, CallSign.MISSED),
        ("voicemail", {}, CallSign.GREETING),
        ("voicemail_uploaded", {}, CallSign.VOICEMAIL),
        ("transcription", {"voicemail_recording_id": "6123"}, CallSign.VOICEMAIL),
        ("transcription", {}, CallSign.DETAILS),
        ("blocked", {}, CallSign.REJECTED),
        *(
            (s, {}, CallSign.DETAILS)
            for s in ("recording", "call_transcription", "recap_summary", "csat", "new one", "")
        ),
    ],
)
def test_each_state_says_one_thing(state: str, more: dict[str, Any], sign: CallSign) -> None:
    assert read_call({"call_id": 1, "state": state, **more}).sign is sign


def test_a_text_to_a_list_or_a_bare_number_is_read_the_same() -> None:
    desk = Dialpad(secrets=[SECRET])
    base = {"id": 7, "direction": "INBOUND", "from_number": "+12025550143", "text": "Hi"}
    for to in (["+14155550100", "+14155550101"], "(415) 555-0100", "+1 (415) 555-0100"):
        (item,) = parsed({**base, "to_number": to})
        read = desk.read("dialpad", item.payload)
        assert isinstance(read, TextReceived)
        assert read.to_address in ("+14155550100", "(415) 555-0100")
    assert isinstance(desk.read("dialpad", CALL), CallReceived)
