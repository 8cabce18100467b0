"""Opening and closing conditions as functions; steps open the transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from frontdesk.alerts.kinds import kind_of
from frontdesk.alerts.model import Decision, Why
from frontdesk.alerts.rules import BUNDLE, TIMES
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert, Severity

__all__ = ["Raised", "due_again", "raise_alert", "resolve_alert"]

Q = load_queries("frontdesk.alerts")

_CODE_RESTS = timedelta(days=7)
"""A late reply may still mean the old alert."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of a raise: its decision, by which silence, message or alert. `opened`: it was not open before."""

    alert_id: int
    decision: Decision
    detail: str | None
    opened: bool


async def raise_alert(
    tx: Tx, alert: Alert, now: datetime, *, muted: bool = False, why: Why = Why.RAISED, forced: int | None = None
) -> Raised:
    """Open the condition or note that it still holds, and decide whether somebody is told. One statement.

    `forced`: tell in any case but a silence's, unless that was done since its notification of this number.
    """
    row = await tx.one(
        Q.raise_alert,
        {
            "alert_type": alert.alert_type,
            "alert_key": alert.key,
            "severity": alert.severity.value,
            "resource_id": alert.resource_id,
            "title": _clean(alert.title),
            "message": _clean(alert.message),
            "inhibitors": list(kind_of(alert.alert_type).inhibited_by),
            "muted": muted,
            "why": why.value,
            "forced": forced,
            "now": now,
            "soon": now + TIMES.gather,
            "bundle": BUNDLE,
            "bundle_since": now - BUNDLE,
            "window_since": now - TIMES.window,
            "flaps_since": now - TIMES.flaps_within,
            "calm_since": now - TIMES.calm,
            "escalate_at": now + TIMES.escalate if alert.severity is Severity.MEDIUM else None,
        },
    )
    return Raised(row.id, Decision(row.decision), row.detail, row.opened)


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


async def resolve_alert(tx: Tx, alert_type: str, key: str, now: datetime, *, tell: bool = True) -> bool:
    """The condition is over; false where it was not open. With `tell`, whoever was told hears of it."""
    row = {
        "alert_type": alert_type,
        "alert_key": key,
        "now": now,
        "soon": now + BUNDLE,
        "calm_until": now + TIMES.calm,
        "flaps_since": now - TIMES.flaps_within,
        "code_free_at": now + _CODE_RESTS,
        "tell": tell,
    }
    return await tx.one(Q.resolve_alert, row) is not None


async def due_again(tx: Tx, now: datetime, limit: int = 50) -> Sequence[Any]:
    """Open conditions that are to be raised again, each with why and with the number of its last notification."""
    rows = await tx.all(Q.due_again, {"now": now, "calm_since": now - TIMES.calm, "limit": limit})
    types = {one for row in rows if row.why == Why.UNINHIBITED for one in kind_of(row.alert_type).inhibited_by}
    still = {row.alert_type for row in await tx.all(Q.open_types, {"types": sorted(types)})} if types else set()
    return [
        row
        for row in rows
        if row.why != Why.UNINHIBITED or not still.intersection(kind_of(row.alert_type).inhibited_by)
    ]
