"""raise_again: conditions that nobody did anything about, and those whose silence, acknowledgement or cause is over."""

import structlog

from frontdesk.alerts import stats
from frontdesk.alerts import store as alerts
from frontdesk.alerts.model import Why
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.effects import Alert, Severity

__all__ = ["forget_old_alerts", "raise_again"]

log = structlog.get_logger(__name__)


async def raise_again(db: Database, bucket: Bucket, clock: BusinessClock) -> int:
    """Raise each anew, as its row has it; twice at once tells once. Returns how many are told."""
    now = clock.now()
    async with db.transaction(bucket, single=True) as tx:
        # Several statements, and none hangs on another: each row is judged again by the one that raises it.
        rows = await alerts.due_again(tx, now)
    told = 0
    for row in rows:
        why = Why(row.why)
        severity = Severity.HIGH if why is Why.ESCALATED else Severity(row.severity)
        alert = Alert(row.alert_type, row.alert_key, severity, row.title, row.message, row.resource_id)
        async with db.transaction(bucket, single=True) as tx:
            raised = await alerts.raise_alert(tx, alert, now, why=why, forced=row.notify_seq)
        log.warning(
            "alert_raised_again", alert_type=row.alert_type, alert_key=row.alert_key, why=why, to=raised.decision
        )
        told += raised.detail is not None
    return told


async def forget_old_alerts(db: Database, bucket: Bucket, clock: BusinessClock) -> int:
    """Delete a batch of old raises; returns how many."""
    async with db.transaction(bucket, single=True) as tx:
        return await stats.forget_old_raises(tx, clock.now())
