"""The process: which loops run, started in order, stopped in reverse."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog

from frontdesk import __version__
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.listening import Listener
from frontdesk.db.pool import PUBLIC, Bucket, Database, DatabaseGone, is_gone
from frontdesk.db.processes import ProcessRow, beat, lead, leave
from frontdesk.loop import Wake, ended, run_loop
from frontdesk.meters import Meters
from frontdesk.registry import Registry
from frontdesk.reporting import report
from frontdesk.settings import Settings
from frontdesk.steps.catch_up import CATCH_UP_EVERY, CatchingUp
from frontdesk.steps.deliver import Delivering
from frontdesk.steps.follow_up import close_expired, put_due
from frontdesk.steps.handle import Handling
from frontdesk.steps.look import LONGEST_LOOK, Look
from frontdesk.steps.missed_receipts import find_missed
from frontdesk.steps.monitor import Monitor
from frontdesk.steps.raise_again import forget_old_alerts, raise_again
from frontdesk.steps.receive import Receiver
from frontdesk.steps.reconcile import resolve_unknown, take_back
from frontdesk.steps.replay import put_back_due
from frontdesk.steps.retire import make_room, retire
from frontdesk.steps.stock_up import StockingUp
from frontdesk.steps.switching import release
from frontdesk.steps.take_up import TakingUp
from frontdesk.steps.tell import Telling

__all__ = ["Service"]

log = structlog.get_logger(__name__)

_HEARTBEAT = 5.0  # seconds; readers call a process dead after three
_LEADER_LEASE = timedelta(seconds=20)
_WAIT_ON_OTHERS = ("listen", "reconcile", "missed_receipts", "catch_up", "monitor")  # loops that hold nothing meanwhile
_RELEASE = 60.0  # seconds; what was put while a switch was lifted may be held by it still
_CLOSE_EXPIRED = 300.0  # seconds; days are what a lead's time is counted in
_TAKE_UP = 10.0  # seconds; a person who wrote by hand, and an owner who waits for a number, look at the phone meanwhile
_MISSED_RECEIPTS = 60.0  # seconds between looks for receipts that did not come


class Service:
    """The loops of one process. `roles` is any of serve, worker, scheduler; serve has no loop of its own here."""

    def __init__(
        self,
        db: Database,
        clock: BusinessClock,
        lease_clock: LeaseClock,
        registry: Registry,
        settings: Settings,
        roles: frozenset[str],
        bucket: Bucket = PUBLIC,
        meters: Meters | None = None,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._registry = registry
        self._settings = settings
        self._roles = roles
        self._stop = asyncio.Event()
        self._wakes = {"inbox": Wake(), "outbox": Wake()}
        self._paced = {**self._wakes, "take_back": Wake(), "reconcile": Wake(), "replay": Wake(), "follow_up": Wake()}
        self._looking = Wake()
        self._others = [wake for name, wake in self._paced.items() if name not in self._wakes]
        self._tasks: list[asyncio.Task[None]] = []
        self._row = ProcessRow(uuid4(), sorted(roles), socket.gethostname(), os.getpid(), __version__)
        self._leads = False
        self._leads_until = self._lease_clock.now()
        self._look = Look(db, bucket, clock, lease_clock, self._paced)
        direct = settings.database_direct_url
        dsn = direct.get_secret_value() if direct else db.dsn
        self._listener = Listener(db, bucket, dsn, self._wakes, on_change=self._note_listening)
        self._meters = meters or Meters()
        parts = (db, bucket, clock, lease_clock, registry)
        self.handling = Handling(*parts, settings.worker, self._wakes["inbox"], self._meters.tries)
        self.delivering = Delivering(*parts, settings, self._wakes["outbox"])
        self.telling = Telling(db, bucket, clock, lease_clock, settings)
        receiver = Receiver(db, bucket, clock, lease_clock)
        self.taking_up = TakingUp(db, bucket, clock, settings)
        self.stocking_up = StockingUp(db, bucket, clock, registry, settings)
        self.monitor = Monitor(db, bucket, clock, lease_clock, settings)
        self.catching_up = CatchingUp(db, bucket, clock, registry, receiver, settings)

    async def start(self) -> None:
        """Begin all loops of the roles: measured clock first, then heartbeats, then work."""
        await self._lease_clock.measure(self._db)
        await beat(self._db, self._bucket, self._row, self._lease_clock.now())
        self._loop("clock", self._measure, rest=60)
        self._loop("heartbeat", self._beat, rest=_HEARTBEAT)
        if self._roles & {"worker", "scheduler"}:
            self._loop("look", self._look.step, rest=self._look_rest, wake=self._looking)
            self._loop("tell", self.telling.step, rest=self.telling.rest)
        if "worker" in self._roles:
            poll = self._settings.worker.poll_seconds
            self._loop("handle", self.handling.step, rest=poll, paced="inbox")
            self._loop("leases", self.handling.beat, rest=self._settings.worker.lease_seconds / 3)
            self._loop("deliver", self.delivering.step, rest=poll, paced="outbox")
            self._tasks.append(asyncio.create_task(self._listener.run(), name="listen"))
        if "scheduler" in self._roles:
            self._loop("leadership", self._campaign, rest=_HEARTBEAT)
            self._loop("take_back", self._as_leader(self._take_back), rest=1.0, paced="take_back")
            self._loop("reconcile", self._as_leader(self._resolve_unknown), rest=2.0, paced="reconcile")
            self._loop("replay", self._as_leader(self._put_back), rest=1.0, paced="replay")
            self._loop("follow_up", self._as_leader(self._follow_up), rest=1.0, paced="follow_up")
            self._loop("close_expired", self._as_leader(self._close_expired), rest=_CLOSE_EXPIRED)
            self._loop("release", self._as_leader(self._release), rest=_RELEASE)
            self._loop("missed_receipts", self._as_leader(self._find_missed), rest=_MISSED_RECEIPTS)
            self._loop("catch_up", self._as_leader(self._catch_up), rest=CATCH_UP_EVERY)
            self._loop("take_up", self._as_leader(self.taking_up.step), rest=_TAKE_UP)
            self._loop("stock_up", self._as_leader(self.stocking_up.step), rest=_TAKE_UP)
            self._loop("raise_again", self._as_leader(self._raise_again), rest=5.0)
            self._loop("forget_alerts", self._as_leader(self._forget_alerts), rest=3600)
            # Rests are jittered by a fifth: none is longer than what the setting says.
            self._loop("monitor", self._as_leader(self.monitor.step), rest=self._settings.monitor.every_minutes * 50)
            self._loop("retire", self._as_leader(self._retire), rest=3600)
            self._loop("make_room", self._as_leader(self._make_room), rest=3600)

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, leave."""
        self._stop.set()
        for wake in [*self._wakes.values(), *self._others, self._looking]:
            wake.ring()
        loops = [task for task in self._tasks if task.get_name() != "leases"]
        await asyncio.gather(
            *(ended(task, cancel=task.get_name() in _WAIT_ON_OTHERS) for task in loops), return_exceptions=True
        )
        await self._while_leases_are_kept(self.handling.drain())
        await self.delivering.drain()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.telling.aclose()
        try:
            await leave(self._db, self._bucket, self._row)
        except DatabaseGone:
            log.debug("left_without_a_word")

    async def _while_leases_are_kept(self, work: Awaitable[None]) -> None:
        keeper = asyncio.create_task(self._keep_leases())
        try:
            await work
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)  # it uses the pool, which is closed next

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._settings.worker.lease_seconds / 3)
            try:
                await self.handling.beat()
            except DatabaseGone as error:
                log.warning("lease_not_pushed", error=str(error))

    def _loop(
        self,
        name: str,
        step: Callable[[], Awaitable[int]],
        *,
        rest: float | Callable[[], float],
        wake: Wake | None = None,
        paced: str = "",
    ) -> None:
        """Begin a loop. One that is `paced`, by its name in the look, rests long while there is nothing to do."""
        if paced and not callable(rest):
            step, rest, wake = self._look.noting(paced, step), partial(self._look.rest, paced, rest), self._paced[paced]
        if wake is None:
            wake = Wake()
            self._others.append(wake)
        on_error = partial(report, component=name)
        loop = run_loop(name, step, wake=wake, rest=rest, stop=self._stop, on_error=on_error, passes=is_gone)
        self._tasks.append(asyncio.create_task(loop, name=name))

    def _note_listening(self, hears: bool) -> None:
        self._meters.listening.set(hears)
        self._looking.ring()  # its rests are others now

    def _look_rest(self) -> float:
        """Seconds to the next look: short where nothing else tells of new work, and never longer than a lease takes."""
        poll = self._settings.worker.poll_seconds
        deaf = "worker" in self._roles and not self._listener.hears
        if deaf or self._clock is not self._lease_clock:  # virtual time is moved without a word
            return poll
        leases = (self._settings.worker.lease_seconds, self._settings.sender.lease_seconds)
        return max(poll, min(LONGEST_LOOK, min(leases) / 3))

    async def _measure(self) -> int:
        await self._lease_clock.measure(self._db)
        return 0

    async def _beat(self) -> int:
        await beat(self._db, self._bucket, self._row, self._lease_clock.now())
        return 0

    async def _campaign(self) -> int:
        now = self._lease_clock.now()
        leads = await lead(self._db, self._bucket, self._row.id, now, now + _LEADER_LEASE)
        self._leads_until = now + _LEADER_LEASE if leads else now
        if leads != self._leads:
            log.info("scheduler_leads" if leads else "scheduler_stands_by")
        begins = leads and not self._leads
        self._leads = leads
        if begins:
            for wake in self._others:
                wake.ring()  # what is done hourly is due at once for a new leader
        return 0

    def _as_leader(self, step: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
        async def only_as_leader() -> int:
            # Also by the time: a process that was paused does not know yet that another leads.
            return await step() if self._lease_clock.now() < self._leads_until else 0

        return only_as_leader

    async def _take_back(self) -> int:
        return await take_back(self._db, self._bucket, self._clock, self._lease_clock)

    async def _resolve_unknown(self) -> int:
        return await resolve_unknown(self._db, self._bucket, self._clock, self._registry)

    async def _put_back(self) -> int:
        return await put_back_due(self._db, self._bucket, self._clock, self._lease_clock)

    async def _follow_up(self) -> int:
        batch = await put_due(self._db, self._bucket, self._clock, self._settings)
        return batch.put + batch.ended

    async def _close_expired(self) -> int:
        return await close_expired(self._db, self._bucket, self._clock, self._settings)

    async def _retire(self) -> int:
        # A whole pass, which may take minutes: a stop does not wait for its end, and two leaders at once share it.
        keep = self._settings.retention
        await retire(self._db, self._bucket, self._clock, keep, goes_on=lambda: not self._stop.is_set())
        return 0

    async def _release(self) -> int:
        await release(self._db, self._bucket, self._clock)
        return 0

    async def _find_missed(self) -> int:
        return await find_missed(self._db, self._bucket, self._clock, self._registry)

    async def _catch_up(self) -> int:
        await self.catching_up.step()
        return 0

    async def _raise_again(self) -> int:
        return await raise_again(self._db, self._bucket, self._clock)

    async def _forget_alerts(self) -> int:
        return await forget_old_alerts(self._db, self._bucket, self._clock)

    async def _make_room(self) -> int:
        await make_room(self._db, self._bucket, self._clock)
        return 0
