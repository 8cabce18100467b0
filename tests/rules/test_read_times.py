"""Times of day and parts of the day, and what is neither."""

from datetime import UTC, datetime

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def read(text: str, field: str | None = None) -> str | None:
    found = read_fields(text, Context(field=field, now=NOW, country="US")).time
    return f"{found.value:%H:%M}" if found else None


def daypart(text: str) -> str | None:
    found = read_fields(text, Context(now=NOW)).daypart
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("3pm works", "15:00"),
        ("at 3 p.m. please", "15:00"),
        ("10:30am", "10:30"),
        ("10:30 AM tomorrow", "10:30"),
        ("can you come at 4:15?", "16:15"),
        ("at 14:45", "14:45"),
        ("around 9", "09:00"),
        ("after 5 please", "17:00"),
        ("before 11", "11:00"),
        ("by noon", "12:00"),
        ("midday is fine", "12:00"),
        ("half past 8 in the morning", "08:30"),
        ("quarter past ten", "10:15"),
        ("a quarter to five", "16:45"),
        ("ten to three", "14:50"),
        ("twenty past 1", "13:20"),
        ("five o'clock", "17:00"),
        ("8 o'clock in the evening", "20:00"),
        ("nine am", "09:00"),
        ("six thirty pm", "18:30"),
        ("tomorrow at 2 in the afternoon", "14:00"),
        ("7 in the evening", "19:00"),
        ("10 tonight", "22:00"),
        ("12 pm", "12:00"),
        ("12am", "00:00"),
        ("between 2 and 4pm", "14:00"),
        ("from 9am to 11am", "09:00"),
        ("4ish", "16:00"),
        ("1530 hrs", "15:30"),
        ("at 945 am", "09:45"),
        ("3.30pm", "15:30"),
        ("11 30 in the morning", "11:30"),
        ("a las 3 de la tarde", "15:00"),
        ("à 15h30", "15:30"),
        ("um 14 Uhr", "14:00"),
        ("um 14:30 Uhr", "14:30"),
        ("om 15 uur", "15:00"),
        ("alle 16:30", "16:30"),
        ("at seven", "07:00"),
        ("eight in the morning", "08:00"),
        ("eleven thirty works, at eleven thirty", "11:30"),
        ("at eight-thirty", "08:30"),
        ("quarter of 5", "16:45"),
        ("20 to 9 in the evening", "20:40"),
        ("5 30 pm", "17:30"),
        ("at 5 30", "17:30"),
        ("at 17 45", "17:45"),
        ("17h", "17:00"),
        ("9 o clock", "09:00"),
        ("2'o clock", "14:00"),
        ("a quarter past 3 pm", "15:15"),
        ("12 noon", "12:00"),
        ("12 in the afternoon", "12:00"),
        ("morning 10", "10:00"),
        ("in the morning at 10:15", "10:15"),
        ("in the evening at 5:30", "17:30"),
        ("evening at half past 6", "18:30"),
        ("5 pm in the evening", "17:00"),
        ("half past 11 am", "11:30"),
        ("one in the afternoon", "13:00"),
        ("at quarter past 5 in the evening", "17:15"),
        ("ten thirty in the morning", "10:30"),
        ("at two forty five", "14:45"),
        ("half eight in the morning", "08:30"),
        ("at 0930", "09:30"),
        ("@ 6", "18:00"),
        ("8ish", "08:00"),
        ("in 2 hours", "11:00"),
        ("in half an hour", "09:30"),
        ("in 45 minutes", "09:45"),
        ("in an hour and a half", "10:30"),
        ("could we say 2:15 then", "14:15"),
        ("change it to 6pm", "18:00"),
        ("not 3pm, 4pm", "16:00"),
        ("move it from 2pm to 5pm", "17:00"),
        ("I'd prefer 11", "11:00"),
        ("it opens at ten in the morning", "10:00"),
        ("for 7:30 tonight", "19:30"),
        ("about 10 minutes past 4", "16:10"),
        ("13.30 Uhr", "13:30"),
        ("a las 10 y media", "10:30"),
        ("vers 9h", "09:00"),
        ("às 14h", "14:00"),
    ],
)
def test_a_time_is_read(text: str, clock: str) -> None:
    assert read(text) == clock


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("3", "15:00"),
        ("10", "10:00"),
        ("maybe 4", "16:00"),
        ("9 works", "09:00"),
        ("five thirty", "17:30"),
        ("11:00", "11:00"),
    ],
)
def test_a_bare_hour_answers_the_question_of_the_time(text: str, clock: str) -> None:
    assert read(text, "time") == clock


@pytest.mark.parametrize(
    "text",
    [
        "table for 4 people",
        "we are 6 adults",
        "it costs 5 dollars",
        "I have 2 leaks",
        "at 12 Main Street",
        "at 450 Oak Avenue",
        "for 3 days",
        "in 2 hours' drive",
        "call 555 123 4567",
        "about 20 people are coming",
        "from 5 to 6 tables",
        "unit 4 needs a look",
        "around 300 square feet",
        "my son is 5",
        "I am 45 minutes away",
        "2 of the 3 taps drip",
        "my flat is number 9",
        "apt 7 at the end",
        "since 2015",
        "10 past orders were wrong",
        "I have 5 to 10 boxes",
        "we need 3 more",
        "a 5 star place",
        "look at 2 options",
        "from 3 to 4 bedrooms",
        "around 30 minutes",
    ],
)
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tomorrow morning", "morning"),
        ("any time in the afternoon", "afternoon"),
        ("Friday evening would be great", "evening"),
        ("mornings are best", "morning"),
        ("afternoon", "afternoon"),
        ("late at night", "night"),
        ("am Nachmittag", "afternoon"),
        ("demain matin", "morning"),
        ("in the evenings after work", "evening"),
    ],
)
def test_a_part_of_the_day_is_read(text: str, part: str) -> None:
    assert daypart(text) == part


@pytest.mark.parametrize(
    "text",
    [
        "Good morning!",
        "good evening, is this the salon?",
        "have a great night",
        "we booked two nights",
        "a 3-night stay",
        "Good afternoon team",
        "per night",
    ],
)
def test_a_greeting_or_a_count_of_nights_is_no_part_of_the_day(text: str) -> None:
    assert daypart(text) is None
