"""What people do by the API to single events, and the record of all that people did."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from frontdesk.audit import store as audit
from frontdesk.desk import Desk
from frontdesk.steps import unstick
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.paging import After, Limit, RowId, after, listing
from frontdesk.web.shapes import Id, Json, Listing

__all__ = ["ActRow", "EventAct", "add_acts"]


class EventAct(Json):
    """What was done with the lane of an event, and how the lane stood before."""

    event_id: Id
    lane: str
    lane_was: Literal["held", "backed off", "ready"]
    first_event_id: Annotated[Id, Field(description="stood first in the lane, and is tried first unless it was parked")]
    done_by: str


class ActRow(Json):
    """One act of a person, written in the transaction that did it."""

    id: Id
    at: datetime
    actor: str
    action: str
    subject: str
    details: Annotated[dict[str, Any], Field(description="filter, rate, count and the like, in the names of the table")]


def add_acts(router: APIRouter, desk: Desk) -> None:
    """/api/admin/events/{id}/retry and /park, and /api/admin/audit."""
    clocks = (desk.db, desk.bucket, desk.clock, desk.lease_clock)

    @router.post("/events/{event_id}/retry", responses=REFUSALS)
    async def retry(request: Request, event_id: RowId, key: Key = None) -> EventAct:
        """End the back-off or the hold of an event's lane, so that its first event is tried again at once."""
        return _shown(request, await unstick.retry(*clocks, event_id, actor=request.state.who, key=key))

    @router.post("/events/{event_id}/park", responses=REFUSALS)
    async def park(request: Request, event_id: RowId, key: Key = None) -> EventAct:
        """Move the first event of a held or backed-off lane to the dead letters; the lane goes on without it."""
        return _shown(request, await unstick.park(*clocks, event_id, actor=request.state.who, key=key))

    @router.get("/audit")
    async def acts(limit: Limit = 50, cursor: After = None) -> Listing[ActRow]:
        """What people did, newest first."""
        place = after(cursor)
        async with views.reading(desk) as tx:
            rows = await audit.list_newest(tx, before_at=place.at, before_id=place.id, limit=limit + 1)
        return listing(ActRow, rows, limit, "at")


def _shown(request: Request, done: unstick.Unstuck) -> EventAct:
    return EventAct.model_validate({**asdict(done), "done_by": request.state.who})
