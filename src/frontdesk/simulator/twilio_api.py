"""Twilio's REST over a simulated carrier: create, list and fetch messages and their attachments.

Source: Twilio, Message resource and its Media (2010-04-01): form in, JSON out.
"""

import asyncio
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from frontdesk.simulator.answers import FORM, TOO_MANY, error, refused, throttled
from frontdesk.simulator.arrivals import Arrival, Fate
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.listing import list_page, media_page, message_json
from frontdesk.simulator.messages import SimulatedMessage
from frontdesk.simulator.number_api import number_routes
from frontdesk.simulator.refusals import Refusal
from frontdesk.simulator.unanswered import Dropped, Hung

__all__ = ["twilio_routes"]


def twilio_routes(carrier: Carrier) -> list[Route]:
    """The routes under /2010-04-01 for one carrier."""

    async def create(request: Request) -> Response:
        return refused(request, carrier) or await _create(request, carrier)

    async def list_all(request: Request) -> Response:
        return refused(request, carrier) or await _list(request, carrier)

    async def fetch(request: Request) -> Response:
        return refused(request, carrier) or _look_up(request, carrier)

    async def list_media(request: Request) -> Response:
        message = _found(request, carrier)
        return refused(request, carrier) or (JSONResponse(media_page(carrier, message)) if message else _no(request))

    async def attachment(request: Request) -> Response:
        message = _found(request, carrier)
        there = {key: url for key, url, _ in message.attachments()} if message else {}
        url = there.get(request.path_params["key"])
        return RedirectResponse(url) if url else _no(request)  # the address is the secret, as at Twilio by default

    account = "/2010-04-01/Accounts/{account}"
    base = f"{account}/Messages"
    return [
        *number_routes(carrier, account),
        Route(f"{base}.json", create, methods=["POST"]),
        Route(f"{base}.json", list_all, methods=["GET"]),
        Route(base + "/{sid}.json", fetch, methods=["GET"]),
        Route(base + "/{sid}/Media.json", list_media, methods=["GET"]),
        Route(base + "/{sid}/Media/{key}", attachment, methods=["GET"]),
    ]


async def _create(request: Request, carrier: Carrier) -> Response:
    """Take a message, with whatever trouble the faults have in store before and after."""
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return error(415, "Unsupported Media Type", status=415)
    form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    asked = {"from_": _one(form, "From"), "to": _one(form, "To"), "body": _one(form, "Body")}
    callback, validity = _one(form, "StatusCallback"), _one(form, "ValidityPeriod")
    arrival = carrier.arrivals.note(**asked, callback=callback, validity=validity)
    if trouble := _trouble_before(carrier, arrival):
        return trouble
    try:
        message = await carrier.accept(
            **asked, media=form.get("MediaUrl", []), status_callback=callback, validity=validity
        )
    except Refusal as refusal:
        arrival.fate, arrival.code = Fate.REFUSED, refusal.code
        return error(refusal.code, refusal.message, status=refusal.status)
    arrival.sid = message.sid
    answer = message_json(carrier, message)
    await asyncio.sleep(carrier.faults.delay_seconds)
    return _trouble_after(carrier, arrival) or JSONResponse(answer, status_code=201)


def _trouble_before(carrier: Carrier, arrival: Arrival) -> Response | None:
    """What hits a request that is then not accepted."""
    faults = carrier.faults
    if faults.strikes(Fault.THROTTLE):
        arrival.fate, arrival.code = Fate.THROTTLED, TOO_MANY
        return throttled(carrier)
    if faults.strikes(Fault.HTTP_500_BEFORE_ACCEPT):
        arrival.fate = Fate.FAILED
        return error(20500, "Internal Server Error", status=500)
    if faults.strikes(Fault.DROP_BEFORE_ACCEPT):
        arrival.fate = Fate.DROPPED
        return Dropped()
    return None


def _trouble_after(carrier: Carrier, arrival: Arrival) -> Response | None:
    """What hides that a message was accepted."""
    if carrier.faults.strikes(Fault.HTTP_500_AFTER_ACCEPT):
        arrival.fate = Fate.ACCEPTED_500
        return error(20500, "Internal Server Error", status=500)
    if carrier.faults.strikes(Fault.DROP_AFTER_ACCEPT):
        arrival.fate = Fate.ACCEPTED_UNANSWERED
        return Dropped()
    if carrier.faults.strikes(Fault.HANG_AFTER_ACCEPT):
        arrival.fate = Fate.ACCEPTED_UNANSWERED
        return Hung()
    return None


def _look_up(request: Request, carrier: Carrier) -> Response:
    if carrier.faults.strikes(Fault.LOOK_UP_500):
        return error(20500, "Internal Server Error", status=500)
    if carrier.faults.strikes(Fault.LOOK_UP_THROTTLE):
        return throttled(carrier)
    message = _found(request, carrier)
    return JSONResponse(message_json(carrier, message)) if message else _no(request)


async def _list(request: Request, carrier: Carrier) -> Response:
    await asyncio.sleep(carrier.faults.listing_seconds)
    if carrier.faults.strikes(Fault.LISTING_500):
        return error(20500, "Internal Server Error", status=500)
    return JSONResponse(list_page(carrier, str(request.url.path), request.url.query))


def _found(request: Request, carrier: Carrier) -> SimulatedMessage | None:
    return carrier.log.get(request.path_params["sid"])


def _no(request: Request) -> JSONResponse:
    return error(20404, f"The requested resource {request.url.path} was not found", status=404)


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]
