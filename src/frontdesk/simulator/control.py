"""Routes to steer a simulated carrier from another process: what it sent, which faults it has, who writes a text."""

from dataclasses import asdict
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontdesk.simulator.arrivals import Arrival
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.messages import SimulatedMessage

__all__ = ["control_routes"]


def control_routes(carrier: Carrier) -> list[Route]:
    """GET /simulator/messages, /arrivals; POST /simulator/faults, /hooks, /texts, /calls (JSON; 400: what is wrong)."""

    async def messages(request: Request) -> Response:
        number = request.query_params.get("phone")
        chosen = carrier.phone(number) if number else carrier.log
        return JSONResponse({"accepted": carrier.accepted, "messages": [_message(message) for message in chosen]})

    async def arrivals(request: Request) -> Response:
        return JSONResponse({"arrivals": [_arrival(arrival) for arrival in carrier.arrivals]})

    async def faults(request: Request) -> Response:
        try:
            carrier.faults.set(await _json(request))
        except (ValueError, TypeError) as error:
            return _wrong(error)
        return JSONResponse({"ok": True})

    async def hooks(request: Request) -> Response:
        try:
            carrier.hooks.sms_url = str((await _json(request)).get("sms_url") or "")
        except ValueError as error:
            return _wrong(error)
        return JSONResponse({"ok": True})

    async def texts(request: Request) -> Response:
        try:
            statuses = await carrier.text(**_text(await _json(request)))
        except (ValueError, TypeError) as error:
            return _wrong(error)
        return JSONResponse({"statuses": statuses})

    async def calls(request: Request) -> Response:
        try:
            given = _text(await _json(request))
        except (ValueError, TypeError) as error:
            return _wrong(error)
        status, heard = await carrier.call(given["from_"], given["to"])
        return JSONResponse({"status": status, "answer": heard.decode("utf-8", "replace")})

    return [
        Route("/simulator/calls", calls, methods=["POST"]),
        Route("/simulator/messages", messages, methods=["GET"]),
        Route("/simulator/arrivals", arrivals, methods=["GET"]),
        Route("/simulator/faults", faults, methods=["POST"]),
        Route("/simulator/hooks", hooks, methods=["POST"]),
        Route("/simulator/texts", texts, methods=["POST"]),
    ]


def _text(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `Carrier.text` from JSON: from, to, body, media as pairs, times, sid."""
    if missing := [name for name in ("from", "to") if not given.get(name)]:
        raise ValueError(f"The text needs {' and '.join(missing)}.")
    return {
        "from_": str(given["from"]),
        "to": str(given["to"]),
        "body": str(given.get("body") or ""),
        "media": [(str(url), str(kind)) for url, kind in given.get("media") or ()],
        "times": int(given.get("times") or 1),
        "sid": given.get("sid") or None,
    }


async def _json(request: Request) -> dict[str, Any]:
    """The JSON object of the body. Raises ValueError; a page in a browser cannot send this type across sites."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ValueError("Send application/json.")
    try:
        given = await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError("The body is not JSON.") from error
    if not isinstance(given, dict):
        raise ValueError("The body is not a JSON object.")
    return given


def _message(message: SimulatedMessage) -> dict[str, Any]:
    shown = asdict(message)
    shown["from"] = shown.pop("from_")
    shown["created_at"] = message.created_at.isoformat()
    shown["sent_at"] = message.sent_at.isoformat() if message.sent_at else None
    shown["history"] = [(status, at.isoformat()) for status, at in message.history]
    return shown


def _arrival(arrival: Arrival) -> dict[str, Any]:
    shown = asdict(arrival)
    shown["from"] = shown.pop("from_")
    shown["at"] = arrival.at.isoformat()
    return shown


def _wrong(error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)
