"""SENT messages of which no final receipt came: which are due for a look at the carrier, and when the looking ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.outbox.rules import RECEIPT_DUE

__all__ = ["after_look", "claim_missed", "next_look"]

Q = load_queries("frontdesk.outbox", "receipts.sql")


def next_look(sent_at: datetime, now: datetime) -> datetime | None:
    """When a message that is still on its way is looked up next; None: no more, the last look is behind us.

    Counted from when it was sent, so that a desk that was away for hours looks once for all that it missed.
    """
    return next((sent_at + due for due in RECEIPT_DUE if sent_at + due > now), None)


async def claim_missed(tx: Tx, *, now: datetime, again_at: datetime, limit: int) -> Sequence[Any]:
    """Rows (id, provider, provider_message_id, sent_at) that are due; again at `again_at` if nothing comes of it."""
    return await tx.all(Q.claim_missed, {"now": now, "again_at": again_at, "limit": limit})


async def after_look(tx: Tx, ledger_id: int, *, again_at: datetime, next_at: datetime | None) -> None:
    """Count a look that got an answer, and set the next (None: no more), unless the row has moved on."""
    await tx.run(Q.after_look, {"id": ledger_id, "again_at": again_at, "next_at": next_at})
