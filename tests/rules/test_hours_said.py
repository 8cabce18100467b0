"""Opening hours as owners text them."""

import pytest

from frontdesk.hours import DAYS, opening_hours
from frontdesk.onboarding.hours_said import hours_in_words, read_hours

WEEK, ALL = DAYS[:5], DAYS


def on(days: tuple[str, ...], *spans: str) -> dict[str, list[str]]:
    return {day: list(spans) for day in days}


GOOD = {
    "Mon-Fri 8-5": on(WEEK, "08:00-17:00"),
    "Mon-Fri 8-5, Sat 9-1": on(WEEK, "08:00-17:00") | on(("sat",), "09:00-13:00"),
    "Monday to Friday 8am to 6pm": on(WEEK, "08:00-18:00"),
    "M-F 9-5": on(WEEK, "09:00-17:00"),
    "weekdays 8:30am - 5:30pm": on(WEEK, "08:30-17:30"),
    "8am-6pm weekdays": on(WEEK, "08:00-18:00"),
    "8-5 mon-fri, 9-1 saturday": on(WEEK, "08:00-17:00") | on(("sat",), "09:00-13:00"),
    "9-5": on(WEEK, "09:00-17:00"),
    "We're open every day from 7 to 7": on(ALL, "07:00-19:00"),
    "24/7": on(ALL, "00:00-24:00"),
    "Open 24 hours": on(ALL, "00:00-24:00"),
    "Mon-Fri 08:00-18:00; Sat 10:00-14:00; Sun closed": on(WEEK, "08:00-18:00") | on(("sat",), "10:00-14:00"),
    "Mon-Sat 9-5, closed Sunday": on(DAYS[:6], "09:00-17:00"),
    "daily 9-5, closed sunday": on(DAYS[:6], "09:00-17:00"),
    "every day 9 to 5 but closed wednesdays": on(("mon", "tue", "thu", "fri", "sat", "sun"), "09:00-17:00"),
    "mon, wed and fri 9-12 and 1-5": on(("mon", "wed", "fri"), "09:00-12:00", "13:00-17:00"),
    "Tuesday through Saturday 10am till 7pm": on(("tue", "wed", "thu", "fri", "sat"), "10:00-19:00"),
    "weekdays 8am to noon and 1pm-6pm": on(WEEK, "08:00-12:00", "13:00-18:00"),
    "Fri 10pm-2am": {"fri": ["22:00-24:00"], "sat": ["00:00-02:00"]},
    "Mon-Fri 1-5pm": on(WEEK, "13:00-17:00"),
    "Sat-Mon 9-5": on(("mon", "sat", "sun"), "09:00-17:00"),
    "mon-fri 9.30-17.30": on(WEEK, "09:30-17:30"),
    "weekends 6pm to midnight": on(("sat", "sun"), "18:00-24:00"),
    "Mon-Fri 6-2": on(WEEK, "06:00-14:00"),
}

BAD = [
    "",
    "hi",
    "whenever you like",
    "by appointment",
    "mornings",
    "Mon-Fri",
    "Mon-Fri 8",
    "closed",
    "25-99",
    "Mon-Fri 8-5 except the third week of May",
    "Mon 9-5, Mon 10-4",
    "summer 9-5",
    "call me at 555 0100",
]


@pytest.mark.parametrize("text", GOOD)
def test_hours_are_read_as_a_business_means_them(text: str) -> None:
    assert read_hours(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_understood_whole_is_asked_again(text: str) -> None:
    assert read_hours(text) is None


@pytest.mark.parametrize("text", GOOD)
def test_hours_that_are_read_can_be_kept_and_read_again_from_their_own_words(text: str) -> None:
    opening_hours(GOOD[text])
    words = hours_in_words(GOOD[text])
    assert read_hours(words) == GOOD[text]


def test_hours_in_words_name_runs_of_days() -> None:
    assert hours_in_words(GOOD["Mon-Fri 8-5, Sat 9-1"]) == "Mon-Fri 08:00-17:00; Sat 09:00-13:00"
