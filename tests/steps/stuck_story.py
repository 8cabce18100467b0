"""A new client who stays somewhere while virtual days pass, and the operator's phone meanwhile.

At each moment that a test names, everything is done that the scheduler does at such a time: owners are taken up, the
monitor makes its pass, what is due again is raised, and messages go out through the carrier.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from owner_desk import ANSWERS, Owners, owners

from frontdesk.steps.raise_again import raise_again
from frontdesk.steps.stuck import find_stuck
from frontdesk.testing import FrozenClock
from frontdesk.watching.model import Stuck

__all__ = ["ADMIN", "NEW", "Standstill", "at", "standstill"]

ADMIN = "+12025550199"
NEW = "+12025550181"
ZONE = ZoneInfo("America/New_York")
GREETING = "You reached Bo's Drains, we text you back"


def at(local: str) -> datetime:
    """A moment by the clock on the wall in New York, such as 2026-11-16 09:00; in UTC, where hours are hours."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)


class Standstill:
    """One owner at one desk, on a clock that is put where the test wants it."""

    def __init__(self, owners: Owners, clock: FrozenClock) -> None:
        self.owners, self.clock = owners, clock
        self.takes_up = True
        self._heard = 0

    async def comes_to(self, state: str) -> None:
        """The owner gets so far, by texts, a payment and a number as they come; S0 is one whom nobody welcomed yet."""
        desk = self.owners
        if state == "S0_WELCOME":
            self.takes_up = False  # the loop that would is what hangs
            await desk.sql("INSERT INTO clients (id, name, phone_number) VALUES (70, 'Bo''s Drains', '+12025550111')")
            await desk.sql(
                "INSERT INTO onboarding_states (client_id, entered_at) VALUES (70, %(now)s)", now=self.clock.now()
            )
            return
        number = int(state[1])
        if number > 6:
            await desk.add(NEW)
        await desk.text(*ANSWERS[:number] if number < 5 else ANSWERS)
        if number > 5:
            await desk.pay(int((await desk.row()).client_id))
            await desk.text("READY")
            await desk.text(*["done", GREETING][: number - 7])
        row = await desk.row()
        assert (row.current_state, row.entered_at) == (state, self.clock.now())

    async def moves_on(self, state: str) -> None:
        """What is waited for in a state comes."""
        desk = self.owners
        client_id = int((await desk.row()).client_id)
        match state:
            case "S0_WELCOME":
                self.takes_up = True
            case "S5_CONFIRM_LIVE":
                await desk.pay(client_id)
                await desk.text("READY")
            case "S6_ASSIGN_NUMBER":
                await desk.add(NEW)
            case "S9_TEST_CALL":
                await desk.call(NEW)
            case _:
                number = int(state[1])
                await desk.text(ANSWERS[number] if number < 5 else {7: "done", 8: GREETING}[number])

    async def passes(self, moment: datetime) -> Stuck | None:
        """It is `moment`: all is done that is due then, and the messages of it go out. The verdict on the owner."""
        desk = self.owners.desk
        self.clock.move(seconds=(moment - self.clock.now()).total_seconds())
        await raise_again(desk.desk.db, desk.desk.bucket, self.clock)  # every few seconds, so before the next pass
        if self.takes_up:
            await self.owners.pass_by()
        await desk.service.monitor.run()
        async with desk.desk.db.transaction() as tx:
            found = await find_stuck(tx, moment, desk.desk.settings)
        await self._tells()
        self.clock.move(seconds=3)  # what is found in one pass gathers for two
        await self._tells()
        return found[0] if found else None

    async def _tells(self) -> None:
        desk = self.owners.desk
        for _ in range(8):
            moved = await raise_again(desk.desk.db, desk.desk.bucket, self.clock)
            moved += await desk.service.telling.step()
            await desk.settled()
            if not moved:
                return

    def news(self) -> list[str]:
        """What the operator's phone got since this was asked last, of this client and not of the pool."""
        texts = [one.body for one in self.owners.desk.carrier.sent if one.to == ADMIN]
        new, self._heard = texts[self._heard :], len(texts)
        return [text for text in new if "for new clients" not in text]

    async def sent_at(self, moment: datetime) -> bool:
        """Whether it was decided then that somebody is told of the client."""
        rows = await self.owners.desk.rows(
            "SELECT 1 FROM alert_raises r JOIN alerts a ON a.id = r.alert_id WHERE r.at = %(at)s "
            "AND a.alert_type IN ('STUCK_CLIENT', 'PAYMENT_BLOCK') AND r.decision IN ('sent', 'bundled')",
            at=moment,
        )
        return bool(rows)


@asynccontextmanager
async def standstill(dsn: str, began: str, **changes: Any) -> AsyncIterator[Standstill]:
    """A desk in New York at that local time, with nobody in it yet."""
    clock = FrozenClock(at(began))
    async with owners(dsn, clock, admin_phone=ADMIN, pool={"low_water": 0}, **changes) as desk:
        yield Standstill(desk, clock)
