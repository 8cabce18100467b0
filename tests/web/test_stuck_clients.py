"""Stuck clients for programs and people: the exact shape, the filters, what is refused, and the page."""

import time
from typing import Any

import pytest

PATH = "/api/admin/stuck-clients"
FIELDS = [
    "clientId", "name", "phone", "state", "enteredAt", "stuckForMinutes", "thresholdMinutes", "severity", "terminal",
    "whoseTurn", "reason", "suggestedAction", "movesWithin6h",
]  # fmt: skip


@pytest.fixture(scope="module")
def town(house: Any) -> Any:
    """A desk with five clients in their set-up, four of them stuck; written as by the desk, which takes none up anew."""
    for number, (name, state, hours) in enumerate(
        [
            ("Call", "S9_TEST_CALL", 25),
            ("Pay <b>me</b>", "S5_CONFIRM_LIVE", 3),
            ("Number", "S6_ASSIGN_NUMBER", 1),
            ("Late", "S0_WELCOME", 0.75),
            ("Fresh", "S0_WELCOME", 0.1),
        ]
    ):
        house.sql(
            "WITH c AS (INSERT INTO clients (name, phone_number) VALUES (%(name)s, %(phone)s) RETURNING * ) "
            "INSERT INTO onboarding_states (client_id, current_state, entered_at, recorded_state, recorded_paid) "
            "SELECT id, %(state)s, now() - %(hours)s * '1 h'::interval, %(state)s, payment_active FROM c",  # as the desk writes it
            name=name, phone=f"+1202555900{number}", state=state, hours=hours,
        )  # fmt: skip
    return house


def test_the_answer_has_exactly_this_shape(town: Any) -> None:
    said = town.get(PATH).json()
    assert list(said) == ["timestamp", "total", "byState", "bySeverity", "clients"]
    assert said["total"] == 4
    assert said["byState"] == {"S0_WELCOME": 1, "S5_CONFIRM_LIVE": 1, "S6_ASSIGN_NUMBER": 1, "S9_TEST_CALL": 1}
    assert said["bySeverity"] == {"LOW": 1, "MEDIUM": 0, "HIGH": 3}
    assert [list(one) for one in said["clients"]] == [FIELDS] * 4
    call = said["clients"][0]
    assert (call["name"], call["phone"], call["state"]) == ("Call", "+12025559000", "S9_TEST_CALL")
    assert isinstance(call["clientId"], str)
    assert (call["stuckForMinutes"], call["thresholdMinutes"]) == (1500, 1440)
    assert (call["severity"], call["terminal"], call["whoseTurn"], call["movesWithin6h"]) == ("HIGH", True, "client", 0)
    assert call["reason"] == "The owner has not made the test call (25 h, 24 h is the threshold)."
    assert said["clients"][3]["whoseTurn"] == "desk"
    assert said["clients"][3]["movesWithin6h"] is None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("severity=HIGH", ["Call", "Pay <b>me</b>", "Number"]),
        ("severity=LOW", ["Late"]),
        ("severity=MEDIUM", []),
        ("terminal=true", ["Call", "Pay <b>me</b>"]),
        ("terminal=false", ["Number", "Late"]),
        ("severity=HIGH&terminal=false", ["Number"]),
    ],
)
def test_filters_choose_and_the_sums_are_of_what_was_chosen(town: Any, query: str, names: list[str]) -> None:
    said = town.get(f"{PATH}?{query}").json()
    assert [one["name"] for one in said["clients"]] == names
    assert said["total"] == sum(said["byState"].values()) == sum(said["bySeverity"].values()) == len(names)


@pytest.mark.parametrize("query", ["severity=URGENT", "severity=high", "terminal=maybe", "terminal=1", "terminal=%00"])
def test_a_value_that_is_none_is_refused(town: Any, query: str) -> None:
    answer = town.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_nobody_is_stuck_on_a_fresh_desk_and_the_page_says_so(dsn: str, house_on: Any) -> None:
    with house_on(dsn, roles=(), admin_token="a-long-token") as house:
        bearer = {"authorization": "Bearer a-long-token"}
        said = house.get(PATH, headers=bearer).json()
        assert (said["total"], said["byState"], said["clients"]) == (0, {}, [])
        assert "No client is stuck." in house.get("/stuck", headers=bearer).text
        assert house.get(PATH).status_code == 401
        assert "login" in str(house.get("/stuck", follow_redirects=False).headers["location"])


def test_the_page_shows_who_and_what_to_do_and_no_markup_of_theirs(town: Any) -> None:
    page = town.get("/stuck").text
    assert "Pay &lt;b&gt;me&lt;/b&gt;" in page
    assert "<b>me" not in page
    assert page.index("The owner has not made the test call") < page.index("No number was assigned")
    assert "will not move by itself" in page
    assert "<code>frontdesk status</code>" in page
    assert town.get("/parts/stuck").text.count('class="row whole"') == 4


def test_metrics_and_the_first_page_count_them_by_severity(town: Any) -> None:
    town.sql(
        "INSERT INTO alerts (alert_type, alert_key, severity, opened_at) "
        "SELECT 'DISK', n::text, CASE n WHEN 1 THEN 'HIGH' ELSE 'LOW' END, now() FROM generate_series(1, 3) AS n"
    )
    deadline, low = time.monotonic() + 20, 'frontdesk_alerts_open{severity="LOW"} 2.0'
    while low not in (told := town.get("/metrics").text):  # a reading is kept for a while
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
    assert 'frontdesk_stuck_clients{severity="HIGH"} 3.0' in told
    assert 'frontdesk_stuck_clients{severity="LOW"} 1.0' in told
    assert 'frontdesk_stuck_clients{severity="MEDIUM"} 0.0' in told
    page = " ".join(town.get("/").text.split())
    assert '<a href="/stuck">Stuck clients: 4</a><span class="chip bad">3 high</span>' in page
    assert '<a href="/alerts">Open alerts: ' in page
    assert '<span class="chip ">2 low</span>' in page
