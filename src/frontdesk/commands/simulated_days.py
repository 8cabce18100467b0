"""Virtual days of a scratch desk: people write, the desk's own steps run, and time moves on when nothing is left to do.

Strictly one virtual moment after another: follow-ups that are due first, then what people do, each of them in a lane of
their own. Within a moment nothing depends on who is handled first, so that the same seed ends in the same state.
"""

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import perf_counter
from typing import Any

import httpx2

from frontdesk.commands.simulated_carrier import MonthCarrier
from frontdesk.commands.simulated_people import Act, Kind, Person
from frontdesk.db.clock import VirtualClock
from frontdesk.db.queries import load_queries
from frontdesk.desk import Desk
from frontdesk.loop import Wake
from frontdesk.simulator import VoiceAgent
from frontdesk.steps.deliver import Delivering
from frontdesk.steps.follow_up import follow_up
from frontdesk.steps.handle import Handling
from frontdesk.steps.retire import make_room

__all__ = ["Month"]

Q = load_queries("frontdesk.commands", "simulate.sql")

_A_DAY = timedelta(days=1)
_BETWEEN_BODIES = timedelta(seconds=1)
_BOOKING_TRIES = 4
_MOST_STILL = 200  # looks at which something is due and nothing moves; then it is left to the judge
_REST = 0.05  # seconds between two of them
_AT_ONCE = 40  # webhooks on their way to the desk
_DELIVERED_TWICE = 0.05  # of the texts


