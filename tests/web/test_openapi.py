"""The API held against its own schema: whatever is asked of it, it answers as documented, and never with a 5xx."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from frontdesk.desk import Desk
from frontdesk.testing import scratch_settings
from frontdesk.web.app import build_app

TOKEN = "the-admins-own-long-token"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 40


def described() -> Any:
    """The schema of a desk as it would serve it; no database is needed to describe it."""
    desk = Desk(scratch_settings(), "")
    desk.use_forms()
    return schemathesis.openapi.from_dict(build_app(desk).openapi())


OPERATIONS = [found.ok() for found in described().get_all_operations()]


@pytest.fixture(scope="module")
def house(module_dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk with a conversation, messages and a dead letter in it."""
    with house_on(module_dsn, admin_token=TOKEN, cron_secret=TOKEN) as house:
        house.text("Hi")
        house.text("Hi", number="+12025550199")
        house.until("SELECT count(*) = 1 FROM dead_letters")
        yield house


def test_the_schema_that_is_served_is_the_one_that_is_held_against(house: Any) -> None:
    served = house.get("/api/openapi.json").json()["paths"]
    assert sum(len(ways) for ways in served.values()) == len(OPERATIONS) > 25


@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")  # the library's own strategies
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_request_makes_a_5xx_and_every_answer_is_as_documented(house: Any, operation: Any) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def asked(case: Any) -> None:
        response = case.call(base_url=house.url, headers={"Authorization": f"Bearer {TOKEN}"})
        case.validate_response(response, checks=CHECKS)

    asked()
