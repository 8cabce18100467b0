"""What the tests of catching up stand on: a desk on a clock that is moved, and texts of which it never heard."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from frontdesk.simulator import SimulatedMessage
from frontdesk.simulator.messages import new_sid
from frontdesk.steps.catch_up import CaughtUp
from frontdesk.testing import LEAD, NUMBER, FrozenClock, RunningDesk, running_desk

NOBODY = "http://127.0.0.1:1/webhooks/twilio/sms#rc=5&rp=all"
FLOW = ("Hi", "Ada Lovelace", "Leaking tap")
ANSWERS = ["Hi,", "What", "Anything"]
IN = "SELECT body FROM messages WHERE direction = 'inbound' ORDER BY id"
MARK = "SELECT listed_until FROM inbound_listings"
AGAIN = "SELECT coalesce(sum(duplicate_count), 0)::int AS n FROM processed_webhooks"
FORGET = "WITH gone AS (DELETE FROM processed_webhooks RETURNING 1) SELECT count(*) AS n FROM gone"


def at_desk(dsn: str, story: Callable[[RunningDesk, FrozenClock], Awaitable[None]], **more: Any) -> None:
    """The scheduler is left out unless a test asks for it: passes are made by hand, on a clock that is moved."""

    async def run() -> None:
        clock = FrozenClock(datetime.now(UTC))
        async with running_desk(dsn, clock=clock, roles=more.pop("roles", ("worker",)), **more) as desk:
            await story(desk, clock)

    asyncio.run(asyncio.wait_for(run(), 60))


async def a_pass(desk: RunningDesk) -> CaughtUp:
    (done,) = await desk.service.catching_up.step()
    return done


def counts(done: CaughtUp) -> tuple[int, int, int]:
    assert done.listed == done.known + done.passed + done.not_ours + done.refused
    return done.listed, done.known, done.passed


@contextlib.contextmanager
def unreachable(desk: RunningDesk) -> Iterator[None]:
    """Nobody listens at the desk's address for the block."""
    url, desk.carrier.hooks.sms_url = desk.carrier.hooks.sms_url, NOBODY
    yield
    desk.carrier.hooks.sms_url = url


def came_in(desk: RunningDesk, body: str, at: datetime, *, lead: str = LEAD, number: str = NUMBER) -> SimulatedMessage:
    """A text that the carrier got at that time, and of which the desk never heard."""
    message = SimulatedMessage(new_sid("SM"), "inbound", lead, number, body)
    message.created_at = message.sent_at = at
    desk.carrier.log.add(message)
    return message


async def number_of_long_standing(desk: RunningDesk) -> None:
    await desk.rows("UPDATE twilio_number_pool SET assigned_at = NULL RETURNING 1")


async def mark_at(desk: RunningDesk, at: datetime) -> None:
    row = {"at": at}
    await desk.rows("INSERT INTO inbound_listings VALUES ('twilio', %(at)s) RETURNING 1", **row)


@contextlib.asynccontextmanager
async def serving(desk: RunningDesk, *roles: str) -> AsyncIterator[None]:
    service = desk.desk.service(*roles)
    await service.start()
    try:
        yield
    finally:
        await service.stop()
