"""watch: new clients who are stuck are logged once and told of, and told of as over when they move on.

One pass: note who moved, find who is stuck, look once more, tell of each while it is kept from moving. Any number of
processes may do it at once, or twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.effects import Alert, Severity
from frontdesk.settings import Settings
from frontdesk.steps.conditions import tell
from frontdesk.steps.owners import PLACEHOLDER
from frontdesk.steps.stuck import Q, find_stuck
from frontdesk.watching import store as watching
from frontdesk.watching.model import Stuck

__all__ = ["Watched", "alert_for", "look", "tell_of", "watch"]

log = structlog.get_logger(__name__)

_TYPES = ("STUCK_CLIENT", "PAYMENT_BLOCK")


@dataclass(frozen=True, slots=True)
class Watched:
    """What one pass found: clients who moved, who are stuck, who were logged; alerts raised and resolved."""

    moved: int
    stuck: int
    logged: int
    raised: int
    resolved: int


async def watch(db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> Watched:
    """One whole pass."""
    moved, stuck = await look(db, bucket, clock, settings)
    logged, raised, resolved = await tell_of(db, bucket, clock, settings, stuck)
    return Watched(moved, len(stuck), logged, raised, resolved)


async def look(db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> tuple[int, list[Stuck]]:
    """Note who moved since the last look, and find who is stuck."""
    now = clock.now()
    async with db.transaction(bucket) as tx:
        moved = await watching.note_stays(tx, now)
        return moved, await find_stuck(tx, now, settings)


async def tell_of(
    db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, stuck: Sequence[Stuck]
) -> tuple[int, int, int]:
    """Log and alert those who are still where they were found; returns how many were logged, raised and resolved."""
    now = clock.now()
    row = {
        "client_ids": [one.client_id for one in stuck],
        "states": [one.state for one in stuck],
        "entered_at": [one.entered_at for one in stuck],
        "now": now,
        "logged_before": now - timedelta(hours=settings.stuck.log_every_hours),
    }
    async with db.transaction(bucket) as tx:
        still = {found.client_id: found.first for found in await tx.all(Q.still_stuck, row)}
    here = [one for one in stuck if one.client_id in still]
    news = [one for one in here if still[one.client_id]]
    for one in news:
        log.warning(
            "STUCK_CLIENT_DETECTED",
            client_id=one.client_id,
            state=one.state,
            severity=one.severity,
            terminal=one.terminal,
            whose_turn=one.whose_turn,
            stuck_for_minutes=one.stuck_for_minutes,
            threshold_minutes=one.threshold_minutes,
            reason=one.reason,
        )
    loud = {alert: one for one in here if (alert := alert_for(one)) is not None}
    again = {(alert.alert_type, alert.key) for alert, one in loud.items() if still[one.client_id]}

    async def holds(alert: Alert, tx: Tx) -> bool:
        one = loud[alert]
        stay = {"client_id": one.client_id, "state": one.state, "entered_at": one.entered_at}
        return await tx.one(Q.stays_stuck, stay) is not None

    told = await tell(db, bucket, clock, list(loud), types=_TYPES, again=again, holds=holds)
    return len(news), told.raised, told.resolved


def alert_for(one: Stuck) -> Alert | None:
    """What the operator is told; None for what is only logged. Who has not paid is told of by that name alone, once."""
    if one.severity is Severity.LOW:
        return None
    # Two businesses that have no name yet are told apart by their owners' phones.
    name = f"{one.name} {one.phone}" if one.name == PLACEHOLDER and one.phone else one.name
    urgent = one.severity is Severity.HIGH and one.terminal
    return Alert(
        alert_type="PAYMENT_BLOCK" if one.unpaid else "STUCK_CLIENT",
        key=f"{one.client_id}:{one.state}",
        severity=Severity.HIGH if urgent else Severity.MEDIUM,
        title=f"{name}: not paid" if one.unpaid else f"{name}: stuck in {one.state}",
        message=f"{one.reason} {one.suggested_action}",
        resource_id=str(one.client_id),
    )
