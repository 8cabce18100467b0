"""What the WhatsApp tests stand on: a desk on WhatsApp, a clock that stands still, and its tables."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from frontdesk.db.pool import PUBLIC
from frontdesk.simulator import WhatsAppCarrier
from frontdesk.steps.addressed import To
from frontdesk.steps.send_by_hand import Words, send_by_hand
from frontdesk.testing import WHATSAPP, FrozenClock, RunningDesk, running_desk, scratch_settings

__all__ = ["ADA", "BO", "LEDGER", "Place", "at_whatsapp"]

ADA, BO = "+16505551234", "+13125550188"
LEDGER = "SELECT * FROM outbound_message_log ORDER BY id"
GREETING = "Hi, thanks for contacting Ada's Plumbing! What's your name, please?"


class Place:
    """The parts that a story looks at."""

    def __init__(self, desk: RunningDesk, clock: FrozenClock) -> None:
        assert desk.whatsapp is not None
        self.desk = desk
        self.clock = clock
        self.whatsapp: WhatsAppCarrier = desk.whatsapp
        self.hook = desk.whatsapp.hook_url

    async def rows(self, query: str = LEDGER, **params: Any) -> Any:
        return await self.desk.rows(query, **params)

    async def states(self) -> list[str]:
        return [row.status for row in await self.rows()]

    async def until(self, *states: str) -> None:
        """Wait until the ledger's rows have these states."""
        async with asyncio.timeout(20):
            while await self.states() != list(states):
                await asyncio.sleep(0.02)

    async def put_off(self) -> None:
        """Wait until the first message was tried, and waits for its next try."""
        async with asyncio.timeout(20):
            while [(row.status, row.error is None) for row in await self.rows()][:1] != [("PENDING", False)]:
                await asyncio.sleep(0.02)

    async def by_hand(self, body: str, key: str = "k1", whom: str = ADA) -> None:
        """A person writes to whoever wrote before."""
        (talk,) = await self.rows("SELECT id FROM conversations WHERE other_address = %(whom)s", whom=whom)
        desk = self.desk.desk
        words = Words(To(conversation_id=talk.id), body)
        await send_by_hand(desk.db, PUBLIC, desk.clock, desk.settings, words, actor="test", key=key)

    async def post(self, body: bytes, headers: dict[str, str] | None = None, url: str | None = None) -> int:
        async with httpx2.AsyncClient(trust_env=False) as http:
            return (await http.post(url or self.hook, content=body, headers=headers)).status_code


def at_whatsapp(
    dsn: str, story: Callable[[Place], Awaitable[None]], *, follow_up: bool = False, **whatsapp: Any
) -> None:
    """Run the story at a desk where [whatsapp] has these values; it follows up nobody unless it is asked to."""
    own = scratch_settings(**WHATSAPP)
    changes: dict[str, Any] = {} if follow_up else {"sequences": {}}
    settings = own.model_copy(update={**changes, "whatsapp": own.whatsapp.model_copy(update=whatsapp)})

    async def run() -> None:
        clock = FrozenClock()
        async with running_desk(dsn, settings=settings, clock=clock) as desk:
            await story(Place(desk, clock))

    asyncio.run(run())
