"""retire: what the inbox keeps no longer goes, in steps that nobody notices; and room is made for the coming weeks."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox import archive, retention
from frontdesk.inbox.retention import Week
from frontdesk.setting_parts import RetentionSettings
from frontdesk.steps.batches import Batches

__all__ = ["Retired", "kept_weeks", "make_room", "retire"]

log = structlog.get_logger(__name__)

_BREATH = 0.1  # seconds for the webhooks that waited while a week was dropped


@dataclass(frozen=True, slots=True)
class Retired:
    """What one pass removed and what it had to keep. Not `finished`: it was told to stop, and a next pass goes on."""

    deleted_request_ids: int
    dropped_partitions: Sequence[str]
    kept_partitions: Sequence[Week]
    deleted_old_events: int
    batches: int
    longest_batch_ms: float
    finished: bool


async def retire(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    settings: RetentionSettings,
    *,
    seconds: float | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Retired:
    """One whole pass: old weeks of the archive, expired request ids, old events of the default partition.

    Any number of processes may do it at once, while the desk runs. It ends early, between two batches, after `seconds`
    or when `goes_on` says no.
    """
    until = float("inf") if seconds is None else time.monotonic() + seconds

    def may_go_on() -> bool:
        return time.monotonic() < until and goes_on()

    now = clock.now()
    before = now - settings.webhook_events_for
    batches = Batches(db, bucket, may_go_on)
    dropped, kept = await _drop_weeks(db, bucket, before, may_go_on)
    ids = await batches.remove(retention.forget_requests, now)
    events = await batches.remove(retention.forget_old_events, before)
    done = Retired(ids, dropped, kept, events, batches.count, round(batches.longest * 1000, 1), batches.finished)
    _tell(done)
    return done


async def _drop_weeks(
    db: Database, bucket: Bucket, before: datetime, may_go_on: Callable[[], bool]
) -> tuple[list[str], list[Week]]:
    async with db.transaction(bucket) as tx:
        weeks = await retention.old_weeks(tx, before)
    dropped, kept = [], [week for week in weeks if week.why]
    for week in weeks:
        if week.why or not may_go_on():
            continue
        async with db.transaction(bucket) as tx:
            held = await retention.lock_week(tx, week)
            if held is not None and not held.why:
                await retention.drop_week(tx, held)
        if held is None:
            continue
        if not held.why:
            dropped.append(held.partition)
            await asyncio.sleep(_BREATH)
            continue
        kept.append(held)
        if held.in_use:
            break  # every further try would make the webhooks wait again, and most likely for the same reader
    return dropped, kept


def _tell(done: Retired) -> None:
    if done.deleted_request_ids or done.dropped_partitions or done.deleted_old_events:
        log.info(
            "inbox_retired",
            request_ids=done.deleted_request_ids,
            partitions=done.dropped_partitions,
            old_events=done.deleted_old_events,
            batches=done.batches,
            longest_batch_ms=done.longest_batch_ms,
            finished=done.finished,
        )
    for week in done.kept_partitions:
        log.warning("week_kept", week=week.week, why=week.why)


async def kept_weeks(tx: Tx, now: datetime, settings: RetentionSettings) -> list[Week]:
    """The weeks that are old enough to go, and are kept because something in them is unsettled."""
    return [week for week in await retention.old_weeks(tx, now - settings.webhook_events_for) if week.why]


async def make_room(db: Database, bucket: Bucket, clock: BusinessClock) -> list[str]:
    """Create the partitions of `webhook_events` that are missing for the coming weeks; returns their names."""
    async with db.transaction(bucket) as tx:
        created = await archive.ensure_partitions(tx, clock.now())
    if created:
        log.info("partitions_created", partitions=created)
    return created
