"""The debug panel of one conversation: by the API, and below its page; and the page of one webhook that it links to."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.inbox import archive
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS
from frontdesk.web.debug import read_debug
from frontdesk.web.debug_shapes import DebugPanel
from frontdesk.web.pages import admitted, row_id
from frontdesk.web.paging import RowId
from frontdesk.web.rendering import Renderer

__all__ = ["add_debug", "debug_routes"]


def add_debug(router: APIRouter, desk: Desk) -> None:
    """/api/admin/conversations/{id}/debug."""

    @router.get("/conversations/{conversation_id}/debug", responses={404: REFUSALS[404]})
    async def debug(conversation_id: RowId) -> DebugPanel:
        """Where a conversation stands, what is known and how, what it said, and what the gate would say now."""
        return await read_debug(desk, conversation_id)


def debug_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The panel alone, for the page that has it to freshen; and one webhook."""

    async def part(request: Request) -> Response:
        return renderer.page(request, "_debug.html", debug=await read_debug(desk, row_id(request)))

    async def event(request: Request) -> Response:
        event_id = row_id(request)
        async with views.reading(desk) as tx:
            row = await archive.show_event(tx, event_id, received_at=_moment(request))
        if row is None:
            raise HTTPException(404, f"There is no event {event_id} in the archive, or it is no longer kept.")
        return renderer.page(request, "event.html", event=row)

    return [
        Route("/parts/conversations/{id:int}/debug", admitted(part), methods=["GET"]),
        Route("/events/{id:int}", admitted(event), methods=["GET"]),
    ]


def _moment(request: Request) -> datetime | None:
    """When the event came in, where the link says so: it finds the archive's key. Raises HTTPException 400."""
    given = request.query_params.get("at")
    try:
        at = datetime.fromisoformat(given) if given else None
    except ValueError as error:
        raise HTTPException(400, "The link is broken: its time is no time.") from error
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
