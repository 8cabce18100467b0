"""Correcting what is known of a lead: by the API, and by the form below a conversation."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.conversations.edits import COLUMNS
from frontdesk.desk import Desk
from frontdesk.errors import NotPossible
from frontdesk.steps.edit_lead import edit_lead
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.forms import edit_form, read_form
from frontdesk.web.pages import admitted, row_id
from frontdesk.web.paging import RowId
from frontdesk.web.paths import go_to
from frontdesk.web.rendering import Renderer
from frontdesk.web.shapes import Id, Json

__all__ = ["EditedLead", "LeadEdit", "add_editing", "editing_routes"]

_Text = Annotated[str, Field(max_length=300)]


class LeadEdit(Json):
    """What is right; what is left out stays. Nothing is wiped, so an empty text is refused."""

    model_config = ConfigDict(extra="forbid")
    first_name: _Text = ""
    last_name: _Text = ""
    email: _Text = ""
    service: Annotated[str, Field(max_length=300, description="by its code, its label or any words")] = ""

    @model_validator(mode="before")
    @classmethod
    def _not_the_phone(cls, given: Any) -> Any:
        if isinstance(given, dict) and "phone" in given:
            raise ValueError("the phone number is not edited: it is who the lead is")
        return given


class EditedLead(Json):
    """A lead as a person corrected it."""

    id: Id
    client_id: Id
    first_name: str | None
    last_name: str | None
    phone: str | None
    email: str | None
    status: str
    service_type_enum: str | None
    service: Annotated[str | None, Field(description="the label of the service, or else its enum")]
    done_by: str


def add_editing(router: APIRouter, desk: Desk) -> None:
    """/api/admin/leads/{id}."""
    parts = (desk.db, desk.bucket, desk.clock)

    @router.patch("/leads/{lead_id}", responses=REFUSALS)
    async def edit(request: Request, lead_id: RowId, order: LeadEdit, key: Key = None) -> EditedLead:
        """Correct what is known of a lead. It stands in all conversations, whatever is read from texts later."""
        given = order.model_dump(include=order.model_fields_set)
        row = await edit_lead(*parts, lead_id, given, actor=request.state.who, key=key)
        return EditedLead.model_validate({**row._asdict(), "done_by": request.state.who})


def editing_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """What the form below a conversation posts to."""
    parts = (desk.db, desk.bucket, desk.clock)

    async def correct(request: Request) -> Response:
        conversation_id, form, by_htmx = row_id(request), await read_form(request), "hx-request" in request.headers
        typed = {name: form.get(name, "") for name in COLUMNS}
        # Only what the person changed: another field may have been learned since the page was shown.
        given = {name: value for name, value in typed.items() if value.strip() != form.get(f"was_{name}", "")}
        lead_id = (await found(conversation_id)).lead_id
        try:
            await edit_lead(*parts, lead_id, given, actor=request.state.who)
        except NotPossible as error:
            if not by_htmx:
                raise
            shown = edit_form(await found(conversation_id), typed, trouble=str(error))
            return renderer.page(request, "_edit.html", **shown)
        if not by_htmx:
            return go_to(request, f"/conversations/{conversation_id}")
        shown = edit_form(await found(conversation_id), notice="Saved; no text of theirs changes it from now on.")
        return renderer.page(request, "_edit.html", headers={"HX-Trigger": "written"}, **shown)

    async def found(conversation_id: int) -> Any:
        async with views.reading(desk) as tx:
            row = await views.conversation(tx, conversation_id)
        if row is None:
            raise HTTPException(404, f"There is no conversation {conversation_id}.")
        return row

    return [Route("/conversations/{id:int}/lead", admitted(correct), methods=["POST"])]
