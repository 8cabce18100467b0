"""What people do about alerts, and what they look at, as functions; steps open the transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from frontdesk.alerts.replies import LONGEST_SILENCE
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Severity

__all__ = [
    "Silence",
    "acknowledge",
    "add_silence",
    "by_code",
    "deliveries_of",
    "end_silence",
    "find_alert",
    "key_like",
    "list_alerts",
    "list_silences",
    "mark_false",
    "open_coded",
    "open_counts",
    "raises_of",
]

Q = load_queries("frontdesk.alerts", "acts.sql")

_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Silence:
    """What is not told of, from when to when: a type (None: any) and a pattern of keys, * standing for anything."""

    alert_type: str | None
    key_pattern: str
    author: str
    comment: str
    starts_at: datetime
    ends_at: datetime

    def trouble(self, now: datetime) -> str | None:
        """Why this cannot be a silence, in a sentence; None where it can."""
        if not self.author.strip() or not self.comment.strip():
            return "Say who silences it and why: others will ask."
        if self.ends_at <= max(now, self.starts_at):
            return "A silence ends after it begins, and after now."
        if self.ends_at - max(now, self.starts_at) > LONGEST_SILENCE:
            return "A silence lasts 30 days at most: nothing is silenced for ever."
        return None


def key_like(pattern: str) -> str:
    """The LIKE pattern of a pattern with *."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


async def acknowledge(
    tx: Tx, ids: Sequence[int], *, actor: str, until: datetime | None, handled: bool, now: datetime
) -> Sequence[Any]:
    """Take open conditions in hand; returns those that were open."""
    row = {"ids": list(ids), "actor": actor, "until": until, "handled": handled, "now": now}
    return await tx.all(Q.acknowledge, row)


async def mark_false(tx: Tx, alert_id: int) -> bool:
    """Its present or last episode was a false alarm."""
    return await tx.run(Q.mark_false, {"alert_id": alert_id}) == 1


async def find_alert(tx: Tx, alert_id: int) -> Any:
    """One condition, or None."""
    return await tx.one(Q.find_alert, {"alert_id": alert_id})


async def list_alerts(
    tx: Tx,
    *,
    before_at: datetime | str = "infinity",
    before_id: int = 2**63 - 1,
    limit: int,
    state: str | None = None,
    severity: str | None = None,
    alert_type: str | None = None,
) -> Sequence[Any]:
    """Conditions, the last opened first."""
    place = {"before_at": before_at, "before_id": before_id, "limit": limit}
    return await tx.all(Q.list_alerts, {**place, "state": state, "severity": severity, "alert_type": alert_type})


async def by_code(tx: Tx, code: int) -> Any:
    """What a code means, or None where it was never given."""
    return await tx.one(Q.by_code, {"code": code})


async def open_coded(tx: Tx, limit: int) -> Sequence[Any]:
    """Open conditions that somebody was told of, the newest first."""
    return await tx.all(Q.open_coded, {"limit": limit})


async def raises_of(tx: Tx, alert_id: int, limit: int = 100) -> Sequence[Any]:
    """Every raise of a condition with its decision, newest first."""
    return await tx.all(Q.raises_of, {"alert_id": alert_id, "limit": limit})


async def open_counts(tx: Tx, cap: int = 1000) -> dict[str, int]:
    """How many conditions hold, by severity; at most `cap` are counted."""
    found = {row.severity: row.n for row in await tx.all(Q.open_counts, {"cap": cap})}
    return {severity.value: found.get(severity.value, 0) for severity in Severity}


async def deliveries_of(tx: Tx, alert_id: int, limit: int = 100) -> Sequence[Any]:
    """What became of the messages about a condition, channel by channel, newest first."""
    return await tx.all(Q.deliveries_of, {"alert_id": alert_id, "limit": limit})


async def add_silence(tx: Tx, silence: Silence, now: datetime) -> int:
    """Write a silence; returns its id."""
    row = {
        "alert_type": silence.alert_type,
        "key_pattern": silence.key_pattern,
        "key_like": key_like(silence.key_pattern),
        "author": silence.author.strip(),
        "comment": silence.comment.strip(),
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
    }
    return int((await tx.one(Q.add_silence, {**row, "now": now})).id)


async def end_silence(tx: Tx, silence_id: int, actor: str, now: datetime) -> bool:
    """End it now; false where it does not hold."""
    return await tx.run(Q.end_silence, {"silence_id": silence_id, "actor": actor, "now": now}) == 1


async def list_silences(tx: Tx, now: datetime, limit: int = 100) -> Sequence[Any]:
    """Silences that hold, will, or did within the week."""
    return await tx.all(Q.list_silences, {"now": now, "since": now - _LATELY, "limit": limit})
