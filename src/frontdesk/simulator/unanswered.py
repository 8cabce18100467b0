"""Answers that never come, for the faults that hide what became of a request."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["Dropped", "Hung"]


class Dropped(Response):
    """An answer that never comes: the connection is cut instead, by the server that `serve_app` runs."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut, and let the server see that the connection is gone, or it would answer 500."""
        scope["app"].state.hang_up(scope)
        await asyncio.sleep(0)


class Hung(Response):
    """An answer that never comes: the connection stays open until the caller has had enough."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the caller to hang up, then cut, as there is nobody to answer."""
        while (await receive())["type"] != "http.disconnect":
            pass
        await Dropped()(scope, receive, send)
