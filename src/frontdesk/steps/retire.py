"""retire: forget expired request ids in bounded batches, and make room for the events of the coming weeks."""

import structlog

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.inbox import archive

__all__ = ["forget_expired_requests", "make_room"]

log = structlog.get_logger(__name__)


async def forget_expired_requests(db: Database, bucket: Bucket, clock: BusinessClock, *, batch: int = 2000) -> int:
    """Delete at most `batch` expired rows of `processed_webhooks`; returns how many. Call until zero."""
    async with db.transaction(bucket) as tx:
        gone = await archive.forget_requests(tx, clock.now(), batch)
    if gone:
        log.info("request_ids_forgotten", rows=gone)
    return gone


async def make_room(db: Database, bucket: Bucket, clock: BusinessClock) -> list[str]:
    """Create the partitions of `webhook_events` that are missing for the coming weeks; returns their names."""
    async with db.transaction(bucket) as tx:
        created = await archive.ensure_partitions(tx, clock.now())
    if created:
        log.info("partitions_created", partitions=created)
    return created
