"""Several texts in a row get one answer: the one that waits is taken back, and asks nothing that nobody saw."""

import asyncio
from collections.abc import Awaitable, Callable

from frontdesk.testing import FrozenClock, RunningDesk, running_desk, scratch_settings

LEDGER = "SELECT status, reason, body FROM outbound_message_log ORDER BY id"
STATE = "SELECT last_question_key, questions_asked_count, flow_state FROM conversations"


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: object) -> None:
    async def run() -> None:
        async with running_desk(dsn, **more) as desk:
            await story(desk)

    asyncio.run(run())


def gathering(seconds: float = 3, **more: object) -> dict[str, object]:
    """Settings with a debounce, and the clock that tells when it is over."""
    return {"settings": scratch_settings(flow={"debounce_seconds": seconds}, **more), "clock": FrozenClock()}


def test_a_burst_gets_one_answer_to_all_of_it(dsn: str) -> None:
    given = gathering()
    clock = given["clock"]
    assert isinstance(clock, FrozenClock)

    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "my name is Ada Lovelace", "can you help?"):
            await desk.text(body)
            await desk.settled()
            clock.move(seconds=1)
        assert desk.carrier.sent == []
        clock.move(seconds=3)
        await desk.settled()
        (sent,) = desk.carrier.sent
        assert sent.body.endswith("What can we help you with?")
        assert sent.body.startswith("Hi, thanks for contacting")
        assert [tuple(row)[:2] for row in await desk.rows(LEDGER)] == [
            ("BLOCKED", "replaced"), ("BLOCKED", "replaced"), ("DELIVERED", None),
        ]  # fmt: skip
        (state,) = await desk.rows(STATE)
        assert (state.last_question_key, state.questions_asked_count) == ("service", 1)
        assert state.flow_state["tries"] == {"service": 1}
        (lead,) = await desk.rows("SELECT first_name, last_name FROM leads")
        assert tuple(lead) == ("Ada", "Lovelace")

    at_desk(dsn, story, **given)


def test_an_answer_after_the_reply_went_is_a_turn_of_its_own(dsn: str) -> None:
    given = gathering()
    clock = given["clock"]
    assert isinstance(clock, FrozenClock)

    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada"):
            await desk.text(body)
            await desk.settled()
            clock.move(seconds=3)
            await desk.settled()
        assert [sent.body.split("? ")[-1] for sent in desk.carrier.sent] == [
            "Hi, thanks for contacting Ada's Plumbing! What's your name, please?",
            "What can we help you with?",
        ]
        (state,) = await desk.rows(STATE)
        assert (state.last_question_key, state.questions_asked_count) == ("service", 2)

    at_desk(dsn, story, **given)


def test_a_question_that_waits_for_the_leads_minute_was_never_asked(dsn: str) -> None:
    given = gathering(0, limits={"seconds_between": 60, "per_day": 100, "replies_per_day": 100})
    clock = given["clock"]
    assert isinstance(clock, FrozenClock)

    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada", "12"):
            await desk.text(body)
            await desk.settled()
            clock.move(seconds=10)
        clock.move(seconds=60)
        await desk.settled()
        assert [sent.body for sent in desk.carrier.sent][1:] == ["What can we help you with?"]
        (state,) = await desk.rows(STATE)
        # "12" came before anybody had asked for the service, and is no answer to it.
        assert (state.last_question_key, state.flow_state["tries"]) == ("service", {"name": 1, "service": 1})

    at_desk(dsn, story, **given)


def test_a_stop_or_a_persons_word_ends_a_burst_and_nothing_of_it_goes(dsn: str) -> None:
    given = gathering()
    clock = given["clock"]
    assert isinstance(clock, FrozenClock)

    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi")
        await desk.settled()
        await desk.text("please stop texting me")
        await desk.settled()
        other = "+12025550144"
        await desk.text("Hi", lead=other)
        await desk.settled()
        await desk.rows(
            "UPDATE conversations SET bot_paused_at = now() WHERE other_address = :to RETURNING id".replace(
                ":to", "%(to)s"
            ),
            to=other,
        )
        clock.move(seconds=5)
        await desk.settled()
        (sent,) = desk.carrier.sent
        assert sent.body.startswith("You're unsubscribed")
        reasons = await desk.rows("SELECT reason FROM outbound_message_log WHERE status = 'BLOCKED' ORDER BY id")
        assert [row.reason for row in reasons] == ["opted_out", "bot_paused"]

    at_desk(dsn, story, **given)


def test_a_retried_webhook_within_a_burst_changes_nothing(dsn: str) -> None:
    given = gathering()
    clock = given["clock"]
    assert isinstance(clock, FrozenClock)

    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "my name is Ada", "I have a tap"):
            assert await desk.text(body, times=3) == [200] * 3
            await desk.settled()
        clock.move(seconds=3)
        await desk.settled()
        assert len(desk.carrier.sent) == 1
        assert desk.carrier.sent[0].body.endswith("What can we help you with?")
        (state,) = await desk.rows(STATE)
        assert state.questions_asked_count == 1

    at_desk(dsn, story, **given)
