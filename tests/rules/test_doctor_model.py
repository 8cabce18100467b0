"""What the doctor says of the language model: by its settings, and by asking it."""

import asyncio
from typing import Any

import pytest

from frontdesk.commands.checks import Check, State
from frontdesk.commands.checks_model import ask_model_once, check_model
from frontdesk.settings import Settings
from frontdesk.simulator import ModelFault, SimulatedModel, serve_model


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, []),
        ({"openai_api_key": "sk-x"}, [("OPENAI_MODEL", State.WARN)]),
        ({"openai_base_url": "http://localhost:11434/v1"}, [("OPENAI_MODEL", State.WARN)]),
        ({"openai_model": "m"}, [("OPENAI_API_KEY", State.FAIL)]),
        ({"openai_model": "m", "openai_api_key": "sk-x"}, []),
        ({"openai_model": "m", "openai_base_url": "localhost:11434"}, [("OPENAI_BASE_URL", State.FAIL)]),
        ({"openai_model": "m", "openai_base_url": "http://h/v1/chat/completions"}, [("OPENAI_BASE_URL", State.FAIL)]),
        ({"openai_model": "m", "openai_base_url": "http://h:11434/v1"}, [("OPENAI_BASE_URL", State.OK)]),
    ],
)
def test_the_settings_are_looked_at_before_anybody_is_asked(
    settings: dict[str, Any], told: list[tuple[str, State]]
) -> None:
    checks = list(check_model(Settings(**settings)))
    assert [(check.name, check.state) for check in checks] == told
    assert all(check.todo for check in checks if check.state is not State.OK)


def asked(simulated: SimulatedModel, **changes: Any) -> Check:
    async def story() -> list[Check]:
        async with serve_model(simulated) as base_url:
            right = {"openai_api_key": simulated.key, "openai_model": simulated.name, "openai_base_url": base_url}
            return await ask_model_once(Settings(**{**right, **changes}))

    (check,) = asyncio.run(story())
    return check


def test_a_model_that_reads_is_well_and_its_time_is_told() -> None:
    model = SimulatedModel()
    model.says(name=("Ada Lovelace", "Ada Lovelace"))
    check = asked(model)
    assert check.state is State.OK
    assert "answered in 0." in check.found
    assert "strict schema" in check.found
    model.knows_schemas = False
    assert "not held to a schema" in asked(model).found


def test_a_model_that_reads_nothing_is_worse_than_the_rules() -> None:
    assert asked(SimulatedModel()).state is State.WARN


@pytest.mark.parametrize(
    "fault", [fault for fault in ModelFault if fault not in (ModelFault.INVENTED, ModelFault.FENCED)]
)
def test_every_trouble_comes_with_what_to_do(fault: ModelFault) -> None:
    model = SimulatedModel()
    model.next(fault, times=9)
    check = asked(model, model={"deadline_seconds": 0.3})
    assert check.state is State.FAIL
    assert check.todo


def test_a_wrong_key_is_said_without_showing_it() -> None:
    check = asked(SimulatedModel(), openai_api_key="sk-secret-of-mine")
    assert check.state is State.FAIL
    assert "OPENAI_API_KEY" in check.todo
    assert "secret-of-mine" not in check.found


def test_no_model_is_no_question() -> None:
    assert asyncio.run(ask_model_once(Settings())) == []
