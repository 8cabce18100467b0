"""Quiet hours: the window against a minute by minute walk, and the days on which clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from frontdesk.outbox.quiet import CLOSING, HORIZON, NEVER, Day, Hours, Place, Window, every_day, window

MINUTE = timedelta(minutes=1)
DAYTIME = every_day(time(8), time(21))
OPEN = Window(None, None)
LONDON, NEW_YORK, LOS_ANGELES = (
    Place(z, DAYTIME) for z in ("Europe/London", "America/New_York", "America/Los_Angeles")
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_open(place: Place, at: datetime) -> bool:
    """The oracle: what the clock on the wall says at one moment."""
    wall = at.astimezone(ZoneInfo(place.zone))
    clock = wall.timetz().replace(tzinfo=None)
    today, yesterday = place.hours.days[wall.weekday()], place.hours.days[wall.weekday() - 1]
    if today is not None:
        opens, closes = today
        if opens <= clock and (clock < closes or closes <= opens):
            return True
    return yesterday is not None and yesterday[1] <= yesterday[0] and clock < yesterday[1]


def walked(now: datetime, places: list[Place], ahead: timedelta = HORIZON) -> Window | None:
    """The window by walking ahead minute by minute; None where no common opening comes."""
    at = now
    while at <= now + ahead:
        closes = at
        while closes - at <= HORIZON and all(is_open(place, closes) for place in places):
            closes += MINUTE
        if closes - at >= CLOSING:
            return Window(None if at == now else at, closes if closes - at <= HORIZON else None)
        at = closes + MINUTE
    return None


@pytest.mark.parametrize(
    ("now", "place", "expected"),
    [
        ("2026-11-20T12:00", LONDON, Window(None, utc("2026-11-20T21:00"))),
        ("2026-11-20T08:00", LONDON, Window(None, utc("2026-11-20T21:00"))),
        ("2026-11-20T07:59:59.999999", LONDON, Window(utc("2026-11-20T08:00"), utc("2026-11-20T21:00"))),
        ("2026-11-20T20:58", LONDON, Window(None, utc("2026-11-20T21:00"))),
        ("2026-11-20T20:58:00.000001", LONDON, Window(utc("2026-11-21T08:00"), utc("2026-11-21T21:00"))),
        ("2026-11-20T21:00", LONDON, Window(utc("2026-11-21T08:00"), utc("2026-11-21T21:00"))),
        ("2026-11-21T02:00", LONDON, Window(utc("2026-11-21T08:00"), utc("2026-11-21T21:00"))),
        # The night in which the clocks go forward, in Europe and in America, and back.
        ("2026-03-28T22:00", LONDON, Window(utc("2026-03-29T07:00"), utc("2026-03-29T20:00"))),
        ("2026-10-24T22:00", LONDON, Window(utc("2026-10-25T08:00"), utc("2026-10-25T21:00"))),
        ("2026-03-08T03:00", NEW_YORK, Window(utc("2026-03-08T12:00"), utc("2026-03-09T01:00"))),
        ("2026-11-01T03:00", NEW_YORK, Window(utc("2026-11-01T13:00"), utc("2026-11-02T02:00"))),
        # Half hours and quarters.
        (
            "2026-11-20T20:00",
            Place("Asia/Kathmandu", DAYTIME),
            Window(utc("2026-11-21T02:15"), utc("2026-11-21T15:15")),
        ),
    ],
)
def test_one_place_opens_and_closes_by_its_own_clock(now: str, place: Place, expected: Window) -> None:
    assert window(utc(now), [place]) == expected


GAP = "2026-03-08"  # New York: 02:00 EST is 03:00 EDT, at 07:00 UTC
FOLD = "2026-11-01"  # 02:00 EDT is 01:00 EST, at 06:00 UTC


@pytest.mark.parametrize(
    ("now", "opens", "closes", "expected"),
    [
        # Opening in the hour that is skipped: when the clock first shows a later time.
        (f"{GAP}T06:30", time(2, 30), time(12), Window(utc(f"{GAP}T07:00"), utc(f"{GAP}T16:00"))),
        # Closing in it: at the change. Open in it only: not that day.
        (f"{GAP}T06:30", time(0), time(2, 30), Window(None, utc(f"{GAP}T07:00"))),
        (f"{GAP}T06:30", time(2), time(3), Window(utc("2026-03-09T06:00"), utc("2026-03-09T07:00"))),
        # Opening in the hour that comes twice: open, closed again when it comes back, open.
        (f"{FOLD}T05:00", time(1, 30), time(12), Window(utc(f"{FOLD}T05:30"), utc(f"{FOLD}T06:00"))),
        (f"{FOLD}T06:00", time(1, 30), time(12), Window(utc(f"{FOLD}T06:30"), utc(f"{FOLD}T17:00"))),
        # Closing in it: twice as well.
        (f"{FOLD}T05:00", time(0), time(1, 30), Window(None, utc(f"{FOLD}T05:30"))),
        (f"{FOLD}T05:30", time(0), time(1, 30), Window(utc(f"{FOLD}T06:00"), utc(f"{FOLD}T06:30"))),
    ],
)
def test_hours_that_are_skipped_or_repeated_go_by_the_wall(
    now: str, opens: time, closes: time, expected: Window
) -> None:
    assert window(utc(now), [Place("America/New_York", every_day(opens, closes))]) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20T17:00", Window(None, utc("2026-11-21T02:00"))),  # closed by the east
        ("2026-11-20T14:00", Window(utc("2026-11-20T16:00"), utc("2026-11-21T02:00"))),  # opened by the west
        ("2026-11-21T03:00", Window(utc("2026-11-21T16:00"), utc("2026-11-22T02:00"))),
    ],
)
def test_several_places_are_open_only_together(now: str, expected: Window) -> None:
    assert window(utc(now), [NEW_YORK, LOS_ANGELES]) == expected
    assert window(utc(now), [LOS_ANGELES, NEW_YORK]) == expected


def test_places_that_never_meet_leave_it_to_the_first() -> None:
    madrid, night = Place("Europe/Madrid", DAYTIME), Place("UTC", every_day(time(22), time(23)))
    now = utc("2026-11-20T12:00")
    assert window(now, [madrid, night]) == Window(None, utc("2026-11-20T20:00"))
    assert window(now, [night, madrid, LONDON]) == Window(utc("2026-11-20T22:00"), utc("2026-11-20T23:00"))


def test_places_that_meet_for_less_than_is_needed_never_meet() -> None:
    now = utc("2026-11-20T12:00")
    first = Place("UTC", every_day(time(8), time(10)))
    for minute, common in ((58, True), (59, False)):
        both = [first, Place("UTC", every_day(time(9, minute), time(20)))]
        expected = Window(utc(f"2026-11-21T09:{minute}"), utc("2026-11-21T10:00"))
        assert window(now, both) == (expected if common else window(now, [first]))


def test_an_opening_that_the_clocks_skip_comes_a_week_later() -> None:
    opens = Hours((None,) * 6 + ((time(2), time(3)),))  # Sundays; on 8 March the clocks skip that hour
    sundays, now = Place("America/New_York", opens), utc("2026-03-02T12:00")
    expected = Window(utc("2026-03-15T06:00"), utc("2026-03-15T07:00"))
    assert window(now, [sundays]) == expected
    mornings = Place("UTC", every_day(time(5), time(9)))  # they meet then, but it is too far
    assert window(now, [mornings, sundays]) == window(now, [mornings])


def test_no_place_and_places_without_a_night_are_always_open() -> None:
    now = utc("2026-03-29T00:59")
    always = Place("Europe/London", every_day(time(8), time(8)))
    assert window(now, []) == window(now, [always]) == window(now, [always, always]) == OPEN
    assert window(utc("2026-11-20T22:00"), [always, LONDON]) == window(utc("2026-11-20T22:00"), [LONDON])


@pytest.mark.parametrize("hours", [Hours((None,) * 7), every_day(time(8), time(8, 1))])
def test_what_never_opens_waits_for_a_person(hours: Hours) -> None:
    for places in ([Place("UTC", hours)], [Place("UTC", hours), LONDON]):
        assert window(utc("2026-11-20T12:00"), places) == Window(NEVER, None)


def test_a_closed_day_and_a_night_shift_are_kept() -> None:
    shift: Day = (time(20), time(4))
    no_sunday = Place("UTC", Hours((shift,) * 6 + (None,)))  # Saturday's goes on into Sunday
    assert window(utc("2026-11-22T03:00"), [no_sunday]) == Window(None, utc("2026-11-22T04:00"))
    assert window(utc("2026-11-22T20:00"), [no_sunday]) == Window(utc("2026-11-23T20:00"), utc("2026-11-24T04:00"))
    once = Place("UTC", Hours((None,) * 4 + ((time(12), time(13)),) + (None,) * 2))  # Fridays
    assert window(utc("2026-11-20T13:00"), [once]).opens_at == utc("2026-11-27T12:00")


def test_hours_that_run_into_the_next_days_are_one_window() -> None:
    long, short = (time(8), time(7)), (time(6), time(23))
    place = Place(
        "UTC", Hours((long, short, None, None, None, None, None))
    )  # Monday to Tuesday 7:00, Tuesday from 6:00
    assert window(utc("2026-11-23T09:00"), [place]) == Window(None, utc("2026-11-24T23:00"))


def test_now_may_be_told_in_any_zone_and_answers_are_utc() -> None:
    now = utc("2026-11-20T22:00").astimezone(ZoneInfo("Asia/Tokyo"))
    found = window(now, [LONDON])
    assert found.opens_at is not None
    assert found.closes_at is not None
    assert found.opens_at.tzinfo is found.closes_at.tzinfo is UTC


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="7 days"):
        Hours((None,) * 6)


ZONES = st.sampled_from(
    [
        *("America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Auckland", "America/St_Johns", "UTC"),
        *(
            "Asia/Kathmandu",
            "Pacific/Chatham",
            "Pacific/Honolulu",
            "Africa/Casablanca",
            "America/Havana",
            "Asia/Beirut",
        ),
    ]
)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 59]))
DAYS = st.tuples(TIMES, TIMES)
HOURS = st.one_of(
    st.builds(every_day, TIMES, TIMES), st.builds(Hours, st.tuples(*[st.one_of(DAYS, DAYS, st.none())] * 7))
)
PLACES = st.lists(st.builds(Place, ZONES, HOURS), min_size=1, max_size=3)
# Around the changes of clocks in 2026, and the whole year.
CHANGES = [utc(day) for day in ("2026-03-07", "2026-03-28", "2026-04-04", "2026-04-23", "2026-09-26", "2026-10-24")]
STARTS = st.sampled_from([*CHANGES, utc("2026-10-29"), utc("2026-10-31"), utc("2026-02-14"), utc("2026-07-01")])
NOWS = st.builds(lambda start, minutes: start + MINUTE * minutes, STARTS, st.integers(0, 3 * 1440))


@settings(max_examples=150, deadline=None)
@given(NOWS, PLACES)
@example(utc("2026-11-01T04:59"), [Place("America/New_York", every_day(time(1, 30), time(1)))])
def test_the_window_is_what_a_walk_through_the_minutes_finds(now: datetime, places: list[Place]) -> None:
    expected = walked(now, places)
    if expected is None:  # too far, or never: the first place alone
        expected = walked(now, places[:1], 2 * HORIZON) or Window(NEVER, None)
    assert window(now, places) == expected


@settings(max_examples=200, deadline=None)
@given(NOWS, PLACES, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_later_moment_never_opens_earlier(now: datetime, places: list[Place], later: timedelta) -> None:
    def opens(at: datetime) -> datetime:
        return window(at, places).opens_at or at

    assert now <= opens(now) <= opens(now + later)


@settings(max_examples=200, deadline=None)
@given(NOWS, PLACES)
def test_when_it_opens_it_is_open_and_stays_so_for_a_while(now: datetime, places: list[Place]) -> None:
    found = window(now, places)
    at = found.opens_at or now
    # Where no common opening is near the first place decides alone, and at its opening one further off may have come near.
    assume(at != NEVER and all(window(at, [place]).opens_at is None for place in places))
    assert window(at, places) == Window(None, found.closes_at)
    assert found.closes_at is None or found.closes_at - at >= CLOSING
    if found.opens_at is not None:  # until then it was closed
        before = window(at - timedelta(microseconds=1), places)
        assert before.opens_at == at
