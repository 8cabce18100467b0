"""handle: claim lanes, prepare each event outside any transaction, settle it with its effects in one.

Events of a lane are handled one at a time, in order. Settlements of different lanes that are ready together share a
commit; one that fails does so alone.
"""

import asyncio
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog
from structlog.contextvars import bind_contextvars

from frontdesk import __version__, backoff
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, is_gone
from frontdesk.errors import ClaimLost, Undeliverable
from frontdesk.groupcommit import GroupCommit
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import ClaimedLane, Event, QueuedEvent
from frontdesk.inbox.rules import Dead, after_failure, fingerprint
from frontdesk.loop import Wake
from frontdesk.registry import Commit, Registry
from frontdesk.reporting import report
from frontdesk.settings import WorkerSettings

__all__ = ["Handling", "Stale"]

log = structlog.get_logger(__name__)

_WHILE_GONE = 0.5  # seconds between tries while the database is away
_PER_LANE = 10  # events taken of a lane per claim; then it goes back to the end of the line


class Stale(Exception):
    """The state that was decided on has moved: prepare the event again."""


@dataclass(frozen=True, slots=True)
class _Settlement:
    """One handled event on its way into a transaction; `last` gives the lane back."""

    lane: ClaimedLane
    queued: QueuedEvent
    commit: Commit
    last: bool


