"""The desk inside an app of your own: its pages, API and webhooks below /desk, its loops in the same process.

Run it: `python examples/mount_in_fastapi.py`. It starts a scratch PostgreSQL and a simulated carrier; no account.
"""

import asyncio
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.logs import configure_logs
from frontdesk.simulator import Carrier, serve
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER, scratch_settings
from frontdesk.web.app import build_app


def make_app(desk: Desk) -> FastAPI:
    """Your app; the desk's PUBLIC_URL is its address in it, as https://example.com/desk."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await desk.open()
        desk.use_providers(public_base=desk.public_base())
        await desk.serve_first_client(NUMBER)
        app.mount("/desk", build_app(desk))  # an app that is mounted is not started by the one around it
        service = desk.service("serve", "worker", "scheduler")
        await service.start()
        try:
            yield
        finally:
            await service.stop()
            await desk.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def welcome() -> str:
        """A page of your own."""
        return "Welcome to Ada's Plumbing."

    return app


async def story(dsn: str) -> None:
    """Your page answers, a lead texts the desk, and its API and pages answer below /desk."""
    carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER])
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serve(carrier) as carrier_url, httpx2.AsyncClient(base_url=base, trust_env=False) as http:
        settings = scratch_settings(twilio_api_base=carrier_url, public_url=f"{base}/desk")
        server = uvicorn.Server(uvicorn.Config(make_app(Desk(settings, dsn)), log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not (server.started or serving.done()):  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.05)
        carrier.hooks.sms_url = f"{base}/desk/webhooks/twilio/sms"
        print((await http.get("/")).json())
        print("webhook:", await carrier.text(LEAD, NUMBER, "Hi"))
        while "DELIVERED" not in (await http.get("/desk/api/admin/outbox")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        print("delivered:", carrier.sent[0].body)
        print("page:", 'href="/desk/conversations/1"' in (await http.get("/desk/")).text)
        server.should_exit = True
        await serving
        await carrier.aclose()


if __name__ == "__main__":
    configure_logs("auto", "error")
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "scratch") as postgres:
        asyncio.run(story(sys.argv[1] if len(sys.argv) > 1 else postgres.start()))
