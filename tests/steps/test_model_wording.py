"""Replies that a model rewords, over real HTTP: what goes out, and that the template does where anything is wrong or slow."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from frontdesk.effects import Effect, Enroll, Say, SendClass
from frontdesk.setting_model import ModelSettings
from frontdesk.simulator import ModelFault, SimulatedModel, serve_model
from frontdesk.steps.wording import Wording
from frontdesk.testing import FrozenClock, scratch_settings

GREETING = Say("Hi, thanks for contacting Ada's Plumbing! What's your name, please?", "greeting", "name")
REWORDED = "Hello and welcome to Ada's Plumbing! May I have your name?"
DISCLOSED = "Hello and welcome to Ada's Plumbing! I'm an automated assistant. May I have your name?"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ON = ModelSettings(replies=True)


class Writing:
    """A desk's wording that asks a simulated model."""

    def __init__(self, model: SimulatedModel, wording: Wording, clock: FrozenClock) -> None:
        self.model, self.wording, self.clock = model, wording, clock

    async def __call__(
        self, effects: Sequence[Effect] = (GREETING,), *, first: bool = False, settings: ModelSettings = ON, **more: Any
    ) -> Mapping[str, str]:
        given = {"business": "Ada's Plumbing", "model": settings, "now": NOW, "first": first, "country": "US"}
        return await self.wording.reworded(effects, **{**given, **more})


@asynccontextmanager
async def writing(says: str = REWORDED, **section: Any) -> AsyncIterator[Writing]:
    model, clock = SimulatedModel(answer=lambda asked: {"reply": says}), FrozenClock()
    async with serve_model(model) as base_url:
        settings = scratch_settings(
            openai_api_key=model.key, openai_base_url=base_url, openai_model=model.name, model=section
        )
        wording = Wording.of(settings, clock)
        assert wording is not None
        try:
            yield Writing(model, wording, clock)
        finally:
            await wording.aclose()


def test_a_reply_goes_out_in_the_models_words_with_the_disclosure_in_the_first() -> None:
    async def story() -> None:
        async with writing() as write:
            assert await write(first=True) == {GREETING.body: DISCLOSED}
            assert await write() == {GREETING.body: REWORDED}
            asked = write.model.last
            assert asked["messages"][-1]["content"] == GREETING.body
            assert asked["response_format"]["json_schema"]["strict"] is True

    asyncio.run(story())


def test_replies_are_left_alone_unless_the_setting_says_otherwise() -> None:
    async def story() -> None:
        async with writing() as write:
            assert await write(settings=ModelSettings()) == {}
            assert write.model.asked == []

    asyncio.run(story())


def test_what_a_regulator_reads_and_what_nobody_asked_for_is_never_reworded() -> None:
    async def story() -> None:
        async with writing() as write:
            others: list[Effect] = [
                Say(GREETING.body, "opt_out_confirmation", send_class=SendClass.COMPLIANCE),
                Say(GREETING.body, "text_back", send_class=SendClass.UNPROMPTED),
                Say(GREETING.body, "help"),
                Enroll("no_answer"),
            ]
            assert await write(others) == {}
            assert write.model.asked == []

    asyncio.run(story())


@pytest.mark.parametrize(
    "says",
    [
        "Hello and welcome to Ada's Plumbing! We come tomorrow. What's your name?",
        "Hello and welcome to Ada's Plumbing! It costs $50. What's your name?",
        "Hello and welcome to Ada's Plumbing!",
        "Hola y bienvenido a Ada's Plumbing. ¿Cómo se llama usted, por favor?",
    ],
)
def test_a_draft_that_says_something_else_leaves_the_template(says: str) -> None:
    async def story() -> None:
        async with writing(says) as write:
            assert await write() == {}
            assert len(write.model.asked) == 1

    asyncio.run(story())


def test_a_draft_that_has_no_room_for_the_disclosure_leaves_the_template() -> None:
    async def story() -> None:
        async with writing() as write:
            long = ModelSettings(replies=True, reply_segments=1, disclosure="I am an automated assistant. " * 6)
            assert await write(first=True, settings=long) == {}
            assert await write(settings=long) == {GREETING.body: REWORDED}

    asyncio.run(story())


@pytest.mark.parametrize("fault", [fault for fault in ModelFault if fault is not ModelFault.FENCED])
def test_every_trouble_leaves_the_template(fault: ModelFault) -> None:
    async def story() -> None:
        async with writing(reply_seconds=0.3) as write:
            write.model.next(fault, times=9)
            began = monotonic()
            assert await write() == {}
            assert monotonic() - began < 1.5

    asyncio.run(story())


def test_a_model_that_fails_is_left_alone_and_tried_again() -> None:
    async def story() -> None:
        async with writing() as write:
            write.model.next(ModelFault.HTTP_500, times=3)
            for _ in range(5):
                assert await write() == {}
            assert len(write.model.asked) == 3
            write.clock.move(seconds=30)
            assert await write() == {GREETING.body: REWORDED}

    asyncio.run(story())
