"""Dates: what is read on Wednesday 25 November 2026, and what is no date."""

from datetime import UTC, datetime

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def read(text: str, field: str | None = None, country: str | None = "US") -> str | None:
    found = read_fields(text, Context(field=field, now=NOW, country=country)).date
    return found.value.isoformat() if found else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Can someone come out tomorrow?", "2026-11-26"),
        ("day after tomorrow is best for us", "2026-11-27"),
        ("tmrw works", "2026-11-26"),
        ("I need this done today!!", "2026-11-25"),
        ("any chance of tonight", "2026-11-25"),
        ("this evening after 6 if you can", "2026-11-25"),
        ("how about friday", "2026-11-27"),
        ("Wednesday at 2pm please", "2026-12-02"),
        ("this saturday morning", "2026-11-28"),
        ("next Monday", "2026-11-30"),
        ("next friday would suit", "2026-12-04"),
        ("Thursday next week", "2026-12-03"),
        ("Tuesday of next week", "2026-12-01"),
        ("a week from Friday", "2026-12-04"),
        ("in three days", "2026-11-28"),
        ("in a week", "2026-12-02"),
        ("2 weeks from today", "2026-12-09"),
        ("in 2 weeks time", "2026-12-09"),
        ("in a fortnight", "2026-12-09"),
        ("in a couple of days", "2026-11-27"),
        ("in one month", "2026-12-25"),
        ("December 3rd", "2026-12-03"),
        ("Dec 3", "2026-12-03"),
        ("3 Dec", "2026-12-03"),
        ("the 3rd of December", "2026-12-03"),
        ("third of december", "2026-12-03"),
        ("Jan. 5th, 2027", "2027-01-05"),
        ("5 January 2027", "2027-01-05"),
        ("Mon, Jan 4", "2027-01-04"),
        ("we move in on March 1", "2027-03-01"),
        ("12/24/2026", "2026-12-24"),
        ("12/24/26", "2026-12-24"),
        ("on 12/5", "2026-12-05"),
        ("2026-12-01", "2026-12-01"),
        ("the 28th works for me", "2026-11-28"),
        ("on the 2nd at noon", "2026-12-02"),
        ("by the 30th please", "2026-11-30"),
        ("Friday the 27th", "2026-11-27"),
        ("the 5th of next month", "2026-12-05"),
        ("we need it before Christmas", "2026-12-25"),
        ("new year's eve party", "2026-12-31"),
        ("the day after tomorrow around 4", "2026-11-27"),
        ("not Monday, Tuesday is better", "2026-12-01"),
        ("please move my appointment from Monday to Thursday", "2026-11-26"),
        ("el 3 de diciembre", "2026-12-03"),
        ("le 5 décembre", "2026-12-05"),
        ("am 14. Dezember", "2026-12-14"),
        ("il 2 dicembre", "2026-12-02"),
        ("dia 4 de dezembro", "2026-12-04"),
        ("op 7 december", "2026-12-07"),
        ("demain matin", "2026-11-26"),
        ("morgen geht nicht, übermorgen schon", "2026-11-27"),
        ("am Freitag", "2026-11-27"),
        ("el viernes", "2026-11-27"),
        ("vendredi prochain", "2026-12-04"),
        ("8th of march", "2027-03-08"),
        ("the twenty-first of june", "2027-06-21"),
        ("march the first", "2027-03-01"),
        ("Feb second", "2027-02-02"),
        ("coming Tuesday", "2026-12-01"),
        ("this coming Friday", "2026-11-27"),
        ("next week Wednesday", "2026-12-02"),
        ("next week on Tuesday", "2026-12-01"),
        ("a week from now", "2026-12-02"),
        ("a week from tomorrow", "2026-12-03"),
        ("a week tomorrow", "2026-12-03"),
        ("three days from tomorrow", "2026-11-29"),
        ("first Monday of December", "2026-12-07"),
        ("the last Friday of this month", "2026-11-27"),
        ("the last day of the month", "2026-11-30"),
        ("the end of the month", "2026-11-30"),
        ("26-Jan-2027", "2027-01-26"),
        ("Jan-26", "2027-01-26"),
        ("16th Nov. 2027", "2027-11-16"),
        ("2026-12-1", "2026-12-01"),
        ("on 12.01.2027", "2027-01-12"),
        ("on the sixth", "2026-12-06"),
        ("the sixth of this month", "2026-11-06"),
        ("two days ago", "2026-11-23"),
        ("last Monday", "2026-11-23"),
        ("yesterday evening", "2026-11-24"),
        ("in 20 minutes", "2026-11-25"),
        ("easter 2027", "2027-03-28"),
        ("thanksgiving", "2026-11-26"),
        ("Are you open Saturday or Sunday?", "2026-11-28"),
        ("from the 3rd to the 6th", "2026-12-03"),
        ("I can't do Thursday, how about Friday", "2026-11-27"),
        ("instead of Friday can we do Saturday", "2026-11-28"),
        ("Saturday 5th", "2026-12-05"),
        ("Sat 12 Dec at 4", "2026-12-12"),
        ("Dec 12, 2026 at 4pm", "2026-12-12"),
        ("12th December 2026", "2026-12-12"),
        ("dec 12 2026", "2026-12-12"),
        ("tomorrow or friday", "2026-11-26"),
        ("the following monday", "2026-11-30"),
        ("let's say the 14th then", "2026-12-14"),
        ("Does the 9th work?", "2026-12-09"),
        ("is wednesday the 2nd ok", "2026-12-02"),
        ("I was thinking the 10th", "2026-12-10"),
        ("2 de enero", "2027-01-02"),
        ("den 3. Januar", "2027-01-03"),
        ("dans 3 jours", "2026-11-28"),
        ("en 2 semanas", "2026-12-09"),
        ("nächsten Montag", "2026-11-30"),
        ("próximo lunes", "2026-11-30"),
        ("lunedì prossimo", "2026-11-30"),
        ("segunda-feira", "2026-11-30"),
    ],
)
def test_a_date_is_read(text: str, day: str) -> None:
    assert read(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("the 4th", "2026-12-04"),
        ("4th", "2026-12-04"),
        ("27", "2026-11-27"),
        ("fri", "2026-11-27"),
        ("Sat", "2026-11-28"),
        ("12/1", "2026-12-01"),
        ("the fifteenth", "2026-12-15"),
        ("maybe the 30th?", "2026-11-30"),
    ],
)
def test_an_answer_to_the_question_of_the_day_may_be_short(text: str, day: str) -> None:
    assert read(text, "date") == day


