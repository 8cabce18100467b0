"""jsonb, fingerprints, and what a failed try leads to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.inbox.rules import Dead, Retry, after_failure, fingerprint, jsonb_safe
from frontdesk.message import LaneClass, lane_key

_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))  # fmt: skip


@given(st.dictionaries(st.text(), _JSON))
def test_jsonb_gets_only_what_it_can_hold_and_says_what_was_replaced(value: dict[str, object]) -> None:
    safe = jsonb_safe(value)
    assert "\\u0000" not in json.dumps(safe).replace("\\\\", "")
    json.dumps(safe, ensure_ascii=False).encode("utf-8")
    assert ("_replaced" in safe) == (safe != value)


def test_a_lone_surrogate_and_nul_are_marked() -> None:
    assert jsonb_safe({"a": "x\x00y", "b": ["\ud800"]})["_replaced"]
    assert jsonb_safe({"a": "fine"}) == {"a": "fine"}


def test_dead_letters_group_by_what_went_wrong_not_by_whom_it_hit() -> None:
    one = fingerprint("twilio_sms", "KeyError@x", "no lead 17 for +447700900123 in SM0123456789abcdef0123456789abcdef")
    two = fingerprint("twilio_sms", "KeyError@x", "no lead 4 for +12025550143 in SMfedcba9876543210fedcba9876543210")
    assert one == two
    assert fingerprint("twilio_sms", "KeyError@y", "no lead 4") != fingerprint("twilio_sms", "KeyError@x", "no lead 4")


@pytest.mark.parametrize(("tries", "hopeless", "kind"), [(1, False, Retry), (7, False, Retry), (8, False, Dead), (1, True, Dead)])  # fmt: skip
def test_retries_end(tries: int, hopeless: bool, kind: type) -> None:
    assert isinstance(after_failure(tries, max_tries=8, hopeless=hopeless), kind)


def test_lanes() -> None:
    assert lane_key(LaneClass.MESSAGE, "sms", "+1a", "+1b") == "message:sms:+1a:+1b"
    assert lane_key(LaneClass.RECEIPT, "sms", "+1a", "+1b", "SM1") == "receipt:SM1"
