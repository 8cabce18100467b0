"""HTTP: the port is taken before anything else starts, and uvicorn serves on it inside our own event loop."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from frontdesk.errors import SetupError

__all__ = ["local_url", "served", "take_port"]

_BACKLOG = 2048
_LAST_ANSWERS = 5
"""Seconds that requests under way get when the server stops."""
_KEEP_ALIVE = 75
"""Seconds that an idle connection stays open. Proxies close theirs after 60 or so: if we were first, a webhook that is
sent in that very moment would get no answer."""


def take_port(host: str, port: int) -> socket.socket:
    """Listen on HOST:PORT; who connects before the desk is ready waits in line. Raises SetupError where it is taken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise SetupError(f"HOST is {host}, which is no address of this machine: use 127.0.0.1 or 0.0.0.0.") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SetupError(_refused(host, port, error)) from error
    listener.setblocking(False)
    return listener


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: stop what listens there, or choose another, such as PORT={port + 1}."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}: choose one above 1023, such as PORT=3001."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {host}, which is no address of this machine: use 127.0.0.1 or 0.0.0.0."
    return f"Cannot listen on {host}:{port} ({error.strerror}): choose another HOST or PORT."


def local_url(listener: socket.socket) -> str:
    """The URL under which this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """uvicorn that leaves the signals to the process around it, and says when it accepts."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        self.accepting.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def served(app: ASGIApp, listener: socket.socket) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve `app` while the block runs; gives the task, which ends early only if the server breaks."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # what a proxy says is judged by the app, which sees who signed what
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    accepting = asyncio.create_task(server.accepting.wait())
    try:
        await asyncio.wait([task, accepting], return_when=asyncio.FIRST_COMPLETED)
        yield task
    finally:
        accepting.cancel()
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
