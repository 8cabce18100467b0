"""The figures of the last hours: raised, sent, delivered, acknowledged; and whether the alerting is well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from frontdesk.alerts.figures import Figures, flags
from frontdesk.alerts.kinds import TEST
from frontdesk.alerts.model import Decision
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["Counts", "Stats", "messages_by_status", "open_by_severity", "read_stats"]

Q = load_queries("frontdesk.alerts", "stats.sql")

_MOMENT = timedelta(minutes=1)
"""What is over by itself so soon was no trouble."""
_SUPPRESSED = frozenset(Decision) - {Decision.SENT, Decision.BUNDLED, Decision.LOGGED, Decision.SPOOLED}


@dataclass(slots=True)
class Counts:
    """One set of counts. `sent` counts notifications; `suppressed` raises of which nobody was told anew."""

    raised: int = 0
    sent: int = 0
    suppressed: int = 0
    silenced: int = 0
    bundled: int = 0
    delivered: int = 0
    failed: int = 0
    acknowledged: int = 0


@dataclass(slots=True)
class Stats:
    """All figures over the last `hours`."""

    hours: float
    total: Counts = field(default_factory=Counts)
    by_type: dict[str, Counts] = field(default_factory=dict)
    by_severity: dict[str, Counts] = field(default_factory=dict)
    median_time_to_ack_seconds: float | None = None
    noisiest: Sequence[Any] = ()
    channels: Sequence[Any] = ()
    delivery_rate: float | None = None
    false_positive_rate: float | None = None
    flags: list[str] = field(default_factory=list)


async def read_stats(tx: Tx, now: datetime, hours: float) -> Stats:
    """Read and judge the figures; tests of the way to the operator are left out."""
    stats, since = Stats(hours), {"since": now - timedelta(hours=hours), "test": TEST}
    for row in await tx.all(Q.count_raises, since):
        for counts in _each(stats, row):
            counts.raised += row.raises
            counts.suppressed += row.raises if row.decision in _SUPPRESSED else 0
            counts.silenced += row.raises if row.decision == Decision.SILENCED else 0
            counts.bundled += row.raises if row.decision == Decision.BUNDLED else 0
    for row in await tx.all(Q.count_notifications, since):
        for counts in _each(stats, row):
            counts.sent += row.sent
            counts.delivered += row.delivered
            counts.failed += row.failed
    episodes = false_alarms = 0
    for row in await tx.all(Q.count_episodes, {**since, "moment": _MOMENT}):
        episodes, false_alarms = episodes + row.episodes, false_alarms + row.false_alarms
        for counts in _each(stats, row):
            counts.acknowledged += row.acknowledged
    stats.median_time_to_ack_seconds = (await tx.one(Q.time_to_ack, since)).seconds
    stats.noisiest = await tx.all(Q.noisiest, {**since, "limit": 5})
    stats.channels = await tx.all(Q.channels_used, {"since": since["since"]})
    told = stats.total.delivered + stats.total.failed
    stats.delivery_rate = stats.total.delivered / told if told else None
    stats.false_positive_rate = false_alarms / episodes if episodes else None
    stats.flags = flags(_figures(stats))
    return stats


def _each(stats: Stats, row: Any) -> tuple[Counts, Counts, Counts]:
    by_type = stats.by_type.setdefault(row.alert_type, Counts())
    return stats.total, by_type, stats.by_severity.setdefault(row.severity, Counts())


def _figures(stats: Stats) -> Figures:
    worst = stats.noisiest[0] if stats.noisiest else None
    return Figures(
        hours=stats.hours,
        sent=stats.total.sent,
        sent_by_type={name: counts.sent for name, counts in stats.by_type.items()},
        sent_by_severity={name: counts.sent for name, counts in stats.by_severity.items()},
        noisiest=(worst.alert_type, worst.alert_key, worst.sent) if worst else None,
        delivery_rate=stats.delivery_rate,
        false_positive_rate=stats.false_positive_rate,
    )


async def open_by_severity(tx: Tx) -> Mapping[str, int]:
    """How many conditions are open, by severity."""
    return {row.severity: row.open for row in await tx.all(Q.open_by_severity)}


async def messages_by_status(tx: Tx, now: datetime) -> Mapping[str, int]:
    """How many messages to the operator the last day had, by state."""
    return {row.status: row.messages for row in await tx.all(Q.messages_by_status, {"since": now - timedelta(days=1)})}
