"""What people do about alerts, by any door: acknowledge, handle, silence; each recorded with who did it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from frontdesk.alerts import acts, sending
from frontdesk.alerts.acts import Silence
from frontdesk.alerts.model import ACK_LASTS
from frontdesk.audit import store as audit
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible, NotThere
from frontdesk.steps.audited import Asked, carry_out

__all__ = [
    "acknowledge",
    "acknowledge_by_link",
    "end_silence",
    "mark_false",
    "silence",
    "silence_recorded",
    "take_in_hand_recorded",
]


async def _take_in_hand(
    tx: Tx, ids: Sequence[int], *, actor: str, hours: float, handled: bool, now: datetime
) -> Sequence[Any]:
    """Acknowledge for so long, or for good until it changes; returns the conditions that were open."""
    until = None if handled else now + timedelta(hours=hours)
    return await acts.acknowledge(tx, ids, actor=actor, until=until, handled=handled, now=now)


async def take_in_hand_recorded(
    tx: Tx, ids: Sequence[int], *, actor: str, handled: bool, now: datetime
) -> Sequence[Any]:
    """The same with its record, in a transaction that is open already: by a link, or by the operator's text."""
    taken = await _take_in_hand(tx, ids, actor=actor, hours=ACK_LASTS, handled=handled, now=now)
    for row in taken:
        action = "handle_alert" if handled else "ack_alert"
        await audit.write(tx, at=now, actor=actor, action=action, subject=f"alert {row.id}")
    return taken


async def silence_recorded(tx: Tx, wanted: Silence, now: datetime) -> int:
    """Write a silence with its record, in a transaction that is open already."""
    made = await acts.add_silence(tx, wanted, now)
    told = {"alert_type": wanted.alert_type, "key_pattern": wanted.key_pattern, "ends_at": wanted.ends_at.isoformat()}
    subject = wanted.alert_type or "all alerts"
    await audit.write(tx, at=now, actor=wanted.author, action="silence_alerts", subject=subject, details=told)
    return made


async def acknowledge(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    alert_id: int,
    *,
    actor: str,
    hours: float = ACK_LASTS,
    handled: bool = False,
    note: str = "",
    key: str | None = None,
) -> Mapping[str, Any]:
    """Take one condition in hand; it neither escalates nor is told again meanwhile. Raises NotThere or NotPossible."""

    async def act(tx: Tx) -> Mapping[str, Any]:
        row = await acts.find_alert(tx, alert_id)
        if row is None:
            raise NotThere(f"There is no alert {alert_id}.")
        taken = await _take_in_hand(tx, [alert_id], actor=actor, hours=hours, handled=handled, now=clock.now())
        if not taken:
            raise NotPossible(f"Alert {alert_id} is over since {row.resolved_at:%Y-%m-%d %H:%M} UTC: nothing to do.")
        before = row.acknowledged_by if row.ack_until is not None or row.handled else None
        return {"alert_type": row.alert_type, "alert_key": row.alert_key, "before": before}

    wanted = {"hours": hours, "handled": handled, "note": note}
    asked = Asked(actor, "handle_alert" if handled else "ack_alert", f"alert {alert_id}", key, wanted)
    return await carry_out(db, bucket, clock, asked, act) or {}


async def acknowledge_by_link(db: Database, bucket: Bucket, clock: BusinessClock, token: str) -> Sequence[Any] | None:
    """What a one-tap link does: once, before it expires. None where it was used or has expired. Raises NotThere."""
    now = clock.now()
    async with db.transaction(bucket) as tx:
        link = await sending.find_link(tx, token)
        if link is None:
            raise NotThere("This link is none of ours, or too old. Open the alerts' page instead.")
        actor = f"link by {link.recipient}"
        if not await sending.use_link(tx, token, actor, now):
            return None
        ids = await sending.told_by_message(tx, link.message_id)
        return await take_in_hand_recorded(tx, ids, actor=actor, handled=False, now=now)


async def mark_false(
    db: Database, bucket: Bucket, clock: BusinessClock, alert_id: int, *, actor: str, key: str | None = None
) -> None:
    """Count it among the false alarms. Raises NotThere."""

    async def act(tx: Tx) -> Mapping[str, Any]:
        if not await acts.mark_false(tx, alert_id):
            raise NotThere(f"There is no alert {alert_id}.")
        return {}

    await carry_out(db, bucket, clock, Asked(actor, "false_alarm", f"alert {alert_id}", key), act)


async def silence(
    db: Database, bucket: Bucket, clock: BusinessClock, wanted: Silence, *, actor: str, key: str | None = None
) -> int:
    """Write a silence; returns its id. Raises NotPossible for one without end, author or comment."""
    now = clock.now()
    if (trouble := wanted.trouble(now)) is not None:
        raise NotPossible(trouble)

    async def act(tx: Tx) -> Mapping[str, Any]:
        return {"silence_id": await acts.add_silence(tx, wanted, now)}

    told = {"alert_type": wanted.alert_type, "key_pattern": wanted.key_pattern, "comment": wanted.comment}
    asked = Asked(actor, "silence_alerts", wanted.alert_type or "all alerts", key, {**told, "ends_at": wanted.ends_at})
    done = await carry_out(db, bucket, clock, asked, act)
    return int(done["silence_id"]) if done else 0


async def end_silence(
    db: Database, bucket: Bucket, clock: BusinessClock, silence_id: int, *, actor: str, key: str | None = None
) -> None:
    """End it now: what still holds is told. Raises NotThere where it does not hold."""

    async def act(tx: Tx) -> Mapping[str, Any]:
        if not await acts.end_silence(tx, silence_id, actor, clock.now()):
            raise NotThere(f"There is no silence {silence_id} that holds.")
        return {}

    await carry_out(db, bucket, clock, Asked(actor, "end_silence", f"silence {silence_id}", key), act)
