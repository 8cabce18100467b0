"""POST /api/leads: leads of forms of one's own, by a token of ADMIN_TOKEN or of one source."""

import hashlib
import hmac
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.security import HTTPBearer
from pydantic import AfterValidator, ConfigDict, Field

from frontdesk.desk import Desk
from frontdesk.errors import Overloaded
from frontdesk.providers.forms import LeadForms
from frontdesk.setting_kinds import FormSource, secrets_in
from frontdesk.steps.submit import submit
from frontdesk.web.auth import NotAdmitted
from frontdesk.web.problems import RESPONSES
from frontdesk.web.shapes import GivenId, Json

__all__ = ["KeptLead", "LeadOrder", "leads_router"]

_bearer = HTTPBearer(
    auto_error=False, scheme_name="Lead source", description="the token of a source of forms, or one of ADMIN_TOKEN"
)

_Short = Annotated[str, Field(max_length=300)]


class LeadOrder(Json):
    """A person who wants something: a phone number or an e-mail address at least."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[FormSource | None, Field(description="of forms; the token's own, else `api`")] = None
    client_id: Annotated[
        GivenId | None, Field(description="for an admin token alone; else as the source is set up")
    ] = None
    name: _Short = ""
    first_name: _Short = ""
    last_name: _Short = ""
    phone: Annotated[_Short, Field(description="with its country code, or as written where the client is")] = ""
    email: _Short = ""
    service: _Short = ""
    message: Annotated[str, Field(max_length=4000)] = ""
    address: _Short = ""
    city: _Short = ""
    postcode: _Short = ""
    preferred_time: _Short = ""
    consent: Annotated[bool, Field(description="they agreed to be written to")] = False


class KeptLead(Json):
    """What was kept; it is handled within moments."""

    request_id: Annotated[str, Field(description="of its event, in /api/admin/events")]
    source: str
    status: Literal["received"] = "received"


def _bare(key: str) -> str:
    """A key as it is meant: the draft standard has it in quotes, most callers have not."""
    bare = key[1:-1] if len(key) > 1 and key.startswith('"') and key.endswith('"') else key
    if not bare.strip() or not bare.isprintable():
        raise ValueError("it must not be empty, and must be printable")
    return bare


_Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="your name for this lead, bare or in quotes; again within 4 days it answers alike and does nothing",
    ),
    AfterValidator(_bare),
]

_REFUSALS: dict[int | str, dict[str, Any]] = {
    **RESPONSES,
    403: {**RESPONSES["default"], "description": "The token is another source's."},
    422: {**RESPONSES["default"], "description": "The Idempotency-Key came with another lead before."},
}


def leads_router(desk: Desk) -> APIRouter:
    """/api/leads."""
    forms = desk.registry.providers.get(LeadForms.name)

    def admit(request: Request, _shown_in_openapi: Annotated[Any, Depends(_bearer)]) -> None:
        """By a source's own token, else by the rule of the admin API."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        request.state.source = _source_of(desk, token.strip()) if scheme.lower() == "bearer" else None
        if request.state.source is not None:
            request.state.who = f"source {request.state.source}"
            return
        try:
            request.state.who = request.app.state.door.admit(request)
        except NotAdmitted as error:
            error.args = (f"{error} A form's own token is set as FORMS__<SOURCE>__TOKEN.",)
            raise

    router = APIRouter(prefix="/api", tags=["leads"], dependencies=[Depends(admit)], responses=_REFUSALS)

    @router.post("/leads", status_code=202)
    async def post_lead(request: Request, order: LeadOrder, key: _Key) -> KeptLead:
        """Keep a lead. It is stored before the answer, and handled like a form that came by webhook."""
        own: str | None = request.state.source
        if own is not None and (order.source not in (None, own) or order.client_id is not None):
            raise HTTPException(403, f"This token is for leads of {own} alone, of the client that it is set up for.")
        if not isinstance(forms, LeadForms):
            raise HTTPException(503, "This desk takes no lead forms: call use_forms on it.")
        source = own or order.source or "api"
        try:
            request_id = await submit(
                desk.db,
                desk.bucket,
                desk.receiver,
                forms,
                order.model_dump(exclude={"source", "client_id"}, exclude_defaults=True),
                source=source,
                client_id=order.client_id,
                caller=request.state.who,
                key=key,
            )
        except Overloaded as error:
            raise HTTPException(503, str(error), {"Retry-After": "2"}) from error
        return KeptLead(request_id=request_id, source=source)

    return router


def _source_of(desk: Desk, token: str) -> str | None:
    """The source whose token this is; all are compared, in constant time."""
    found, shown = None, hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
    for name, form in desk.settings.forms.items():
        for secret in secrets_in(form.token):
            if hmac.compare_digest(shown, hashlib.sha256(secret.encode()).digest()):
                found = name
    return found
