"""Dates and times as callers say them, in the time zone of the business; what can be meant in two ways is asked back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.bookings.model import At, OnDay, Unclear
from frontdesk.bookings.said import read_when
from frontdesk.bookings.spoken import say_list, say_when
from frontdesk.hours import opening_hours

NEW_YORK = ZoneInfo("America/New_York")
WEEKDAYS = opening_hours(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-18:00"))
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # Friday noon in New York


def read(text: str, now: datetime = NOW, zone: ZoneInfo = NEW_YORK) -> At | OnDay | Unclear:
    return read_when(text, now=now, zone=zone, hours=WEEKDAYS)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("tomorrow at 3", "2026-11-21 15:00"),
        ("Tomorrow at 3 PM, please", "2026-11-21 15:00"),
        ("tomorrow at 10", "2026-11-21 10:00"),
        ("Monday 10am", "2026-11-23 10:00"),
        ("on Monday at 10 a.m.", "2026-11-23 10:00"),
        ("Monday at half past nine", "2026-11-23 09:30"),
        ("wed quarter to four", "2026-11-25 15:45"),
        ("Tuesday at ten thirty", "2026-11-24 10:30"),
        ("Tuesday at quarter past 2", "2026-11-24 14:15"),
        ("next Tuesday at 3", "2026-11-24 15:00"),
        ("Friday next week at 3", "2026-11-27 15:00"),
        ("next Friday at 3 pm", "2026-11-27 15:00"),
        ("today at 4", "2026-11-20 16:00"),
        ("this afternoon at 4", None),  # on which day: only "tonight" says it alone
        ("Friday at 9", "2026-11-27 09:00"),  # nine has passed today
        ("in two days at noon", "2026-11-22 12:00"),
        ("in a week at 3 pm", "2026-11-27 15:00"),
        ("the day after tomorrow at 11", "2026-11-22 11:00"),
        ("the 27th at 3pm", "2026-11-27 15:00"),
        ("the 3rd at 9", "2026-12-03 09:00"),
        ("November 27 at 3 pm", "2026-11-27 15:00"),
        ("November 27 3 pm", "2026-11-27 15:00"),
        ("27 November 15:30", "2026-11-27 15:30"),
        ("Dec 1st 2026 at 09:00", "2026-12-01 09:00"),
        ("Friday, November 27 at 3 pm", "2026-11-27 15:00"),
        ("March 3 at 2 pm", "2027-03-03 14:00"),
        ("12/25 at 3pm", "2026-12-25 15:00"),
        ("25/12/2026 at 15:00", "2026-12-25 15:00"),
        ("2026-11-27T15:00", "2026-11-27 15:00"),
        ("2026-11-27 15:00", "2026-11-27 15:00"),
        ("2026-11-27 at 15:00", "2026-11-27 15:00"),
        ("2026-11-27 at 3pm", "2026-11-27 15:00"),
        ("2026-11-27T15:00:00Z", "2026-11-27 10:00"),
        ("2026-11-27T15:00:00+01:00", "2026-11-27 09:00"),
        ("2026-11-27T15:00:00.000Z", "2026-11-27 10:00"),
        ("tomorrow morning at 8", "2026-11-21 08:00"),
        ("tomorrow at 8 in the evening", "2026-11-21 20:00"),
        ("Monday at 03:00", "2026-11-23 03:00"),  # with its zero it is the 24-hour clock
        ("Monday at 12", "2026-11-23 12:00"),
        ("Monday at 12 am", "2026-11-23 00:00"),
    ],
)  # fmt: skip
def test_a_moment_that_is_meant(text: str, local: str | None) -> None:
    if local is None:
        assert isinstance(read(text), Unclear)
        return
    assert read(text) == At(datetime.fromisoformat(local).replace(tzinfo=NEW_YORK).astimezone(UTC))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Tuesday", OnDay(date(2026, 11, 24))),
        ("2026-11-27", OnDay(date(2026, 11, 27))),
        ("tomorrow afternoon", OnDay(date(2026, 11, 21), time(12), time(17))),
        ("Tuesday in the morning", OnDay(date(2026, 11, 24), time(), time(12))),
        ("tonight", OnDay(date(2026, 11, 20), time(17))),
        ("27/11", OnDay(date(2026, 11, 27))),
        ("any time on Monday", OnDay(date(2026, 11, 23))),
    ],
)
def test_a_day_without_a_time(text: str, meant: OnDay) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("at 3", "On which day?"),
        ("", "Which day and time do you mean?"),
        ("soonish", "I did not understand 'soonish'. Which day and time do you mean?"),
        ("next week", "Which day next week?"),
        ("Friday at 3", "Do you mean today, or Friday, November 27?"),
        ("11/12 at 9", "Is that November 12 or December 11?"),
        ("Friday, November 28 at 9", "Saturday, November 28 is not a Friday. Which day is right?"),
        ("2026-02-30", "2026-02-30 is no date. Which day and time do you mean?"),
        ("February 30 at 3", "There is no such day. Which day do you mean?"),
        ("tomorrow at 25", "'25' is no time of the day. What time do you mean?"),
        ("9999-12-31T23:59", "That is too far off. Which day and time do you mean?"),
    ],
)
def test_what_is_not_clear_is_asked_back(text: str, asked: str) -> None:
    assert read(text) == Unclear(asked)


def test_next_and_a_weekday_of_this_week_is_asked_back() -> None:
    wednesday = NOW - timedelta(days=2)
    assert read("next Friday at 3", wednesday) == Unclear("Do you mean Friday, November 20, or Friday, November 27?")
    assert read("Friday at 3", wednesday) == At(datetime(2026, 11, 20, 20, 0, tzinfo=UTC))


def test_an_hour_at_which_it_is_open_twice_is_asked_back() -> None:
    long_days = opening_hours({"mon": "07:00-22:00"})
    asked = read_when("Monday at 8", now=NOW, zone=NEW_YORK, hours=long_days)
    assert asked == Unclear("Do you mean 8 am or 8 pm?")


def test_times_that_the_change_of_the_clocks_skips_or_repeats_are_asked_back() -> None:
    spring, autumn = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    skipped, twice = read("March 8 at 02:30", spring), read("2026-11-01T01:30", autumn)
    assert isinstance(skipped, Unclear)
    assert "02:30 does not exist on Sunday, March 8" in skipped.ask
    assert isinstance(twice, Unclear)
    assert "01:30 comes twice on Sunday, November 1" in twice.ask
    assert read("2026-11-01T01:30-04:00", autumn) == At(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    assert read("March 8 at 3 pm", spring) == At(datetime(2026, 3, 8, 19, 0, tzinfo=UTC))  # the new offset


QUARTERS = st.integers(0, 60 * 24 * 4).map(lambda n: NOW.replace(minute=0) + n * timedelta(minutes=15))


@given(moment=QUARTERS)
def test_what_the_desk_offers_is_understood_when_it_is_said_back(moment: datetime) -> None:
    assert read(say_when(moment, NEW_YORK, NOW)) == At(moment)


@given(text=st.text(max_size=60) | st.from_regex(r"[0-9a-z :/.,'-]{0,40}", fullmatch=True))
def test_whatever_is_said_is_read_or_asked_back(text: str) -> None:
    assert isinstance(read(text), At | OnDay | Unclear)


def test_lists_as_people_say_them() -> None:
    assert [say_list(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
