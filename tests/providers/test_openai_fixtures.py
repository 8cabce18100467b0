"""The model's client and the simulated model against the shared fixtures; skipped loudly where they do not stand."""

import asyncio
import json
from typing import Any

import pytest
from shared_fixtures import fixture_names, load, missing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.chat import Chat, Saying
from frontdesk.errors import ModelFailed, ModelTrouble
from frontdesk.readers.model_schema import claims_in
from frontdesk.simulator.model import ModelError, check_asked
from frontdesk.simulator.server import serve_app

ALL = fixture_names("openai")
pytestmark = pytest.mark.skipif(not ALL, reason=missing("openai"))

ANSWERS, ERRORS, REQUESTS = "chat-structured-output", "errors-and-retries", "fake-server-requests"
NOT_USED = {
    "chat-streaming": "a reading is used whole or not at all: nothing is streamed",
    "chat-tool-calls": "the model is given no tool",
    "responses-api": "servers of others speak chat completions, and few of them this",
}
NEEDS_A_PERSON = {"insufficient_quota", "invalid_api_key", "model_not_found"}


def exchanges(name: str) -> list[dict[str, Any]]:
    return load("openai", name)["exchanges"] if name in ALL else []


def named(exchange: dict[str, Any]) -> str:
    return str(exchange["name"])


async def ask(response: dict[str, Any]) -> tuple[str, int]:
    """What the client makes of this response, and how often it asked for it."""
    asked = 0

    async def complete(request: Request) -> Response:
        nonlocal asked
        asked += 1
        body = response["body"]
        return Response(
            body if isinstance(body, str) else json.dumps(body),
            status_code=response["status"],
            headers=response["headers"],
        )

    async with serve_app(Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])) as base_url:
        chat = Chat(model="gpt-4o-mini", api_key="sk-fixture", base_url=f"{base_url}/v1")
        try:
            answer = await chat.ask([Saying("user", "Can I come Friday?")], {"type": "object"}, seconds=5, tokens=300)
        except ModelFailed as error:
            error.asked = asked  # type: ignore[attr-defined]
            raise
        finally:
            await chat.aclose()
    return answer, asked


OUTCOMES = {
    "refused": {ModelTrouble.REFUSAL},
    "incomplete": {ModelTrouble.TRUNCATED},
    "retry_later": {ModelTrouble.RATE_LIMIT, ModelTrouble.SERVER},
    "permanent_failure": {ModelTrouble.AUTH, ModelTrouble.REJECTED, ModelTrouble.SERVER},
}


@pytest.mark.parametrize("exchange", exchanges(ANSWERS), ids=named)
def test_an_answer_is_taken_or_its_trouble_is_named(exchange: dict[str, Any]) -> None:
    expected = exchange["expected"]
    if expected["outcome"] in OUTCOMES:
        with pytest.raises(ModelFailed) as failed:
            asyncio.run(ask(exchange["response"]))
        assert failed.value.why in OUTCOMES[expected["outcome"]]
        return
    answer, asked = asyncio.run(ask(exchange["response"]))
    assert asked == 1
    if expected["outcome"] == "ok":
        inside = answer.removeprefix("```json\n").removesuffix("\n```")
        assert json.loads(inside) == expected["value"]
        return
    assert expected["outcome"] == "invalid_output"
    with pytest.raises(ModelFailed) as failed:
        claims_in(answer)
    assert failed.value.why is ModelTrouble.BAD_JSON


@pytest.mark.parametrize("exchange", exchanges(ERRORS), ids=named)
def test_an_error_is_sorted_and_never_asked_again_by_the_client(exchange: dict[str, Any]) -> None:
    expected = exchange["expected"]
    with pytest.raises(ModelFailed) as failed:
        asyncio.run(ask(exchange["response"]))
    error = failed.value
    assert error.why in OUTCOMES[expected["outcome"]]
    assert (error.why is ModelTrouble.AUTH) == (expected.get("error_code") in NEEDS_A_PERSON)
    assert error.retry_after == expected.get("retry_after_s")
    # A refused schema alone is asked for in an easier way, twice at the most: as JSON, then as text.
    easier = exchange["name"] == "bad schema"
    assert error.asked == (3 if easier else 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("exchange", exchanges(REQUESTS), ids=named)
def test_the_simulated_model_refuses_what_the_api_refuses(exchange: dict[str, Any]) -> None:
    body = exchange["request"]["body"]
    if exchange["expected"]["outcome"] == "ok":
        check_asked(body)
        return
    with pytest.raises(ModelError) as refused:
        check_asked(body)
    answer = exchange["response"]["body"]["error"]
    assert refused.value.status == exchange["response"]["status"]
    assert {name: refused.value.error[name] for name in ("type", "param", "code")} == {
        name: answer[name] for name in ("type", "param", "code")
    }


def test_every_fixture_is_covered_or_named_as_not_used() -> None:
    assert set(ALL) == {ANSWERS, ERRORS, REQUESTS, *NOT_USED}
