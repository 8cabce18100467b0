"""A desk with a voice agent that calls it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from frontdesk.simulator import VoiceAgent
from frontdesk.testing import LEAD, NUMBER, FrozenClock, RunningDesk, running_desk, scratch_settings

__all__ = ["SECRET", "agent", "at_desk", "clock"]

SECRET = "vapi-shared-secret-5a1b"


def clock() -> FrozenClock:
    """Friday, November 20, noon in New York."""
    return FrozenClock(datetime(2026, 11, 20, 17, 0, tzinfo=UTC))


def agent(desk: RunningDesk, *, caller: str | None = LEAD, call: int = 1, path: str = "/vapi-webhook") -> VoiceAgent:
    """A caller on the line of the desk's one client."""
    call_id = f"11111111-aaaa-4000-8000-{call:012}"
    return VoiceAgent(f"{desk.base_url}{path}", SECRET, caller=caller, number=NUMBER, call_id=call_id)


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: Any) -> None:
    """Run `story` at a desk in New York, open on weekdays from 8 to 18, at noon of a Friday."""
    roles = more.pop("roles", ())
    settings = scratch_settings(vapi_secret=SECRET, tz="America/New_York", **more)

    async def run() -> None:
        async with running_desk(dsn, roles=roles, settings=settings, clock=clock()) as desk:
            await story(desk)

    asyncio.run(run())
