"""Frontdesk as it runs: the real Receiver, the real worker loops, a handler registered with `desk.on`."""

import asyncio
import os
from datetime import timedelta
from secrets import token_hex

from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.inbox.model import Arrival, Event
from frontdesk.logs import configure_logs
from frontdesk.message import Item, LaneClass
from frontdesk.settings import Settings

from ..work import INSERT, OURS, Message, Tally, place

HEADERS = {"content-type": "application/x-www-form-urlencoded", "user-agent": "TwilioProxy/1.1"}


class Frontdesk:
    """Lanes: one event of a conversation at a time, in order; the handler's row commits with the event."""

    waiting = "SELECT count(*) FROM inbox_queue"

    def __init__(self, in_flight: int) -> None:
        """Its pool is the desk's own, however many deliveries are under way: they share commits."""

    async def install(self, dsn: str) -> None:
        await self.open(dsn)
        await self.desk.serve_first_client(OURS)
        await self.close()

    async def open(self, dsn: str) -> None:
        os.environ["FRONTDESK_TOML"] = os.devnull
        configure_logs("json", "warning")
        self.desk = Desk(Settings(), dsn)
        await self.desk.open()

    async def accept(self, message: Message) -> None:
        await self.desk.receiver.receive(arrival(message))

    async def drain(self, tally: Tally) -> None:
        @self.desk.on("twilio_sms")
        def handle(event: Event, tx: Tx) -> None:
            tx.put(INSERT, tally.begin(place(dict(event.payload))))

        service = self.desk.service("worker")
        await service.start()
        try:
            await asyncio.Event().wait()
        finally:
            await service.stop()

    async def close(self) -> None:
        await self.desk.close()


def arrival(message: Message) -> Arrival:
    """What the webhook route makes of a verified request."""
    item = Item(
        webhook_type="twilio_sms",
        request_id=message.id,
        our_address=message.form["To"],
        other_address=message.form["From"],
        lane_class=LaneClass.MESSAGE,
        payload=message.form,
    )
    return Arrival(item, message.body, HEADERS, token_hex(16), timedelta(hours=24))
