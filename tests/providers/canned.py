"""A server that gives answers made before, one after another, and keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.simulator.server import serve_app

__all__ = ["canned"]


@asynccontextmanager
async def canned(*answers: dict[str, Any] | None) -> AsyncIterator[tuple[str, list[Request]]]:
    """The server's base URL, and the requests that it got. An answer that is None never comes."""
    asked: list[Request] = []
    left = iter(answers)

    async def reply(request: Request) -> Response:
        await request.body()
        asked.append(request)
        given = next(left)
        if given is None:
            await asyncio.sleep(2)
            return Response(status_code=204)
        body = given["body"] if isinstance(given["body"], str) else json.dumps(given["body"])
        return Response(body, given["status"], given.get("headers"))

    async with serve_app(Starlette(routes=[Route("/{path:path}", reply, methods=["GET", "POST"])])) as base_url:
        yield base_url, asked
