"""What is kept of alerts that are over, and for how long."""

from datetime import datetime, timedelta

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["KINDS_OF_ROW", "forget"]

Q = load_queries("frontdesk.alerts", "retention.sql")

_KEPT = timedelta(days=92)
_FORGETS = {
    "raises": Q.forget_raises,
    "logs": Q.forget_logs,
    "links": Q.forget_links,
    "deliveries": Q.forget_deliveries,
    "messages": Q.forget_messages,
    "episodes": Q.forget_episodes,
    "silences": Q.forget_silences,
    "alerts": Q.forget_alerts,
}

KINDS_OF_ROW = tuple(_FORGETS)
"""What is forgotten, in the order in which it must be: what points at other rows before those."""


async def forget(tx: Tx, kind: str, now: datetime, limit: int) -> int:
    """Delete a batch of one kind that is over for a quarter of a year; returns how many."""
    return await tx.run(_FORGETS[kind], {"before": now - _KEPT, "limit": limit})
