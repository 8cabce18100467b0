"""Opening hours: how they are written, when it is open, and when it opens next."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.hours import DAYS, is_open, next_opening, opening_hours, spans

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
WEEK = opening_hours({"mon": ["13:00-18:00", "08:00-12:00"], "tue": "09:00-24:00", "sun": "01:00-03:00"})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "opened"),
    [
        ("2026-11-23T08:00", LONDON, True),  # a Monday
        ("2026-11-23T07:59", LONDON, False),
        ("2026-11-23T12:00", LONDON, False),  # the end is not inside
        ("2026-11-23T13:00", LONDON, True),
        ("2026-11-23T13:30", NEW_YORK, True),  # 08:30 there
        ("2026-11-24T23:59", LONDON, True),
        ("2026-11-25T00:00", LONDON, False),
        ("2026-07-20T07:00", LONDON, True),  # 08:00 in summer
    ],
)
def test_it_is_open_by_the_clock_on_the_wall(at: str, zone: ZoneInfo, opened: bool) -> None:
    assert is_open(WEEK, utc(at), zone) is opened


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-23T09:00", "2026-11-23T09:00"),
        ("2026-11-23T12:30", "2026-11-23T13:00"),
        ("2026-11-23T18:00", "2026-11-24T09:00"),
        ("2026-11-25T00:00", "2026-11-29T01:00"),
    ],
)
def test_it_opens_next_at_the_next_span(at: str, opens: str) -> None:
    assert next_opening(WEEK, utc(at), LONDON) == utc(opens)


def test_who_is_never_open_never_opens() -> None:
    assert next_opening(opening_hours({}), utc("2026-11-23T09:00"), LONDON) is None


def test_a_span_that_summer_time_shortens_is_shorter_and_one_that_it_swallows_is_gone() -> None:
    (short,) = spans(WEEK, date(2026, 3, 29), LONDON)  # 01:00 becomes 02:00
    assert short == (utc("2026-03-29T01:00"), utc("2026-03-29T02:00"))
    assert list(spans(opening_hours({"sun": "01:00-02:00"}), date(2026, 3, 29), LONDON)) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"monday": "08:00-18:00"}, "no day of the week"),
        ({"mon": "8-18"}, "written like 08:00-18:00"),
        ({"mon": "18:00-02:00"}, "past midnight"),
        ({"mon": ["08:00-13:00", "12:00-18:00"]}, "overlap"),
        ({"mon": ["08:00-24:00", "12:00-18:00"]}, "overlap"),
        ({"mon": 8}, "must be a text"),
        ({"mon": [8]}, "must be a text"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        opening_hours(given)


@given(
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    zone=st.sampled_from([LONDON, NEW_YORK, ZoneInfo("Asia/Kolkata")]),
)
def test_at_the_next_opening_it_is_open_and_not_before(minutes: int, zone: ZoneInfo) -> None:
    at = utc("2026-01-01T00:00") + timedelta(minutes=minutes)
    opens = next_opening(WEEK, at, zone)
    assert opens is not None
    assert opens >= at
    assert is_open(WEEK, opens, zone)
    assert opens == at or not is_open(WEEK, at, zone)


def test_days_are_named_once() -> None:
    assert len(set(DAYS)) == 7
