"""handle: claim lanes, prepare their events outside any transaction, settle them with their effects in one.

Events of a lane are handled one at a time, in order. Those whose preparation reads nothing are settled in runs, and
settlements of different lanes that are ready together share a commit; one that fails does so alone.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from structlog.contextvars import bind_contextvars

from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, is_gone
from frontdesk.errors import ClaimLost, Undeliverable
from frontdesk.groupcommit import GroupCommit
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import ClaimedLane, QueuedEvent
from frontdesk.loop import Wake
from frontdesk.meters import Tries
from frontdesk.registry import Commit, Registry
from frontdesk.setting_parts import WorkerSettings
from frontdesk.steps.failing import Failing
from frontdesk.steps.lanes import LanesInHand

__all__ = ["Handling", "Stale"]

log = structlog.get_logger(__name__)

_WHILE_GONE = 0.5  # seconds between tries while the database is away


class Stale(Exception):
    """The state that was decided on has moved: prepare the event again."""


@dataclass(frozen=True, slots=True)
class _Settlement:
    """Handled events of one lane on their way into a transaction; `last` gives the lane back."""

    lane: ClaimedLane
    queued: Sequence[QueuedEvent]
    commits: Sequence[Commit]
    last: bool


class Handling:
    """The work on the lanes that this process has in hand."""

    def __init__(
        self,
        db: Database,
        bucket: Bucket,
        clock: BusinessClock,
        lease_clock: LeaseClock,
        registry: Registry,
        settings: WorkerSettings,
        wake: Wake,
        tries: Tries | None = None,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._registry = registry
        self._settings = settings
        self._wake = wake
        self._tries = tries or Tries()
        self._lanes = LanesInHand(db, bucket, lease_clock, settings)
        self._failing = Failing(db, bucket, clock, lease_clock, settings)
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: GroupCommit[_Settlement, None] = GroupCommit(
            self._settle, largest=64, waiting=10_000, in_flight=2, singly=lambda error: not is_gone(error)
        )

    async def step(self) -> int:
        """Claim as many ready lanes as there is room for and begin to work on them; returns how many."""
        claimed = await self._lanes.claim()
        for lane in claimed:
            task = asyncio.create_task(self._work(lane))
            self._tasks.add(task)
            task.add_done_callback(self._finish)
        return len(claimed)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.ring()  # there is room again, and the lane may have more
        if not task.cancelled() and (error := task.exception()):
            log.error("lane_given_up_until_its_lease_ends", error=str(error), error_type=type(error).__name__)

    async def beat(self) -> int:
        """Push the leases of everything in hand; returns 0, so that its loop rests every time."""
        await self._lanes.beat()
        return 0

    async def drain(self) -> None:
        """Wait until all lanes in hand are given back."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _work(self, lane: ClaimedLane) -> None:
        try:
            if not lane.events:
                await self._give_back(lane)
            for run in self._runs(lane):
                if not await self._handle(lane, run):
                    return
        finally:
            self._lanes.let_go(lane)

    def _runs(self, lane: ClaimedLane) -> Iterator[list[QueuedEvent]]:
        """The lane's events, those side by side whose preparation reads nothing as one run."""
        run: list[QueuedEvent] = []
        alone = lane.lapses > 0  # a worker died over these: find out over which
        for queued in lane.events:
            if alone or queued.attempts or queued.webhook_type not in self._registry.reads_nothing:
                if run:
                    yield run
                    run = []
                yield [queued]
            else:
                run.append(queued)
        if run:
            yield run

    async def _handle(self, lane: ClaimedLane, run: Sequence[QueuedEvent]) -> bool:
        """Handle a run, one by one if it cannot be settled whole; false when the lane was given back or lost."""
        try:
            if lane.lapses >= self._settings.max_tries and run[0] is lane.events[0]:
                raise Undeliverable(f"{lane.lapses} workers died or hung while they handled this event.")
            await self._try(lane, run)
        except ClaimLost:
            log.warning("claim_lost", lane_class=lane.lane_class.value)
            await self._give_back(lane)  # where it still is ours, what stands in its queue is not what we claimed
            return False
        except Exception as error:
            if is_gone(error):
                raise
            if len(run) == 1:
                self._tries.of(run[0].webhook_type).failed += 1
                await self._failing.fail(lane, run[0], error)
                return False
            for queued in run:
                if not await self._handle(lane, [queued]):
                    return False
        return True

    async def _try(self, lane: ClaimedLane, run: Sequence[QueuedEvent]) -> None:
        """Prepare and settle; again at once when the state moved, and again soon while the database is away."""
        while True:
            try:
                async with asyncio.timeout(self._settings.handler_seconds):
                    commits = [await self._prepare(queued) for queued in run]
                await self._group.submit(_Settlement(lane, run, commits, run[-1] is lane.events[-1]))
                break
            except Stale:
                log.info("decided_again", event_id=run[0].event_id)
            except Exception as error:
                if not is_gone(error):
                    raise
                log.warning("handle_without_database", event_id=run[0].event_id, error=str(error))
                await asyncio.sleep(_WHILE_GONE)
                if not self._lanes.holds(lane):
                    raise ClaimLost from error
        now = self._clock.now()
        for queued in run:
            self._tries.of(queued.webhook_type).handled(max(0.0, (now - queued.received_at).total_seconds()))
            log.info(
                "event_handled",
                event_id=queued.event_id,
                tries=queued.attempts + 1,
                correlation_id=queued.event and queued.event.correlation_id,
                webhook_type=queued.webhook_type,
            )

    async def _prepare(self, queued: QueuedEvent) -> Commit:
        event = queued.event
        if queued.webhook_type not in self._registry.reads_nothing:
            # The lane's task has a context of its own, so that what is bound here ends with it.
            bind_contextvars(correlation_id=event.correlation_id if event else None, webhook_type=queued.webhook_type)
        handler = self._registry.handlers.get(queued.webhook_type)
        if event is None:
            raise Undeliverable("The archive has no such event any more; nothing is left to handle.")
        if handler is None:
            raise Undeliverable(f"Nothing handles webhooks of type {queued.webhook_type}; add a handler and replay.")
        return await handler(event)

    async def _settle(self, batch: Sequence[_Settlement]) -> list[None]:
        """One transaction: each event's own writes, then settle behind the fence. Raises ClaimLost if it does not hold.

        The fence comes late, so that arrivals in these lanes wait for its row locks for a moment only; what was written
        before it is undone when it does not hold.
        """
        async with self._db.transaction(self._bucket, pipelined=True) as tx:
            async with asyncio.timeout(self._settings.handler_seconds):
                for settlement in batch:
                    for commit in settlement.commits:
                        await commit(tx)
            runs = [(s.lane, s.queued) for s in batch]
            if len(await inbox.settle(tx, runs, self._clock.now())) != len(runs):
                raise ClaimLost
            finished = [s.lane.lane for s in batch if s.last]
            if finished:
                inbox.close_lanes(tx, finished, ready_at=self._lease_clock.now())
        return [None] * len(batch)

    async def _give_back(self, lane: ClaimedLane) -> None:
        async with self._db.transaction(self._bucket) as tx:
            await inbox.release(tx, {lane.lane: lane.claim_token}, ready_at=self._lease_clock.now())
