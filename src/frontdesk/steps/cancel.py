"""cancel: a person says that a message shall not go."""

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.pool import Bucket, Database
from frontdesk.outbox import store as outbox

__all__ = ["cancel"]


async def cancel(db: Database, bucket: Bucket, ledger_id: int) -> bool:
    """Cancel what is PENDING, or give up an UNKNOWN; its key stays taken. False when it is neither."""
    async with db.transaction(bucket) as tx:
        cancelled = await outbox.cancel(tx, ledger_id)
        if cancelled:
            await conversations.mark_outbound(tx, [OutboundMark(ledger_id, "cancelled")])
    return cancelled
