"""What a person decides about one message or one number: the statements as functions; steps open the transactions."""

from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.outbox.gate import FOR_A_PERSON, Lane, Mode, Reason, Scope
from frontdesk.outbox.rules import RECEIPT_DUE

__all__ = [
    "BY_HAND",
    "NOT_SENT",
    "keep_switch",
    "let_go_freed",
    "say_not_sent",
    "say_send_again",
    "say_sent",
    "set_throughput",
    "standing",
]

Q = load_queries("frontdesk.outbox", "by_hand.sql")

BY_HAND = "by-hand"
"""The provider's id of what a person says was sent, without knowing the id."""

NOT_SENT = "a person says that it was not sent"
"""The error of what a person says was not sent."""


async def standing(tx: Tx, ledger_id: int) -> Any:
    """One ledger row whole, with what it may be waiting for, or None."""
    return await tx.one(Q.standing, {"id": ledger_id})


async def say_sent(tx: Tx, row: Any, provider_message_id: str | None, now: datetime) -> bool:
    """UNKNOWN to SENT; false when it moved since `row` was read. A receipt is looked for where its id is known."""
    said = {
        "provider_message_id": provider_message_id or BY_HAND,
        "receipt_check_at": now + RECEIPT_DUE[0] if provider_message_id else None,
    }
    return await tx.run(Q.say_sent, {"id": row.id, "started_at": row.started_at, "now": now, **said}) == 1


async def say_not_sent(tx: Tx, row: Any, now: datetime) -> bool:
    """UNKNOWN to FAILED; false when it moved since `row` was read."""
    fence = {"id": row.id, "started_at": row.started_at}
    return await tx.run(Q.say_not_sent, {**fence, "error": NOT_SENT, "now": now}) == 1


async def say_send_again(tx: Tx, row: Any, now: datetime) -> bool:
    """UNKNOWN to PENDING, due now; false when it moved since `row` was read."""
    return await tx.run(Q.say_send_again, {"id": row.id, "started_at": row.started_at, "now": now}) == 1


async def set_throughput(tx: Tx, address: str, *, per_second: float | None, per_minute: float | None) -> bool:
    """Give a number a throughput of its own (None: the settings'); false when it never sent, so that it has no row."""
    row = {"address": address, "per_second": per_second, "per_minute": per_minute}
    return await tx.run(Q.set_throughput, row) == 1


async def keep_switch(tx: Tx, scope: Scope, name: str) -> Mode | None:
    """How a switch stops, None when it is off; it cannot be lifted before the transaction ends."""
    row = await tx.one(Q.keep_switch, {"scope": scope.value, "name": name})
    return Mode(row.mode) if row else None


async def let_go_freed(tx: Tx, *, now: datetime, after: int = 0, limit: int = 1000) -> list[int]:
    """Make due what is held and no switch stops any more, from ids beyond `after` on; returns their ids in order."""
    held = {"reason": Reason.SWITCHED_OFF.value, "held_until": FOR_A_PERSON, "lanes": [lane.value for lane in Lane]}
    return sorted(row.id for row in await tx.all(Q.let_go_freed, {**held, "now": now, "after": after, "limit": limit}))
