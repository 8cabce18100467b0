"""raise_again: conditions that nobody did anything about, and those whose silence, acknowledgement or cause is over."""

from asyncio import sleep
from time import monotonic

import structlog

from frontdesk.alerts import store as alerts
from frontdesk.alerts.model import Why
from frontdesk.alerts.retention import KINDS_OF_ROW, forget
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.effects import Alert, Severity

__all__ = ["forget_old_alerts", "raise_again"]

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_LONGEST_REST = 0.25  # seconds


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
    """Delete what is over for a quarter of a year, a batch of each kind at a time, with a rest after each.

    Returns how many rows went: while it is any, there may be more.
    """
    gone = 0
    for kind in KINDS_OF_ROW:
        began = monotonic()
        async with db.transaction(bucket, single=True) as tx:
            batch = await forget(tx, kind, clock.now(), _AT_ONCE)
        if batch:
            await sleep(min(_LONGEST_REST, 3 * (monotonic() - began)))  # whoever works beside it does not notice
        gone += batch
    if gone:
        log.info("alerts_forgotten", rows=gone)
    return gone
