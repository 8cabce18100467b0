"""A flow and a reader of your own: prices are told at once, and number plates are understood.

Run it: `python examples/own_flow.py`. It starts a scratch PostgreSQL and a simulated carrier, and needs no account.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from frontdesk.conversations.model import Turn
from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.effects import Effect, Say
from frontdesk.logs import configure_logs
from frontdesk.readers.reading import Context
from frontdesk.testing import running_desk, scratch_settings

PRICES = {"tyres": "from 80 dollars each", "brakes": "from 150 dollars an axle"}
PLATE = re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b", re.IGNORECASE)
FLOW = {
    "greeting": "Hi, {business} here.",
    "questions": [
        {"key": "plate", "text": "What is the number plate?", "type": "other"},
        {"key": "work", "text": "What shall we do?", "type": "text"},
    ],
    "closing": "Thank you! {summary}",
}


def register(desk: Desk) -> None:
    """Tell prices in place of the next question, and read plates."""

    @desk.flow
    def prices(turn: Turn) -> list[Effect] | None:
        if turn.intent != "price":
            return None
        told = [f"{what} {price}" for what, price in PRICES.items() if what in turn.text.lower()]
        return [Say(f"That is {' and '.join(told)}.", "price")] if told else None

    @desk.reader
    def plates(text: str, context: Context) -> dict[str, str]:
        found = PLATE.search(text)
        return {"plate": found[0].upper()} if found else {}


async def story(dsn: str) -> None:
    """A lead asks for a price before anything else, tells the plate, and says what is to be done."""
    async with running_desk(dsn, settings=scratch_settings(flow=FLOW)) as running:
        register(running.desk)
        for text in ("How much are tyres?", "ok, it's for ab12 cde", "tyres please"):
            await running.text(text)
            await running.settled()
            print(running.carrier.sent[-1].body)
        (row,) = await running.rows("SELECT known_fields -> 'plate' ->> 'reader' AS reader FROM conversations")
        print(f"the plate was read by: {row.reader}")


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
