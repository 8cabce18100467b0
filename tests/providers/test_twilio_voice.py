"""Twilio's voice webhooks: against the shared fixtures where they stand, and whatever the fields hold."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.calls import rules
from frontdesk.calls.model import Direction, Leg
from frontdesk.errors import Malformed
from frontdesk.provider import HttpRequest
from frontdesk.providers.callers import WITHHELD_NUMBERS, caller, is_number, plain_number
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_voice import asks_for_answer, dial, read_call, said
from frontdesk.told import CallReceived, CallSign

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures" / "twilio"
ALL = sorted(path.stem for path in FOLDER.glob("voice-*.json"))
CALL = {
    "CallSid": "CA" + "1" * 32,
    "CallStatus": "ringing",
    "Direction": "inbound",
    "From": "+12025550143",
    "To": "+14155550100",
}
SIGNS = {
    CallSign.RINGING: "ringing",
    CallSign.CONNECTED: "connected",
    CallSign.MISSED: "missed",
    CallSign.FAILED: "failed",
}


def twilio(token: str = "t") -> Twilio:
    return Twilio(account_sid="AC1", auth_tokens=[token], api_base="https://api.example.test", status_callback="")


def request(fields: dict[str, str]) -> HttpRequest:
    return HttpRequest(
        "POST", "https://desk.example.com/webhooks/twilio/voice", {}, urlencode(fields, errors="replace").encode()
    )


@pytest.mark.skipif(not ALL, reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")
@pytest.mark.parametrize("name", ALL)
def test_deliveries_give_the_expected_events(name: str) -> None:
    fixture = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    desk, legs = twilio(fixture["config"]["auth_token"]), dict[str, Leg]()
    for delivery in fixture["deliveries"]:
        asked = delivery["request"]
        headers = {key.lower(): value for key, value in asked["headers"].items()}
        posted = HttpRequest(asked["method"], asked["url"], headers, asked["body"].encode())
        desk.verify(posted)
        ((item, event),) = zip(desk.parse("twilio_voice", posted), delivery["expected"]["events"], strict=True)
        read = desk.read("twilio_voice", item.payload)
        assert isinstance(read, CallReceived)
        direction = rules.direction_of(read.direction)
        legs[read.provider_call_id] = leg = rules.told(
            legs.get(read.provider_call_id, Leg(read.provider_call_id)), read, direction
        ).leg
        outcome = leg.outcome.value if read.sign is CallSign.ENDED and leg.outcome else SIGNS.get(read.sign)
        ours = {
            "type": "call.updated",
            "external_id": read.provider_call_id,
            "dedupe_key": item.request_id,
            "provider_status": read.provider_state,
            "outcome": outcome,
            "direction": direction,
            "from": read.other_address or None,
            "to": read.our_address,
        }
        assert ours == {key: event[key] for key in ours}
        kind = delivery["expected"]["response"]["kind"]
        assert asks_for_answer(item.payload) is (kind in ("twiml-dial", "twiml") and "dial_status" not in event)
    final = fixture.get("expected_final", {}).get("call_outcome", {})
    assert {call: legs[call].outcome for call in final} == final


@pytest.mark.parametrize(
    "given",
    [
        *sorted(WITHHELD_NUMBERS),
        "anonymous",
        "Restricted",
        "BLOCKED ",
        "unknown",
        "sip:anonymous@x.invalid",
        "",
        None,
        7,
    ],
)
def test_who_withholds_the_number_has_none(given: object) -> None:
    assert caller(given) == ""


@pytest.mark.parametrize(
    ("given", "number"), [("+1 (202) 555-0143", "+12025550143"), (" +12025550143 ", "+12025550143")]
)
def test_a_number_is_kept_without_what_people_write_into_it(given: str, number: str) -> None:
    assert caller(given) == plain_number(given) == number
    assert is_number(number)


@pytest.mark.parametrize(
    ("fields", "sign"),
    [
        ({"CallStatus": "in-progress"}, CallSign.RINGING),  # the TwiML runs, nobody talks
        ({"CallStatus": "in-progress", "Direction": "outbound-api"}, CallSign.CONNECTED),
        ({"CallStatus": "completed"}, CallSign.ENDED),
        ({"CallStatus": "completed", "DialCallStatus": "completed"}, CallSign.CONNECTED),
        ({"CallStatus": "in-progress", "DialCallStatus": "answered"}, CallSign.CONNECTED),
        ({"CallStatus": "in-progress", "DialCallStatus": "busy"}, CallSign.MISSED),
        ({"CallStatus": "in-progress", "DialCallStatus": "failed"}, CallSign.FAILED),
        ({"CallStatus": "of a later year"}, CallSign.DETAILS),
    ],
)
def test_each_status_says_one_thing(fields: dict[str, str], sign: CallSign) -> None:
    assert read_call({**CALL, **fields}).sign is sign


def test_a_call_that_the_desk_took_and_nobody_else_is_missed_and_one_of_which_nothing_is_known_is_over() -> None:
    for story, status in (([{}, {"CallStatus": "completed"}], "missed"), ([{"CallStatus": "completed"}], "ended")):
        leg = Leg("CA")
        for fields in story:
            leg = rules.told(leg, read_call({**CALL, **fields}), Direction.INBOUND).leg
        assert leg.status == status


def test_twiml_is_escaped() -> None:
    assert said('Tom & "Jerry" <3').body == (
        b'<?xml version="1.0" encoding="UTF-8"?><Response><Say>Tom &amp; "Jerry" &lt;3</Say></Response>'
    )
    assert said("").body.endswith(b"<Response/>")
    whole = dial("+14155550111", seconds=20, action="https://desk.example.com/v?a=1&b=2").body.decode()
    assert 'action="https://desk.example.com/v?a=1&amp;b=2" timeout="20"' in whole
    assert "<Number>+14155550111</Number>" in whole


FIELDS = st.dictionaries(
    st.sampled_from([*CALL, "DialCallStatus", "Timestamp", "CallDuration", "CallbackSource"]),
    st.text(max_size=80) | st.sampled_from(["ringing", "completed", "-1", "CA1", "Fri, 99 Nov 2026 20:11:00 +0000"]),
)


@settings(max_examples=300, deadline=None)
@given(FIELDS)
def test_whatever_the_fields_hold_a_call_is_read_or_malformed(fields: dict[str, str]) -> None:
    try:
        (item,) = twilio().parse("twilio_voice", request({**CALL, **fields}))
    except Malformed:
        return
    assert "\x00" not in item.request_id + item.lane
    assert len(item.request_id) < 200
    twilio().read("twilio_voice", item.payload)
