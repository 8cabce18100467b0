"""Webhooks: plain Starlette routes, one per webhook type; each answered as its provider's profile says."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.errors import Overloaded, TooLarge, WebhookError
from frontdesk.inbox.model import Receipted
from frontdesk.meters import Meters
from frontdesk.provider import Answer, HttpRequest
from frontdesk.steps.receive import take
from frontdesk.web.paths import own_path, root_of

__all__ = ["ALIASES", "hook_routes", "public_url"]

log = structlog.get_logger(__name__)

ALIASES = {
    "/api/webhooks/twilio": "twilio_sms",
    "/api/webhooks/whatsapp": "whatsapp",
    "/webhooks/vapi": "vapi",
    "/vapi": "vapi",
}
"""Other paths that answer too: older ones, kept for those who come from them."""

DEPRECATED = {"/vapi": {"Deprecation": "@1763596800", "Link": '</vapi-webhook>; rel="successor-version"'}}
"""Paths that will go one day, with the headers that say so (RFC 9745): since 2025-11-20, and what takes their place."""


def hook_routes(desk: Desk) -> list[Route]:
    """The routes of every webhook type that the desk's providers send."""
    paths = {profile.path: kind for kind, (_, profile) in desk.registry.profiles().items()}
    paths |= {path: kind for path, kind in ALIASES.items() if kind in desk.registry.profiles()}
    return [
        Route(path, _endpoint(desk, kind, DEPRECATED.get(path, {})), methods=["GET", "POST"])
        for path, kind in paths.items()
    ]


def _endpoint(desk: Desk, webhook_type: str, headers: Mapping[str, str]) -> Callable[[Request], Awaitable[Response]]:
    provider, profile = desk.registry.profiles()[webhook_type]
    counting = _Counting(desk.meters, webhook_type)

    async def hook(request: Request) -> Response:
        try:
            body = await _body(request, profile.max_body)
            received = _as_received(request, body, desk.settings.public_url)
            if (greeting := provider.greet(received)) is not None:
                return _answer(greeting)
            answerer = desk.registry.answerers.get(webhook_type)
            if answerer is not None and (answered := await answerer(received)) is not None:
                counting.note(answered.kept)
                return _answer(answered.answer)
            counting.note(await take(desk.receiver, provider, webhook_type, received))
            if (answering := desk.registry.answers.get(webhook_type)) is not None:
                return _answer(await answering(received))
        except Overloaded:
            return _answer(profile.overload, {"Retry-After": "2"})
        except WebhookError as error:
            log.warning("webhook_refused", webhook_type=webhook_type, status=error.status, why=str(error))
            return PlainTextResponse(str(error), status_code=error.status)
        except ClientDisconnect:
            return Response(status_code=400)
        return _answer(profile.acknowledge)

    async def marked(request: Request) -> Response:
        response = await hook(request)
        response.headers.update(headers)
        return response

    return counting.around(marked if headers else hook)


class _Counting:
    """The meters of one webhook type; they stand at zero before the first webhook, so that its rate is seen."""

    def __init__(self, meters: Meters, webhook_type: str) -> None:
        self._answered = partial(meters.webhooks.labels, webhook_type)
        self._accept = meters.accept.labels(webhook_type)
        self._first = meters.items.labels(webhook_type, "first")
        self._duplicate = meters.items.labels(webhook_type, "duplicate")
        self._answered("200")

    def note(self, kept: Sequence[Receipted]) -> None:
        """Count what was kept of a webhook."""
        for receipted in kept:
            (self._first if receipted.first else self._duplicate).inc()

    def around(self, hook: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint with its answers counted, and timed where they acknowledge."""

        async def counted(request: Request) -> Response:
            began = perf_counter()
            try:
                response = await hook(request)
            except Exception:
                self._answered("500").inc()
                raise
            self._answered(str(response.status_code)).inc()
            if response.status_code < 300:
                self._accept.observe(perf_counter() - began)
            return response

        return counted


def _answer(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    return Response(answer.body, answer.status, headers, media_type=answer.content_type)


async def _body(request: Request, limit: int) -> bytes:
    """The raw body, read no further than `limit`. Raises TooLarge."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(f"The body is larger than {limit} bytes.")
        parts.append(part)
    return b"".join(parts)


def _as_received(request: Request, body: bytes, base: str | None) -> HttpRequest:
    headers = dict(request.headers.items())
    return HttpRequest(request.method, public_url(request, base), headers, body)


def public_url(request: Request, base: str | None) -> str:
    """The URL that the provider called: PUBLIC_URL when set, else what the proxy in front says, else the request's."""
    query = request.scope["query_string"].decode("latin-1")
    whole = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1").partition("?")[0]
    path = own_path(request.scope, whole)  # a base has the path that the desk is mounted below
    if base is None:
        headers = request.headers
        proto = headers.get("x-forwarded-proto", request.url.scheme).split(",")[0].strip()
        host = headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()
        base = f"{proto}://{host}{root_of(request.scope)}"
    return f"{base.rstrip('/')}{path}{'?' + query if query else ''}"
