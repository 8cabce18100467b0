"""The kill switches' statements as functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.outbox.gate import FOR_A_PERSON, Lane, Mode, Reason, Scope

__all__ = ["hold", "lift", "list_switches", "turn"]

Q = load_queries("frontdesk.outbox", "switches.sql")
_HELD = {"reason": Reason.SWITCHED_OFF.value, "held_until": FOR_A_PERSON, "limit": 1000}


async def turn(tx: Tx, scope: Scope, name: str, mode: Mode, *, reason: str, set_by: str, now: datetime) -> None:
    """Turn a switch on. It holds from the commit on, in all processes: each asks before every send."""
    row = {"scope": scope.value, "name": name, "mode": mode.value, "reason": reason, "set_by": set_by, "now": now}
    await tx.run(Q.turn, row)


async def lift(tx: Tx, scope: Scope, name: str) -> Mode | None:
    """Turn a switch off; returns how it stopped, or None when it was not on. Let go what it held afterwards."""
    row = await tx.one(Q.lift, {"scope": scope.value, "name": name})
    return Mode(row.mode) if row else None


async def hold(tx: Tx, scope: Scope, name: str, *, now: datetime, after: int = 0) -> list[int]:
    """Hold what is due and stopped by this switch, up to 1,000 rows with ids beyond `after`; returns their ids."""
    concerns = {
        "client_id": int(name) if scope is Scope.CLIENT else None,
        "number": name if scope is Scope.NUMBER else None,
        "provider": name if scope is Scope.PROVIDER else None,
        "priority": Lane(name).priority if scope is Scope.LANE else None,
        "alerts": scope not in (Scope.GLOBAL, Scope.CLIENT),
    }
    return sorted(row.id for row in await tx.all(Q.hold, {**concerns, **_HELD, "now": now, "after": after}))


async def list_switches(tx: Tx) -> Sequence[Any]:
    """All switches that are on."""
    return await tx.all(Q.list_switches)
