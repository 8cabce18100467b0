"""The operator's pages: conversations, one conversation, system, login. HTML from the server; htmx only freshens it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.alerts import acts
from frontdesk.desk import Desk
from frontdesk.outbox.gate import Lane
from frontdesk.web import views
from frontdesk.web.auth import COOKIE, SESSION
from frontdesk.web.debug import read_debug
from frontdesk.web.forms import edit_form, local_path, read_form
from frontdesk.web.health import assess
from frontdesk.web.health_shapes import Health
from frontdesk.web.outbox_shapes import Limiters
from frontdesk.web.paths import go_to, own_path, root_of
from frontdesk.web.rendering import Renderer
from frontdesk.web.sending import read_limiters, read_switches
from frontdesk.web.timeline import bubbles, known
from frontdesk.web.views import NEWEST, Cursor

__all__ = ["admitted", "blank_form", "cursor_of", "page_routes", "row_id"]

_PER_PAGE = 50
_MESSAGES = 60
_LETTERS = 20

Endpoint = Callable[[Request], Awaitable[Response]]


def admitted(endpoint: Endpoint) -> Endpoint:
    """The endpoint behind the door. Raises NotAdmitted before it is called."""

    async def behind_the_door(request: Request) -> Response:
        request.state.who = request.app.state.door.admit(request)
        if not own_path(request.scope).startswith("/parts/"):  # parts are put into a page that has the banner
            request.state.switches = await request.app.state.switches()
        return await endpoint(request)

    return behind_the_door


def page_routes(desk: Desk, renderer: Renderer, *, simulated: bool) -> list[Route]:
    """The pages and the parts of them that are fetched again while they are looked at."""
    pages = _Pages(desk, renderer, simulated=simulated)
    behind = {
        "/": pages.overview,
        "/parts/overview": pages.overview_part,
        "/conversations/{id:int}": pages.conversation,
        "/parts/conversations/{id:int}": pages.conversation_part,
        "/system": pages.system,
        "/parts/system": pages.system_part,
    }
    return [
        *(Route(path, admitted(endpoint)) for path, endpoint in behind.items()),
        Route("/login", pages.login_form, methods=["GET"]),
        Route("/login", pages.login, methods=["POST"]),
        Route("/logout", pages.logout, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, desk: Desk, renderer: Renderer, *, simulated: bool) -> None:
        self._desk = desk
        self._render = renderer.page
        self._simulated = simulated

    async def overview(self, request: Request) -> Response:
        return await self._overview(request, "overview.html")

    async def overview_part(self, request: Request) -> Response:
        return await self._overview(request, "_overview.html")

    async def _overview(self, request: Request, template: str) -> Response:
        after = cursor_of(request)
        async with views.reading(self._desk) as tx:
            rows = await views.conversations(tx, after, _PER_PAGE + 1)
            open_alerts = await acts.open_counts(tx)
        return self._render(
            request,
            template,
            rows=rows[:_PER_PAGE],
            more=views.next_cursor(rows, _PER_PAGE, "last_message_at"),
            first=after == NEWEST,
            health=await self._health(request),
            open_alerts=open_alerts,
        )

    async def _health(self, request: Request) -> Health:
        return await assess(self._desk, request.app.state.depths, simulated=self._simulated)

    async def conversation(self, request: Request) -> Response:
        return await self._conversation(request, "conversation.html")

    async def conversation_part(self, request: Request) -> Response:
        return await self._conversation(request, "_chat.html")

    async def _conversation(self, request: Request, template: str) -> Response:
        conversation_id, after = row_id(request), cursor_of(request)
        async with views.reading(self._desk) as tx:
            row = await views.conversation(tx, conversation_id)
            if row is None:
                raise HTTPException(404, f"There is no conversation {conversation_id}.")
            messages = await views.messages(tx, conversation_id, after, _MESSAGES + 1)
            receipts = await views.receipts(tx, [m.carrier_id for m in messages if m.carrier_id])
        return self._render(
            request,
            template,
            conversation=row,
            known=known(row.known_fields),
            bubbles=bubbles(messages[:_MESSAGES], receipts),
            more=views.next_cursor(messages, _MESSAGES, "created_at"),
            newest=after == NEWEST,
            **(await self._below(request, row) if template == "conversation.html" and after == NEWEST else {}),
        )

    async def _below(self, request: Request, row: Any) -> dict[str, Any]:
        """What stands below the newest messages: the forms, and the debug panel."""
        debug = await read_debug(self._desk, row.id)
        return {**blank_form(), **edit_form(row), "debug": debug, "debug_open": "debug" in request.query_params}

    async def system(self, request: Request) -> Response:
        return await self._system(request, "system.html")

    async def system_part(self, request: Request) -> Response:
        return await self._system(request, "_system.html")

    async def _system(self, request: Request, template: str) -> Response:
        health = await self._health(request)
        letters: Sequence[Any] = ()
        switches: Sequence[Any] = ()
        limiters = Limiters(items=[], circuits=[])
        if health.checks.database == "reachable" and health.checks.schema_version:
            async with views.reading(self._desk) as tx:
                switches = await read_switches(tx)
                limiters = await read_limiters(tx, self._desk.clock.now())
                if health.checks.dead_letters:
                    letters = await views.dead_letters(tx, NEWEST, _LETTERS)
        sending: dict[str, Any] = {"switches": switches, "limiters": limiters, "sender": self._desk.settings.sender}
        return self._render(request, template, health=health, letters=letters, **sending, lanes=list(Lane))

    async def login_form(self, request: Request) -> Response:
        if not request.app.state.door.keys:
            return go_to(request, "/")
        return self._login_page(request, local_path(request.query_params.get("next", "/")))

    async def login(self, request: Request) -> Response:
        door = request.app.state.door
        door.refuse_cross_site(request)
        form = await read_form(request)
        onward = local_path(form.get("next", "/"))
        key = door.key_of(form.get("token", "").strip())
        if key is None:
            await asyncio.sleep(0.5)  # guessing is slow
            return self._login_page(request, onward, wrong=True, status=403)
        response = go_to(request, onward)
        response.set_cookie(
            COOKIE,
            door.open_session(key),
            max_age=int(SESSION.total_seconds()),
            path=f"{root_of(request.scope)}/",
            secure=_is_https(request),
            httponly=True,
            samesite="strict",
        )
        return response

    async def logout(self, request: Request) -> Response:
        request.app.state.door.refuse_cross_site(request)
        response = go_to(request, "/login")
        path = f"{root_of(request.scope)}/"
        response.delete_cookie(COOKIE, path=path, secure=_is_https(request), httponly=True, samesite="strict")
        return response

    def _login_page(self, request: Request, onward: str, *, wrong: bool = False, status: int = 200) -> Response:
        return self._render(request, "login.html", status=status, next=onward, wrong=wrong)


def blank_form() -> dict[str, Any]:
    """The form below a conversation, empty; its key is the message's: a form that is posted twice says it once."""
    return {"body": "", "at": "", "key": uuid4().hex, "preview": None, "notice": "", "trouble": ""}


def row_id(request: Request) -> int:
    """The id in the path. Raises HTTPException 404 for one that no row can have."""
    number: int = request.path_params["id"]
    if not 0 < number < 2**63:
        raise HTTPException(404, f"There is no {number} here.")
    return number


def cursor_of(request: Request) -> Cursor:
    """The place in a list that the URL names. Raises HTTPException 400."""
    given = request.query_params.get("cursor")
    try:
        return Cursor.parse(given) if given else NEWEST
    except ValueError as error:
        raise HTTPException(400, f"The link is broken: {error}.") from error


def _is_https(request: Request) -> bool:
    proto = request.headers.get("x-forwarded-proto", request.url.scheme)
    return proto.split(",")[0].strip() == "https"
