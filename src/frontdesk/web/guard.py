"""Around every answer: security headers, and the last net under an unexpected exception."""

from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.reporting import report
from frontdesk.web.paths import ROOT, own_path, root_of
from frontdesk.web.problems import Problems

__all__ = ["Guard"]

log = structlog.get_logger(__name__)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send `Origin: null` with our own forms, and the check against other sites fails.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware; the innermost one that sees every answer of pages, API and webhooks."""

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self._app = app
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 with an id when it raises before an answer has begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[ROOT] = root_of(scope)
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message, keep=own_path(scope).startswith("/static/"))
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            error_id = uuid4().hex[:12]
            report(error, component="serve", error_id=error_id, path=scope["path"])
            log.exception("request_failed", error_id=error_id, method=scope["method"], path=scope["path"])
            if begun:
                raise
            await self._problems.unexpected(Request(scope), error_id)(scope, receive, guarded)


def _add_headers(message: Message, *, keep: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers[name] = value
    # Leads and messages stay out of caches; files are asked about again, and answered 304.
    headers.setdefault("Cache-Control", "no-cache" if keep else "no-store")
