"""pool_alerts: the operator hears of an empty pool as a client comes to it, and of one that runs low before it does.

The first is raised by whoever left a client without a number, once that is committed; the scheduler's pass finds both
again and sees when they are over, so that nothing is lost with a process that dies in between.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from frontdesk.alerts.store import resolve_alert
from frontdesk.clients import pool
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.effects import Alert, Severity
from frontdesk.onboarding import store as onboarding
from frontdesk.settings import Settings
from frontdesk.steps.raise_alert import raise_alert

__all__ = ["found_empty", "look_into_pool", "reserved"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _At:
    """The time of the cause, for what follows from it."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def reserved(settings: Settings) -> list[str]:
    """The numbers that serve the desk itself, and no new client."""
    return [number for number in (settings.onboarding_number, settings.twilio_number) if number]


def found_empty(tx: Tx, settings: Settings, now: datetime) -> None:
    """A client waits and no number fits: POOL_EMPTY is raised as soon as this transaction is committed.

    Where the desk buys numbers by itself, the scheduler's pass tells instead: in most cases one is there before it.
    """
    if not settings.pool.buy:
        tx.afterwards(partial(_raise, settings, now))


async def _raise(settings: Settings, now: datetime, db: Database, bucket: Bucket) -> None:
    try:
        async with db.transaction(bucket) as tx:
            alert = await look_into_pool(tx, settings, now)
    except Exception as error:  # what was committed stands; the scheduler's next pass finds it
        log.warning("pool_not_looked_into", error=str(error))
        return
    if alert is not None:
        await raise_alert(db, bucket, _At(now), alert)


async def look_into_pool(tx: Tx, settings: Settings, now: datetime) -> Alert | None:
    """POOL_EMPTY while somebody waits, POOL_LOW before it comes to that, None else; what is over is resolved."""
    waiting = (await onboarding.count_waiting(tx)).waiting
    free = (await pool.counts(tx, reserved(settings))).available
    low = settings.onboarding_number is not None and free < settings.pool.low_water
    if not waiting:
        await resolve_alert(tx, "POOL_EMPTY", "", now)
    if not low:
        await resolve_alert(tx, "POOL_LOW", "", now)
    return _empty(waiting, free) if waiting else _low(free) if low else None


def _empty(waiting: int, free: int) -> Alert:
    who = "1 new client waits" if waiting == 1 else f"{waiting} new clients wait"
    why = f"the {free} free ones are of other countries" if free else "the pool is empty"
    message = (
        f"{who} for a number: {why}. Buy numbers and add them with `frontdesk pool add`; they are served by themselves."
    )
    return Alert("POOL_EMPTY", "", Severity.HIGH, "No number for new clients", message)


def _low(free: int) -> Alert:
    left = "Only 1 free number is" if free == 1 else f"Only {free} free numbers are" if free else "No free number is"
    message = f"{left} left for new clients. Buy more and add them with `frontdesk pool add`."
    return Alert("POOL_LOW", "", Severity.MEDIUM, "Few numbers left", message)
