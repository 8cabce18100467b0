"""A simulated carrier on a real port, served by uvicorn inside the running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.types import Scope

from frontdesk.errors import SetupError
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.control import control_routes
from frontdesk.simulator.twilio_api import twilio_routes
from frontdesk.simulator.whatsapp import WhatsAppCarrier
from frontdesk.simulator.whatsapp_api import whatsapp_routes

__all__ = ["serve", "serve_app", "serve_whatsapp", "simulator_app", "whatsapp_app"]

LAST_ANSWERS = 1
"""Seconds that requests under way get when the server stops."""


class QuietServer(uvicorn.Server):
    """uvicorn that leaves the process's signal handlers alone: they belong to the service around it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def hang_up(self, scope: Scope) -> None:
        """Cut the connection of this request at once."""
        client = tuple(scope.get("client") or ())
        for connection in list(self.server_state.connections):
            if tuple(getattr(connection, "client", None) or ()) == client and connection.transport is not None:
                connection.transport.abort()


def simulator_app(carrier: Carrier) -> Starlette:
    """The carrier's HTTP: Twilio's REST and the control routes."""
    return Starlette(routes=[*twilio_routes(carrier), *control_routes(carrier)])


@contextlib.asynccontextmanager
async def serve(carrier: Carrier, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve the carrier while the block runs, and give its base URL; port 0 takes a free one.

    The carrier itself stays open: close it with `aclose`. Raises SetupError where the port is taken.
    """
    async with serve_app(simulator_app(carrier), host, port) as base_url:
        carrier.api_base = base_url
        yield base_url


def whatsapp_app(carrier: WhatsAppCarrier) -> Starlette:
    """WhatsApp's REST."""
    return Starlette(routes=whatsapp_routes(carrier))


@contextlib.asynccontextmanager
async def serve_whatsapp(carrier: WhatsAppCarrier, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve a simulated WhatsApp while the block runs, and give its base URL, as `serve` does."""
    async with serve_app(whatsapp_app(carrier), host, port) as base_url:
        yield base_url


@contextlib.asynccontextmanager
async def serve_app(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve any app while the block runs, in this event loop; `app.state.hang_up(scope)` cuts a connection."""
    listener = _listen(host, port)
    server = QuietServer(
        uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=LAST_ANSWERS
        )
    )
    app.state.hang_up = server.hang_up
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.listening.wait()
        yield f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SetupError(f"The simulator cannot listen on {host}:{port} ({error.strerror}): choose another.") from error
    return listener
