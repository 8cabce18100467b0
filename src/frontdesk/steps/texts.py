"""How a text from a lead is handled: load, read, then decide and apply in the settling transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from frontdesk.clients import store as clients
from frontdesk.clients.model import Client
from frontdesk.conversations import rules
from frontdesk.conversations import store as conversations
from frontdesk.conversations.model import Conversation, Flow, Turn
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.message import TextReceived
from frontdesk.outbox.counters import local_day
from frontdesk.provider import Sender, came_in_at
from frontdesk.readers.keywords import keyword
from frontdesk.readers.phones import country_of
from frontdesk.readers.reading import Context
from frontdesk.readers.rules import read_answers
from frontdesk.registry import Commit
from frontdesk.settings import Settings
from frontdesk.steps.apply import Cause, apply
from frontdesk.steps.facts import flow_for, known_zone, opted_out, sequences_for
from frontdesk.steps.handle import Stale

__all__ = ["TextHandler"]


class TextHandler:
    """Handles the texts of one provider."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, provider: Sender, settings: Settings
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._provider = provider
        self._settings = settings

    async def __call__(self, event: Event) -> Commit:
        """Load and read outside the settling transaction; returns what is to be written in it."""
        text = self._provider.read(event.webhook_type, event.payload)
        if not isinstance(text, TextReceived):
            raise Undeliverable(f"A webhook of type {event.webhook_type} does not hold a text.")
        async with self._db.transaction(self._bucket) as tx:
            # Asked again where nobody had the number at receipt: a replay finds the client that it was given to since.
            client_id = event.client_id or (await clients.served_on(tx, [text.to_address])).get(text.to_address)
            client = await clients.get(tx, client_id) if client_id is not None else None
            if client is None:
                raise Undeliverable(self._nobodys(text.to_address))
            before = await conversations.get(tx, client_id=client.id, channel=text.channel, phone=text.from_address)
        flow = flow_for(client.name, client.settings, self._settings.flow)
        reading = _read(text, before, flow, event.received_at.astimezone(ZoneInfo(known_zone(client.timezone))))
        return partial(self._commit, event, text, client, flow, reading, before.state_version if before else 0)

    def _nobodys(self, address: str) -> str:
        if address == self._settings.onboarding_number:
            return (
                f"{address} is the onboarding number, and this version does not onboard by text yet; "
                "replay the event once it does."
            )
        return (
            f"No client is served on {address}. Assign the number to a client "
            "(table twilio_number_pool), then replay the event."
        )

    async def _commit(
        self,
        event: Event,
        text: TextReceived,
        client: Client,
        flow: Flow,
        reading: Mapping[str, str],
        version: int,
        tx: Tx,
    ) -> None:
        now = self._clock.now()
        expiry = event.received_at + timedelta(days=self._settings.follow_up.expires_days)
        lead = await leads.ensure(
            tx, client_id=client.id, phone=text.from_address, sequence_expires_at=expiry, now=event.received_at
        )
        conversation = await conversations.ensure(
            tx, client_id=client.id, lead_id=lead.id, text=text, now=event.received_at
        )
        if conversation.state_version != version:
            raise Stale
        new = await conversations.add_inbound(
            tx, conversation, text, event_id=event.id, event_received_at=event.received_at, now=event.received_at
        )
        if not new:
            return  # the same message under another id, or a replay of what was handled
        await leads.reopen(tx, lead, sequence_expires_at=expiry)
        if lead.not_textable:  # whoever texts can be texted
            await leads.mark_textable(tx, lead.id)
        timezone = known_zone(lead.timezone or client.timezone)
        out = await opted_out(tx, text.from_address, text.to_address, client.id)
        word = keyword(text.body, opted_out=out)
        turn = Turn(
            reading=reading,
            keyword=word.kind if word else None,
            keyword_how=word.how if word else "keyword",
            keyword_lang=word.lang if word else "en",
            conversation=conversation,
            opted_out=out,
            carrier_answers_keywords=self._provider.answers_keyword(text.channel, text.body),
            local_day=local_day(now, timezone),
            flow=flow,
            evidence={"event_id": str(event.id), "body": text.body[:160]},
        )
        cause = Cause(
            event=event,
            conversation=conversation,
            provider=self._provider.name,
            timezone=timezone,
            said_at=came_in_at(event.payload) or min(text.said_at or now, now),
            sequences=sequences_for(client.settings, self._settings.sequences),
        )
        await apply(tx, cause, rules.decide(turn), now=now, settings=self._settings)


def _read(text: TextReceived, before: Conversation | None, flow: Flow, now: datetime) -> dict[str, str]:
    """What the text answers: the question that was asked last, and others that it tells unasked. `now` is local."""
    if keyword(text.body) is not None:
        return {}
    kinds = {question.key: question.type for question in flow.questions}
    asked = before.last_question_key if before and before.last_question_key in kinds else None
    context = Context(
        now=now,
        country=country_of(text.to_address),
        services=flow.services,
        synonyms=flow.service_words,
        towns=flow.towns,
    )
    return read_answers(text.body, asked, kinds, context)
