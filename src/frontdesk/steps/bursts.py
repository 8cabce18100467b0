"""The last turn's answer while it waits: taken back when the lead goes on writing, so that a burst gets one answer."""

from datetime import datetime
from typing import Any

from frontdesk.conversations.model import Conversation
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.outbox import claims
from frontdesk.outbox.gate import Block, Reason
from frontdesk.steps.judge import mark_blocked

__all__ = ["still_waits", "take_back"]

Q = load_queries("frontdesk.steps", "bursts.sql")


async def still_waits(tx: Tx, conversation: Conversation) -> bool:
    """True where all that the last turn said waits: nobody has seen it, and it may be taken back."""
    if conversation.last_turn is None or conversation.bot_paused_at is not None:
        return False
    return _all_wait(await tx.all(Q.last_turn, _of(conversation)))


async def take_back(tx: Tx, conversation: Conversation, now: datetime) -> bool:
    """Block what the last turn said, whole; false, and nothing done, where some of it was claimed meanwhile.

    The caller has the lead's and the conversation's rows locked.
    """
    rows = await tx.all(Q.lock_last_turn, _of(conversation))
    if not _all_wait(rows):
        return False
    ids = [row.id for row in rows]
    claims.block(tx, {one: Block(Reason.REPLACED) for one in ids})
    mark_blocked(tx, dict.fromkeys(ids, Reason.REPLACED), now)
    return True


def _all_wait(rows: Any) -> bool:
    return bool(rows) and all(row.waits for row in rows)


def _of(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "correlation_id": conversation.last_turn,
        "replaced": Reason.REPLACED.value,
        "too_soon": Reason.TOO_SOON.value,
    }
