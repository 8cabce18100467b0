"""Kill switches and limiters by the API: what is stopped waits and goes on; what is set holds; names are checked."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.steps.switching import release
from frontdesk.testing import LEAD, NUMBER

BASE = "/api/admin/switches"


@pytest.fixture
def fresh(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own, at work."""
    with house_on(dsn) as house:
        yield house


@pytest.fixture
def still(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own in which nothing is sent: only what is asked for happens."""
    with house_on(dsn, roles=()) as house:
        yield house


def stop(house: Any, scope: str, name: str = "", **more: Any) -> Any:
    return house.http.put(house.url + BASE, json={"scope": scope, "name": name, **more})


def go(house: Any, scope: str, name: str = "") -> Any:
    return house.http.delete(house.url + BASE, params={"scope": scope, "name": name})


def write(house: Any, key: str, to: str = LEAD) -> Any:
    headers = {"Idempotency-Key": key}
    return house.post("/api/admin/outbox", json={"to": to, "body": "Hello"}, headers=headers).json()


SWITCHES = [("global", ""), ("client", "1"), ("number", NUMBER), ("provider", "twilio"), ("lane", "reply")]


@pytest.mark.parametrize(("scope", "name"), SWITCHES)
def test_what_a_switch_stops_waits_and_goes_when_it_is_lifted(fresh: Any, scope: str, name: str) -> None:
    assert stop(fresh, scope, name, reason="a bad day").status_code == 200
    row = write(fresh, "a")
    assert (row["status"], row["reason"], row["availableAt"]) == ("PENDING", "switched_off", None)
    assert "sending is switched off" in row["standing"]
    (on,) = fresh.get(BASE).json()["items"]
    assert (on["scope"], on["name"], on["mode"], on["reason"]) == (scope, name, "stop", "a bad day")
    assert "is stopped: messages wait" in on["words"]
    assert go(fresh, scope, name).json()["released"] == 1
    fresh.delivered(LEAD)
    assert fresh.get(BASE).json()["items"] == []


@pytest.mark.parametrize(("scope", "name"), SWITCHES)
def test_what_is_due_already_is_held_at_once_and_released_in_order(still: Any, scope: str, name: str) -> None:
    for key in ("a", "b", "c"):
        write(still, key)
    assert stop(still, scope, name).json()["held"] == 3
    assert stop(still, scope, name).json()["held"] == 0
    assert go(still, scope, name).json()["released"] == 3
    assert still.sql("SELECT bool_and(available_at <= clock_timestamp() AND reason IS NULL) FROM outbound_message_log")[
        0
    ] == (True,)


def test_what_another_switch_still_stops_stays_held(still: Any) -> None:
    write(still, "a")
    stop(still, "global")
    stop(still, "lane", "reply")
    assert go(still, "lane", "reply").json()["released"] == 0
    assert still.sql("SELECT reason FROM outbound_message_log") == [("switched_off",)]
    assert go(still, "global").json()["released"] == 1


def test_a_schedule_outlives_a_switch(still: Any) -> None:
    at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    order = {"to": LEAD, "body": "Hello", "sendAt": at}
    stop(still, "global")
    row = still.post("/api/admin/outbox", json=order, headers={"Idempotency-Key": "s"}).json()
    assert (row["reason"], row["availableAt"]) == ("switched_off", None)
    go(still, "global")
    due = still.get(f"/api/admin/outbox/{row['id']}").json()["availableAt"]
    assert datetime.fromisoformat(due) == datetime.fromisoformat(at)


def test_a_dry_run_blocks_where_it_would_have_gone_and_frees_what_was_held(fresh: Any) -> None:
    stop(fresh, "global")
    held = write(fresh, "a")["id"]
    assert stop(fresh, "global", mode="dry_run").json()["held"] == 0
    fresh.until("SELECT bool_and(status = 'BLOCKED' AND reason = 'dry_run') FROM outbound_message_log")
    assert fresh.get(f"/api/admin/outbox/{held}").json()["why"].startswith("dry run")
    assert "dry run" in fresh.get(BASE).json()["items"][0]["words"]
    assert [m for m in fresh.carrier.sent if m.body == "Hello"] == []


@pytest.mark.parametrize(
    ("scope", "name", "status", "said"),
    [
        ("client", "99", 404, "There is no client 99."),
        ("client", "Ada", 400, "no client's id"),
        ("client", "0", 400, "no client's id"),
        ("number", "5550100", 400, "country code"),
        ("provider", "pigeon", 404, "the providers are twilio"),
        ("provider", "", 400, "Say which provider"),
        ("lane", "fast", 400, "the lanes are alert, reply, follow_up, bulk"),
        ("global", "1", 400, "has no name"),
        ("world", "", 400, "scope"),
    ],
)
def test_a_switch_for_what_does_not_exist_is_refused(house: Any, scope: str, name: str, status: int, said: str) -> None:
    answer = stop(house, scope, name)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert said in answer.json()["detail"]
    assert house.get(BASE).json()["items"] == []


def test_a_switch_that_is_not_on_says_which_are(still: Any) -> None:
    assert "No switch is on at all" in go(still, "global").json()["detail"]
    stop(still, "lane", "bulk")
    answer = go(still, "global")
    assert (answer.status_code, "On are: lane bulk." in answer.json()["detail"]) == (404, True)


def test_every_turn_of_a_switch_is_recorded(still: Any) -> None:
    stop(still, "lane", "bulk", reason="too many complaints")
    go(still, "lane", "bulk")
    last, first = still.get("/api/admin/audit").json()["items"]
    assert (last["action"], first["action"], first["subject"]) == ("go", "stop", "lane bulk")
    assert first["details"] == {"mode": "stop", "reason": "too many complaints"}


def test_a_repeated_stop_that_was_lifted_since_holds_nothing(still: Any) -> None:
    headers = {"Idempotency-Key": "once"}
    for _ in range(2):
        write(still, "a")
        answer = still.http.put(still.url + BASE, json={"scope": "global"}, headers=headers)
        assert answer.status_code == 200
        still.http.delete(still.url + BASE, params={"scope": "global"})
    assert still.get(BASE).json()["items"] == []
    assert still.sql("SELECT reason FROM outbound_message_log") == [(None,)]


def test_what_was_put_while_a_switch_was_lifted_is_released_later(still: Any) -> None:
    write(still, "a")
    still.sql(
        "UPDATE outbound_message_log SET reason = 'switched_off', available_at = '9999-01-01 00:00:00+00'"
    )  # as a put leaves it that saw the switch and committed after it was lifted
    assert still.portal.call(lambda: release(still.desk.db, still.desk.bucket, still.desk.clock)) == 1
    assert still.sql("SELECT reason FROM outbound_message_log") == [(None,)]


def test_a_number_tells_what_it_does_and_takes_a_pace_of_its_own(fresh: Any) -> None:
    path = "/api/admin/limiters"
    assert fresh.get(path).json() == {"items": [], "circuits": []}
    assert fresh.http.put(f"{fresh.url}{path}/{NUMBER}", json={"perSecond": 2}).status_code == 404
    write(fresh, "a")
    fresh.delivered(LEAD)
    (row,) = fresh.get(path).json()["items"]
    assert (row["number"], row["executing"], row["queued"], row["done"]) == (NUMBER, 0, 0, 1)
    assert (row["throttled"], row["slowFactor"], row["perSecond"]) == (0, 1, None)
    own = fresh.http.put(f"{fresh.url}{path}/{NUMBER}", json={"perSecond": 2, "perMinute": 90}).json()
    assert (own["perSecond"], own["perMinute"]) == (2, 90)
    assert fresh.http.put(f"{fresh.url}{path}/{NUMBER}", json={"perSecond": 0}).status_code == 400
    back = fresh.http.put(f"{fresh.url}{path}/{NUMBER}", json={}).json()
    assert (back["perSecond"], back["perMinute"]) == (None, None)
    acts = fresh.get("/api/admin/audit").json()["items"]
    assert [act["action"] for act in acts] == ["set throughput", "set throughput", "send"]


def test_what_a_number_has_to_do_is_counted(still: Any) -> None:
    for n in range(3):
        write(still, str(n), to=f"+1202555018{n}")
    later = {"to": LEAD, "body": "Later", "sendAt": (datetime.now(UTC) + timedelta(days=30)).isoformat()}
    still.post("/api/admin/outbox", json=later, headers={"Idempotency-Key": "later"})
    still.sql(
        "UPDATE outbound_message_log SET status = 'SENDING', claim_token = gen_random_uuid(), "
        "leased_until = clock_timestamp() WHERE id = (SELECT min(id) FROM outbound_message_log)"
    )
    (row,) = still.get("/api/admin/limiters").json()["items"]
    assert (row["executing"], row["queued"], row["waiting"], row["done"]) == (1, 2, 1, 0)


@pytest.mark.parametrize(
    ("open_until", "failures", "state", "said"),
    [
        (None, 2, "closed", "the last 2 tries failed"),
        ("2999-01-01 00:00:00+00", 5, "open", "messages wait"),
        ("2020-01-01 00:00:00+00", 5, "half_open", "one message tries it now"),
    ],
)
def test_a_circuit_says_its_state_in_words(
    still: Any, open_until: str | None, failures: int, state: str, said: str
) -> None:
    still.sql(
        "INSERT INTO provider_circuits (account, failures, opened, open_until, last_error, changed_at) "
        "VALUES ('twilio', %(failures)s, 1, %(until)s, 'no answer', clock_timestamp())",
        failures=failures,
        until=open_until,
    )
    (row,) = still.get("/api/admin/limiters").json()["circuits"]
    assert (row["account"], row["state"], row["lastError"]) == ("twilio", state, "no answer")
    assert said in row["words"]
