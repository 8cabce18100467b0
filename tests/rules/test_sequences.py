"""Follow-ups: how delays are written, when steps are due, and what a due enrolment leads to."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.delays import Delay, delay, due_after
from frontdesk.sequences.model import EndReason, Enrolment, Sequence, Step, Trigger
from frontdesk.sequences.rules import End, PutStep, first_due, next_move

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALL_BACK = Sequence(
    "no_answer",
    Trigger.NO_ANSWER,
    (Step(delay("2h"), "One"), Step(delay("1d at 09:00"), "Two"), Step(delay("3d"), "Three")),
)
LEFT = Enrolment(7, "no_answer", 0, NOW, NOW + 30 * DAY, "qualifying", False, False, False, "UTC", {})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("90m", Delay(timedelta(minutes=90))),
        ("2h", Delay(2 * HOUR)),
        (" 3d ", Delay(3 * DAY)),
        ("3d at 09:00", Delay(3 * DAY, time(9))),
        ("0d at 18:30", Delay(timedelta(), time(18, 30))),
    ],
)
def test_delays_are_read(text: str, read: Delay) -> None:
    assert delay(text) == read


@pytest.mark.parametrize("text", ["", "soon", "2", "2 weeks", "3d at 9", "3d at 24:00", "-1h", "2h at 09:00"])
def test_what_is_no_delay_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"written like|goes with days"):
        delay(text)


@pytest.mark.parametrize(
    ("text", "since", "zone", "due"),
    [
        ("2h", "2026-11-20T17:00", NEW_YORK, "2026-11-20T19:00"),
        ("1d at 09:00", "2026-11-20T17:00", NEW_YORK, "2026-11-21T14:00"),
        ("1d at 09:00", "2026-11-21T03:00", NEW_YORK, "2026-11-21T14:00"),  # still the 20th there
        ("0d at 18:00", "2026-11-20T17:00", LONDON, "2026-11-20T18:00"),
        ("0d at 09:00", "2026-11-20T17:00", LONDON, "2026-11-21T09:00"),  # today's nine has passed
        ("1d at 09:00", "2026-03-28T12:00", LONDON, "2026-03-29T08:00"),  # the clocks went forward in the night
        ("1d at 09:00", "2026-10-24T12:00", LONDON, "2026-10-25T09:00"),  # and back
        ("1d at 01:30", "2026-03-28T12:00", LONDON, "2026-03-29T01:30"),  # no such time that day: 02:30 there
        ("1d at 01:30", "2026-10-24T12:00", LONDON, "2026-10-25T00:30"),  # twice that day: the first
        ("1d", "2026-03-28T12:00", LONDON, "2026-03-29T12:00"),
    ],
)
def test_a_step_is_due_by_the_clock_on_the_recipients_wall(text: str, since: str, zone: ZoneInfo, due: str) -> None:
    assert due_after(delay(text), utc(since), zone) == utc(due)


@given(
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    days=st.integers(0, 40),
    at=st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from([LONDON, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")]),
)
def test_a_step_is_never_due_before_its_cause(minutes: int, days: int, at: time | None, zone: ZoneInfo) -> None:
    since = utc("2026-01-01T00:00") + timedelta(minutes=minutes)
    due = due_after(Delay(days * DAY, at), since, zone)
    assert since <= due <= since + (days + 2) * DAY


def test_steps_follow_one_another_and_the_last_ends_it() -> None:
    assert first_due(CALL_BACK, NOW, NEW_YORK) == NOW + 2 * HOUR
    assert next_move(LEFT, CALL_BACK, NOW, ZoneInfo("UTC")) == PutStep(0, "One", utc("2026-11-21T09:00"))
    third = replace(LEFT, next_step=2)
    assert next_move(third, CALL_BACK, NOW, ZoneInfo("UTC")) == PutStep(2, "Three", None)


def test_a_desk_that_was_away_does_not_send_what_is_late_all_at_once() -> None:
    late = replace(LEFT, next_step=1, due_at=NOW - 5 * DAY)
    assert next_move(late, CALL_BACK, NOW, ZoneInfo("UTC")) == PutStep(1, "Two", NOW + 3 * DAY)
    in_time = replace(LEFT, next_step=1, due_at=NOW - timedelta(minutes=5))
    assert next_move(in_time, CALL_BACK, NOW, ZoneInfo("UTC")) == PutStep(
        1, "Two", NOW - timedelta(minutes=5) + 3 * DAY
    )


OVER: list[tuple[dict[str, Any], EndReason]] = [
    ({"opted_out": True}, EndReason.OPT_OUT),
    ({"lead_status": "booked"}, EndReason.BOOKING),
    ({"lead_status": "won"}, EndReason.CLOSED),
    ({"lead_status": "lost"}, EndReason.CLOSED),
    ({"bot_paused": True}, EndReason.HAND_OVER),
    ({"replied": True}, EndReason.REPLY),
    ({"expires_at": NOW}, EndReason.EXPIRED),
    ({"next_step": 3}, EndReason.FINISHED),
]


@pytest.mark.parametrize(("facts", "reason"), OVER)
def test_every_reason_to_stop_is_asked_before_each_step(facts: dict[str, Any], reason: EndReason) -> None:
    assert next_move(replace(LEFT, **facts), CALL_BACK, NOW, LONDON) == End(reason)


def test_a_sequence_that_is_gone_from_the_settings_ends() -> None:
    assert next_move(LEFT, None, NOW, LONDON) == End(EndReason.GONE)
    assert {reason for _, reason in OVER} | {EndReason.GONE} == set(EndReason)


def test_who_has_no_expiry_goes_on() -> None:
    assert isinstance(next_move(replace(LEFT, expires_at=None), CALL_BACK, NOW, LONDON), PutStep)


def test_a_sequence_without_steps_enrols_nobody() -> None:
    assert first_due(Sequence("none", Trigger.NO_ANSWER, ()), NOW, LONDON) is None
