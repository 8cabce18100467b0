"""What a provider's own list of inbound messages is held against: how far it was read, and what came in before."""

from collections.abc import Sequence
from datetime import datetime

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["archived", "listed_until", "move_listed_until", "remembered"]

Q = load_queries("frontdesk.inbox", "listings.sql")


async def listed_until(tx: Tx, provider: str) -> datetime | None:
    """How far this provider's list was passed on, or None before the first time."""
    row = await tx.one(Q.listed_until, {"provider": provider})
    return row.listed_until if row else None


async def move_listed_until(tx: Tx, provider: str, until: datetime) -> None:
    """Note that the list was passed on up to `until`; it never goes back."""
    await tx.run(Q.move_listed_until, {"provider": provider, "listed_until": until})


async def remembered(tx: Tx, request_ids: Sequence[str]) -> set[str]:
    """Those of the request ids that are not forgotten yet."""
    return {row.request_id for row in await tx.all(Q.remembered, {"request_ids": list(request_ids)})}


async def archived(tx: Tx, request_ids: Sequence[str], received_after: datetime) -> set[str]:
    """Those of the request ids that have an event in the archive, received since then. Reads whole weeks."""
    rows = await tx.all(Q.archived, {"request_ids": list(request_ids), "received_after": received_after})
    return {row.request_id for row in rows}
