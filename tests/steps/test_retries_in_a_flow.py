"""A webhook that comes again, at whatever point of a flow, asks nothing and says nothing."""

import asyncio
from typing import Any

import pytest

from frontdesk.testing import FrozenClock, running_desk, scratch_settings

STATE = (
    "SELECT questions_asked_count, last_question_key, state_version, flow_state, known_fields, bot_paused_at "
    "FROM conversations"
)
DEBOUNCE = 3
FLOWS = {
    "to the end": ("Hi", "Ada Lovelace", "a leaking tap", "after five please", "and bring a ladder"),
    "corrected": ("Hi", "Ada Byron", "sorry, my name is Ada Lovelace", "a tap", "no thanks"),
    "handed over": ("Hi", "12345", "How much is it?", "67890", "98765", "can I talk to a human"),
    "left and back": ("Hi", "STOP", "hello?", "START", "Ada"),
    "an emergency": ("there is a gas leak in my kitchen", "hello?"),
}


@pytest.mark.parametrize("forgotten", [False, True], ids=["remembered", "forgotten ids"])
@pytest.mark.parametrize("flow", FLOWS)
def test_every_inbound_again_after_every_step_changes_nothing(dsn: str, flow: str, forgotten: bool) -> None:
    clock = FrozenClock()

    async def story() -> None:
        settings = scratch_settings(admin_phone="+12025550199", flow={"debounce_seconds": DEBOUNCE})
        async with running_desk(dsn, settings=settings, clock=clock) as desk:
            came: list[tuple[str, str]] = []
            for number, body in enumerate(FLOWS[flow]):
                sid = f"SM{number:032x}"
                await desk.text(body, sid=sid)
                came.append((sid, body))
                await desk.settled()
                for wait in (0, DEBOUNCE):  # while the answer waits, and after it went
                    clock.move(seconds=wait)
                    await desk.settled()
                    before = await stands(desk)
                    if forgotten:
                        await desk.rows("DELETE FROM processed_webhooks WHERE webhook_type = 'twilio_sms' RETURNING 1")
                    for sid, again in came:
                        assert await desk.text(again, sid=sid) == [200]
                    await desk.settled()
                    assert await stands(desk) == before
            assert desk.carrier.sent

    async def stands(desk: Any) -> tuple[Any, ...]:
        ledger = await desk.rows("SELECT id, status, reason, body FROM outbound_message_log ORDER BY id")
        readings = await desk.rows("SELECT count(*) AS n FROM readings")
        messages = await desk.rows("SELECT count(*) AS n FROM messages")
        state = [tuple(row) for row in await desk.rows(STATE)]
        return state, [tuple(row) for row in ledger], readings[0].n, messages[0].n, len(desk.carrier.sent)

    asyncio.run(story())
