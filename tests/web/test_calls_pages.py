"""Calls for people: the list of the API with its cursor and filters, and the page, which says why no text went."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from html import unescape
from typing import Any

import pytest

from frontdesk.calls.text_back import NoTextReason
from frontdesk.web.calls import text_back_words

ADD = (
    "INSERT INTO calls (dialpad_call_id, provider_call_id, client_id, direction, status, outcome, other_address, started_at, "
    "text_back) SELECT n::text, n::text, 1, 'inbound', CASE WHEN n %% 2 = 0 THEN 'missed' ELSE 'ended' END, "
    "CASE WHEN n %% 2 = 0 THEN 'missed' ELSE 'answered' END, '+1202555' || lpad(n::text, 4, '0'), "
    "timestamptz '2026-11-20 12:00+00' + n * interval '1 minute', "
    "CASE WHEN n %% 2 = 0 THEN 'cooldown' ELSE 'not_missed' END FROM generate_series(1, 60) AS n"
)


@pytest.fixture
def still(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own with sixty calls."""
    with house_on(dsn, roles=()) as house:
        house.sql(ADD)
        yield house


def test_the_list_goes_page_by_page_newest_first_and_each_call_once(still: Any) -> None:
    still.sql("INSERT INTO calls (dialpad_call_id) VALUES ('by hand')")  # has no time, and comes last
    still.sql("INSERT INTO calls (dialpad_call_id, joined_to) VALUES ('a leg', 1)")
    seen, cursor = [], None
    while True:
        page = still.get("/api/admin/calls", params={"limit": 25, **({"cursor": cursor} if cursor else {})}).json()
        seen += [call["providerCallId"] for call in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == [*(str(n) for n in range(60, 0, -1)), "by hand"]


def test_a_call_says_in_words_why_no_text_answers_it(still: Any) -> None:
    (call,) = still.get("/api/admin/calls", params={"status": "missed", "limit": 1}).json()["items"]
    assert (call["id"], call["direction"], call["status"], call["textBack"]) == ("60", "inbound", "missed", "cooldown")
    assert call["textBackWords"] == NoTextReason.COOLDOWN.words


@pytest.mark.parametrize("asked", [{"status": "gone"}, {"cursor": "x"}, {"clientId": "0"}, {"limit": "0"}])
def test_what_makes_no_sense_is_refused(still: Any, asked: dict[str, str]) -> None:
    assert still.get("/api/admin/calls", params=asked).status_code == still.get("/api/admin/events?limit=0").status_code


def test_the_list_of_one_client_holds_its_calls_alone(still: Any) -> None:
    assert still.get("/api/admin/calls", params={"clientId": "2"}).json()["items"] == []
    assert len(still.get("/api/admin/calls", params={"clientId": "1"}).json()["items"]) == 50


def test_the_page_shows_calls_filters_them_and_leads_to_older_ones(still: Any) -> None:
    page = still.get("/calls").text
    assert 'href="/calls" aria-current="page"' in page
    assert "+12025550060" in page
    assert NoTextReason.COOLDOWN.words in unescape(page)
    assert "Older calls" in page
    missed = still.get("/calls", params={"status": "missed"}).text
    assert "+12025550060" in missed
    assert "+12025550059" not in missed
    assert still.get("/parts/calls").status_code == 200
    assert still.get("/calls", params={"status": "gone"}).status_code == 400


def test_an_empty_page_says_where_calls_come_from(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    with house_on(dsn, roles=()) as house:
        assert "No call yet." in house.get("/calls").text
        house.sql("INSERT INTO calls (status, direction) VALUES ('missed', NULL)")
        assert "Number withheld" in house.get("/calls").text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((None, None, None), ""),
        (("withheld", None, None), NoTextReason.WITHHELD.words),
        (("texted", "DELIVERED", None), "delivered"),
        (
            ("texted", "BLOCKED", "opted_out"),
            "blocked: the recipient opted out; only START (or consent on record) lifts it",
        ),
    ],
)
def test_what_became_of_a_text_back_is_said_in_words(given: tuple[str | None, ...], words: str) -> None:
    assert text_back_words(*given) == words


def test_a_persons_note_lets_a_lead_be_texted_again_and_is_kept(still: Any) -> None:
    still.sql("INSERT INTO leads (client_id, phone, not_textable_at) VALUES (1, '+12025550143', '2026-11-20')")
    path = "/api/admin/leads/1/textable"
    assert still.post(path, json={"note": ""}).status_code == 400
    answer = still.post(path, json={"note": "She has a mobile now"}, headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["leadId"]) == (200, "1")
    assert still.sql("SELECT not_textable_at FROM leads") == [(None,)]
    assert still.sql("SELECT action, subject, details ->> 'note' FROM audit_log") == [
        ("textable", "lead 1", "She has a mobile now")
    ]
    again = still.post(path, json={"note": "She has a mobile now"}, headers={"Idempotency-Key": "k1"})
    assert again.status_code == 200
    assert still.post(path, json={"note": "And again"}).status_code == 409
