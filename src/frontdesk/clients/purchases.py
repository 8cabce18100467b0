"""Numbers that the desk buys: money is set aside in a row before it is spent, and the row says what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from frontdesk.clients.buying import DAY, MONTH, Caps, PurchaseState, Spent
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = [
    "coming",
    "due_for_a_look",
    "list_purchases",
    "lock_budget",
    "note_bought",
    "note_otherwise",
    "reserve",
    "spent",
]

Q = load_queries("frontdesk.clients", "purchases.sql")


async def lock_budget(tx: Tx, provider: str, now: datetime) -> None:
    """Be the only one who reserves, until this transaction ends. Read what is spent after it."""
    await tx.run(Q.lock_budget, {"provider": provider, "now": now})


async def spent(tx: Tx, provider: str, now: datetime) -> Spent:
    """What counts as spent by now: all that is bought, or may be."""
    row = await tx.one(Q.spent, {"provider": provider, "day_ago": now - DAY, "month_ago": now - MONTH})
    return Spent(int(row.today), row.monthly)


async def reserve(
    tx: Tx,
    purchase_id: UUID,
    *,
    provider: str,
    phone: str,
    caps: Caps,
    ordered_by: str,
    now: datetime,
    look_at: datetime,
) -> bool:
    """Set money aside for a number; false where that one is ordered already, or was bought."""
    row = {"purchase_id": purchase_id, "provider": provider, "phone": phone, "ordered_by": ordered_by}
    money = {"price": caps.price, "currency": caps.currency}
    return await tx.run(Q.reserve, {**row, **money, "now": now, "look_at": look_at}) > 0


async def note_bought(tx: Tx, purchase_id: UUID, now: datetime) -> bool:
    """It is the account's; false where that was known."""
    return await tx.run(Q.note_bought, {"purchase_id": purchase_id, "now": now}) > 0


async def note_otherwise(
    tx: Tx,
    purchase_id: UUID,
    state: PurchaseState,
    now: datetime,
    *,
    error: str,
    code: str | None = None,
    look_at: datetime | None = None,
) -> bool:
    """FAILED, or UNKNOWN with the time of the next look; false where it is settled already."""
    row = {"purchase_id": purchase_id, "state": state.value, "error": error, "error_code": code}
    return await tx.run(Q.note_otherwise, {**row, "look_at": look_at, "settled_at": None if look_at else now}) > 0


async def due_for_a_look(tx: Tx, provider: str, now: datetime, next_look: datetime) -> Sequence[Any]:
    """The purchases of which nobody knows what became, each to one who asks in the same minute."""
    return await tx.all(Q.due_for_a_look, {"provider": provider, "now": now, "next_look": next_look})


async def coming(tx: Tx, provider: str) -> int:
    """How many numbers are, or may be, on their way into the pool."""
    return int((await tx.one(Q.coming, {"provider": provider})).coming)


async def list_purchases(tx: Tx, limit: int) -> Sequence[Any]:
    """The last purchases, the newest first."""
    return await tx.all(Q.list_purchases, {"limit": limit})
