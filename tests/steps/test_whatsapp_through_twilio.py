"""WhatsApp through Twilio: `whatsapp:` addresses, the 24-hour window, and no templates of Meta's."""

import asyncio
from collections.abc import Awaitable, Callable

from frontdesk.db.pool import PUBLIC
from frontdesk.steps.addressed import To
from frontdesk.steps.send_by_hand import Words, send_by_hand
from frontdesk.testing import LEAD, NUMBER, FrozenClock, RunningDesk, running_desk, scratch_settings

LEDGER = "SELECT * FROM outbound_message_log ORDER BY id"


def at_desk(dsn: str, story: Callable[[RunningDesk, FrozenClock], Awaitable[None]]) -> None:
    async def run() -> None:
        clock = FrozenClock()
        settings = scratch_settings(
            whatsapp={"template": "of_metas_own"}, sequences={}
        )  # the setting that concerns Meta's alone
        async with running_desk(dsn, settings=settings, clock=clock) as desk:
            await story(desk, clock)

    asyncio.run(run())


def test_a_whatsapp_text_is_answered_on_whatsapp_until_its_window_closes(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        assert await desk.text("Hi", lead=f"whatsapp:{LEAD}", number=f"whatsapp:{NUMBER}") == [200]
        await desk.settled()
        (sent,) = desk.carrier.sent
        assert (sent.from_, sent.to) == (f"whatsapp:{NUMBER}", f"whatsapp:{LEAD}")
        (row,) = await desk.rows(LEDGER)
        assert (row.status, row.channel, row.provider, row.to_address) == ("DELIVERED", "whatsapp", "twilio", LEAD)
        (talk,) = await desk.rows("SELECT id, channel, provider FROM conversations")
        assert (talk.channel, talk.provider) == ("whatsapp", "twilio")
        for key in ("open", "closed"):
            words = Words(To(conversation_id=talk.id), f"The window is {key}")
            await send_by_hand(desk.desk.db, PUBLIC, clock, desk.desk.settings, words, actor="test", key=key)
            await desk.settled()
            clock.move(hours=24)
        assert [(row.status, row.reason) for row in await desk.rows(LEDGER)] == [
            ("DELIVERED", None),
            ("DELIVERED", None),
            ("BLOCKED", "window_closed"),  # Meta's template has another name at Twilio
        ]
        assert [message.to for message in desk.carrier.sent] == [f"whatsapp:{LEAD}"] * 2

    at_desk(dsn, story)


def test_the_same_person_by_sms_and_by_whatsapp_has_two_conversations_and_one_lead(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.text("Hi", lead=f"whatsapp:{LEAD}", number=f"whatsapp:{NUMBER}")
        await desk.settled()
        talks = await desk.rows("SELECT channel, lead_id FROM conversations ORDER BY channel")
        assert [talk.channel for talk in talks] == ["sms", "whatsapp"]
        assert len({talk.lead_id for talk in talks}) == 1
        assert sorted(message.to for message in desk.carrier.sent) == [LEAD, f"whatsapp:{LEAD}"]

    at_desk(dsn, story)
