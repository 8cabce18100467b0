"""Calls for people: the list of the API, and the page of it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, computed_field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.calls.model import CallStatus
from frontdesk.calls.text_back import NoTextReason
from frontdesk.desk import Desk
from frontdesk.steps.textable import let_be_texted
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.pages import admitted, cursor_of
from frontdesk.web.paging import After, Limit, RowId, after, listing
from frontdesk.web.rendering import Renderer
from frontdesk.web.shapes import Id, Json, Listing
from frontdesk.web.views import NEWEST
from frontdesk.web.words import status_word, why

__all__ = ["CallRow", "Note", "TextableLead", "add_calls", "call_routes", "text_back_words"]

_PER_PAGE = 50


class CallRow(Json):
    """One call, and whether it was answered by text."""

    id: Id
    provider: str
    provider_call_id: str | None
    client_id: Id | None
    client_name: str | None
    lead_id: Id | None
    first_name: str | None
    last_name: str | None
    conversation_id: Id | None
    direction: Annotated[str | None, Field(description="null where the provider's word for it is not known")]
    status: str
    outcome: Annotated[str | None, Field(description="how it went, as far as is known")]
    our_address: str | None
    other_address: Annotated[str | None, Field(description="null where it was withheld")]
    started_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    text_back: Annotated[str | None, Field(description="texted, or why no text answers it; null while it goes on")]
    text_back_id: Annotated[Id | None, Field(description="the ledger row of the text")]
    text_back_status: str | None
    text_back_reason: str | None

    @computed_field(description="whether it was answered by text, in plain words")  # type: ignore[prop-decorator]
    @property
    def text_back_words(self) -> str:
        """What `text_back` says, in plain words; empty where there is nothing to say."""
        return text_back_words(self.text_back, self.text_back_status, self.text_back_reason)


def text_back_words(text_back: str | None, status: str | None, reason: str | None) -> str:
    """Whether a call was answered by text, or why not; of a text that was put, what became of it."""
    if text_back is None:
        return ""
    try:
        return NoTextReason(text_back).words
    except ValueError:
        told = why(reason) if status in ("BLOCKED", "PENDING") and reason else ""
        return f"{status_word(status)}: {told}" if told else status_word(status)


class Note(Json):
    """Why a person says so."""

    model_config = ConfigDict(extra="forbid")
    note: Annotated[str, Field(min_length=1, max_length=500, description="kept in the audit")]


class TextableLead(Json):
    """A lead that may be texted again."""

    lead_id: Id
    done_by: str


def add_calls(router: APIRouter, desk: Desk) -> None:
    """/api/admin/calls and /api/admin/leads/{id}/textable."""
    parts = (desk.db, desk.bucket, desk.clock)

    @router.post("/leads/{lead_id}/textable", responses=REFUSALS)
    async def textable(request: Request, lead_id: RowId, order: Note, key: Key = None) -> TextableLead:
        """Text a lead again of whose number the carrier said that no text reaches it."""
        who = request.state.who
        await let_be_texted(*parts, lead_id, note=order.note, actor=who, key=key)
        return TextableLead(lead_id=str(lead_id), done_by=who)

    @router.get("/calls")
    async def calls(
        limit: Limit = 50,
        cursor: After = None,
        status: CallStatus | None = None,
        client_id: Annotated[int | None, Query(alias="clientId", ge=1, lt=2**63)] = None,
    ) -> Listing[CallRow]:
        """Calls, newest first; the legs of one call are one row."""
        async with views.reading(desk) as tx:
            rows = await views.calls(tx, after(cursor), limit + 1, status=status, client_id=client_id)
        return listing(CallRow, rows, limit, "at")


def call_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The page of calls, and the part of it that is fetched again while it is looked at."""

    async def page(request: Request) -> Response:
        return await show(request, "calls.html")

    async def part(request: Request) -> Response:
        return await show(request, "_calls.html")

    async def show(request: Request, template: str) -> Response:
        place, status = cursor_of(request), _status(request)
        async with views.reading(desk) as tx:
            rows = await views.calls(tx, place, _PER_PAGE + 1, status=status)
        return renderer.page(
            request,
            template,
            rows=[_shown(row) for row in rows[:_PER_PAGE]],
            more=views.next_cursor(rows, _PER_PAGE, "at"),
            first=place == NEWEST,
            asked=status or "",
            statuses=list(CallStatus),
        )

    return [Route("/calls", admitted(page)), Route("/parts/calls", admitted(part))]


def _shown(row: Any) -> CallRow:
    return CallRow.model_validate(row)


def _status(request: Request) -> str | None:
    given = request.query_params.get("status")
    if given and given not in list(CallStatus):
        raise HTTPException(400, f"There is no state of calls called {given[:20]!r}.")
    return given or None
