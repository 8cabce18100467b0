"""A model beside the rules at a whole desk: replies go out whatever it does, and nothing that is known is lost to it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from frontdesk.simulator import ModelFault, SimulatedModel, serve_model
from frontdesk.testing import RunningDesk, running_desk, scratch_settings

QUESTIONS = ("What's your name", "What can we help", "Anything we should know", "Thank you, Ada!")
NAMES = "SELECT value, reader, accepted, why FROM readings WHERE field = 'name' ORDER BY id"
STATE = "SELECT known_fields, bot_paused_at, bot_paused_why, questions_asked_count FROM conversations"


@asynccontextmanager
async def desk_with(dsn: str, model: SimulatedModel, **section: Any) -> AsyncIterator[RunningDesk]:
    async with serve_model(model) as base_url:
        account = {"openai_api_key": model.key, "openai_base_url": base_url, "openai_model": model.name}
        async with running_desk(dsn, settings=scratch_settings(**account, model=section)) as desk:
            yield desk


async def talk(desk: RunningDesk, *texts: str) -> list[str]:
    """What the desk has said after these texts."""
    for text in texts:
        await desk.text(text)
        await desk.settled()
    return [sent.body for sent in desk.carrier.sent]


@pytest.mark.parametrize("fault", [*ModelFault])
def test_whatever_the_model_does_every_text_is_answered_and_nothing_is_wiped(dsn: str, fault: ModelFault) -> None:
    model = SimulatedModel()

    async def story() -> None:
        async with desk_with(dsn, model, deadline_seconds=0.5) as desk:
            model.next(fault, times=99)
            said = await talk(desk, "Hi", "Ada Lovelace", "a leaking tap", "after five")
            assert len(said) == len(QUESTIONS)
            assert all(words in body for words, body in zip(QUESTIONS, said, strict=True))
            (state,) = await desk.rows(STATE)
            known = {key: entry["value"] for key, entry in state.known_fields.items()}
            assert known == {"name": "Ada Lovelace", "service": "a leaking tap", "details": "after five"}
            failed = await desk.rows("SELECT failures FROM reader_failures WHERE failures > 0")
            assert bool(failed) is (fault not in (ModelFault.INVENTED, ModelFault.FENCED))

    asyncio.run(story())


def test_what_only_the_model_finds_is_taken_and_gives_way_to_the_leads_own_word(dsn: str) -> None:
    model = SimulatedModel()

    async def story() -> None:
        async with desk_with(dsn, model) as desk:
            model.says(name=("Ada", "Ada"))
            said = await talk(desk, "Ada, from the bakery, we spoke")
            assert said[-1].endswith("What can we help you with?")
            model.says()
            await talk(desk, "sorry, my name is Eve")
            heard = await desk.rows(NAMES)
            assert [tuple(row) for row in heard] == [("Ada", "model", True, "new"), ("Eve", "rules", True, "better")]

    asyncio.run(story())


def test_a_disagreement_is_written_down_and_the_rules_hold(dsn: str) -> None:
    model = SimulatedModel()

    async def story() -> None:
        async with desk_with(dsn, model) as desk:
            model.says(name=("Lovelace", "Lovelace"))
            await talk(desk, "Hi", "Ada Lovelace")
            heard = [tuple(row) for row in await desk.rows(NAMES)]
            assert heard == [("Ada Lovelace", "rules", True, "new"), ("Lovelace", "model", False, "weaker")]
            (state,) = await desk.rows(STATE)
            assert state.known_fields["name"]["candidates"][0]["value"] == "Lovelace"

    asyncio.run(story())


def test_a_model_may_add_a_wish_for_a_person_and_takes_no_emergency_away(dsn: str) -> None:
    model = SimulatedModel()

    async def story() -> None:
        async with desk_with(dsn, model) as desk:
            model.says(intent=("handoff", "this leads nowhere"))
            await talk(desk, "this leads nowhere, get it sorted")
            (state,) = await desk.rows(STATE)
            assert state.bot_paused_why == "asked"
            model.says(intent=("price", "gas"))
            await desk.text("there is a gas leak in my kitchen", lead="+12025550144")
            await desk.settled()
            why = await desk.rows("SELECT bot_paused_why FROM conversations ORDER BY id")
            assert why[-1].bot_paused_why == "emergency"

    asyncio.run(story())


def test_an_opt_out_that_only_the_model_finds_is_one(dsn: str) -> None:
    model = SimulatedModel()

    async def story() -> None:
        async with desk_with(dsn, model) as desk:
            words = "you people are dead to me, lose this number of mine"
            model.says(intent=("opt_out", "lose this number of mine"))
            said = await talk(desk, "Hi", words, "Hi")
            assert len(said) == 2
            assert said[-1].startswith("You're unsubscribed")
            assert [row.kind for row in await desk.rows("SELECT kind FROM consents")] == ["opt_out"]

    asyncio.run(story())


def test_replies_go_out_reworded_where_that_is_switched_on(dsn: str) -> None:
    def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        schema = asked["response_format"]["json_schema"]["schema"]
        if "reply" in schema["properties"]:
            return {"reply": "Hello and welcome to Ada's Plumbing! May I have your name?"}
        return {}

    model = SimulatedModel(answer=answer)

    async def story() -> None:
        async with desk_with(dsn, model, replies=True) as desk:
            (said,) = await talk(desk, "Hi")
            assert said == "Hello and welcome to Ada's Plumbing! I'm an automated assistant. May I have your name?"
            (row,) = await desk.rows("SELECT reply_type, question_key FROM outbound_message_log")
            assert tuple(row) == ("greeting", "name")
            model.next(ModelFault.HANG, times=9)
            assert (await talk(desk, "STOP"))[-1] == said  # the carrier confirms, and nobody rewords that

    asyncio.run(story())


def test_a_rewording_that_hangs_takes_no_handler_past_its_time(dsn: str) -> None:
    model = SimulatedModel()

    async def story() -> None:
        async with serve_model(model) as base_url:
            account = {"openai_api_key": model.key, "openai_base_url": base_url, "openai_model": model.name}
            slow = {"replies": True, "reply_seconds": 30, "deadline_seconds": 0.5}
            settings = scratch_settings(**account, model=slow, worker={"handler_seconds": 3, "poll_seconds": 0.2})
            async with running_desk(dsn, settings=settings) as desk:
                model.next(ModelFault.HANG, times=9)
                assert len(await talk(desk, "Hi")) == 1
                (event,) = await desk.rows("SELECT attempts FROM webhook_events WHERE webhook_type = 'twilio_sms'")
                assert event.attempts <= 1

    asyncio.run(story())
