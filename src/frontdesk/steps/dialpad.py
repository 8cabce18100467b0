"""How Dialpad's events are handled: calls as calls; of texts, which Dialpad's own people answer, only a STOP counts."""

from functools import partial

import structlog

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.message import TextReceived
from frontdesk.outbox.consents import record_consent
from frontdesk.provider import Provider
from frontdesk.readers.keywords import keyword
from frontdesk.registry import Commit
from frontdesk.settings import Settings
from frontdesk.steps.calls import CallHandler, client_of
from frontdesk.told import CallReceived

__all__ = ["DialpadHandler"]

log = structlog.get_logger(__name__)


class DialpadHandler:
    """Handles all that Dialpad posts."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, provider: Provider
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._provider = provider
        self._calls = CallHandler(db, bucket, clock, settings, provider)

    async def __call__(self, event: Event) -> Commit:
        """Read the event; returns what is to be written."""
        received = self._provider.read(event.webhook_type, event.payload)
        if isinstance(received, CallReceived):
            return await self._calls(event)
        if not isinstance(received, TextReceived):
            return _nothing  # what became of a text that somebody sent in Dialpad
        async with self._db.transaction(self._bucket) as tx:
            client = await client_of(tx, event, received.to_address)
        return partial(self._commit, event, received, client.id if client else None)

    async def _commit(self, event: Event, text: TextReceived, client_id: int | None, tx: Tx) -> None:
        """A text to a line in Dialpad is kept as an event and not answered: no text goes out through Dialpad.

        Whoever writes STOP there means the client, and hears no more from the desk either; but START to that line does
        not open the desk's own number again. And whoever texts can be texted.
        """
        if client_id is None:
            return
        if (
            lead := await leads.get(tx, client_id=client_id, phone=text.from_address)
        ) is not None and lead.not_textable:
            await leads.mark_textable(tx, lead.id)
        word = keyword(text.body)
        if word is None or word.kind != "stop":
            return
        await record_consent(
            tx,
            address=text.from_address,
            our_address=text.to_address,
            client_id=client_id,
            kind="opt_out",
            source=f"{word.how} by Dialpad",
            evidence={"event_id": str(event.id), "body": text.body[:160]},
            now=self._clock.now(),
        )
        log.info("opted_out_by_dialpad", client_id=client_id)


async def _nothing(tx: Tx) -> None:
    """Nothing is to be written."""
