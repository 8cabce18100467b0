"""The pages of sending: the ledger, one message, the box to write in, and the buttons that stop and go."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.errors import NotPossible
from frontdesk.outbox.gate import Mode, Reason, Scope
from frontdesk.outbox.model import LedgerStatus
from frontdesk.steps import switching
from frontdesk.steps.addressed import To, e164
from frontdesk.steps.send_by_hand import LONGEST, Words, preview, send_by_hand
from frontdesk.steps.settle_by_hand import Word, cancel_by_hand, resolve
from frontdesk.web import views
from frontdesk.web.forms import local_path, read_form
from frontdesk.web.outbox import read_message
from frontdesk.web.outbox_shapes import PreviewShown
from frontdesk.web.pages import admitted, blank_form, cursor_of, row_id
from frontdesk.web.paths import go_to
from frontdesk.web.rendering import Renderer
from frontdesk.web.shapes import LedgerRow
from frontdesk.web.views import NEWEST

__all__ = ["outbox_routes"]

_PER_PAGE = 50


def outbox_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The pages of the outbox, and what their forms post to."""
    pages = _Outbox(desk, renderer)
    looks = {
        "/outbox": pages.ledger,
        "/parts/outbox": pages.ledger_part,
        "/outbox/{id:int}": pages.message,
        "/parts/outbox/{id:int}": pages.message_part,
        "/parts/banner": pages.banner_part,
    }
    acts = {
        "/conversations/{id:int}/messages": pages.write,
        "/parts/conversations/{id:int}/preview": pages.preview_part,
        "/outbox/{id:int}/cancel": pages.cancel,
        "/outbox/{id:int}/resolve": pages.resolve,
        "/switches": pages.stop,
        "/switches/lift": pages.go,
    }
    return [
        *(Route(path, admitted(endpoint), methods=["GET"]) for path, endpoint in looks.items()),
        *(Route(path, admitted(endpoint), methods=["POST"]) for path, endpoint in acts.items()),
    ]


