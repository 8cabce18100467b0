"""HTTP's conventions against the shared fixtures; how our own API keeps to Idempotency-Key is asked over HTTP."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_fixtures import fixture_names, load, missing

from frontdesk.providers.problem_documents import read_problem
from frontdesk.providers.rate_limits import parse_limits, parse_policies
from frontdesk.providers.retry_after import parse_retry_after

ALL = fixture_names("http-conventions")
pytestmark = pytest.mark.skipif(not ALL, reason=missing("http-conventions"))

COVERED = {"idempotency-key", "problem-details", "ratelimit-fields", "retry-after"}


def vectors(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("http-conventions", name)["vectors"] if ALL else []
    return found


def test_every_fixture_is_covered() -> None:
    assert set(ALL) == COVERED


@pytest.mark.parametrize("vector", vectors("retry-after"), ids=lambda vector: vector["name"])
def test_retry_after(vector: dict[str, Any]) -> None:
    now: datetime = parsedate_to_datetime(vector["now"])
    assert parse_retry_after(vector["retry_after"], now) == vector["delay_s"]


@pytest.mark.parametrize("vector", vectors("ratelimit-fields"), ids=lambda vector: vector["name"])
def test_rate_limit_fields(vector: dict[str, Any]) -> None:
    def shown(**parts: Any) -> dict[str, Any]:
        return {name: part for name, part in parts.items() if part is not None}

    policies = [
        shown(name=p.name, quota=p.quota, window_s=p.window, unit=p.unit, partition_key=p.partition_key)
        for p in parse_policies(vector.get("RateLimit-Policy"))
    ]
    limits = [
        shown(name=one.name, remaining=one.remaining, reset_s=one.reset, partition_key=one.partition_key)
        for one in parse_limits(vector.get("RateLimit"))
    ]
    assert {"policies": policies, "limits": limits} == vector["parsed"]


@given(st.text(alphabet='"ab;=,:\\ 19rt', max_size=200))
def test_a_field_of_any_shape_is_read_or_ignored(text: str) -> None:
    for limit in parse_limits(text):
        assert limit.remaining >= 0
    parse_policies(text)


@pytest.mark.parametrize("vector", vectors("problem-details"), ids=lambda vector: vector["name"])
def test_problem_documents(vector: dict[str, Any]) -> None:
    problem = read_problem(vector["http_status"], vector["content_type"], json.dumps(vector["body"]).encode())
    if vector["parsed"] is None:
        assert problem is None
        return
    assert problem is not None
    read = {"type": problem.type, "title": problem.title, "status": problem.status}
    assert {**read, "extensions": dict(problem.extensions)} == vector["parsed"]


@pytest.fixture
def house(contract_dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with house_on(contract_dsn, roles=(), simulation=False) as house:
        yield house


def test_idempotency_keys_of_our_own_api(house: Any) -> None:
    """Each exchange in turn: POST /api/leads stands for the operation. One in progress is waited for: never 409."""
    first: dict[str, Any] = {}
    for exchange in load("http-conventions", "idempotency-key")["exchanges"]:
        asked, outcome = exchange["request"], exchange["expected"]["outcome"]
        order = {"phone": asked["body"]["to"], "message": asked["body"]["text"]}
        headers = {name: value for name, value in asked["headers"].items() if name != "Content-Type"}
        answer = house.post("/api/leads", json=order, headers=headers)
        match outcome:
            case "accepted":
                assert answer.status_code == 202, exchange["name"]
                first[headers["Idempotency-Key"]] = answer.text
            case "replayed":
                assert (answer.status_code, answer.text) == (202, first[headers["Idempotency-Key"]])
            case "reject":
                assert answer.status_code == exchange["response"]["status"], exchange["name"]
                assert answer.headers["content-type"] == "application/problem+json"
                assert read_problem(answer.status_code, answer.headers["content-type"], answer.content) is not None
            case "retry_later":
                assert answer.status_code == 202, exchange["name"]
            case _:
                raise AssertionError(outcome)
    kept = house.sql("SELECT count(*) FROM webhook_events WHERE webhook_type = 'lead_form'")
    assert kept == [(3,)]