@dataclass(slots=True)
class Month:
    """A desk, its people, and the time that passes. `spent` are seconds by what they were spent on."""

    desk: Desk
    clock: VirtualClock
    carrier: MonthCarrier
    people: Sequence[Person]
    number: str
    voice_url: str
    voice_secret: str
    to_desk: httpx2.AsyncBaseTransport
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    moments: int = 0
    texts_in: int = 0
    delivered_twice: int = 0
    _handling: Handling = field(init=False)
    _delivering: Delivering = field(init=False)
    _ahead: list[tuple[datetime, int, int, int, Act, str]] = field(default_factory=list)
    _planned: int = 0
    _seen: int = 0
    _by_phone: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Set the steps up as a worker does."""
        desk = self.desk
        parts = (desk.db, desk.bucket, desk.clock, desk.lease_clock, desk.registry)
        self._handling = Handling(*parts, desk.settings.worker, Wake())
        self._delivering = Delivering(*parts, desk.settings, Wake())
        self._by_phone = {person.phone: number for number, person in enumerate(self.people)}

    async def run(self, end: datetime, *, on_day: Callable[[datetime], None] | None = None) -> None:
        """Let time pass until `end`, and settle what is due then."""
        await self._import()
        for number, person in enumerate(self.people):
            self._plan(number, person.first)
        day = self.clock.now()
        look = await self._look()
        while (at := self._next(look)) is not None and at < end:
            await self._move_to(at)
            while day <= at:  # as the scheduler does: room in the archive, ahead of time
                await make_room(self.desk.db, self.desk.bucket, self.clock)
                if on_day is not None:
                    on_day(day)
                day += _A_DAY
            look = await self._moment(at, look)
        await self._move_to(end)
        await self._moment(end, look)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self.spent[name] += perf_counter() - began

    async def _import(self) -> None:
        listed = [person for person in self.people if person.imported]
        expires = timedelta(days=self.desk.settings.follow_up.expires_days)
        rows = {
            "phones": [one.phone for one in listed],
            "timezones": [one.zone for one in listed],
            "listed_at": [one.listed_at for one in listed],
            "expires_at": [one.listed_at + expires for one in listed],
        }
        async with self.desk.db.transaction(self.desk.bucket) as tx:
            await tx.run(Q.import_people, {**rows, "client_id": 1})

    def _plan(self, number: int, act: Act) -> None:
        """Each text of a burst at a moment of its own."""
        for nth, body in enumerate(act.bodies or ("",)):
            self._push(act.at + nth * _BETWEEN_BODIES, number, nth, act, body)

    def _push(self, at: datetime, number: int, nth: int, act: Act, body: str) -> None:
        self._planned += 1
        heapq.heappush(self._ahead, (at, number, self._planned, nth, act, body))

    async def _look(self) -> Any:
        with self._timed("looking ahead"):
            async with self.desk.db.transaction(self.desk.bucket, single=True) as tx:
                return await tx.one(Q.look, {"now": self.clock.now()})

    def _next(self, look: Any) -> datetime | None:
        """The next moment at which anything happens by itself or by anybody."""
        ahead = [self._ahead[0][0]] if self._ahead else []
        moments = [at for at in (look.text_at, look.step_at, look.end_at, *ahead) if at is not None]
        return max(min(moments), self.clock.now()) if moments else None

    async def _move_to(self, at: datetime) -> None:
        with self._timed("moving the clock"):
            if not await self.clock.move_to(self.desk.db, at, self.desk.bucket):
                raise RuntimeError("Something is claimed still, though all was handled: time cannot move on.")

    async def _moment(self, at: datetime, look: Any) -> Any:
        """Everything that happens at one moment, and the look after it."""
        self.moments += 1
        if any(due is not None and due <= at for due in (look.step_at, look.end_at)):
            with self._timed("follow-ups and expiry"):
                await follow_up(self.desk.db, self.desk.bucket, self.clock, self.desk.settings)
            look = await self._settle()
        elif look.text_at is not None and look.text_at <= at:
            look = await self._settle()
        if self._ahead and self._ahead[0][0] <= at:
            with self._timed("what people do"):
                await self._people_act(at)
            look = await self._settle()
        return look

    async def _people_act(self, at: datetime) -> None:
        room = asyncio.Semaphore(_AT_ONCE)
        now: dict[int, tuple[int, Act, str]] = {}
        while self._ahead and self._ahead[0][0] <= at:
            _, number, _, nth, act, body = heapq.heappop(self._ahead)
            if number in now:  # nobody does two things at once: which came first would be chance
                self._push(at + _BETWEEN_BODIES, number, nth, act, body)
            else:
                now[number] = nth, act, body

        async def write(number: int, body: str) -> None:
            times = 2 if self.people[number].dice.random() < _DELIVERED_TWICE else 1
            self.texts_in += 1
            self.delivered_twice += times - 1
            async with room:
                statuses = await self.carrier.text(self.people[number].phone, self.number, body, times=times)
                if set(statuses) != {200}:
                    raise RuntimeError(f"The desk answered a text with {statuses}.")

        await asyncio.gather(*(write(number, body) for number, (_, act, body) in now.items() if act.bodies))
        for number, (_, act, _) in now.items():  # one after another: two may want the same time
            if act.kind is Kind.BOOK:
                await self._book(number)
        for number, (nth, act, _) in now.items():
            later = self.people[number].did(act) if nth == 0 else None
            if later is not None:
                self._plan(number, later)

    async def _book(self, number: int) -> None:
        """A call to the voice agent, which books the first of a few times that is free."""
        person = self.people[number]
        agent = VoiceAgent(
            self.voice_url,
            self.voice_secret,
            caller=person.phone,
            number=self.number,
            call_id=person.phone,
            transport=self.to_desk,
        )
        for nth in range(_BOOKING_TRIES):
            day = (self.clock.now() + timedelta(days=person.dice.randint(1, 9))).date()
            at = time(person.dice.randint(8, 16), person.dice.choice((0, 30)))
            heard = await agent.use("book_appointment", f"{len(person.acts)}-{nth}", date=str(day), time=f"{at:%H:%M}")
            if heard.startswith("Booked"):
                return

    async def _settle(self) -> Any:
        """Let the worker's steps run until nothing moves, and then let people read what came; returns the last look."""
        still = 0
        look = await self._look()
        while (look.events or look.texts) and still < _MOST_STILL:
            moved = 0
            if look.events:
                with self._timed("handling"):
                    moved += await self._handling.step()
                    await self._handling.drain()
            else:
                with self._timed("delivering"):
                    moved += await self._delivering.step()
                    await self._delivering.drain()
                    await self.carrier.settled(60)
                if moved:  # their receipts are there
                    with self._timed("handling"):
                        moved += await self._handling.step()
                        await self._handling.drain()
            still = 0 if moved else still + 1
            if still:  # a lane that failed rests in real time
                await asyncio.sleep(_REST)
            look = await self._look()
        self._read()
        return look

    def _read(self) -> None:
        taken = self.carrier.taken[self._seen :]
        self._seen = len(self.carrier.taken)
        for one in sorted(taken, key=lambda text: (text.to, text.body)):
            number = self._by_phone.get(one.to)
            act = self.people[number].reacts(one.body, one.at) if number is not None else None
            if number is not None and act is not None:
                self._plan(number, act)
