"""The door for HTTP crons: who is let in, what is answered, and that nothing but what is due goes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

SECRET, NEXT_SECRET, TOKEN = "the-secret-of-the-cron", "the-next-secret-of-it", "a-long-admin-token"
PATH = "/api/cron/cleanup-webhooks"
NAMES = {
    "deletedRequestIds",
    "droppedPartitions",
    "keptPartitions",
    "deletedOldEvents",
    "batches",
    "longestBatchMs",
    "finished",
}


@pytest.fixture(scope="module")
def guarded(module_dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk with a secret that is being rotated, and an admin token."""
    with house_on(module_dsn, roles=(), cron_secret=f"{SECRET}, {NEXT_SECRET}", admin_token=f"ada:{TOKEN}") as house:
        yield house


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("token", [SECRET, NEXT_SECRET, TOKEN, f"ada:{TOKEN}"])
def test_either_secret_and_an_admin_token_open_it(guarded: Any, method: str, token: str) -> None:
    answer = guarded.http.request(method, guarded.url + PATH, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == NAMES
    assert answer.json()["finished"] is True


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("token", ["guess", f"{SECRET}, {NEXT_SECRET}", SECRET[:-1], SECRET.upper()])
def test_anything_else_gets_a_problem_that_says_what_to_do(guarded: Any, method: str, token: str) -> None:
    answer = guarded.http.request(method, guarded.url + PATH, headers=bearer(token))
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "CRON_SECRET" in answer.json()["detail"]
    assert SECRET not in answer.text


def test_no_header_and_no_session_of_the_dashboard_opens_it(guarded: Any) -> None:
    assert guarded.get(PATH).status_code == 401
    guarded.post("/login", data={"token": TOKEN})
    assert guarded.get("/system").status_code == 200
    assert guarded.get(PATH).status_code == 401
    guarded.http.cookies.clear()


def test_the_secret_opens_nothing_else(guarded: Any) -> None:
    assert guarded.get("/api/admin/outbox", headers=bearer(SECRET)).status_code == 401


def test_what_is_due_goes_and_the_answer_tells(guarded: Any) -> None:
    guarded.sql(
        "INSERT INTO processed_webhooks (request_id, expires_at) "
        "SELECT 'old' || n, '2020-01-01' FROM generate_series(1, 300) AS n"
    )
    guarded.sql("INSERT INTO processed_webhooks (request_id, function_name, parameters) VALUES ('by hand', 'f', '{}')")
    for week, start, end in (("2020w02", "2020-01-06", "2020-01-13"), ("2020w03", "2020-01-13", "2020-01-20")):
        guarded.sql(
            f"CREATE TABLE webhook_events_{week} PARTITION OF webhook_events "
            f"FOR VALUES FROM ('{start} 00:00+00') TO ('{end} 00:00+00')"
        )
    guarded.sql(
        "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, attempts, "
        "code_version, died_at) SELECT '2020-01-15', n, 'l', 'message', 't', 'f', 'e', 1, '1', '2020-01-15' "
        "FROM generate_series(1, 3) AS n"
    )
    found = guarded.post(PATH, headers=bearer(SECRET)).json()
    assert (found["deletedRequestIds"], found["deletedOldEvents"], found["batches"]) == (300, 0, 2)
    assert found["droppedPartitions"] == ["webhook_events_2020w02"]
    assert 0 < found["longestBatchMs"] < 5000
    assert found["keptPartitions"] == [
        {
            "partition": "webhook_events_2020w03",
            "week": "2020w03",
            "waiting": 0,
            "openDeadLetters": 3,
            "why": "3 open dead letters; replay or dismiss them",
        }
    ]
    again = guarded.get(PATH, headers=bearer(SECRET)).json()
    assert (again["deletedRequestIds"], again["droppedPartitions"]) == (0, [])
    assert guarded.sql("SELECT request_id FROM processed_webhooks") == [("by hand",)]
    guarded.sql("DELETE FROM dead_letters")


def test_without_secret_and_token_it_opens_to_this_machine_alone(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    with house_on(dsn, roles=()) as house:
        assert house.post(PATH).status_code == 200
        assert house.get(PATH).status_code == 200
        for headers in ({"x-forwarded-for": "203.0.113.9"}, {"host": "desk.example"}):
            answer = house.post(PATH, headers=headers)
            assert answer.status_code == 401
            assert "set CRON_SECRET" in answer.json()["detail"]
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}):
            for ask in (house.get, house.post):  # by GET too: any page can make a browser send one
                assert ask(PATH, headers=headers).status_code == 403


def test_with_an_admin_token_alone_that_is_what_opens_it(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    with house_on(dsn, roles=(), admin_token=TOKEN) as house:
        assert house.post(PATH).status_code == 401
        assert house.post(PATH, headers=bearer(TOKEN)).status_code == 200


def test_both_ways_are_in_the_schema_with_their_door(guarded: Any) -> None:
    operations = guarded.get("/api/openapi.json").json()["paths"][PATH]
    assert set(operations) == {"get", "post"}
    assert operations["get"]["operationId"] != operations["post"]["operationId"]
    for operation in operations.values():
        assert operation["security"] == [{"Cron": []}]
        assert "401" in operation["responses"]
