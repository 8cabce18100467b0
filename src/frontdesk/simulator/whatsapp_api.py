"""WhatsApp's REST over a simulated account: messages.

Source: Meta, WhatsApp Cloud API, Messages: JSON in, JSON out, errors as `{error: {message, type, code, fbtrace_id}}`.
"""

import asyncio
import hmac
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontdesk.simulator.faults import Fault
from frontdesk.simulator.unanswered import Dropped, Hung
from frontdesk.simulator.whatsapp import GraphError, WhatsAppCarrier

__all__ = ["whatsapp_routes"]

RATE_LIMIT = GraphError(130429, "(#130429) Rate limit hit", 429)


def whatsapp_routes(carrier: WhatsAppCarrier) -> list[Route]:
    """The routes of one account, under any version."""

    async def create(request: Request) -> Response:
        return _refused(request, carrier) or await _create(request, carrier)

    return [Route("/{version}/{phone_number_id}/messages", create, methods=["POST"])]


async def _create(request: Request, carrier: WhatsAppCarrier) -> Response:
    """Take a message, with whatever trouble the faults have in store before and after."""
    try:
        asked = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return _error(GraphError(100, "(#100) The body is not JSON"))
    if not isinstance(asked, dict):
        return _error(GraphError(100, "(#100) The body is no object"))
    if trouble := _trouble_before(carrier):
        return trouble
    try:
        message = carrier.accept(request.path_params["phone_number_id"], asked)
    except GraphError as error:
        return _error(error)
    await asyncio.sleep(carrier.faults.delay_seconds)
    return _trouble_after(carrier) or JSONResponse(_accepted(asked, message.wamid))


def _accepted(asked: dict[str, Any], wamid: str) -> dict[str, Any]:
    given = str(asked.get("to") or asked.get("recipient"))
    contact = {"input": given} | ({"wa_id": given.removeprefix("+")} if "to" in asked else {"user_id": given})
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}


def _trouble_before(carrier: WhatsAppCarrier) -> Response | None:
    """What hits a request that is then not accepted."""
    faults = carrier.faults
    if faults.strikes(Fault.THROTTLE):
        return _error(RATE_LIMIT)
    if faults.strikes(Fault.HTTP_500_BEFORE_ACCEPT):
        return Response("upstream error", status_code=500)
    return Dropped() if faults.strikes(Fault.DROP_BEFORE_ACCEPT) else None


def _trouble_after(carrier: WhatsAppCarrier) -> Response | None:
    """What hides that a message was accepted."""
    if carrier.faults.strikes(Fault.HTTP_500_AFTER_ACCEPT):
        return Response("upstream error", status_code=500)
    if carrier.faults.strikes(Fault.DROP_AFTER_ACCEPT):
        return Dropped()
    return Hung() if carrier.faults.strikes(Fault.HANG_AFTER_ACCEPT) else None


def _refused(request: Request, carrier: WhatsAppCarrier) -> Response | None:
    """401 unless the request has the account's token."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(given.strip().encode("utf-8", "replace"), carrier.token.encode())
    if kind.lower() == "bearer" and known:
        return None
    return _error(GraphError(190, "Invalid OAuth access token.", 401))


def _error(error: GraphError) -> JSONResponse:
    told = {"message": error.message, "type": "OAuthException", "code": error.code, "fbtrace_id": "Asimulated0"}
    return JSONResponse({"error": told}, status_code=error.status)
