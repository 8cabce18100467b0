"""Alerts in the API: listed, shown with each decision, acknowledged; silences; figures."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Request

from frontdesk.alerts import acts, stats
from frontdesk.alerts.acts import Silence
from frontdesk.alerts.kinds import TEST
from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.effects import Severity
from frontdesk.steps import alert_acts
from frontdesk.web import views
from frontdesk.web.alert_shapes import (
    Acked,
    AckOrder,
    AlertCounts,
    AlertDetail,
    AlertRow,
    AlertStats,
    ChannelFigures,
    DeliveryRow,
    NoisyKey,
    RaiseRow,
    SilenceEnded,
    SilenceOrder,
    SilenceRow,
    TestRaised,
)
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.paging import After, Limit, RowId, after, listing
from frontdesk.web.problems import RESPONSES
from frontdesk.web.shapes import Listing

__all__ = ["add_alerts", "read_alert", "read_silences", "read_stats", "silence_of", "stats_shape"]

_MONTH = 31 * 24


def add_alerts(router: APIRouter, desk: Desk) -> None:
    """/api/admin/alerts, /api/admin/silences and /api/admin/alert-stats."""
    _add_looks(router, desk)
    _add_silences(router, desk)
    parts = (desk.db, desk.bucket, desk.clock)

    @router.post("/alerts/test")
    async def test(request: Request) -> TestRaised:
        """Raise a test that goes the way of a HIGH alert; it is over by itself once it was told."""
        key = uuid4().hex[:8]
        words = ("This is a test", f"{request.state.who} tries the way to you. Nothing is wrong.")
        decision = await desk.raise_alert(TEST, Severity.HIGH, *words, key=key)
        return TestRaised(alert_key=key, decision=decision, done_by=request.state.who)

    @router.post("/alerts/{alert_id}/ack", responses=REFUSALS)
    async def ack(request: Request, alert_id: RowId, order: AckOrder, key: Key = None) -> Acked:
        """Take it in hand: it neither escalates nor is told again for so long, or until it changes."""
        who = request.state.who
        how = {"hours": order.hours, "note": order.note}
        done = await alert_acts.acknowledge(*parts, alert_id, actor=who, handled=order.handled, key=key, **how)  # type: ignore[arg-type]
        return Acked(alert_id=str(alert_id), done_by=who, before=done.get("before"))

    @router.post("/alerts/{alert_id}/false-alarm", responses=REFUSALS)
    async def false_alarm(request: Request, alert_id: RowId, key: Key = None) -> Acked:
        """Count its present or last episode among the false alarms."""
        await alert_acts.mark_false(*parts, alert_id, actor=request.state.who, key=key)
        return Acked(alert_id=str(alert_id), done_by=request.state.who)


def _add_looks(router: APIRouter, desk: Desk) -> None:
    @router.get("/alerts")
    async def alerts(
        limit: Limit = 50,
        cursor: After = None,
        state: Annotated[Literal["open", "over"] | None, Query(description="only these")] = None,
        severity: Severity | None = None,
        alert_type: Annotated[str | None, Query(alias="type", description="only of this type")] = None,
    ) -> Listing[AlertRow]:
        """Conditions, the last opened first."""
        place = after(cursor)
        how = {"state": state, "severity": severity.value if severity else None, "alert_type": alert_type}
        async with views.reading(desk) as tx:
            rows = await acts.list_alerts(tx, before_at=place.at, before_id=place.id, limit=limit + 1, **how)
        return listing(AlertRow, rows, limit, "opened_at")

    @router.get("/alerts/{alert_id}", responses={404: RESPONSES["default"]})
    async def alert(alert_id: RowId) -> AlertDetail:
        """One condition with every raise's decision, and what became of its messages on each channel."""
        async with views.reading(desk) as tx:
            return await read_alert(tx, alert_id)

    @router.get("/alert-stats")
    async def alert_stats(
        hours: Annotated[float, Query(gt=0, le=_MONTH, description="how far back")] = 24,
    ) -> AlertStats:
        """Raised, sent, suppressed, delivered, acknowledged; and whether the alerting itself is well."""
        async with views.reading(desk) as tx:
            return await read_stats(tx, desk, hours)


