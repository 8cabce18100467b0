"""A handler of your own: every text becomes a row of your own table, in the transaction that settles the event.

Run it: `python examples/own_handler.py`. It starts a scratch PostgreSQL and a simulated carrier, and needs no account.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.inbox.model import Event
from frontdesk.logs import configure_logs
from frontdesk.testing import running_desk

TABLE = "CREATE TABLE visitor_book (event_id bigint PRIMARY KEY, phone text NOT NULL, said text NOT NULL)"
NOTE = "INSERT INTO visitor_book (event_id, phone, said) VALUES (%(event_id)s, %(phone)s, %(said)s)"
SEEN = "SELECT v.said, e.attempts FROM visitor_book AS v JOIN webhook_events AS e ON e.id = v.event_id ORDER BY e.id"


def register(desk: Desk) -> None:
    """Put our handler in the place of the desk's own for texts."""

    @desk.on("twilio_sms")
    async def note(event: Event, tx: Tx) -> None:
        fields = event.payload
        await tx.run(NOTE, {"event_id": event.id, "phone": fields["From"], "said": fields["Body"]})
        if event.tries == 1 and fields["Body"] == "trip":
            raise RuntimeError("The first try fails after its INSERT, which is rolled back with it.")


async def story(dsn: str) -> None:
    """Three texts, one of them delivered twice by the carrier and one whose handler fails at first."""
    async with running_desk(dsn) as running:
        async with running.desk.db.transaction() as tx:
            await tx.run(TABLE)
        register(running.desk)
        await running.text("hello")
        await running.text("twice", times=2)
        await running.text("trip")
        await running.settled()
        for row in await running.rows(SEEN):
            print(f"{row.said}: one row, after {row.attempts} {'try' if row.attempts == 1 else 'tries'}")


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
