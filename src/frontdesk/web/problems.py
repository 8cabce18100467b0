"""What goes wrong, said to programs as RFC 9457 problem documents and to people as a page; never a stack trace."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from frontdesk.errors import NotPossible
from frontdesk.web.auth import NotAdmitted
from frontdesk.web.paths import go_to, own_path, root_of
from frontdesk.web.rendering import Renderer

__all__ = ["MEDIA_TYPE", "RESPONSES", "Problem", "Problems", "problem"]

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_AWAY = "The database does not answer. Nothing is lost: webhooks are answered 503, and their senders come back."


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str = Field(description="the HTTP status in words")
    status: int
    detail: str = Field(description="what went wrong, and what to do about it")


def _documented(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


RESPONSES: dict[int | str, dict[str, Any]] = {
    400: _documented("A parameter is wrong."),
    401: _documented("Not admitted."),
    503: _documented("The database does not answer; try again after Retry-After seconds."),
    "default": _documented("Anything else that went wrong."),
}
"""What every admin operation may answer besides its result, for OpenAPI."""


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, dict(headers or {}), media_type=MEDIA_TYPE)


class Problems:
    """Turns exceptions into answers: documents below /api, pages elsewhere."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def not_admitted(self, request: Request, error: Exception) -> Response:
        """401 or 403; a person who only has to log in is taken there, also from a fragment that htmx fetches."""
        status = error.status if isinstance(error, NotAdmitted) else 401
        must_log_in = status == 401 and request.app.state.door.keys
        if must_log_in and not _for_programs(request):
            if "hx-request" in request.headers:
                return Response(status_code=401, headers={"HX-Redirect": f"{root_of(request.scope)}/login"})
            return go_to(request, f"/login?next={own_path(request.scope)}")
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        return self._answer(request, status, str(error), headers)

    async def database_away(self, request: Request, error: Exception) -> Response:
        """503 with Retry-After."""
        log.warning("request_without_database", path=request.url.path, error=str(error))
        return self._answer(request, 503, _AWAY, {"Retry-After": "5"})

    async def not_possible(self, request: Request, error: Exception) -> Response:
        """404, 409 or 422: what was asked for cannot be done, and nothing was."""
        return self._answer(request, error.status if isinstance(error, NotPossible) else 409, str(error))

    async def invalid(self, request: Request, error: Exception) -> Response:
        """400 that names each parameter that is wrong."""
        assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for this class alone)
        said = [f"{_place(one)}: {one['msg']}" for one in error.errors()]
        return self._answer(request, 400, "; ".join(said) + ".")

    async def http(self, request: Request, error: Exception) -> Response:
        """What routing or a handler raised: 404, 405 and the like."""
        assert isinstance(error, HTTPException)  # noqa: S101  (registered for this class alone)
        said = "There is nothing at this address." if error.detail == "Not Found" else error.detail
        return self._answer(request, error.status_code, said, error.headers)

    def unexpected(self, request: Request, error_id: str) -> Response:
        """500: a fault of ours; the id leads to the log."""
        detail = f"Something went wrong in the desk itself. The log has it under error id {error_id}."
        return self._answer(request, 500, detail)

    def _answer(self, request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
        if _for_programs(request):
            return problem(status, detail, headers)
        context = {"code": status, "title": HTTPStatus(status).phrase, "detail": detail}
        return self._renderer.page(request, "notice.html", status=status, headers=headers, **context)


def _place(error: Mapping[str, Any]) -> str:
    """What is wrong: a parameter or a field by its name, or the body as a whole."""
    inside = () if error["type"] == "json_invalid" else error["loc"][1:]
    return ".".join(str(part) for part in inside) or str(error["loc"][0])


def _for_programs(request: Request) -> bool:
    path = own_path(request.scope)
    return path.startswith(("/api/", "/webhooks/")) or path in ("/livez", "/readyz", "/metrics")
