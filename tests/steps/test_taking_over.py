"""A person takes a conversation over by hand: the bot is silent, what it had put does not go, and released it goes on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from frontdesk.errors import KeyUsed, NotPossible, NotThere
from frontdesk.steps.taking_over import release, take_over
from frontdesk.testing import (
    LEAD,
    WHATSAPP,
    FrozenClock,
    RunningDesk,
    running_desk,
    scratch_settings,
)

HOLDING = "SELECT bot_paused_at AS at, bot_paused_why AS why FROM conversations"
ACTS = "SELECT action, subject, actor, details FROM audit_log ORDER BY id"


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: object) -> None:
    async def run() -> None:
        async with running_desk(dsn, **more) as desk:
            await story(desk)

    asyncio.run(run())


def told(desk: RunningDesk) -> list[str]:
    return [sent.body for sent in desk.carrier.sent if sent.to == LEAD]


def parts(desk: RunningDesk) -> tuple[object, ...]:
    return desk.desk.db, desk.desk.bucket, desk.desk.clock


def test_a_reply_that_waits_does_not_go_once_a_person_has_the_conversation(dsn: str) -> None:
    clock = FrozenClock()

    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        assert await desk.rows("SELECT 1 FROM outbound_message_log WHERE status = 'PENDING'")
        await take_over(*parts(desk), 1, actor="ada")
        clock.move(minutes=5)
        await desk.settled()
        assert told(desk) == []
        (row,) = await desk.rows("SELECT status, reason FROM outbound_message_log")
        assert tuple(row) == ("BLOCKED", "bot_paused")
        (said,) = await desk.rows("SELECT status, blocked_reason FROM messages WHERE direction = 'outbound'")
        assert tuple(said) == ("blocked", "bot_paused")

    at_desk(dsn, story, settings=scratch_settings(flow={"debounce_seconds": 60}), clock=clock)


def test_the_bot_listens_while_a_person_has_it_and_goes_on_at_its_next_question_once_released(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        assert len(told(desk)) == 1
        await take_over(*parts(desk), 1, actor="ada")
        await desk.text("my name is Ada Lovelace")
        await desk.settled()
        assert len(told(desk)) == 1
        (lead,) = await desk.rows("SELECT first_name, last_name FROM leads")
        assert tuple(lead) == ("Ada", "Lovelace")
        assert (await release(*parts(desk), 1, actor="ada")).conversations == 1
        await desk.settled()
        assert len(told(desk)) == 1  # releasing says nothing by itself
        await desk.text("hello again")
        await desk.settled()
        assert told(desk)[1:] == ["What can we help you with?"]
        (row,) = await desk.rows(HOLDING)
        assert tuple(row) == (None, None)

    at_desk(dsn, story)


def test_the_first_time_stays_and_the_leads_sequences_end(dsn: str) -> None:
    clock = FrozenClock()

    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        first = await take_over(*parts(desk), 1, actor="ada")
        assert (first.since, first.why, first.conversations, first.sequences_ended) == (clock.now(), "by_hand", 1, 1)
        (ended,) = await desk.rows("SELECT end_reason, due_at FROM sequence_enrolments")
        assert tuple(ended) == ("hand_over", None)
        clock.move(minutes=3)
        again = await take_over(*parts(desk), 1, actor="grace")
        assert (again.since, again.conversations, again.sequences_ended) == (first.since, 0, 0)
        (act,) = await desk.rows(ACTS)
        assert (act.action, act.subject, act.actor) == ("take over", "conversation 1", "ada")

    at_desk(dsn, story, clock=clock)


def test_why_a_person_has_it_stays_when_somebody_takes_it_over_besides(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Can I talk to a real person please")
        await desk.settled()
        held = await take_over(*parts(desk), 1, actor="ada")
        assert held.why == "asked"

    at_desk(dsn, story)


def test_a_repeated_request_does_nothing_twice_and_a_key_belongs_to_one_request(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for lead in (LEAD, "+12025550144"):
            await desk.text("Hi", lead=lead)
            await desk.settled()
        first = await take_over(*parts(desk), 1, actor="ada", key="k")
        assert await take_over(*parts(desk), 1, actor="ada", key="k") == first
        assert len(await desk.rows(ACTS)) == 1
        with pytest.raises(KeyUsed):
            await take_over(*parts(desk), 2, actor="ada", key="k")
        await release(*parts(desk), 1, actor="ada", key="r")
        await release(*parts(desk), 1, actor="ada", key="r")
        with pytest.raises(NotPossible, match="was released again since: take it over once more, with a new key"):
            await take_over(*parts(desk), 1, actor="ada", key="k")
        (row, other) = await desk.rows(HOLDING)
        assert (row.at, other.at) == (None, None)

    at_desk(dsn, story)


def test_what_nobody_has_is_not_released_and_what_is_not_there_is_said(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        with pytest.raises(NotPossible, match=r"take it over \(frontdesk conversations take-over 1\)"):
            await release(*parts(desk), 1, actor="ada")
        for act in (take_over, release):
            with pytest.raises(NotThere, match="There is no conversation 99"):
                await act(*parts(desk), 99, actor="ada")
        assert await desk.rows(ACTS) == []

    at_desk(dsn, story)


def test_all_conversations_of_the_lead_are_taken_over_and_released_together(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for lead in (LEAD, "+12025550144"):
            await desk.text("Hi", lead=lead)
            await desk.settled()
        await desk.rows(
            "INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address) "
            "SELECT client_id, lead_id, 'whatsapp', our_address, other_address FROM conversations WHERE id = 1 "
            "RETURNING id"
        )
        assert (await take_over(*parts(desk), 3, actor="ada")).conversations == 2
        held = "SELECT array_agg(id ORDER BY id) AS ids FROM conversations WHERE bot_paused_why = 'by_hand'"
        assert (await desk.rows(held))[0].ids == [1, 3]
        assert (await release(*parts(desk), 1, actor="ada")).conversations == 2
        assert (await desk.rows(held))[0].ids is None

    at_desk(dsn, story)


def test_a_conversation_that_begins_later_on_another_channel_is_the_persons_too(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert desk.whatsapp is not None
        await desk.text("Hi")
        await desk.settled()
        first = await take_over(*parts(desk), 1, actor="ada")
        await desk.whatsapp.text(LEAD, "Hello, now by WhatsApp")
        await desk.settled()
        assert [tuple(row) for row in await desk.rows(f"{HOLDING} ORDER BY id")] == [(first.since, "by_hand")] * 2
        assert desk.whatsapp.sent == []
        assert len(told(desk)) == 1
        assert len(await desk.rows("SELECT 1 FROM messages WHERE body LIKE 'Hello, now%%'")) == 1  # it is heard
        assert (await take_over(*parts(desk), 2, actor="ada")).conversations == 0  # nothing more to take
        assert (await release(*parts(desk), 2, actor="ada")).conversations == 2
        await desk.whatsapp.text(LEAD, "Anybody there?")
        await desk.settled()
        assert len(desk.whatsapp.sent) == 1

    at_desk(dsn, story, settings=scratch_settings(**WHATSAPP))


def test_a_conversation_that_was_written_by_hand_joins_what_a_person_has(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        first = await take_over(*parts(desk), 1, actor="ada")
        await desk.rows(
            "INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address) "
            "SELECT client_id, lead_id, 'whatsapp', our_address, other_address FROM conversations RETURNING id"
        )
        again = await take_over(*parts(desk), 1, actor="ada")
        assert (again.since, again.conversations) == (first.since, 1)

    at_desk(dsn, story)
