"""raise_alert: opens an alert's condition and decides whether somebody is told; resolve_alert: it is over.

On a short connection of its own, outside the transaction of its cause: neither that one's rollback nor its failure
takes the alert along, and whoever found the trouble gets no other from here.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from frontdesk.alerts import store as alerts
from frontdesk.alerts.model import Decision
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.effects import Alert
from frontdesk.steps.spool import spool

__all__ = ["Holds", "raise_alert", "raise_while", "resolve_alert"]

log = structlog.get_logger(__name__)

Holds = Callable[[Tx], Awaitable[bool]]
"""Whether a condition still holds, asked within a transaction: what it locks keeps it so until the alert is written."""

_PATIENCE = 2.5  # seconds; a caller in trouble waits no longer
_LOUD = (Decision.SENT, Decision.BUNDLED, Decision.NO_CHANNEL)


async def raise_alert(db: Database, bucket: Bucket, clock: BusinessClock, alert: Alert) -> Decision:
    """Open the condition or note that it still holds; returns what was decided. Never raises.

    While the database is away it is a line on the console and a file in DATA_DIR, and is raised after recovery.
    """
    decision = await _raise(db, bucket, clock, alert, None)
    assert decision is not None  # noqa: S101  (nothing was asked that could have said no)
    return decision


async def raise_while(
    db: Database, bucket: Bucket, clock: BusinessClock, alert: Alert, holds: Holds
) -> Decision | None:
    """`raise_alert` where the condition still `holds`, asked in the transaction that raises; None where it is over."""
    return await _raise(db, bucket, clock, alert, holds)


async def _raise(
    db: Database, bucket: Bucket, clock: BusinessClock, alert: Alert, holds: Holds | None
) -> Decision | None:
    told = {"alert_type": alert.alert_type, "alert_key": alert.key, "severity": alert.severity}
    try:
        async with asyncio.timeout(_PATIENCE), db.transaction(bucket, single=holds is None, wait=_PATIENCE) as tx:
            if holds is not None and not await holds(tx):
                return None
            raised = await alerts.raise_alert(tx, alert, clock.now(), muted=db.muted > 0)
    except Exception as error:
        kept = spool(db.spool, alert)
        log.critical("alert_not_written", **told, title=alert.title, message=alert.message, kept=kept, error=str(error))
        return Decision.SPOOLED
    note = log.error if raised.decision in _LOUD or raised.opened else log.info
    note("alert_raised", **told, title=alert.title, decision=raised.decision, detail=raised.detail)
    return raised.decision


async def resolve_alert(
    db: Database, bucket: Bucket, clock: BusinessClock, alert_type: str, key: str, *, tell: bool = True
) -> bool:
    """The condition is over; true where it was open. Never raises: whoever asks every few minutes asks again.

    Whoever was told that it is open is told that it is over, with how long it lasted, unless not to `tell`.
    """
    try:
        async with asyncio.timeout(_PATIENCE), db.transaction(bucket, single=True, wait=_PATIENCE) as tx:
            resolved = await alerts.resolve_alert(tx, alert_type, key, clock.now(), tell=tell)
    except Exception as error:
        log.warning("alert_not_resolved", alert_type=alert_type, alert_key=key, error=str(error))
        return False
    if resolved:
        log.info("alert_resolved", alert_type=alert_type, alert_key=key)
    return resolved
