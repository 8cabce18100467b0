"""Opt-outs through the whole desk, over real HTTP, with a carrier that answers its own keywords."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from frontdesk.testing import RunningDesk, running_desk

CONSENTS = "SELECT kind, source, scope FROM consents ORDER BY id"


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running_desk(dsn) as desk:
            await story(desk)

    asyncio.run(run())


async def hear(desk: RunningDesk, *bodies: str) -> list[str]:
    """The lead texts, one after the other; returns what the desk said to it since."""
    before = len(desk.carrier.sent)
    for body in bodies:
        await desk.text(body)
        await desk.settled()
    return [message.body for message in desk.carrier.sent[before:]]


STOPPED = "You're unsubscribed from Ada's Plumbing and will get no more texts. Reply START to undo."


@pytest.mark.parametrize(
    ("body", "source", "confirmation"),
    [
        ("STOP", "keyword", []),  # the carrier confirms by itself
        ("Opt out", "keyword", [STOPPED]),
        ("STOP please!!", "keyword", [STOPPED]),
        ("please stop texting me", "language", [STOPPED]),
        ("Baja", "language", ["Ada's Plumbing ya no le escribe: su baja queda hecha. Responda START para deshacerla."]),
        (
            "sorry, wrong number",
            "wrong_number",
            ["Sorry for the trouble. Ada's Plumbing won't text this number again. Reply START to undo."],
        ),
    ],
)
def test_each_way_to_leave_is_recorded_and_confirmed_exactly_once(
    dsn: str, body: str, source: str, confirmation: list[str]
) -> None:
    async def story(desk: RunningDesk) -> None:
        await hear(desk, "Hi")
        assert await hear(desk, body) == confirmation
        assert [tuple(row) for row in await desk.rows(CONSENTS)] == [("opt_out", source, "client")]
        assert await hear(desk, "hello?", "take me off your list", "Is anybody there?") == []
        rows = await desk.rows("SELECT reply_type FROM outbound_message_log ORDER BY id")
        assert [row.reply_type for row in rows] == ["greeting"] + ["opt_out_confirmation"] * len(confirmation)

    at_desk(dsn, story)


@pytest.mark.parametrize("way_back", ["START", "unstop", "Yes"])
def test_only_the_words_for_it_lift_an_opt_out(dsn: str, way_back: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await hear(desk, "Hi", "don't text me again")
        assert await hear(desk, "sorry, please text me", "ok start on Monday", "I need a plumber", "help me") == []
        assert await hear(desk, way_back) == ["What's your name, please?"]
        assert [row.kind for row in await desk.rows(CONSENTS)] == ["opt_out", "opt_in"]
        assert await hear(desk, "leave me alone") == [STOPPED]

    at_desk(dsn, story)


def test_a_yes_is_an_answer_until_somebody_left(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await hear(desk, "Hi", "Yes")
        assert await desk.rows(CONSENTS) == []

    at_desk(dsn, story)


def test_the_texts_of_a_lead_that_only_look_like_stop_are_answered(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        said = await hear(
            desk, "Can you stop the leak?", "Ada", "water that won't stop", "near the bus stop, stop by at 3"
        )
        assert len(said) == 4
        assert await desk.rows(CONSENTS) == []
        (talk,) = await desk.rows("SELECT known_fields FROM conversations")
        assert talk.known_fields["service"]["value"] == "water that won't stop"

    at_desk(dsn, story)


def test_a_sentence_is_heard_while_a_person_has_the_conversation_and_is_no_answer(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await hear(desk, "Hi")
        await desk.rows("UPDATE conversations SET bot_paused_at = '2026-11-20' RETURNING id")
        assert await hear(desk, "Leave me alone") == [STOPPED]
        (lead,) = await desk.rows("SELECT first_name FROM leads")
        assert not lead.first_name

    at_desk(dsn, story)


def test_help_is_answered_where_the_carrier_does_not(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await hear(desk, "Hi")
        assert await hear(desk, "HELP") == []
        (said,) = await hear(desk, "Help!")
        assert said.startswith("Ada's Plumbing: reply with your question")

    at_desk(dsn, story)


def test_a_webhook_posted_again_confirms_nothing_twice(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("no more texts please", times=4)
        await desk.settled()
        assert [message.body for message in desk.carrier.sent] == [STOPPED]
        assert len(await desk.rows(CONSENTS)) == 1

    at_desk(dsn, story)
