"""The alerts' statements as functions."""

from datetime import datetime

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert

__all__ = ["open_alert", "resolve_alert"]

Q = load_queries("frontdesk.alerts")


async def open_alert(tx: Tx, alert: Alert, now: datetime) -> bool:
    """Open the alert's condition; false where it is open already."""
    row = {
        "alert_type": alert.alert_type,
        "alert_key": alert.key,
        "severity": alert.severity,
        "resource_id": alert.resource_id,
        "now": now,
    }
    return await tx.one(Q.open_alert, row) is not None


async def resolve_alert(tx: Tx, alert_type: str, key: str, now: datetime) -> bool:
    """The condition is over; false where it was not open."""
    return await tx.run(Q.resolve_alert, {"alert_type": alert_type, "alert_key": key, "now": now}) > 0
