"""Calls: directions in every spelling, every pair of states, and what legs make of their call."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.calls.model import MOVES, OVER, Call, CallStatus, Direction, Leg, Outcome
from frontdesk.calls.rules import direction_of, joined, settled, told, updated
from frontdesk.told import CallReceived, CallSign

AT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
RINGING, ACTIVE, ENDED = CallStatus.RINGING, CallStatus.ACTIVE, CallStatus.ENDED
MISSED, REJECTED, VOICEMAIL = CallStatus.MISSED, CallStatus.REJECTED, CallStatus.VOICEMAIL
ASKS = {
    RINGING: CallSign.RINGING,
    ACTIVE: CallSign.CONNECTED,
    MISSED: CallSign.MISSED,
    REJECTED: CallSign.REJECTED,
    VOICEMAIL: CallSign.VOICEMAIL,
    ENDED: CallSign.ENDED,
}
"""The sign that asks for a state; ENDED of a call in which somebody talked."""


def event(sign: CallSign, seconds: float | None = 60, **more: object) -> CallReceived:
    at = AT + timedelta(seconds=seconds) if seconds is not None else None
    fields = {"provider": "dialpad", "provider_call_id": "1", "provider_state": sign.value, "direction": "inbound"}
    where = {"our_address": "+14155550100", "other_address": "+12025550143"}
    return CallReceived(sign=sign, occurred_at=at, **{"talked": False, **fields, **where, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("around", ["{}", " {}", "{} ", "\t{}\n", "  {}  "])
@pytest.mark.parametrize(
    ("word", "direction"),
    [
        *((word, Direction.INBOUND) for word in ("inbound", "incoming", "in")),
        *((word, Direction.OUTBOUND) for word in ("outbound", "outgoing", "out")),
    ],
)
def test_every_spelling_of_a_direction_is_known(word: str, direction: Direction, around: str) -> None:
    for cased in (word, word.upper(), word.title(), word.swapcase(), word[0] + word[1:].upper()):
        assert direction_of(around.format(cased)) is direction


@pytest.mark.parametrize(
    "word", [None, "", " ", "internal", "in-bound", "inn", "outbounds", "both", 1, True, ["inbound"], b"in"]
)
def test_any_other_word_is_no_direction(word: object) -> None:
    assert direction_of(word) is None


def test_the_moves_are_those_that_are_promised() -> None:
    assert {state: set(moves) for state, moves in MOVES.items()} == {
        RINGING: {ACTIVE, ENDED, MISSED, REJECTED, VOICEMAIL},
        ACTIVE: {ENDED, VOICEMAIL},
        ENDED: set(),
        MISSED: set(),
        REJECTED: set(),
        VOICEMAIL: set(),
    }
    assert {ENDED, MISSED, REJECTED, VOICEMAIL} == OVER


@pytest.mark.parametrize("now", list(CallStatus))
@pytest.mark.parametrize("then", list(CallStatus))
def test_every_pair_of_states_moves_stays_silent_or_is_refused(now: CallStatus, then: CallStatus) -> None:
    leg = Leg("1", now, heard_at=AT)
    result = told(leg, event(ASKS[then], talked=then is ENDED), Direction.INBOUND)
    if then in MOVES[now]:
        assert (result.leg.status, result.refused) == (then, None)
    elif then is now or (now is VOICEMAIL and then is ENDED):  # whoever leaves a message hangs up
        assert (result.leg.status, result.refused) == (now, None)
    else:
        assert (result.leg.status, result.refused, result.late) == (now, then, False)


@given(st.lists(st.tuples(st.sampled_from(list(CallSign)), st.integers(0, 300), st.booleans(), st.booleans())))
def test_no_sequence_of_events_makes_an_illegal_move(story: list[tuple[CallSign, int, bool, bool]]) -> None:
    leg = Leg("1")
    for sign, seconds, rang, talked in story:
        moved = told(leg, event(sign, seconds, rang=rang, talked=talked), Direction.INBOUND).leg
        assert moved.status is leg.status or moved.status in MOVES[leg.status]
        assert moved.heard_at is not None
        assert leg.heard_at is None or moved.heard_at >= leg.heard_at
        leg = moved


@pytest.mark.parametrize(
    ("given", "direction", "status", "outcome"),
    [
        ({"talked": True, "rang": True}, Direction.INBOUND, ENDED, Outcome.ANSWERED),
        ({"rang": True}, Direction.INBOUND, MISSED, Outcome.MISSED),
        ({"rang": True}, None, MISSED, Outcome.MISSED),
        ({"rang": True}, Direction.OUTBOUND, ENDED, Outcome.MISSED),
        ({}, Direction.INBOUND, ENDED, Outcome.ABANDONED),
        ({"talked": None}, Direction.INBOUND, ENDED, None),
    ],
)
def test_a_hangup_tells_how_it_went_by_whether_it_rang_and_who_talked(
    given: dict[str, bool], direction: Direction | None, status: CallStatus, outcome: Outcome | None
) -> None:
    leg = told(Leg("1"), event(CallSign.ENDED, **given), direction).leg
    assert (leg.status, leg.outcome) == (status, outcome)


ANSWERED = [
    event(CallSign.RINGING, 1, rang=True),
    event(CallSign.CONNECTED, 9, rang=True, talked=True),
    event(CallSign.ENDED, 90, rang=True, talked=True),
    event(CallSign.DETAILS, 150, talked=True),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_answered_call_ends_answered_in_whatever_order_its_events_come(order: tuple[int, ...]) -> None:
    leg = Leg("1")
    for at in order:
        result = told(leg, ANSWERED[at], Direction.INBOUND)
        assert result.refused is None or result.late  # what came too late is told apart from what is wrong
        leg = result.leg
    assert (leg.status, leg.outcome) == (ENDED, Outcome.ANSWERED)


def test_a_recap_closes_a_call_whose_hangup_was_lost_and_no_other() -> None:
    active = told(Leg("1"), event(CallSign.CONNECTED, 9), Direction.INBOUND).leg
    recap = event(CallSign.DETAILS, 200, talked=True, ended_at=AT)
    assert told(active, recap, Direction.INBOUND).leg.status is ENDED
    assert told(active, event(CallSign.DETAILS, 200, talked=True), Direction.INBOUND).leg.status is ACTIVE
    unanswered = event(CallSign.DETAILS, 200, ended_at=AT)
    assert told(Leg("1"), unanswered, Direction.INBOUND).leg.status is RINGING
    ended = Leg("1", MISSED, Outcome.MISSED)
    assert told(ended, recap, Direction.INBOUND).leg.status is MISSED


def test_a_greeting_is_no_voicemail_and_a_message_after_a_miss_is_known_by_the_outcome() -> None:
    heard = told(Leg("1"), event(CallSign.GREETING, 40, rang=True), Direction.INBOUND).leg
    missed = told(heard, event(CallSign.ENDED, 41, rang=True), Direction.INBOUND).leg
    assert (missed.status, missed.outcome) == (MISSED, Outcome.MISSED)
    left = told(missed, event(CallSign.VOICEMAIL, 75), Direction.INBOUND)
    assert (left.leg.status, left.leg.outcome, left.refused) == (MISSED, Outcome.VOICEMAIL, VOICEMAIL)


def leg(status: CallStatus, outcome: Outcome | None = None) -> Leg:
    return Leg(f"{status}", status, outcome)


GONE, TALKED = leg(MISSED, Outcome.MISSED), leg(ENDED, Outcome.ANSWERED)


@pytest.mark.parametrize(
    ("legs", "status", "outcome"),
    [
        ([leg(RINGING), GONE], RINGING, None),  # one agent let it ring, the call goes on
        ([leg(RINGING), leg(ACTIVE)], ACTIVE, None),
        ([TALKED, leg(RINGING)], ACTIVE, Outcome.ANSWERED),  # being passed on
        ([TALKED, GONE], ENDED, Outcome.ANSWERED),  # passed on, and nobody was there: not a missed call
        ([TALKED, leg(ENDED, Outcome.ABANDONED)], ENDED, Outcome.ANSWERED),  # the entry leg knows of no talk
        ([GONE, leg(ENDED, Outcome.ABANDONED)], MISSED, Outcome.MISSED),
        ([GONE, leg(VOICEMAIL, Outcome.VOICEMAIL)], VOICEMAIL, Outcome.VOICEMAIL),
        ([TALKED, leg(VOICEMAIL, Outcome.VOICEMAIL)], ENDED, Outcome.ANSWERED),
        ([leg(REJECTED, Outcome.REJECTED)], REJECTED, Outcome.REJECTED),
        ([leg(MISSED, Outcome.FAILED)], MISSED, Outcome.FAILED),
        ([leg(ENDED, None)], ENDED, None),
    ],
)
def test_legs_make_one_call_and_answered_wins(legs: list[Leg], status: CallStatus, outcome: Outcome | None) -> None:
    for order in permutations(legs):
        assert joined(order) == (status, outcome)


@pytest.mark.parametrize("before", list(CallStatus))
@pytest.mark.parametrize("after", list(CallStatus))
def test_a_call_moves_as_its_legs_do_and_an_answer_wins_over_any_end(before: CallStatus, after: CallStatus) -> None:
    assert settled(before, after, None) is (after if after in MOVES[before] else before)
    answered = settled(before, after, Outcome.ANSWERED)
    assert answered is (after if after in MOVES[before] or after is ENDED else before)


def test_what_is_known_of_a_call_is_never_wiped_and_its_times_widen() -> None:
    call = Call(
        1, "dialpad", "1", 1, 2, "inbound", ACTIVE, None, "+14155550100", "+12025550143", AT, None, AT, 60, {}, None
    )  # fmt: skip
    later = event(
        CallSign.ENDED, 90, direction=None, our_address="", other_address="", ended_at=AT + timedelta(seconds=89)
    )
    over = updated(call, later, ENDED, Outcome.ANSWERED, received_at=AT + timedelta(hours=1))
    assert (over.direction, over.our_address, over.other_address) == ("inbound", "+14155550100", "+12025550143")
    assert (over.started_at, over.ended_at, over.talk_seconds) == (AT, AT + timedelta(seconds=89), 60)
    timeless = updated(call, event(CallSign.MISSED, None), MISSED, None, received_at=AT + timedelta(hours=1))
    assert timeless.ended_at == AT + timedelta(hours=1)
