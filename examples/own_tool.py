"""A tool of your own: a voice agent asks for a price, and a caller's wish for a call back becomes a row of your table.

Run it: `python examples/own_tool.py`. It starts a scratch PostgreSQL and a simulated voice agent, and needs no account.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Literal

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.errors import CannotDo
from frontdesk.logs import configure_logs
from frontdesk.simulator import VoiceAgent
from frontdesk.testing import LEAD, NUMBER, running_desk, scratch_settings
from frontdesk.tools import ToolCall

SECRET = "the-secret-of-the-server-at-vapi"  # noqa: S105  (opens nothing but this scratch desk)
TABLE = "CREATE TABLE call_backs (request_id text PRIMARY KEY, phone text NOT NULL, why text NOT NULL)"
NOTE = "INSERT INTO call_backs (request_id, phone, why) VALUES (%(request_id)s, %(phone)s, %(why)s)"
PRICES = {"boiler repair": 120, "leaking tap": 60}


def register(desk: Desk) -> None:
    """Give the voice agent two tools beside the desk's own."""

    @desk.tool
    def price(call: ToolCall, tx: Tx, service: Literal["boiler repair", "leaking tap"]) -> str:
        """Tell what a service costs."""
        return f"{service} starts at {PRICES[service]} dollars."

    @desk.tool
    async def call_back(call: ToolCall, tx: Tx, why: str, urgent: bool = False) -> str:
        """Note that the caller wants to be called back."""
        await tx.run(NOTE, {"request_id": call.request_id, "phone": call.caller, "why": why})
        if urgent:
            raise CannotDo("Nobody can call back at once; please call the emergency line.")
        return "Noted."


async def story(dsn: str) -> None:
    """Both tools are used; one call comes twice, one lacks what it needs, one is refused after it wrote."""
    async with running_desk(dsn, settings=scratch_settings(vapi_secret=SECRET), roles=()) as running:
        async with running.desk.db.transaction() as tx:
            await tx.run(TABLE)
        register(running.desk)
        agent = VoiceAgent(f"{running.base_url}/vapi-webhook", SECRET, caller=LEAD, number=NUMBER)
        print(await agent.use("price", "1", service="leaking tap"))
        print(await agent.use("price", "2", service="a swimming pool"))
        print(await agent.use("call_back", "3"))
        for _ in range(2):
            print(await agent.use("call_back", "4", why="an offer"))
        print(await agent.use("call_back", "5", why="water everywhere", urgent=True))
        for row in await running.rows("SELECT phone, why FROM call_backs"):
            print(f"one row: {row.why}")


def main() -> None:
    """Use the database that is given, or a scratch one."""
    configure_logs("auto", "error")
    if len(sys.argv) > 1:
        asyncio.run(story(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "scratch") as postgres:
        asyncio.run(story(postgres.start()))


if __name__ == "__main__":
    main()