class _Outbox:
    def __init__(self, desk: Desk, renderer: Renderer) -> None:
        self._desk = desk
        self._parts = (desk.db, desk.bucket, desk.clock)
        self._render = renderer.page
        self._zone = ZoneInfo(desk.settings.tz)

    async def ledger(self, request: Request) -> Response:
        return await self._ledger(request, "outbox.html")

    async def ledger_part(self, request: Request) -> Response:
        return await self._ledger(request, "_outbox.html")

    async def _ledger(self, request: Request, template: str) -> Response:
        after, given = cursor_of(request), request.query_params
        wanted = _wanted(given)
        async with views.reading(self._desk) as tx:
            rows = await views.outbox(tx, after, _PER_PAGE + 1, wanted)
        return self._render(
            request,
            template,
            rows=[LedgerRow.model_validate(row) for row in rows[:_PER_PAGE]],
            more=views.next_cursor(rows, _PER_PAGE, "created_at"),
            first=after == NEWEST,
            asked={name: value for name, value in given.items() if name != "cursor" and value},
            statuses=list(LedgerStatus),
            reasons=list(Reason),
        )

    async def message(self, request: Request) -> Response:
        return await self._message(request, "message.html")

    async def message_part(self, request: Request) -> Response:
        return await self._message(request, "_message.html")

    async def _message(self, request: Request, template: str) -> Response:
        async with views.reading(self._desk) as tx:
            row = await read_message(tx, row_id(request), self._desk)
        return self._render(request, template, message=row)

    async def banner_part(self, request: Request) -> Response:
        return self._render(request, "_banner.html", stopped=await request.app.state.switches())

    async def preview_part(self, request: Request) -> Response:
        """What would go, while it is being written."""
        body = (await read_form(request)).get("body", "")
        return self._render(request, "_preview.html", preview=await self._preview(row_id(request), body))

    async def _preview(self, conversation_id: int, body: str) -> PreviewShown | None:
        if not body.strip():
            return None
        words = Words(To(conversation_id), body[:LONGEST])
        return PreviewShown.of(await preview(*self._parts, self._desk.settings, words))

    async def write(self, request: Request) -> Response:
        """Send what was written below a conversation; with htmx the form comes back, else the conversation's page."""
        conversation_id, form, by_htmx = row_id(request), await read_form(request), "hx-request" in request.headers
        body, at, key = form.get("body", ""), form.get("at", ""), form.get("key", "")[:255]
        shown: dict[str, Any] = {**blank_form(), "conversation": {"id": conversation_id}}
        try:
            words = Words(To(conversation_id), body, self._moment(at))
            said = await send_by_hand(
                *self._parts, self._desk.settings, words, actor=request.state.who, key=key or shown["key"]
            )
        except NotPossible as error:
            if not by_htmx:
                raise
            kept = {"body": body, "at": at, "preview": await self._preview(conversation_id, body)}
            return self._render(request, "_write.html", **{**shown, **kept, "trouble": str(error)})
        if not by_htmx:
            return go_to(request, f"/conversations/{conversation_id}")
        async with views.reading(self._desk) as tx:
            row = await read_message(tx, said.ledger_id, self._desk)
        notice = f"Message {row.id}: {row.standing}."
        return self._render(request, "_write.html", headers={"HX-Trigger": "written"}, **{**shown, "notice": notice})

    def _moment(self, at: str) -> datetime | None:
        """The time that a form gives, in the desk's time zone. Raises HTTPException 400."""
        try:
            return datetime.fromisoformat(at).replace(tzinfo=self._zone).astimezone(UTC) if at else None
        except (ValueError, OverflowError) as error:
            raise HTTPException(400, "The time of this form is no time.") from error

    async def cancel(self, request: Request) -> Response:
        form = await read_form(request)
        await cancel_by_hand(*self._parts, row_id(request), actor=request.state.who)
        return _back(request, form, f"/outbox/{row_id(request)}")

    async def resolve(self, request: Request) -> Response:
        form = await read_form(request)
        try:
            word = Word(form.get("as", ""))
        except ValueError as error:
            raise HTTPException(400, "Say what became of it: sent, not_sent or send_again.") from error
        await resolve(*self._parts, row_id(request), word, actor=request.state.who)
        return _back(request, form, f"/outbox/{row_id(request)}")

    async def stop(self, request: Request) -> Response:
        form = await read_form(request)
        which = _which(form, form.get("name") or form.get("lane", ""))
        mode = Mode.DRY_RUN if form.get("mode") == Mode.DRY_RUN else Mode.STOP
        providers = list(self._desk.registry.senders)
        how: dict[str, Any] = {"mode": mode, "reason": form.get("reason", "")[:500], "providers": providers}
        await switching.switch_on(*self._parts, which, actor=request.state.who, **how)
        return _back(request, form, "/system#switches")

    async def go(self, request: Request) -> Response:
        form = await read_form(request)
        await switching.switch_off(*self._parts, _which(form, form.get("name", "")), actor=request.state.who)
        return _back(request, form, "/system#switches")


def _wanted(given: Mapping[str, str]) -> views.Wanted:
    status, to = given.get("status", ""), given.get("to", "")
    needs_a_person = status == "needs_a_person"
    if status and not needs_a_person and status not in list(LedgerStatus):
        raise HTTPException(400, "There is no such state of a message.")
    try:
        return views.Wanted(
            status=status if status and not needs_a_person else None,
            reason=given.get("reason") or None,
            to_address=e164(to) if to.strip() else None,
            needs_a_person=needs_a_person,
        )
    except ValueError as error:
        raise HTTPException(400, f"{error}.") from error


def _which(form: Mapping[str, str], name: str) -> switching.Which:
    try:
        scope = Scope(form.get("scope", ""))
        return switching.named(scope, "" if scope is Scope.GLOBAL else name.strip())
    except ValueError as error:
        raise HTTPException(400, f"This switch is not clear: {error}.") from error


def _back(request: Request, form: Mapping[str, str], otherwise: str) -> Response:
    return go_to(request, local_path(form.get("next", otherwise)))
