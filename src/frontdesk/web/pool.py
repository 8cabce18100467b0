"""The pool of numbers for people: the API below /api/admin/pool, and the page /pool."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import AwareDatetime, ConfigDict, Field
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.clients import pool as numbers
from frontdesk.desk import Desk
from frontdesk.errors import NotPossible, SendError
from frontdesk.steps.addressed import e164
from frontdesk.steps.number_pool import add_numbers, check_pool, release_number
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.forms import read_form
from frontdesk.web.outbox_shapes import Phone
from frontdesk.web.pages import admitted
from frontdesk.web.paths import go_to
from frontdesk.web.problems import RESPONSES
from frontdesk.web.rendering import Renderer
from frontdesk.web.shapes import Id, Json

__all__ = ["add_pool", "pool_routes"]

_NOT_TOLD = {**RESPONSES["default"], "description": "The provider does not tell; nothing was changed."}
_Status = Literal["AVAILABLE", "ASSIGNED", "QUARANTINED", "RETIRED"]


class NumberRow(Json):
    """One number of the pool."""

    phone_e164: str
    status: str
    client_id: Id | None
    client_name: str | None
    assigned_at: datetime | None
    paid_until: datetime | None
    quarantined_until: Annotated[datetime | None, Field(description="another client may get it from then on")]
    checked_at: Annotated[datetime | None, Field(description="when it was last compared with the provider")]
    trouble: Annotated[str | None, Field(description="what was wrong with it then, and what to do")]


class NumberPool(Json):
    """All numbers of the pool that fit."""

    items: list[NumberRow]


class NumbersOrder(Json):
    """Numbers to be put into the pool."""

    model_config = ConfigDict(extra="forbid")
    numbers: Annotated[list[Phone], Field(min_length=1, max_length=500)]
    paid_until: AwareDatetime | None = None


class NumbersAdded(Json):
    """Those that were new."""

    added: list[str]
    done_by: str


class NumberReleased(Json):
    """A number that rests."""

    phone_e164: str
    client_id: Annotated[Id, Field(description="whom it served")]
    quarantined_until: datetime
    done_by: str


class PoolChecked(Json):
    """What the provider says against what the pool says."""

    checked: int
    wrong: Annotated[dict[str, str], Field(description="by number, what is wrong and what to do")]
    not_in_the_pool: Annotated[list[str], Field(description="numbers of the account that new clients cannot get")]


def add_pool(router: APIRouter, desk: Desk) -> None:
    """Everything below /api/admin/pool."""
    parts = (desk.db, desk.bucket, desk.clock)

    @router.get("/pool")
    async def pool(status: Annotated[_Status | None, Query(description="only in this state")] = None) -> NumberPool:
        """The numbers that clients are served on, by state and number."""
        async with views.reading(desk) as tx:
            rows = await numbers.list_numbers(tx, status)
        return NumberPool(items=[NumberRow.model_validate(row) for row in rows])

    @router.post("/pool", responses=REFUSALS)
    async def add(request: Request, order: NumbersOrder, key: Key = None) -> NumbersAdded:
        """Put numbers into the pool; owners who wait for one are served within seconds."""
        who = request.state.who
        added = await add_numbers(*parts, order.numbers, paid_until=order.paid_until, actor=who, key=key)
        return NumbersAdded(added=added, done_by=who)

    @router.post("/pool/check", responses={**REFUSALS, 502: _NOT_TOLD})
    async def check(request: Request) -> PoolChecked:
        """Compare the pool with the numbers of the account at the provider."""
        return await _check(desk, request)

    @router.post("/pool/{number}/release", responses=REFUSALS)
    async def release(
        request: Request, number: Annotated[str, Path(pattern=r"^\+[1-9][0-9]{6,14}$")], key: Key = None
    ) -> NumberReleased:
        """Take a number back from its client; it rests before another client may get it."""
        who = request.state.who
        client_id, until = await release_number(*parts, desk.settings, number, actor=who, key=key)
        return NumberReleased(phone_e164=number, client_id=str(client_id), quarantined_until=until, done_by=who)


async def _check(desk: Desk, request: Request) -> PoolChecked:
    base = (desk.public_base() or str(request.base_url)).rstrip("/")
    try:
        found = await check_pool(desk.db, desk.bucket, desk.clock, desk.registry, desk.settings, base)
    except SendError as error:
        raise HTTPException(502, f"{error} Nothing was changed: try again.") from error
    return PoolChecked(checked=len(found.troubles), wrong=found.wrong, not_in_the_pool=list(found.unknown))


def pool_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The page of the pool, and what its forms post to."""

    async def page(request: Request) -> Response:
        return await show(request)

    async def show(
        request: Request, *, trouble: str = "", checked: PoolChecked | None = None, status: int = 200
    ) -> Response:
        async with views.reading(desk) as tx:
            rows = [NumberRow.model_validate(row) for row in await numbers.list_numbers(tx)]
        return renderer.page(
            request, "pool.html", status=status, rows=rows, trouble=trouble, checked=checked, settings=desk.settings
        )

    async def add(request: Request) -> Response:
        form = await read_form(request)
        try:
            given = [e164(one) for one in form.get("numbers", "").replace(",", "\n").split("\n") if one.strip()]
            if not given:
                raise ValueError("Write at least one number, with its country code")
            await add_numbers(desk.db, desk.bucket, desk.clock, given, actor=request.state.who)
        except ValueError as error:
            return await show(request, trouble=f"{error}.", status=422)
        except NotPossible as error:
            return await show(request, trouble=str(error), status=error.status)
        return go_to(request, "/pool")

    async def check(request: Request) -> Response:
        try:
            return await show(request, checked=await _check(desk, request))
        except NotPossible as error:
            return await show(request, trouble=str(error), status=error.status)

    async def release(request: Request) -> Response:
        number = (await read_form(request)).get("number", "")
        try:
            await release_number(desk.db, desk.bucket, desk.clock, desk.settings, number, actor=request.state.who)
        except NotPossible as error:
            return await show(request, trouble=str(error), status=error.status)
        return go_to(request, "/pool")

    acts = {"/pool/add": add, "/pool/check": check, "/pool/release": release}
    return [
        Route("/pool", admitted(page), methods=["GET"]),
        *(Route(path, admitted(endpoint), methods=["POST"]) for path, endpoint in acts.items()),
    ]
