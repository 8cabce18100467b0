"""Conditions that the monitor sees: each is raised as it begins or gets worse, and resolved when it is seen no more."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from frontdesk.alerts import store as alerts
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert, Severity
from frontdesk.steps.raise_alert import raise_alert, raise_while

__all__ = ["Told", "tell"]

Q = load_queries("frontdesk.steps", "conditions.sql")

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Told:
    """How many conditions were raised, and how many are over."""

    raised: int
    resolved: int


async def tell(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    seen: Sequence[Alert],
    *,
    types: Collection[str],
    again: Collection[tuple[str, str]] | None = None,
    holds: Callable[[Alert, Tx], Awaitable[bool]] | None = None,
) -> Told:
    """Raise what is `seen`, and resolve what is open of `types` and not seen.

    A condition that is open and no worse is raised again only where its type and key are in `again`; None: all are. The
    room of alerts decides whom that tells, and how often. `holds` is asked of each in the transaction that raises it.
    """
    async with db.transaction(bucket) as tx:
        rows = await tx.all(Q.open_alerts, {"types": sorted(types)})
    before = {(row.alert_type, row.alert_key): Severity(row.severity) for row in rows}
    raised = 0
    for alert in (one for one in seen if _is_news(one, before.get((one.alert_type, one.key)), again)):
        if holds is None:
            await raise_alert(db, bucket, clock, alert)
            raised += 1
        else:
            raised += await raise_while(db, bucket, clock, alert, partial(holds, alert)) is not None
    over = before.keys() - {(alert.alert_type, alert.key) for alert in seen}
    if over:
        async with db.transaction(bucket) as tx:
            for alert_type, key in sorted(over):
                await alerts.resolve_alert(tx, alert_type, key, clock.now())
    return Told(raised, len(over))


def _is_news(alert: Alert, open_as: Severity | None, again: Collection[tuple[str, str]] | None) -> bool:
    worse = open_as is None or _RANK[alert.severity] > _RANK[open_as]
    return worse or again is None or (alert.alert_type, alert.key) in again