def _add_silences(router: APIRouter, desk: Desk) -> None:
    parts = (desk.db, desk.bucket, desk.clock)

    @router.get("/silences")
    async def silences(limit: Limit = 50) -> Listing[SilenceRow]:
        """Silences that hold or will, and those that ended within the week."""
        async with views.reading(desk) as tx:
            rows = await acts.list_silences(tx, desk.clock.now(), limit)
        return Listing[SilenceRow](items=[SilenceRow.model_validate(row) for row in rows], next_cursor=None)

    @router.post("/silences", responses=REFUSALS)
    async def silence(request: Request, order: SilenceOrder, key: Key = None) -> SilenceRow:
        """Silence a type, or the keys that a pattern fits, until a time; what is still true then is told."""
        wanted = silence_of(order, request.state.who, desk)
        made = await alert_acts.silence(*parts, wanted, actor=request.state.who, key=key)
        async with views.reading(desk) as tx:
            rows = await acts.list_silences(tx, desk.clock.now(), 200)
        return next(SilenceRow.model_validate(row) for row in rows if row.id == made)

    @router.post("/silences/{silence_id}/end", responses=REFUSALS)
    async def end(request: Request, silence_id: RowId, key: Key = None) -> SilenceEnded:
        """End a silence now."""
        await alert_acts.end_silence(*parts, silence_id, actor=request.state.who, key=key)
        return SilenceEnded(silence_id=str(silence_id), done_by=request.state.who)


def silence_of(order: SilenceOrder, author: str, desk: Desk) -> Silence:
    """The silence that an order asks for."""
    starts = desk.clock.now() + timedelta(hours=order.starts_in_hours)
    ends = starts + timedelta(hours=order.hours)
    return Silence(order.alert_type, order.key_pattern, author, order.comment, starts, ends)


async def read_alert(tx: Tx, alert_id: int) -> AlertDetail:
    """One condition whole. Raises HTTPException 404."""
    row = await acts.find_alert(tx, alert_id)
    if row is None:
        raise HTTPException(404, f"There is no alert {alert_id}.")
    detail = AlertDetail.model_validate(row)
    detail.raises = [RaiseRow.model_validate(one) for one in await acts.raises_of(tx, alert_id)]
    detail.deliveries = [DeliveryRow.model_validate(one) for one in await acts.deliveries_of(tx, alert_id)]
    return detail


async def read_silences(tx: Tx, desk: Desk) -> list[SilenceRow]:
    """Silences for a page."""
    return [SilenceRow.model_validate(row) for row in await acts.list_silences(tx, desk.clock.now())]


async def read_stats(tx: Tx, desk: Desk, hours: float) -> AlertStats:
    """The figures as the API has them."""
    return stats_shape(await stats.read_stats(tx, desk.clock.now(), hours))


def stats_shape(found: stats.Stats) -> AlertStats:
    """Figures as JSON shows them."""
    return AlertStats(
        **AlertCounts.model_validate(found.total).model_dump(),
        hours=found.hours,
        by_type={name: AlertCounts.model_validate(one) for name, one in found.by_type.items()},
        by_severity={name: AlertCounts.model_validate(one) for name, one in found.by_severity.items()},
        median_time_to_ack_seconds=found.median_time_to_ack_seconds,
        noisiest_keys=[NoisyKey.model_validate(row) for row in found.noisiest],
        channels=[ChannelFigures.model_validate(row) for row in found.channels],
        delivery_rate=found.delivery_rate,
        false_positive_rate=found.false_positive_rate,
        healthy=not found.flags,
        flags=found.flags,
    )
