"""The audit log: written with the act, read newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["list_newest", "recorded", "write"]

Q = load_queries("frontdesk.audit")


async def write(
    tx: Tx, *, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, Any] | None = None
) -> bool:
    """Record an act in the transaction that does it; `details` may hold the caller's `key`.

    False when this actor did this under that key before: roll the act back.
    """
    row = {"at": at, "actor": actor, "action": action, "subject": subject}
    return await tx.run(Q.write, {**row, "details": orjson.dumps(details or {}).decode()}) > 0


async def recorded(tx: Tx, *, actor: str, action: str, key: str) -> Any:
    """What this actor did under this key, or None."""
    return await tx.one(Q.recorded, {"actor": actor, "action": action, "key": key})


async def list_newest(tx: Tx, *, before_at: str = "infinity", before_id: int = 2**63 - 1, limit: int) -> Sequence[Any]:
    """Acts older than the place (before_at, before_id), newest first."""
    return await tx.all(Q.list_newest, {"before_at": before_at, "before_id": before_id, "limit": limit})
