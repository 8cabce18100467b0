"""A worker on events that a test puts straight into the inbox, of any clients, types and lanes, with handlers of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, Event
from frontdesk.message import Item, LaneClass
from frontdesk.registry import Commit
from frontdesk.testing import scratch_settings

__all__ = ["EFFECTS", "Crowd", "crowd", "lane_of"]

EFFECTS = "CREATE TABLE IF NOT EXISTS effects (id bigint GENERATED ALWAYS AS IDENTITY, request_id text NOT NULL)"
"""What handlers write; nothing in the table itself would refuse a second row for an event."""

Prepare = Callable[[Event], Awaitable[None]]
"""What a test does while an event is prepared: wait, or fail."""


async def _at_once(event: Event) -> None:
    pass


@dataclass(slots=True)
class Crowd:
    """A desk whose handlers do what the test says, and write one effect for each event."""

    desk: Desk
    prepare: dict[str, Prepare] = field(default_factory=dict)
    """By webhook type."""
    commit: Callable[[Event, Tx], Awaitable[None]] | None = None
    """Done in the settling transaction, before the effect is written."""
    sent: int = 0

    async def __call__(self, event: Event) -> Commit:
        """The handler of every type."""
        await self.prepare.get(event.webhook_type, _at_once)(event)

        async def write(tx: Tx) -> None:
            if self.commit is not None:
                await self.commit(event, tx)
            await tx.run("INSERT INTO effects (request_id) VALUES (%(id)s)", {"id": event.request_id})

        return write

    async def arrive(self, client: int, leads: Iterable[str], *, kind: str = "twilio_sms") -> list[str]:
        """One event of each lead in turn, for a client; returns their request ids."""
        arrivals = [self._arrival(client, lead, kind) for lead in leads]
        now = self.desk.lease_clock.now()
        for start in range(0, len(arrivals), 500):
            async with self.desk.db.transaction() as tx:
                some = arrivals[start : start + 500]
                await inbox.keep(tx, some, {_number(client): client}, now=self.desk.clock.now(), lease_now=now)
                await tx.all("SELECT pg_notify('frontdesk', 'inbox')")
        return [arrival.item.request_id for arrival in arrivals]

    def _arrival(self, client: int, lead: str, kind: str) -> Arrival:
        self.sent += 1
        item = Item(kind, f"{client}:{lead}:{self.sent}", _number(client), lead, LaneClass.MESSAGE, {"Body": "x"})
        return Arrival(item, b"x", {}, "c", timedelta(hours=24))

    async def rows(self, query: str, **params: Any) -> Sequence[Any]:
        """Rows of any SQL, for a test to look at."""
        async with self.desk.db.transaction() as tx:
            return await tx.all(query, params or None)

    async def effects(self) -> list[str]:
        """The request ids of the events that took effect, in that order."""
        return [row.request_id for row in await self.rows("SELECT request_id FROM effects ORDER BY id")]

    async def until(self, query: str, seconds: float = 20, **params: Any) -> None:
        """Wait until `query` has a row."""
        end = time.monotonic() + seconds
        while not await self.rows(query, **params):
            assert time.monotonic() < end, f"not within {seconds} s: {query} {params}"
            await asyncio.sleep(0.02)

    async def until_done(self, *request_ids: str, seconds: float = 20) -> None:
        """Wait until these events are done."""
        done = (
            "SELECT 1 FROM webhook_events WHERE status = 'done' AND request_id = ANY(%(ids)s) HAVING count(*) = %(n)s"
        )
        await self.until(done, seconds, ids=list(request_ids), n=len(request_ids))


@asynccontextmanager
async def crowd(dsn: str, *, at_work: bool = True, reads_nothing: bool = False, **worker: Any) -> AsyncIterator[Crowd]:
    """A desk on `dsn`, whose worker has these settings; with `reads_nothing` events of a lane are settled in runs."""
    settings = scratch_settings(worker={"first_retry_seconds": 0.05, "poll_seconds": 0.1, **worker})
    desk = Desk(settings, dsn)
    await desk.open()
    people = Crowd(desk)
    for kind in ("twilio_sms", "dialpad"):
        desk.registry.handlers[kind] = people
        if reads_nothing:
            desk.registry.reads_nothing.add(kind)
    async with desk.db.transaction() as tx:
        await tx.run(EFFECTS)
    service = desk.service("worker")
    with capture_logs():  # hundreds of failures are told here, each with where it came from
        if at_work:
            await service.start()
        try:
            yield people
        except BaseException:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()  # what went wrong may keep it from stopping
            raise
        else:
            if at_work:
                async with asyncio.timeout(10):
                    await service.stop()
        finally:
            await desk.close()


def lane_of(client: int, lead: str) -> str:
    """The lane of a lead's texts to a client."""
    return Item("twilio_sms", "x", _number(client), lead, LaneClass.MESSAGE, {}).lane


def _number(client: int) -> str:
    return f"+1202556{client:04}"
