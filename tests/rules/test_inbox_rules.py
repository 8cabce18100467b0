"""jsonb, fingerprints, and what a failed try leads to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.inbox.rules import Dead, Held, Retry, Room, after_failure, fingerprint, jsonb_safe, room_for
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


@pytest.mark.parametrize(
    ("tries", "hopeless", "hold", "outcome"),
    [
        (1, False, False, Retry()),
        (7, False, False, Retry()),
        (8, False, False, Dead()),
        (9, False, False, Dead()),
        (1, True, False, Dead()),
        (1, False, True, Retry()),
        (7, False, True, Retry()),
        (8, False, True, Held()),
        (9, False, True, Held()),  # a person had it tried once more
        (1, True, True, Held()),
    ],
)
def test_retries_end_and_a_lane_that_is_to_wait_waits(tries: int, hopeless: bool, hold: bool, outcome: object) -> None:
    assert after_failure(tries, max_tries=8, hopeless=hopeless, hold=hold) == outcome


def test_a_single_try_is_the_last() -> None:
    assert after_failure(1, max_tries=1, hopeless=False) == Dead()


@pytest.mark.parametrize(
    ("concurrency", "in_hand", "retries_in_hand", "client_share", "retry_share", "room"),
    [
        (128, 0, 0, 0.5, 0.25, Room(128, 32, 64)),
        (128, 100, 0, 0.5, 0.25, Room(28, 28, 64)),  # no more retries than lanes
        (128, 100, 30, 0.5, 0.25, Room(28, 2, 64)),
        (128, 100, 32, 0.5, 0.25, Room(28, 0, 64)),
        (128, 128, 0, 0.5, 0.25, Room(0, 0, 64)),
        (128, 140, 40, 0.5, 0.25, Room(0, 0, 64)),  # more in hand than there is room for
        (128, 0, 0, 1.0, 1.0, Room(128, 128, 128)),  # no shares
        (9, 0, 0, 0.5, 0.25, Room(9, 2, 4)),  # shares are rounded down: at most half
        (3, 0, 0, 0.5, 0.25, Room(3, 1, 1)),
        (1, 0, 0, 0.5, 0.25, Room(1, 1, 1)),  # each share is at least one lane
        (1, 1, 1, 0.5, 0.25, Room(0, 0, 1)),
        (1000, 0, 0, 0.001, 0.001, Room(1000, 1, 1)),
    ],
)
def test_room(
    concurrency: int, in_hand: int, retries_in_hand: int, client_share: float, retry_share: float, room: Room
) -> None:
    shares = {"client_share": client_share, "retry_share": retry_share}
    assert room_for(concurrency, in_hand, retries_in_hand, **shares) == room


@given(
    st.integers(1, 1000),
    st.integers(0, 1200),
    st.integers(0, 1200),
    st.floats(0, 1, exclude_min=True),
    st.floats(0, 1, exclude_min=True),
)
def test_the_room_never_exceeds_what_is_left(
    concurrency: int, in_hand: int, retries_in_hand: int, client_share: float, retry_share: float
) -> None:
    room = room_for(concurrency, in_hand, retries_in_hand, client_share=client_share, retry_share=retry_share)
    assert 0 <= room.retries <= room.lanes <= max(0, concurrency - in_hand)
    assert 1 <= room.share <= concurrency
    if room.retries:
        assert retries_in_hand + room.retries <= max(1, concurrency * retry_share)


def test_lanes() -> None:
    assert lane_key(LaneClass.MESSAGE, "sms", "+1a", "+1b") == "message:sms:+1a:+1b"
    assert lane_key(LaneClass.RECEIPT, "sms", "+1a", "+1b", "SM1") == "receipt:SM1"
