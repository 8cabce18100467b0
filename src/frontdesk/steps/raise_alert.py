"""raise_alert: opens an alert's condition, in a transaction of its own after that of its cause, and logs it."""

import structlog

from frontdesk.alerts import store as alerts
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.effects import Alert

__all__ = ["raise_alert"]

log = structlog.get_logger(__name__)


async def raise_alert(db: Database, bucket: Bucket, clock: BusinessClock, alert: Alert) -> bool:
    """Open the condition; true where it was not open. Never raises: whoever found the trouble has enough of it."""
    told = {"alert_type": alert.alert_type, "alert_key": alert.key, "severity": alert.severity}
    try:
        async with db.transaction(bucket) as tx:
            opened = await alerts.open_alert(tx, alert, clock.now())
    except Exception as error:
        log.exception("alert_not_written", **told, title=alert.title, error=str(error))
        return False
    if opened:
        log.error("alert_opened", **told, title=alert.title, message=alert.message, resource_id=alert.resource_id)
    return opened
