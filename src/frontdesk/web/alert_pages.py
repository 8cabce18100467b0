"""The pages of alerts: what is open, why one was (not) told, silences; and the one-tap link of a message."""

from datetime import timedelta

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.alerts import acts, sending
from frontdesk.alerts.acts import Silence
from frontdesk.desk import Desk
from frontdesk.errors import NotThere
from frontdesk.steps import alert_acts
from frontdesk.web import views
from frontdesk.web.alert_shapes import AlertRow, SilenceOrder
from frontdesk.web.alerts import read_alert, read_silences, read_stats, silence_of
from frontdesk.web.forms import read_form
from frontdesk.web.pages import admitted, cursor_of, row_id
from frontdesk.web.paths import go_to
from frontdesk.web.rendering import Renderer
from frontdesk.web.views import NEWEST

__all__ = ["alert_routes"]

_PER_PAGE = 50
_HOURS = {"1": 1.0, "6": 6.0, "24": 24.0, "168": 168.0}


def alert_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The pages, what their forms post to, and /a/…, which needs no login: its token is the key."""
    pages = _Alerts(desk, renderer)
    looks = {
        "/alerts": pages.listed,
        "/parts/alerts": pages.listed_part,
        "/alerts/{id:int}": pages.alert,
    }
    does = {
        "/alerts/{id:int}/ack": pages.ack,
        "/alerts/{id:int}/silence": pages.silence_one,
        "/alerts/{id:int}/false-alarm": pages.false_alarm,
        "/silences": pages.silence,
        "/silences/{id:int}/end": pages.end,
    }
    return [
        *(Route(path, admitted(endpoint), methods=["GET"]) for path, endpoint in looks.items()),
        *(Route(path, admitted(endpoint), methods=["POST"]) for path, endpoint in does.items()),
        Route("/a/{token}", pages.link, methods=["GET"]),
        Route("/a/{token}", pages.use_link, methods=["POST"]),
    ]


class _Alerts:
    def __init__(self, desk: Desk, renderer: Renderer) -> None:
        self._desk = desk
        self._parts = (desk.db, desk.bucket, desk.clock)
        self._render = renderer.page

    async def listed(self, request: Request) -> Response:
        return await self._listed(request, "alerts.html")

    async def listed_part(self, request: Request) -> Response:
        return await self._listed(request, "_alerts.html")

    async def _listed(self, request: Request, template: str) -> Response:
        place, state = cursor_of(request), request.query_params.get("state") or "open"
        if state not in ("open", "over", "all"):
            raise HTTPException(400, "There is no such state of an alert: open, over or all.")
        async with views.reading(self._desk) as tx:
            rows = await acts.list_alerts(
                tx,
                before_at=place.at,
                before_id=place.id,
                limit=_PER_PAGE + 1,
                state=None if state == "all" else state,
            )
            silences = await read_silences(tx, self._desk)
            stats = await read_stats(tx, self._desk, 24)
        return self._render(
            request,
            template,
            rows=[AlertRow.model_validate(row) for row in rows[:_PER_PAGE]],
            more=views.next_cursor(rows, _PER_PAGE, "opened_at"),
            first=place == NEWEST,
            state=state,
            silences=silences,
            stats=stats,
        )

    async def alert(self, request: Request) -> Response:
        async with views.reading(self._desk) as tx:
            row = await read_alert(tx, row_id(request))
        return self._render(request, "alert.html", alert=row)

    async def ack(self, request: Request) -> Response:
        form = await read_form(request)
        handled = form.get("handled") == "on"
        note = form.get("note", "")[:500]
        await alert_acts.acknowledge(*self._parts, row_id(request), actor=request.state.who, handled=handled, note=note)
        return go_to(request, f"/alerts/{row_id(request)}")

    async def false_alarm(self, request: Request) -> Response:
        await alert_acts.mark_false(*self._parts, row_id(request), actor=request.state.who)
        return go_to(request, f"/alerts/{row_id(request)}")

    async def silence_one(self, request: Request) -> Response:
        """Silence this very condition."""
        form, now, who = await read_form(request), self._desk.clock.now(), request.state.who
        async with views.reading(self._desk) as tx:
            row = await read_alert(tx, row_id(request))
        comment = form.get("comment", "").strip() or f"from the page of alert {row.id}"
        ends = now + timedelta(hours=_hours(form.get("hours", "")))
        wanted = Silence(row.alert_type, row.alert_key, who, comment[:500], now, ends)
        await alert_acts.silence(*self._parts, wanted, actor=who)
        return go_to(request, f"/alerts/{row.id}")

    async def silence(self, request: Request) -> Response:
        form, who = await read_form(request), request.state.who
        try:
            order = SilenceOrder(
                alert_type=form.get("type", "").strip() or None,
                key_pattern=form.get("key", "").strip() or "*",
                comment=form.get("comment", "").strip(),
                hours=_hours(form.get("hours", "")),
            )
        except ValidationError as error:
            raise HTTPException(400, "Say why it is silenced: others will ask.") from error
        await alert_acts.silence(*self._parts, silence_of(order, who, self._desk), actor=who)
        return go_to(request, "/alerts#silences")

    async def end(self, request: Request) -> Response:
        await alert_acts.end_silence(*self._parts, row_id(request), actor=request.state.who)
        return go_to(request, "/alerts#silences")

    async def link(self, request: Request) -> Response:
        """A page with one button: programs that fetch links to look at them acknowledge nothing."""
        async with views.reading(self._desk) as tx:
            found = await sending.find_link(tx, request.path_params["token"])
        if found is None:
            raise NotThere("This link is none of ours, or too old. Open the alerts' page instead.")
        expired = found.expires_at <= self._desk.clock.now()
        return self._render(request, "alert_link.html", link=found, expired=expired, done=None)

    async def use_link(self, request: Request) -> Response:
        """Acknowledge, once; the second one is told who did."""
        request.app.state.door.refuse_cross_site(request)
        token = request.path_params["token"]
        done = await alert_acts.acknowledge_by_link(*self._parts, token)
        async with views.reading(self._desk) as tx:
            found = await sending.find_link(tx, token)
        expired = found.expires_at <= self._desk.clock.now()
        return self._render(request, "alert_link.html", link=found, expired=expired, done=done)


def _hours(given: str) -> float:
    if given not in _HOURS:
        raise HTTPException(400, "Choose how long: 1 hour, 6 hours, a day or a week.")
    return _HOURS[given]