@pytest.mark.parametrize(
    "text",
    [
        "I have 2 dogs and 3 cats",
        "the second floor bathroom leaks",
        "it's my first time here",
        "I may need 5 of them",
        "we sat in the sun all day",
        "that will march right in",
        "call 555-0123",
        "my address is 12 May Street",
        "it's a 3/4 inch pipe",
        "we are open 24/7 here",
        "there are 4 of us",
        "the 1st one you showed me",
        "one of the windows is broken",
        "we have 2.5 bathrooms",
        "April is my daughter",
        "how long does it take?",
        "see you soon",
        "February 30",
        "13/45",
        "a 50/50 chance",
        "version 1.2.3",
        "we were second in line",
        "for the third time",
        "the fourth one is fine too",
        "ten day trial",
        "a 5 day stay",
        "it takes two weeks",
        "I waited 3 days",
        "next week",
        "every day",
        "a one day job",
        "my order 11-22-3333",
        "8/10 would recommend",
        "the 2nd one",
        "maybe",
        "1/2 bath",
    ],
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("country", "text", "day"),
    [
        ("GB", "3/12", "2026-12-03"),
        ("GB", "03/12/2026", "2026-12-03"),
        ("US", "12/03/2026", "2026-12-03"),
        ("DE", "03.12.2026", "2026-12-03"),
        ("US", "25/12/2026", "2026-12-25"),
        ("AU", "on 1/2", "2027-02-01"),
    ],
)
def test_day_and_month_stand_as_the_country_writes_them(country: str, text: str, day: str) -> None:
    assert read(text, "date", country) == day


def test_without_a_now_only_a_full_date_is_read() -> None:
    assert read_fields("tomorrow", Context()).date is None
    assert read_fields("on the 3rd", Context()).date is None
    found = read_fields("on 3 May 2027", Context()).date
    assert found is not None
    assert found.value.isoformat() == "2027-05-03"
