"""reconcile: take back the sends of workers that died. What was begun is unknown; what was not, goes again."""

import structlog

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.outbox import store as outbox

__all__ = ["reconcile"]

log = structlog.get_logger(__name__)


async def reconcile(db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock) -> int:
    """Settle every lease on a send that has run out; returns how many. An UNKNOWN waits for its receipt."""
    async with db.transaction(bucket) as tx:
        again, unknown = await outbox.lapse(tx, lease_clock.now())
        marks = [OutboundMark(ledger_id, "queued") for ledger_id in again]
        marks += [OutboundMark(ledger_id, "unknown", sent_at=clock.now()) for ledger_id in unknown]
        await conversations.mark_outbound(tx, marks)
    if marks:
        log.warning("sends_taken_back", not_started=len(again), unknown=len(unknown))
    return len(marks)
