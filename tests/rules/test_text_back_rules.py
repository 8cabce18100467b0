"""Whether a missed call is answered by text: every reason, and which comes first."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.calls.callers import takes_no_texts
from frontdesk.calls.model import CallStatus, Direction
from frontdesk.calls.text_back import Facts, NoText, NoTextReason, Policy, Text, decide, is_ignored

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
POLICY = Policy(
    enabled=True,
    text="open",
    text_closed="closed",
    cooldown=timedelta(hours=4),
    ignore=("+12025550199", "+1800*"),
    customers=False,
    voicemail=False,
    at_most_ago=timedelta(minutes=30),
)
MISSED = Facts(
    status=CallStatus.MISSED,
    direction=Direction.INBOUND,
    over_at=NOW - timedelta(minutes=1),
    has_client=True,
    caller="+12025550143",
    our_number="+12025550100",
)
R = NoTextReason

TABLE: list[tuple[dict[str, Any], dict[str, Any], NoTextReason]] = [
    ({"direction": Direction.OUTBOUND}, {}, R.NOT_INBOUND),
    ({"direction": None}, {}, R.NOT_INBOUND),
    *(({"status": status}, {}, R.NOT_MISSED) for status in (CallStatus.ENDED, CallStatus.REJECTED, CallStatus.ACTIVE)),
    ({"status": CallStatus.VOICEMAIL}, {}, R.VOICEMAIL_LEFT),
    ({}, {"enabled": False}, R.SWITCHED_OFF),
    ({"has_client": False}, {}, R.NO_CLIENT),
    ({"caller": None}, {}, R.WITHHELD),
    ({"our_number": None}, {}, R.NO_NUMBER),
    ({"from_our_own": True}, {}, R.OUR_OWN),
    ({}, {"ignore": ("+12025550143",)}, R.IGNORED),
    ({}, {"ignore": ("+1202*",)}, R.IGNORED),
    ({"landline": True}, {}, R.LANDLINE),
    ({"not_textable": True}, {}, R.NOT_TEXTABLE),
    ({"over_at": NOW - timedelta(minutes=31)}, {}, R.TOO_LATE),
    ({"customer": True}, {}, R.CUSTOMER),
    ({"texted_back_at": NOW - timedelta(hours=3, minutes=59)}, {}, R.COOLDOWN),
    ({"is_open": False}, {"text_closed": " "}, R.CLOSED),
]

FINE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "open"),
    ({"is_open": False}, {}, "closed"),
    ({"status": CallStatus.VOICEMAIL}, {"voicemail": True}, "open"),
    ({"customer": True}, {"customers": True}, "open"),
    ({"texted_back_at": NOW - timedelta(hours=4)}, {}, "open"),
    ({"over_at": NOW - timedelta(minutes=30)}, {}, "open"),
    ({"over_at": NOW + timedelta(minutes=5)}, {}, "open"),  # the provider's clock runs ahead
]


def test_the_table_knows_every_reason() -> None:
    assert {reason for _, _, reason in TABLE} == set(NoTextReason)


@pytest.mark.parametrize(("facts", "policy", "reason"), TABLE)
def test_each_reason_holds_a_text_back(facts: dict[str, Any], policy: dict[str, Any], reason: NoTextReason) -> None:
    assert decide(replace(MISSED, **facts), replace(POLICY, **policy), NOW) == NoText(reason)


def test_of_two_reasons_the_earlier_one_holds() -> None:
    order = list(NoTextReason)
    for (facts, policy, one), (more_facts, more_policy, two) in itertools.combinations(TABLE, 2):
        if facts.keys() & more_facts.keys() or policy.keys() & more_policy.keys():
            continue
        both = decide(replace(MISSED, **facts, **more_facts), replace(POLICY, **policy, **more_policy), NOW)
        assert both == NoText(min(one, two, key=order.index))


@pytest.mark.parametrize(("facts", "policy", "words"), FINE)
def test_just_inside_every_bound_it_is_texted(facts: dict[str, Any], policy: dict[str, Any], words: str) -> None:
    assert decide(replace(MISSED, **facts), replace(POLICY, **policy), NOW) == Text(words)


def test_a_list_names_numbers_and_beginnings() -> None:
    assert is_ignored("+18005550123", ["+1800*"])
    assert not is_ignored("+18105550123", ["+1800*"])
    assert not is_ignored("+12025550143", ["+1202555014"])


@pytest.mark.parametrize(
    ("number", "none"),
    [
        ("+442079460123", True),
        ("+447700900123", False),
        ("+12025550143", False),
        ("+18005550123", True),
        ("+493012345678", True),
    ],
)
def test_numbers_that_are_surely_no_mobiles_take_no_texts(number: str, none: bool) -> None:
    assert takes_no_texts(number) is none


def test_every_reason_has_words_that_a_person_understands() -> None:
    assert all(len(reason.words) > 15 for reason in NoTextReason)
