"""The pace of one sender number: held against every sliding window, and against an oracle that tries every moment."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.outbox.pace import MINUTE, Pace, Throughput, booked, factor_at, slowed, taken

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SIXTY = timedelta(seconds=60)
"""A minute as it was promised; the pace may keep a little more for the way to the carrier (MINUTE)."""
FRESH = Pace(NOW)
DEFAULT = Throughput(1, 60)
SHORT_CODE = Throughput(10, 20)

throughputs = st.builds(
    Throughput,
    st.sampled_from([0.2, 0.5, 1, 3, 10, 25, 100]),
    st.sampled_from([1, 2, 5, 20, 60, 90, 600, 601, 6000]),
)
orders = st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0, 0, 0, 0.01, 0.3, 1, 7, 59, 61])), max_size=60)
"""Messages: how many segments each has, and how many seconds later than the one before it is asked for."""

Slots = list[tuple[datetime, int]]


def book_all(throughput: Throughput, wanted: Sequence[tuple[int, float]]) -> Slots:
    """The slots of all these messages, each with its segments."""
    pace, now, slots = FRESH, NOW, []
    for segments, later in wanted:
        now += timedelta(seconds=later)
        slot, pace = booked(pace, throughput, segments, now)
        assert slot >= now
        slots.append((slot, segments))
    return slots


def windows(slots: Slots, length: timedelta) -> list[Slots]:
    """What lies in each window of this length that begins with a slot: no other window holds more."""
    return [[one for one in slots[at:] if one[0] < begin + length] for at, (begin, _) in enumerate(slots)]


def held(window: Slots) -> int:
    return sum(segments for _, segments in window)


def earliest(slots: Slots, throughput: Throughput, segments: int, now: datetime) -> datetime:
    """The first moment at which no limit is broken, found by trying all moments at which anything changes."""
    by_spacing = slots[-1][0] + throughput.spacing * slots[-1][1] if slots else now
    size = throughput.reservoir
    moments = sorted({now, by_spacing, *(slot + MINUTE for slot, _ in slots)})
    for moment in (one for one in moments if one >= max(now, by_spacing)):
        in_the_minute = sum(n for slot, n in slots if slot > moment - MINUTE)
        if size is None or in_the_minute + segments <= size or (segments > size and in_the_minute == 0):
            return moment
    raise AssertionError("there is always a moment")


@given(throughputs, orders)
def test_every_slot_is_the_first_at_which_no_limit_is_broken(
    throughput: Throughput, wanted: list[tuple[int, float]]
) -> None:
    slots = book_all(throughput, wanted)
    now = NOW
    for at, (segments, later) in enumerate(wanted):
        now += timedelta(seconds=later)
        if throughput.reservoir is None or segments <= throughput.reservoir:
            assert slots[at][0] == earliest(slots[:at], throughput, segments, now)


@given(throughputs, orders)
def test_slots_never_go_back_and_each_segment_takes_its_time(
    throughput: Throughput, wanted: list[tuple[int, float]]
) -> None:
    for (early, segments), (late, _) in itertools.pairwise(book_all(throughput, wanted)):
        assert (late - early).total_seconds() >= segments / throughput.per_second


@given(throughputs, orders)
def test_no_sliding_second_holds_more_than_allowed_before_its_last_message(
    throughput: Throughput, wanted: list[tuple[int, float]]
) -> None:
    # A message cannot be sent in pieces: what the last one has beyond its first segment takes the time after it.
    for window in windows(book_all(throughput, wanted), SECOND):
        assert held(window[:-1]) <= throughput.per_second


@given(throughputs, orders)
def test_no_sliding_minute_holds_more_than_allowed(throughput: Throughput, wanted: list[tuple[int, float]]) -> None:
    for window in windows(book_all(throughput, wanted), SIXTY):
        if throughput.reservoir is None:
            assert held(window[:-1]) <= throughput.per_minute
        elif len(window) > 1:  # one larger than the reservoir goes alone
            assert held(window) <= throughput.per_minute


@pytest.mark.parametrize(
    ("throughput", "reservoir"),
    [
        (DEFAULT, None),  # one a second is never more than sixty a minute
        (SHORT_CODE, 20),
        (Throughput(10, 600), None),
        (Throughput(100, 600), 600),
        (Throughput(100, 601), None),  # too many to remember: spaced evenly
        (Throughput(1, 30), 30),
    ],
)
def test_slots_are_remembered_only_where_the_spacing_does_not_keep_to_the_minute(
    throughput: Throughput, reservoir: int | None
) -> None:
    assert throughput.reservoir == reservoir
    _, pace = booked(FRESH, throughput, 3, NOW)
    assert pace.recent == ((NOW,) * 3 if reservoir else ())


def test_what_a_minute_takes_is_used_up_at_full_speed_and_the_next_waits_for_the_first() -> None:
    slots = [slot for slot, _ in book_all(SHORT_CODE, [(1, 0)] * 22)]
    assert slots[19] - slots[0] < 2.1 * SECOND
    assert slots[20:] == [slots[0] + MINUTE, slots[1] + MINUTE]


def test_a_message_larger_than_the_minute_waits_for_an_empty_one_and_has_it_alone() -> None:
    (_, _), (large, _), (after, _) = book_all(Throughput(10, 5), [(1, 0), (9, 0), (1, 0)])
    assert large == NOW + MINUTE
    assert after == large + MINUTE


def test_the_pace_keeps_a_whole_minute_and_hardly_more() -> None:
    assert SIXTY <= MINUTE <= SIXTY + SECOND


def test_evenly_spaced_numbers_keep_to_their_minute_too() -> None:
    slots = book_all(Throughput(1000, 1200), [(1, 0)] * 3000)
    assert max(map(held, windows(slots, SIXTY))) <= 1200


@given(st.floats(0.01, 1000), st.floats(1, 60_000))
def test_the_spacing_is_never_shorter_than_the_limits_ask_nor_a_seventh_longer(
    per_second: float, per_minute: float
) -> None:
    throughput = Throughput(per_second, per_minute)
    asked = 1 / per_second if throughput.reservoir else max(1 / per_second, 60 / per_minute * (per_minute > 600))
    spacing = throughput.spacing.total_seconds()
    assert asked - 1e-6 <= spacing <= max(asked, 60 / per_minute) * 1.15 + 1e-6


def test_a_429_doubles_the_spacing_and_the_number_rests_as_long_as_it_was_told() -> None:
    rest_until = NOW + timedelta(seconds=7)
    pace = slowed(FRESH, NOW, rest_until)
    slot, after = booked(pace, DEFAULT, 1, NOW)
    assert slot == rest_until
    assert after.free_at - slot == DEFAULT.spacing * 2
    assert taken(pace, DEFAULT, 3, NOW) == DEFAULT.spacing * 6


def test_a_429_never_brings_a_slot_forward() -> None:
    later = Pace(NOW + MINUTE)
    assert slowed(later, NOW, NOW + SECOND).free_at == later.free_at


def test_speed_comes_back_with_time_alone() -> None:
    pace = slowed(slowed(FRESH, NOW, NOW), NOW, NOW)
    factors = [factor_at(pace, NOW + SIXTY * minutes) for minutes in range(4)]
    assert factors == [4, 2, 1, 1]
    assert taken(pace, DEFAULT, 1, NOW + SIXTY * 2) == DEFAULT.spacing


def test_refused_again_and_again_it_goes_sixteen_times_slower_and_no_slower() -> None:
    pace = FRESH
    for _ in range(50):
        pace = slowed(pace, NOW, NOW)
    assert factor_at(pace, NOW) == 16


@given(st.lists(st.sampled_from([0, 1, 20, 60, 300]), min_size=1, max_size=12), st.integers(0, 10**9))
def test_what_was_learned_only_fades_until_the_next_429(gaps: list[int], later: int) -> None:
    pace, now = FRESH, NOW
    for gap in gaps:
        now += SECOND * gap
        before = factor_at(pace, now)
        pace = slowed(pace, now, now)
        assert factor_at(pace, now) == min(16, before * 2)
    assert 1 <= factor_at(pace, now + SECOND * later) <= factor_at(pace, now)
    assert factor_at(pace, now - MINUTE) == factor_at(pace, now)  # a clock that was set back makes nothing slower


@given(orders, st.integers(0, 4))
def test_a_slowed_number_keeps_its_slower_spacing(wanted: list[tuple[int, float]], times: int) -> None:
    pace = FRESH
    for _ in range(times):
        pace = slowed(pace, NOW, NOW)
    now = NOW
    for segments, later in wanted:
        now += SECOND * later
        slot, after = booked(pace, SHORT_CODE, segments, now)
        assert after.free_at - slot == SHORT_CODE.spacing * (segments * factor_at(pace, now))
        assert (after.factor, after.throttled_at) == (pace.factor, pace.throttled_at)
        pace = after
