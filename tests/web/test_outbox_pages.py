"""The pages of sending over plain HTTP: write, cancel, settle, stop and go without JavaScript; nothing from other sites."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from frontdesk.testing import LEAD, NUMBER


@pytest.fixture
def still(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own, in which nothing is sent."""
    with house_on(dsn, roles=()) as house:
        yield house


def write(house: Any, body: str = "Hello from Ada", **more: str) -> int:
    """Put one by the API; the id of its row."""
    headers = {"Idempotency-Key": body}
    return int(house.post("/api/admin/outbox", json={"to": LEAD, "body": body, **more}, headers=headers).json()["id"])


def make_unknown(house: Any, message: int) -> None:
    house.sql(
        "UPDATE outbound_message_log SET status = 'UNKNOWN', started_at = created_at, reconcile_at = NULL, "
        "error = 'timed out' WHERE id = %(id)s",
        id=message,
    )
    house.sql("UPDATE messages SET status = 'unknown' WHERE outbound_id = %(id)s", id=message)


def test_a_form_below_the_conversation_sends_once(still: Any) -> None:
    write(still)
    page = still.get("/conversations/1").text
    assert 'action="/conversations/1/messages"' in page
    for _ in range(2):  # as a double click does
        form = {"body": "And <b>more</b>", "at": "", "key": "the-key-of-the-form"}
        assert still.post("/conversations/1/messages", data=form).headers["location"] == "/conversations/1"
    assert still.sql("SELECT count(*) FROM outbound_message_log") == [(2,)]
    assert "And &lt;b&gt;more&lt;/b&gt;" in still.get("/conversations/1").text


