"""What the simulated Twilio answers where it does nothing: errors, and who may not ask.

Source: Twilio, REST API responses: errors as `{code, message, more_info, status}`.
"""

import base64
import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from frontdesk.simulator.carrier import Carrier

__all__ = ["FORM", "TOO_MANY", "error", "refused", "throttled"]

TOO_MANY = 20429
FORM = "application/x-www-form-urlencoded"


def refused(request: Request, carrier: Carrier) -> Response | None:
    """401 unless the request has the account's Basic credentials and names the account in its path."""
    expected = base64.b64encode(f"{carrier.account_sid}:{carrier.auth_token}".encode())
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    is_known = kind.lower() == "basic" and hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected)
    if is_known and request.path_params["account"] == carrier.account_sid:
        return None
    refusal = error(20003, "Authenticate", status=401)
    refusal.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return refusal


def error(code: int, message: str, *, status: int) -> JSONResponse:
    """An error with Twilio's code."""
    page = f"https://www.twilio.com/docs/errors/{code}"
    body: dict[str, Any] = {"code": code, "message": message, "more_info": page, "status": status}
    return JSONResponse(body, status_code=status)


def throttled(carrier: Carrier) -> Response:
    """429, with the Retry-After that the faults say."""
    answer = error(TOO_MANY, "Too Many Requests", status=429)
    if carrier.faults.retry_after is not None:
        answer.headers["Retry-After"] = str(carrier.faults.retry_after)
    return answer
