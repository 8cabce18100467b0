"""Regions: where a recipient may be, and which hours hold for a US number."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

from frontdesk.outbox.quiet import Hours, Place, every_day, window
from frontdesk.outbox.regions import places
from frontdesk.outbox.us_hours import FEDERAL, NAMES, STATES, STRICTEST

DAYTIME = every_day(time(8), time(21))
NARROW = every_day(time(10), time(16))
NIGHTS = every_day(time(22), time(6))


def zones(address: str, lead: str | None = None, client: str | None = None) -> list[str]:
    return [place.zone for place in places(address, lead, client, DAYTIME, us_states=False)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("+12125550143", ["America/New_York"]),
        ("+12025550143", ["America/New_York"]),
        ("+14155550143", ["America/Los_Angeles"]),
        ("+19155550143", ["America/Denver"]),  # El Paso keeps another time than the rest of Texas
        ("+18085550143", ["Pacific/Honolulu"]),
        ("+442079460000", ["Europe/London"]),
        ("+390612345678", ["Europe/Rome"]),
        ("+12085550143", ["America/Boise", "America/Los_Angeles"]),  # Idaho
    ],
)
def test_a_number_is_where_its_region_is(address: str, expected: list[str]) -> None:
    assert zones(address) == expected
    assert zones(address, client="Asia/Tokyo") == expected


def test_the_leads_own_zone_goes_before_all() -> None:
    assert zones("+12125550143", "Europe/Paris", "Asia/Tokyo") == ["Europe/Paris"]
    assert zones("12345", "Europe/Paris") == ["Europe/Paris"]


def test_a_number_of_several_zones_stands_for_all_with_the_clients_first() -> None:
    everywhere = zones("+61491570156")  # an Australian mobile
    assert {"Australia/Perth", "Australia/Sydney"} < set(everywhere)
    for_sydney = zones("+61491570156", client="Australia/Sydney")
    assert for_sydney[0] == "Australia/Sydney"
    assert sorted(for_sydney) == sorted(everywhere)


NO_REGION = [
    *(
        "12345",
        "FRONTDESK",
        "US.13491208655302741918",
        "",
        "+",
        "+1",
        "+999123456789",
        "whatsapp:",
        "MG0123",
        "a@b.example",
    ),
    *("+15555550100", "+" + "1" * 300, "+8835100123456", "\0", "٣٤٥", "+٠", "not a number at all"),
]


@pytest.mark.parametrize("address", NO_REGION)
@pytest.mark.parametrize("us_states", [True, False])
def test_what_tells_no_region_goes_by_the_client_or_utc(address: str, us_states: bool) -> None:
    assert places(address, None, "Asia/Tokyo", DAYTIME, us_states=us_states) == (Place("Asia/Tokyo", DAYTIME),)
    assert places(address, None, None, DAYTIME, us_states=us_states) == (Place("UTC", DAYTIME),)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"\+[0-9]{1,16}", fullmatch=True)), st.booleans())
@example("+12125550143", True)
def test_no_address_raises_and_all_places_have_a_zone_that_is_one(address: str, us_states: bool) -> None:
    found = places(address, None, None, DAYTIME, us_states=us_states)
    assert found
    assert {place.zone for place in found} <= available_timezones()


US_STATES = [
    ("+12035550143", "CT"),
    ("+13055550143", "FL"),
    ("+15025550143", "KY"),
    ("+15045550143", "LA"),
    ("+16175550143", "MA"),
    ("+14105550143", "MD"),
    ("+16015550143", "MS"),
    ("+15055550143", "NM"),
    ("+14055550143", "OK"),
    ("+14015550143", "RI"),
    ("+12145550143", "TX"),
    ("+18015550143", "UT"),
    ("+12065550143", "WA"),
]


def bound(address: str, hours: Hours, lead: str | None = "America/New_York") -> list[Hours]:
    return [place.hours for place in places(address, lead, None, hours, us_states=True)]


def test_each_state_of_the_table_is_tried() -> None:
    assert [state for _, state in US_STATES] == sorted(STATES)


@pytest.mark.parametrize(("address", "state"), US_STATES)
def test_a_number_is_bound_by_its_states_hours_and_the_desks_own(address: str, state: str) -> None:
    assert bound(address, NARROW) == [STATES[state], NARROW]
    assert bound(address, NARROW, None) == [STATES[state], NARROW]
    assert [p.hours for p in places(address, None, None, NARROW, us_states=False)] == [NARROW]


@pytest.mark.parametrize(
    ("address", "law"),
    [
        ("+12125550143", FEDERAL),  # New York has no row
        ("+12025550143", FEDERAL),  # Washington, D.C. is not Washington State
        ("+12015550143", FEDERAL),  # New Jersey
        ("+17875550143", FEDERAL),  # Puerto Rico: a region of its own
        ("+18005550143", STRICTEST),  # toll-free: any state
    ],
)
def test_other_us_numbers_are_bound_by_federal_law_or_by_the_strictest(address: str, law: Hours) -> None:
    assert bound(address, NARROW) == [law, NARROW]


@pytest.mark.parametrize("address", ["+442079460000", "+12505550143", "+18765550143"])  # London, Vancouver, Jamaica
def test_numbers_of_other_countries_are_not_bound_by_us_law(address: str) -> None:
    assert bound(address, NARROW) == [NARROW]


def test_hours_that_are_the_law_itself_count_once() -> None:
    assert bound("+12125550143", FEDERAL) == [FEDERAL]


def test_every_state_that_the_geocoder_names_is_known() -> None:
    named = {
        names["en"].rsplit(", ", 1)[-1] for prefix, names in GEOCODE_DATA.items() if prefix[0] == "1" and "en" in names
    }
    assert set(NAMES) - {"Washington D.C.", "Washington State"} <= named | {"Nebraska"}
    assert {"Washington D.C.", "Washington State"} <= named
    assert len(set(NAMES.values())) == len(NAMES) == 51
    assert set(STATES) <= set(NAMES.values())


def shown(cells: list[str]) -> Hours:
    """The hours of one row of the page: Monday to Friday, Saturday, Sunday."""
    weekday, saturday, sunday = (
        None if cell == "closed" else (time.fromisoformat(cell[:5]), time.fromisoformat(cell[6:])) for cell in cells
    )
    return Hours((weekday,) * 5 + (saturday, sunday))


def test_the_page_for_operators_shows_exactly_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "quiet-hours.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.endswith(("| text |", "| summary |"))]
    assert shown(rows[0][1:4]) == FEDERAL
    codes = {"Washington": "WA"} | NAMES
    assert {codes[name]: shown(hours) for name, *hours, _, _ in rows[1:]} == STATES


def open_at(hours: Hours, at: datetime) -> bool:
    return window(at, [Place("UTC", hours)]).opens_at is None


@given(st.integers(0, 7 * 24 * 4 - 1))
def test_the_strictest_is_open_exactly_when_all_are(quarter: int) -> None:
    at = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(minutes=15) * quarter
    assert open_at(STRICTEST, at) == all(open_at(hours, at) for hours in [FEDERAL, *STATES.values()])


def test_every_state_is_stricter_than_federal_law() -> None:
    quarters = [datetime(2026, 11, 16, tzinfo=UTC) + timedelta(minutes=15) * n for n in range(7 * 24 * 4)]
    allowed = {at for at in quarters if open_at(FEDERAL, at)}
    for state, hours in STATES.items():
        assert {at for at in quarters if open_at(hours, at)} < allowed, state


def test_a_text_to_florida_waits_from_eight_and_one_to_rhode_island_over_the_sunday() -> None:
    eastern = ZoneInfo("America/New_York")
    saturday = datetime(2026, 11, 21, 20, 30, tzinfo=eastern)

    def opens(address: str) -> datetime | None:
        at = window(saturday, places(address, None, None, DAYTIME, us_states=True)).opens_at
        return at.astimezone(eastern) if at else None

    assert opens("+12125550143") is None
    assert opens("+13055550143") == datetime(2026, 11, 22, 8, tzinfo=eastern)
    assert opens("+14015550143") == datetime(2026, 11, 23, 9, tzinfo=eastern)


def test_the_law_decides_where_it_and_the_desks_hours_never_meet() -> None:
    noon = datetime(2026, 11, 20, 17, tzinfo=UTC)
    found = window(noon, places("+13055550143", None, None, NIGHTS, us_states=True))
    assert found == window(noon, [Place("America/New_York", STATES["FL"])])


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_by_the_desks_own_hours_the_zones_of_each_number_share_an_hour_a_day(month: int) -> None:
    midnight = datetime(2026, month, 15, tzinfo=UTC)
    for everywhere in sorted(set(TIMEZONE_DATA.values())):
        shared = [Place(zone, DAYTIME) for zone in everywhere]
        first = window(midnight, shared).closes_at  # it may be the end of one that opened before
        assert first is not None
        found = window(first, shared)
        assert found.opens_at is not None
        assert found.closes_at is not None
        assert found.opens_at < midnight + timedelta(days=2)
        assert found.closes_at - found.opens_at >= timedelta(hours=1)


@pytest.mark.parametrize("month", [1, 7])
def test_a_number_that_may_be_anywhere_in_the_plan_is_still_written_to_each_day(month: int) -> None:
    now = datetime(2026, month, 15, 12, tzinfo=UTC)
    everywhere = places("+18005550143", None, None, DAYTIME, us_states=False)
    assert len(everywhere) > 30
    opens = window(now, everywhere).opens_at
    assert opens is not None
    assert now < opens < now + timedelta(days=1)
    for place in everywhere:
        assert time(8) <= opens.astimezone(ZoneInfo(place.zone)).time() < time(21), place.zone