def test_the_time_of_the_form_is_the_desks_own(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> None:
    with house_on(dsn, roles=(), tz="America/New_York") as house:
        write(house)
        tomorrow = house.sql("SELECT (clock_timestamp() + interval '30 days')::date")[0][0]
        form = {"body": "Later", "at": f"{tomorrow}T09:30", "key": "k"}
        assert house.post("/conversations/1/messages", data=form).status_code == 303
        (local,) = house.sql(
            "SELECT (available_at AT TIME ZONE 'America/New_York')::text FROM outbound_message_log WHERE body = 'Later'"
        )
        assert local == (f"{tomorrow} 09:30:00",)
        assert "waits until" in house.get("/conversations/1").text


def test_what_the_form_cannot_send_is_said_and_kept(still: Any) -> None:
    write(still)
    form = {"body": "Much later", "at": "2999-01-01T09:00", "key": "k"}
    refused = still.post("/conversations/1/messages", data=form)
    assert (refused.status_code, "365 days ahead" in refused.text) == (400, True)
    by_htmx = still.post("/conversations/1/messages", data=form, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, "365 days ahead" in by_htmx.text, "Much later" in by_htmx.text) == (200, True, True)
    assert still.post("/conversations/99/messages", data=form | {"at": ""}).status_code == 404
    assert still.sql("SELECT count(*) FROM outbound_message_log") == [(1,)]


def test_the_count_below_the_form_is_the_previews(still: Any) -> None:
    write(still)
    counted = still.post("/parts/conversations/1/preview", data={"body": "é" * 161}).text
    assert "2 segments" in counted
    assert "Would" not in counted
    still.sql("UPDATE clients SET paused = true")
    assert (
        "Would be blocked: the client is paused"
        in still.post("/parts/conversations/1/preview", data={"body": "x"}).text
    )
    assert "segment" not in still.post("/parts/conversations/1/preview", data={"body": "  "}).text
    assert still.sql("SELECT count(*) FROM outbound_message_log") == [(1,)]


def test_what_waits_is_cancelled_and_what_nobody_knows_is_settled_by_buttons(still: Any) -> None:
    waits = write(still)
    assert "Cancel it" in still.get("/conversations/1").text
    done = still.post(f"/outbox/{waits}/cancel", data={"next": "/conversations/1"})
    assert (done.status_code, done.headers["location"]) == (303, "/conversations/1")
    assert "Cancel it" not in still.get("/conversations/1").text
    unknown = write(still, "And this")
    make_unknown(still, unknown)
    for path in ("/conversations/1", f"/outbox/{unknown}"):
        assert "It was not sent" in still.get(path).text, path
    assert still.post(f"/outbox/{unknown}/resolve", data={"as": "perhaps"}).status_code == 400
    settled = still.post(f"/outbox/{unknown}/resolve", data={"as": "not_sent", "next": "https://evil.example/"})
    assert settled.headers["location"] == "/"
    again = still.post(f"/outbox/{unknown}/resolve", data={"as": "sent"})
    assert (again.status_code, "there is nothing to decide" in again.text) == (409, True)
    assert "a person says that it was not sent" in still.get(f"/outbox/{unknown}").text


def test_the_outbox_is_filtered_and_says_why_in_plain_words(still: Any) -> None:
    waits = write(still, sendAt=(datetime.now(UTC) + timedelta(days=30)).isoformat())
    unknown = write(still, "Was it sent?")
    make_unknown(still, unknown)
    still.sql("UPDATE clients SET paused = true")
    blocked = write(still, "Blocked one")
    everything = still.get("/outbox").text
    for message in (waits, unknown, blocked):
        assert f'href="/outbox/{message}"' in everything
    assert "the client is paused; resume the client to send again" in everything
    for query, expected in {
        "status=needs_a_person": {unknown},
        "status=BLOCKED": {blocked},
        "reason=client_paused": {blocked},
        "to=%2B1+202+555+0143": {waits, unknown, blocked},
        "to=%2B12025550199": set(),
    }.items():
        for path in ("/outbox", "/parts/outbox"):
            page = still.get(f"{path}?{query}").text
            assert {m for m in (waits, unknown, blocked) if f'id="o-{m}"' in page} == expected, query
    assert still.get("/outbox?status=LOST").status_code == 400
    assert still.get("/outbox?to=5550143").status_code == 400


def test_a_message_shows_its_attempts_with_what_was_asked_and_answered(still: Any) -> None:
    message = write(still)
    still.sql(
        "INSERT INTO outbound_attempts (outbound_id, number, started_at, ended_at, outcome, error, request, response) "
        "VALUES (%(id)s, 1, clock_timestamp(), clock_timestamp(), 'rejected', 'no such number', "
        """'{"To": "<b>+1</b>"}', '{"status": 400}'), (%(id)s, 2, clock_timestamp(), NULL, NULL, NULL, NULL, NULL)""",
        id=message,
    )
    page = unescape(source := still.get(f"/outbox/{message}").text)
    for shown in ("Attempt 1", "rejected", "no such number", '"status": 400', "under way, or its process died"):
        assert shown in page, shown
    assert "<b>+1</b>" not in source
    assert still.get("/outbox/999").status_code == 404
    assert still.get("/outbox/99999999999999999999").status_code == 404


def test_every_page_says_that_a_switch_is_on_until_it_is_lifted(still: Any) -> None:
    message = write(still)
    pages = ("/", "/outbox", "/system", "/simulator", "/conversations/1", f"/outbox/{message}")
    for path in pages:
        assert "is stopped" not in still.get(path).text, path
    stopped = still.post("/switches", data={"scope": "number", "name": NUMBER, "mode": "stop", "reason": "<i>odd</i>"})
    assert (stopped.status_code, stopped.headers["location"]) == (303, "/system#switches")
    for path in (*pages, "/parts/banner"):
        page = still.get(path).text
        assert f"Sending from {NUMBER} is stopped: messages wait" in page, path
        assert "<i>odd</i>" not in page
    assert "9999" not in still.get(f"/outbox/{message}").text + still.get("/outbox").text
    lifted = still.post("/switches/lift", data={"scope": "number", "name": NUMBER})
    assert lifted.status_code == 303
    assert "is stopped" not in still.get("/").text
    assert still.post("/switches/lift", data={"scope": "number", "name": NUMBER}).status_code == 404
    assert still.post("/switches", data={"scope": "lane", "name": "fast"}).status_code == 400


def test_the_system_page_shows_numbers_and_accounts(still: Any) -> None:
    write(still)
    still.sql("UPDATE sender_numbers SET throttled = 3, per_second = 2.5")
    still.sql(
        "INSERT INTO provider_circuits (account, failures, opened, open_until, last_error, changed_at) "
        "VALUES ('twilio', 5, 1, clock_timestamp() + interval '1 hour', 'no answer', clock_timestamp())"
    )
    page = still.get("/system").text
    for shown in (NUMBER, "2.5 a second", "nothing is sent through it for a while", "no answer"):
        assert shown in page, shown


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/conversations/1/messages", {"body": "x", "key": "k"}),
        ("/parts/conversations/1/preview", {"body": "x"}),
        ("/outbox/1/cancel", {}),
        ("/outbox/1/resolve", {"as": "sent"}),
        ("/switches", {"scope": "global"}),
        ("/switches/lift", {"scope": "global"}),
    ],
)
def test_no_form_of_another_site_is_obeyed_and_no_link_acts(house: Any, path: str, form: dict[str, str]) -> None:
    crossing = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert house.post(path, data=form, headers=crossing).status_code == 403
    assert house.get(path).status_code == 405


@pytest.mark.parametrize("path", ["/outbox", "/outbox/1", "/parts/outbox", "/parts/banner"])
def test_the_outbox_is_behind_the_door(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]], path: str
) -> None:
    with house_on(dsn, roles=(), admin_token="a-long-token") as house:
        answer = house.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
        assert house.post("/switches", data={"scope": "global"}).status_code == 303
        assert house.sql("SELECT count(*) FROM send_switches") == [(0,)]