class Handling:
    """The lanes that this process has in hand."""

    def __init__(
        self,
        db: Database,
        bucket: Bucket,
        clock: BusinessClock,
        lease_clock: LeaseClock,
        registry: Registry,
        settings: WorkerSettings,
        wake: Wake,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._registry = registry
        self._settings = settings
        self._wake = wake
        self._held: dict[str, UUID] = {}
        self._missed: set[tuple[str, UUID]] = set()  # not found by the last heartbeat
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: GroupCommit[_Settlement, bool] = GroupCommit(
            self._settle, largest=64, waiting=10_000, in_flight=2, singly=lambda error: not is_gone(error)
        )

    async def step(self) -> int:
        """Claim as many ready lanes as there is room for and begin to work on them; returns how many."""
        room = self._settings.concurrency - len(self._tasks)
        if room <= 0:
            return 0
        lease_now = self._lease_clock.now()
        async with self._db.transaction(self._bucket) as tx:
            claimed = await inbox.claim(
                tx, lanes=room, per_lane=_PER_LANE, lease_now=lease_now, leased_until=self._lease_end()
            )
            events = await inbox.load(tx, [q for lane in claimed for q in lane.events]) if claimed else []
        by_place = {(event.received_at, event.id): event for event in events}
        for lane in claimed:
            self._begin(lane, by_place)
        return len(claimed)

    def _begin(self, lane: ClaimedLane, events: dict[tuple[datetime, int], Event]) -> None:
        self._held[lane.lane] = lane.claim_token
        task = asyncio.create_task(self._work(lane, events))
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.ring()  # there is room again, and the lane may have more
        if not task.cancelled() and (error := task.exception()):
            log.error("lane_given_up_until_its_lease_ends", error=str(error), error_type=type(error).__name__)

    async def beat(self) -> int:
        """Push the leases of everything in hand; returns 0, so that its loop rests every time."""
        if self._held:
            held = dict(self._held)
            async with self._db.transaction(self._bucket) as tx:
                ours = await inbox.heartbeat(tx, held, self._lease_end())
            gone = {(lane, held[lane]) for lane in held.keys() - ours if self._held.get(lane) == held[lane]}
            # Once may be a lane that was given back just now; twice is lost.
            for lane, _ in gone & self._missed:
                del self._held[lane]
                log.warning("lease_lost", lane_class=lane.partition(":")[0])
            self._missed = gone
        return 0

    async def drain(self) -> None:
        """Wait until all lanes in hand are given back."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _lease_end(self) -> datetime:
        return self._lease_clock.now() + timedelta(seconds=self._settings.lease_seconds)

    async def _work(self, lane: ClaimedLane, events: dict[tuple[datetime, int], Event]) -> None:
        try:
            if not lane.events:
                await self._give_back(lane)
            for queued in lane.events:
                last = queued is lane.events[-1]
                if not await self._one(lane, queued, events.get((queued.received_at, queued.event_id)), last):
                    return
        finally:
            if self._held.get(lane.lane) == lane.claim_token:
                del self._held[lane.lane]

    async def _one(self, lane: ClaimedLane, queued: QueuedEvent, event: Event | None, last: bool) -> bool:
        """Handle one event; false when the lane is no longer ours."""
        # The lane's task has a context of its own, so that what is bound here ends with it.
        bind_contextvars(correlation_id=event.correlation_id if event else None, webhook_type=queued.webhook_type)
        try:
            if lane.lapses >= self._settings.max_tries and queued is lane.events[0]:
                raise Undeliverable(f"{lane.lapses} workers died or hung while they handled this event.")
            await self._try(lane, queued, event, last)
        except ClaimLost:
            log.warning("claim_lost", lane_class=lane.lane_class.value)
            return False
        except Exception as error:
            if is_gone(error):
                raise
            await self._fail(lane, queued, error)
            return False
        log.info("event_handled", event_id=queued.event_id, tries=queued.attempts + 1)
        return True

    async def _try(self, lane: ClaimedLane, queued: QueuedEvent, event: Event | None, last: bool) -> None:
        """Prepare and settle; again at once when the state moved, and again soon while the database is away."""
        while True:
            try:
                commit = await self._prepare(queued, event)
                await self._group.submit(_Settlement(lane, queued, commit, last))
                return
            except Stale:
                log.info("decided_again", event_id=queued.event_id)
            except Exception as error:
                if not is_gone(error):
                    raise
                log.warning("handle_without_database", event_id=queued.event_id, error=str(error))
                await asyncio.sleep(_WHILE_GONE)
                if self._held.get(lane.lane) != lane.claim_token:
                    raise ClaimLost from error

    async def _prepare(self, queued: QueuedEvent, event: Event | None) -> Commit:
        handler = self._registry.handlers.get(queued.webhook_type)
        if event is None:
            raise Undeliverable("The archive has no such event any more; nothing is left to handle.")
        if handler is None:
            raise Undeliverable(f"Nothing handles webhooks of type {queued.webhook_type}; add a handler and replay.")
        async with asyncio.timeout(self._settings.handler_seconds):
            return await handler(event)

    async def _settle(self, batch: Sequence[_Settlement]) -> list[bool]:
        """One transaction: each event's own writes, the fence, settle. Raises ClaimLost when any of it is not ours.

        The fence comes late, so that arrivals in these lanes wait for its row locks for a moment only; what was written
        before it is undone when it does not hold.
        """
        async with self._db.transaction(self._bucket, pipelined=True) as tx:
            async with asyncio.timeout(self._settings.handler_seconds):
                for settlement in batch:
                    await settlement.commit(tx)
            ours = await inbox.fence(tx, {s.lane.lane: s.lane.claim_token for s in batch})
            if any(s.lane.lane not in ours for s in batch):
                raise ClaimLost
            # An event that is not in its queue was settled by a commit whose answer got lost: undo all of this.
            if await inbox.settle(tx, [s.queued for s in batch], self._clock.now()) != len(batch):
                raise ClaimLost
            finished = [s.lane.lane for s in batch if s.last]
            if finished:
                inbox.close_lanes(tx, finished, ready_at=self._lease_clock.now())
        return [True] * len(batch)

    async def _fail(self, lane: ClaimedLane, queued: QueuedEvent, error: Exception) -> None:
        tries = queued.attempts + 1
        text = _words(error)
        hopeless = isinstance(error, Undeliverable)
        now, lease_now = self._clock.now(), self._lease_clock.now()
        outcome = after_failure(tries, max_tries=self._settings.max_tries, hopeless=hopeless)
        async with self._db.transaction(self._bucket) as tx:
            if not await inbox.fence(tx, {lane.lane: lane.claim_token}):
                return
            if isinstance(outcome, Dead):
                mark = fingerprint(queued.webhook_type, _place(error), text)
                await inbox.bury(
                    tx,
                    queued,
                    lane,
                    error=text,
                    fingerprint=mark,
                    code_version=__version__,
                    now=now,
                    lease_now=lease_now,
                )
            else:
                wait = timedelta(seconds=backoff.delay(tries, first=self._settings.first_retry_seconds))
                await inbox.retry(tx, queued, text, ready_at=lease_now + wait, available_at=now + wait)
        if isinstance(outcome, Dead) and not hopeless:
            report(error, component="handle", webhook_type=queued.webhook_type, event_id=queued.event_id, tries=tries)
        what = "event_dead" if isinstance(outcome, Dead) else "event_will_be_retried"
        log.warning(what, event_id=queued.event_id, tries=tries, error=text, exc_info=None if hopeless else error)

    async def _give_back(self, lane: ClaimedLane) -> None:
        async with self._db.transaction(self._bucket) as tx:
            await inbox.release(tx, {lane.lane: lane.claim_token}, ready_at=self._lease_clock.now())


def _words(error: Exception) -> str:
    """The error's sentence; PostgreSQL's own without its DETAIL, which quotes the row, and so what people wrote."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return error.diag.message_primary
    return str(error) or type(error).__name__


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].name}" if frames else "?"
    return f"{type(error).__name__}@{where}"
