"""Which times are free: opening hours, what is booked, notice and horizon, and the days on which the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.bookings.model import NotBookable, SlotRules
from frontdesk.bookings.rules import free_slots, not_bookable, slots_of
from frontdesk.hours import OpeningHours, opening_hours, spans

NEW_YORK = ZoneInfo("America/New_York")
WEEKDAYS = opening_hours(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-18:00"))
ALWAYS = opening_hours(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"))
RULES = SlotRules(timedelta(hours=1), timedelta(minutes=30), timedelta(hours=1), timedelta(days=60))
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # Friday noon in New York


def local(*slots: datetime, zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [f"{slot.astimezone(zone):%a %H:%M}" for slot in slots]


def free(taken: list[tuple[datetime, datetime]], limit: int = 4, **more: datetime) -> list[datetime]:
    return free_slots(WEEKDAYS, NEW_YORK, taken, RULES, now=NOW, limit=limit, **more)


def test_the_next_free_times_begin_after_the_notice_and_pass_over_closed_days() -> None:
    assert local(*free([], 12)) == [
        *(f"Fri {hour}:{minute}" for hour in (13, 14, 15, 16) for minute in ("00", "30")),
        "Fri 17:00",
        *("Mon 08:00", "Mon 08:30", "Mon 09:00"),
    ]


def test_what_is_booked_takes_every_time_that_would_overlap_it() -> None:
    two = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    assert local(*free([(two, two + timedelta(hours=1))])) == ["Fri 13:00", "Fri 15:00", "Fri 15:30", "Fri 16:00"]


def test_a_window_bounds_what_is_offered() -> None:
    monday = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    assert local(*free([], 9, since=monday, until=monday + timedelta(hours=1))) == [
        "Mon 14:00",
        "Mon 14:30",
        "Mon 15:00",
    ]
    assert free([], 9, since=NOW + timedelta(days=70)) == []
    assert free_slots(opening_hours({}), NEW_YORK, [], RULES, now=NOW, limit=3) == []


@pytest.mark.parametrize(
    ("day", "offset_changes", "first", "count"),
    [
        # Clocks go forward at 2: 23 real hours, and no slot at 2:00 or 2:30, which do not exist.
        (date(2026, 3, 8), ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30"], datetime(2026, 3, 8, 5, tzinfo=UTC), 45),
        # Clocks go back at 2: 25 real hours; 1:00 comes twice, as two moments.
        (date(2026, 11, 1), ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30"], datetime(2026, 11, 1, 4, tzinfo=UTC), 49),
    ],
)  # fmt: skip
def test_on_days_when_the_clocks_change_every_real_hour_is_offered_once(
    day: date, offset_changes: list[str], first: datetime, count: int
) -> None:
    slots = list(slots_of(ALWAYS, day, NEW_YORK, RULES))
    assert [f"{slot.astimezone(NEW_YORK):%H:%M}" for slot in slots[:6]] == offset_changes
    assert slots == [first + n * RULES.step for n in range(count)]


def test_opening_hours_are_those_of_the_wall_clock_after_the_change() -> None:
    before, after = (next(slots_of(WEEKDAYS, day, NEW_YORK, RULES)) for day in (date(2026, 10, 30), date(2026, 11, 2)))
    assert (before.hour, after.hour) == (12, 13)
    assert local(before, after) == ["Fri 08:00", "Mon 08:00"]


@pytest.mark.parametrize(
    ("hours_ahead", "why"),
    [
        (-1.0, NotBookable.PAST),
        (0.0, NotBookable.PAST),
        (0.5, NotBookable.TOO_SOON),
        (1.0, None),
        (1.25, NotBookable.OFF_STEP),
        (5.0, None),  # 17:00 to 18:00
        (5.5, NotBookable.CLOSED),  # it would end at 18:30
        (24.0, NotBookable.CLOSED),  # Saturday
        (24.0 * 63, NotBookable.TOO_FAR),
    ],
)
def test_why_a_time_cannot_be_booked(hours_ahead: float, why: NotBookable | None) -> None:
    start = NOW + timedelta(hours=hours_ahead)
    assert not_bookable(WEEKDAYS, NEW_YORK, start, RULES, now=NOW) is why


HOURS = st.builds(
    lambda opens, lasts, days: opening_hours(dict.fromkeys(days, f"{opens:02}:00-{min(opens + lasts, 23):02}:30")),
    st.integers(0, 22),
    st.integers(1, 12),
    st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
)
ZONES = st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]).map(
    ZoneInfo
)
MOMENTS = st.integers(0, 730 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(
    hours=HOURS,
    zone=ZONES,
    now=MOMENTS,
    taken=st.lists(st.tuples(st.integers(-500, 20_000), st.integers(1, 600)), max_size=25),
    length=st.integers(5, 300),
    step=st.integers(5, 120),
)
def test_free_times_never_overlap_what_is_booked_and_lie_within_the_opening_hours(
    hours: OpeningHours, zone: ZoneInfo, now: datetime, taken: list[tuple[int, int]], length: int, step: int
) -> None:
    rules = SlotRules(timedelta(minutes=length), timedelta(minutes=step), timedelta(minutes=30), timedelta(days=14))
    booked = [
        (begin, begin + timedelta(minutes=lasts)) for at, lasts in taken if (begin := now + timedelta(minutes=at))
    ]
    slots = free_slots(hours, zone, booked, rules, now=now, limit=200)
    assert slots == sorted(set(slots))
    for slot in slots:
        assert now + rules.notice <= slot <= now + rules.horizon
        assert not any(begin < slot + rules.length and slot < end for begin, end in booked)
        day = slot.astimezone(zone).date()
        assert any(begin <= slot and slot + rules.length <= end for begin, end in spans(hours, day, zone))
        assert not_bookable(hours, zone, slot, rules, now=now) is None
