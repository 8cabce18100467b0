"""Calls to a Twilio number: what the caller hears, and that a missed one is answered by text; signed, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from dialling import call_rows
from twilio.request_validator import RequestValidator

from frontdesk.testing import AUTH_TOKEN, LEAD, NUMBER, RunningDesk, running_desk, scratch_settings

SID = "CA" + "1" * 32
Story = Callable[[RunningDesk], Awaitable[None]]


async def post(desk: RunningDesk, status: str, *, sid: str = SID, **more: str) -> httpx2.Response:
    """One voice webhook, signed by Twilio's own SDK."""
    url = f"{desk.base_url}/webhooks/twilio/voice"
    form = {"CallSid": sid, "CallStatus": status, "Direction": "inbound", "From": LEAD, "To": NUMBER, **more}
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, form)
    async with httpx2.AsyncClient() as http:
        answer = await http.post(url, data=form, headers={"X-Twilio-Signature": signature})
    await desk.settled()
    return answer


def play(dsn: str, story: Story, **more: Any) -> None:
    async def run() -> None:
        async with running_desk(
            dsn,
            settings=scratch_settings(
                hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"), **more
            ),
        ) as desk:
            await story(desk)

    asyncio.run(run())


ENDED = {"Timestamp": "", "CallbackSource": "call-progress-events", "SequenceNumber": "0"}


def test_a_call_that_nobody_takes_hears_the_greeting_and_is_answered_by_text(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        first, again = await post(desk, "ringing"), await post(desk, "ringing")
        assert first.headers["content-type"].startswith("text/xml")
        assert "<Say>We text you in a moment.</Say>" in first.text
        assert first.content == again.content
        ended = await post(desk, "completed", CallbackSource="call-progress-events", CallDuration="4")
        assert ended.text.endswith("<Response/>")
        await post(desk, "completed", CallbackSource="call-progress-events", CallDuration="4")
        (row,) = await call_rows(desk)
        assert (row.provider, row.provider_call_id, row.dialpad_call_id) == ("twilio", SID, None)
        assert (row.status, row.outcome, row.direction, row.text_back) == ("missed", "missed", "inbound", "texted")
        assert [message.to for message in desk.carrier.sent] == [LEAD]

    play(dsn, story, voice={"greeting": "We text you in a moment."})


def test_a_forwarded_call_that_nobody_picks_up_is_missed_though_it_completed(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        async with desk.desk.db.transaction() as tx:
            await tx.connection.execute("""UPDATE clients SET settings = '{"voice": {"forward_to": "+14155550111"}}'""")
        rings = await post(desk, "ringing")
        assert '<Dial action="' in rings.text
        assert f"{desk.base_url}/webhooks/twilio/voice" in rings.text
        assert "<Number>+14155550111</Number>" in rings.text
        result = await post(desk, "in-progress", DialCallStatus="no-answer", DialCallSid="CA2")
        assert result.text.endswith("<Response/>")
        await post(desk, "completed", CallbackSource="call-progress-events", CallDuration="27")
        assert [(row.status, row.outcome, row.text_back) for row in await call_rows(desk)] == [
            ("missed", "missed", "texted")
        ]
        assert len(desk.carrier.sent) == 1

    play(dsn, story)


def test_a_forwarded_call_that_is_picked_up_is_answered_and_not_texted(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await post(desk, "ringing")
        await post(desk, "in-progress", DialCallStatus="completed", DialCallDuration="61")
        await post(desk, "completed", CallbackSource="call-progress-events", CallDuration="70")
        assert [(row.status, row.outcome, row.talk_seconds) for row in await call_rows(desk)] == [
            ("ended", "answered", 61)
        ]
        assert desk.carrier.sent == []

    play(dsn, story, voice={"forward_to": "+14155550111"})


def test_withheld_numbers_are_never_texted(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for n, sender in enumerate(("+266696687", "anonymous")):
            await post(desk, "no-answer", sid=f"CA{n}", From=sender, CallbackSource="x")
        rows = await call_rows(desk)
        assert [(row.other_address, row.status, row.text_back) for row in rows] == [(None, "missed", "withheld")] * 2
        assert await desk.rows("SELECT 1 FROM leads") == []

    play(dsn, story)


def test_an_unsigned_call_is_refused(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        async with httpx2.AsyncClient() as http:
            answer = await http.post(
                f"{desk.base_url}/webhooks/twilio/voice", data={"CallSid": SID, "CallStatus": "ringing"}
            )
        assert answer.status_code == 403
        await desk.settled()

    play(dsn, story)
