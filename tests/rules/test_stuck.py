"""Who is stuck: the right severity at the right minute, by the right clock, and no state without a threshold."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from frontdesk.effects import Severity
from frontdesk.hours import opening_hours
from frontdesk.onboarding_states import FINAL, TURNS, State, Turn
from frontdesk.setting_watch import StuckSettings
from frontdesk.watching.model import Clock, Ladder, Trouble, Waiting
from frontdesk.watching.open_time import OpenClock
from frontdesk.watching.rules import THRESHOLDS, judge, uncovered

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
WEEK = opening_hours(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-18:00"))
NEW_YORK = ZoneInfo("America/New_York")
THEN = datetime(2026, 11, 16, 13, 0, tzinfo=UTC)  # a Monday, 08:00 in New York


def waiting(state: str, minutes: float, *, paid: bool = False, wall: float | None = None, **more: object) -> Waiting:
    known = {"client_id": 7, "name": "Ada's Plumbing", "phone": "+12025550111", "entered_at": THEN, **more}
    return Waiting(state=state, paid=paid, wall=minutes if wall is None else wall, opening=minutes, **known)  # type: ignore[arg-type]


def at(state: str, minutes: float, **more: object) -> tuple[Severity, bool] | None:
    stuck = judge(waiting(state, minutes, **more), {}, structural_minutes=15)  # type: ignore[arg-type]
    return (stuck.severity, stuck.terminal) if stuck else None


BY_TIME = [
    ("S0_WELCOME", 30),
    ("S1_BUSINESS_NAME", 240),
    ("S2_SERVICE_TYPE", 240),
    ("S3_SERVICE_AREA", 240),
    ("S4_HOURS", 360),
    ("S7_FORWARDING", 720),
    ("S8_GREETING", 360),
]


@pytest.mark.parametrize(("state", "minutes"), BY_TIME)
def test_severity_grows_at_the_threshold_at_twice_and_at_four_times(state: str, minutes: int) -> None:
    seen = [at(state, minutes * times + more) for times in (1, 2, 4) for more in (-0.1, 0)]
    assert seen == [None, (LOW, False), (LOW, False), (MEDIUM, False), (MEDIUM, False), (HIGH, False)]


def test_who_has_not_paid_will_never_move_and_who_has_is_waited_for() -> None:
    assert at("S5_CONFIRM_LIVE", 119) is None
    assert at("S5_CONFIRM_LIVE", 120) == (HIGH, True)
    assert [at("S5_CONFIRM_LIVE", n, paid=True) for n in (119, 120, 240, 480)] == [
        None,
        (LOW, False),
        (MEDIUM, False),
        (HIGH, False),
    ]
    unpaid = judge(waiting("S5_CONFIRM_LIVE", 120), {}, structural_minutes=15)
    paid = judge(waiting("S5_CONFIRM_LIVE", 120, paid=True), {}, structural_minutes=15)
    assert unpaid is not None
    assert paid is not None
    assert (unpaid.unpaid, paid.unpaid) == (True, False)
    assert "not paid" in unpaid.reason
    assert "READY" in paid.suggested_action


def test_a_missing_number_is_high_at_once_and_a_missing_test_call_is_terminal() -> None:
    assert [at("S6_ASSIGN_NUMBER", n) for n in (29, 30, 300)] == [None, (HIGH, False), (HIGH, False)]
    assert [at("S9_TEST_CALL", n) for n in (1439, 1440)] == [None, (HIGH, True)]


def test_each_clock_is_the_one_of_its_state() -> None:
    closed = {state: judge(waiting(state, 0, wall=100_000), {}, structural_minutes=15) for state in THRESHOLDS}
    stands_still = {state for state, stuck in closed.items() if stuck is None}
    assert stands_still == {state for state, one in THRESHOLDS.items() if one.clock is Clock.OPENING}
    assert stands_still == {
        "S1_BUSINESS_NAME", "S2_SERVICE_TYPE", "S3_SERVICE_AREA", "S4_HOURS", "S7_FORWARDING", "S8_GREETING",
    }  # fmt: skip


def test_whose_turn_it_is_decides_what_is_said() -> None:
    assert {state for state in THRESHOLDS if TURNS[state] is Turn.DESK} == {"S0_WELCOME", "S6_ASSIGN_NUMBER"}
    stuck = judge(waiting("S1_BUSINESS_NAME", 300), {}, structural_minutes=15)
    assert stuck is not None
    assert stuck.reason == (
        "The owner has not told the name of the business (5 h of opening hours, 4 h is the threshold)."
    )
    assert stuck.suggested_action == "Ask for the name of the business (+12025550111)."
    desk = judge(waiting("S0_WELCOME", 45), {}, structural_minutes=15)
    assert desk is not None
    assert "+1202" not in desk.suggested_action


def test_settings_move_a_threshold() -> None:
    own = {"S1_BUSINESS_NAME": 60}
    assert judge(waiting("S1_BUSINESS_NAME", 59), own, structural_minutes=15) is None
    stuck = judge(waiting("S1_BUSINESS_NAME", 240), own, structural_minutes=15)
    assert stuck is not None
    assert (stuck.threshold_minutes, stuck.severity) == (60, HIGH)


def test_a_threshold_is_set_for_a_state_that_somebody_has_to_leave() -> None:
    assert StuckSettings.model_validate({"minutes": {"S4_HOURS": 480}}).minutes == {"S4_HOURS": 480}
    with pytest.raises(ValidationError, match="COMPLETE is final"):
        StuckSettings.model_validate({"minutes": {"COMPLETE": 480}})
    with pytest.raises(ValidationError, match="S4_HOURS"):  # the message names those that there are
        StuckSettings.model_validate({"minutes": {"S4_HOUR": 480}})


@pytest.mark.parametrize("trouble", Trouble)
def test_who_cannot_be_expected_to_answer_is_stuck_long_before_the_threshold(trouble: Trouble) -> None:
    assert at("S1_BUSINESS_NAME", 14, trouble=trouble) is None
    assert at("S1_BUSINESS_NAME", 15, trouble=trouble) == (HIGH, True)
    assert at("S1_BUSINESS_NAME", 0, wall=15, trouble=trouble) == (HIGH, True)  # also while it is closed
    assert at("S6_ASSIGN_NUMBER", 20, trouble=trouble) is None  # the desk's own turn: no answer is waited for
    assert at("COMPLETE", 10_000, trouble=trouble) is None


def test_a_state_without_a_threshold_that_is_not_final_is_found() -> None:
    assert uncovered(frozenset(State)) == frozenset()
    assert THRESHOLDS.keys() & FINAL == frozenset()
    assert uncovered(frozenset({*THRESHOLDS, "COMPLETE"})) == frozenset()
    assert uncovered(frozenset({*THRESHOLDS, "COMPLETE", "S10_PORTING"})) == {"S10_PORTING"}


def test_every_rung_of_the_ladder_is_used() -> None:
    assert {one.ladder for one in THRESHOLDS.values()} == set(Ladder)


def open_minutes(since: datetime, until: datetime, zone: ZoneInfo = NEW_YORK) -> float:
    return OpenClock(WEEK, zone).between(since, until) / timedelta(minutes=1)


def local(day: int, hour: int, minute: int = 0, month: int = 11, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        (local(16, 9), local(16, 13), 240),
        (local(16, 17), local(17, 9), 120),  # a night
        (local(20, 16), local(23, 9), 180),  # Friday afternoon to Monday morning
        (local(21, 9), local(22, 20), 0),  # a weekend
        (local(20, 18), local(23, 8), 0),  # to the minute
        (local(16, 3), local(16, 8, 1), 1),
        (local(16, 13), local(16, 13), 0),
        (local(17, 13), local(16, 13), 0),  # backwards is no time
        (local(9, 8), local(23, 8), 6000),  # two weeks of five days of ten hours
    ],
)
def test_the_clock_stands_still_while_the_business_is_closed(since: datetime, until: datetime, minutes: int) -> None:
    assert open_minutes(since, until) == minutes


def test_a_change_of_summer_time_moves_the_opening_and_not_its_length() -> None:
    # New York leaves summer time on Sunday, 1 November 2026: 08:00 is 12:00 UTC on Friday and 13:00 on Monday.
    friday, monday = datetime(2026, 10, 30, 21, tzinfo=UTC), datetime(2026, 11, 2, 13, tzinfo=UTC)
    assert open_minutes(friday, monday) == 60
    assert open_minutes(friday, monday + timedelta(hours=3)) == 240
    assert open_minutes(friday, monday + timedelta(hours=3, minutes=-1)) == 239


def test_a_night_shop_loses_the_hour_that_summer_time_takes_and_gets_the_other_twice() -> None:
    nights = OpenClock(opening_hours({"sun": "00:00-06:00"}), NEW_YORK)
    spring, autumn = datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    day = timedelta(hours=30)
    assert nights.between(spring, spring + day) == timedelta(hours=5)
    assert nights.between(autumn, autumn + day) == timedelta(hours=7)


def test_a_business_that_is_never_open_is_waited_for_by_the_wall_clock() -> None:
    never = OpenClock(opening_hours({}), NEW_YORK)
    assert never.between(THEN, THEN + timedelta(hours=5)) == timedelta(hours=5)
    assert never.between(THEN, THEN - timedelta(hours=5)) == timedelta()


def test_the_sum_over_parts_is_the_whole() -> None:
    clock, since = OpenClock(WEEK, NEW_YORK), datetime(2026, 10, 29, 3, 17, tzinfo=UTC)
    steps = [since + timedelta(hours=7.3) * n for n in range(40)]
    parts = sum((clock.between(a, b) for a, b in pairwise(steps)), timedelta())
    assert parts == clock.between(steps[0], steps[-1])
    assert parts > timedelta(hours=50)
