"""How a text from a lead is handled: load, read, then decide and apply in the settling transaction.

Texts that come one after another before the first is answered are one message: the waiting answer is taken back, and
the conversation is decided on from where it stood before it, with all that was told since.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from frontdesk.effects import Effect
from frontdesk.errors import Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.message import TextReceived
from frontdesk.outbox.counters import local_day
from frontdesk.provider import Sender, came_in_at
from frontdesk.readers.keywords import keyword
from frontdesk.readers.languages import read_language
from frontdesk.readers.phones import country_of
from frontdesk.registry import Commit, Registry
from frontdesk.settings import Settings
from frontdesk.steps.apply import Cause, apply
from frontdesk.steps.bursts import still_waits, take_back
from frontdesk.steps.facts import flow_for, known_zone, opted_out, sequences_for
from frontdesk.steps.handle import Stale
from frontdesk.steps.understanding import Understanding, Understood
from frontdesk.steps.wording import Wording, model_of, with_wordings

__all__ = ["TextHandler"]

_TO_SETTLE = 1.0  # seconds of a handler's time that are left to the transaction
_SURE_LANGUAGE = 0.7


@dataclass(frozen=True, slots=True)
class _Read:
    """What was loaded and read before the settling transaction; `version` guards what it was read from."""

    text: TextReceived
    client: Client
    flow: Flow
    understood: Understood
    version: int
    takes_back: bool
    wordings: Mapping[str, str] = field(default_factory=dict)


class TextHandler:
    """Handles the texts of one provider."""

    def __init__(
        self,
        db: Database,
        bucket: Bucket,
        clock: BusinessClock,
        provider: Sender,
        settings: Settings,
        known: Registry,
        wording: Wording | None = None,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._provider = provider
        self._settings = settings
        self._known = known
        self._wording = wording
        self._understanding = Understanding(lambda: known.reader, lambda: known.model)

    async def __call__(self, event: Event) -> Commit:
        """Load and read outside the settling transaction; returns what is to be written in it."""
        began = asyncio.get_running_loop().time()
        text = self._provider.read(event.webhook_type, event.payload)
        if not isinstance(text, TextReceived):
            raise Undeliverable(f"A webhook of type {event.webhook_type} does not hold a text.")
        for route in self._known.text_routes:
            if (commit := await route(event, text, self._provider)) is not None:
                return commit
        async with self._db.transaction(self._bucket) as tx:
            # Asked again where nobody had the number at receipt: a replay finds the client that it was given to since.
            client_id = event.client_id or (await clients.served_on(tx, [text.to_address])).get(text.to_address)
            client = await clients.get(tx, client_id) if client_id is not None else None
            if client is None:
                raise Undeliverable(_nobodys(text.to_address))
            stands = await conversations.get(tx, client_id=client.id, channel=text.channel, phone=text.from_address)
            takes_back = stands is not None and keyword(text.body) is None and await still_waits(tx, stands)
        flow = flow_for(client.name, client.settings, self._settings.flow)
        before = stands.before_last_turn() if stands is not None and takes_back else stands
        local = event.received_at.astimezone(ZoneInfo(known_zone(client.timezone)))
        understood = await self._understanding.read(text.body, before, flow, text.to_address, local)
        version = stands.state_version if stands is not None else 0
        read = _Read(text, client, flow, understood, version, takes_back)
        if self._wording is not None:
            left = began + self._settings.worker.handler_seconds - _TO_SETTLE - asyncio.get_running_loop().time()
            preview = self._turn(
                event, read, before or _new(client, text), local_day(self._clock.now(), str(local.tzinfo))
            )
            effects = rules.decide(preview, self._known.flow)
            read = replace(read, wordings=await self._reworded(effects, read, before, local, left))
        return partial(self._commit, event, read)

    async def _reworded(
        self, effects: Sequence[Effect], read: _Read, before: Conversation | None, local: datetime, seconds: float
    ) -> Mapping[str, str]:
        """What a model would say in place of each reply that this text leads to, as far as the time goes."""
        assert self._wording is not None  # noqa: S101  (asked by the caller)
        language = read_language(read.text.body)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await self._wording.reworded(
                    effects,
                    business=read.client.name,
                    model=model_of(read.client.settings, self._settings.model),
                    now=local,
                    first=before is None or before.last_question_key is None,
                    language=language.value if language is not None and language.confidence >= _SURE_LANGUAGE else None,
                    country=country_of(read.text.to_address),
                )
        except TimeoutError:
            return {}

    async def _commit(self, event: Event, read: _Read, tx: Tx) -> None:
        now, text, client = self._clock.now(), read.text, read.client
        expiry = event.received_at + timedelta(days=self._settings.follow_up.expires_days)
        lead = await leads.ensure(
            tx, client_id=client.id, phone=text.from_address, sequence_expires_at=expiry, now=event.received_at
        )
        conversation = await conversations.ensure(
            tx, client_id=client.id, lead_id=lead.id, text=text, now=event.received_at
        )
        if conversation.state_version != read.version:
            raise Stale
        new = await conversations.add_inbound(
            tx, conversation, text, event_id=event.id, event_received_at=event.received_at, now=event.received_at
        )
        if not new:
            return  # the same message under another id, or a replay of what was handled
        if read.takes_back:
            if not await take_back(tx, conversation, now):
                raise Stale  # it went meanwhile: this text answers it
            conversation = conversation.before_last_turn()
        await leads.reopen(tx, lead, sequence_expires_at=expiry)
        if lead.not_textable:  # whoever texts can be texted
            await leads.mark_textable(tx, lead.id)
        timezone = known_zone(lead.timezone or client.timezone)
        out = await opted_out(tx, text.from_address, text.to_address, client.id)
        turn = self._turn(
            event, read, conversation, local_day(now, timezone), opted_out=out, booked=lead.status == "booked"
        )
        cause = Cause(
            event=event,
            conversation=conversation,
            provider=self._provider.name,
            timezone=timezone,
            said_at=came_in_at(event.payload) or min(text.said_at or now, now),
            sequences=sequences_for(client.settings, self._settings.sequences),
            gathers_for=timedelta(seconds=read.flow.debounce_seconds),
        )
        effects = with_wordings(rules.decide(turn, self._known.flow), read.wordings)
        await apply(tx, cause, effects, now=now, settings=self._settings)

    def _turn(
        self,
        event: Event,
        read: _Read,
        conversation: Conversation,
        day: str,
        *,
        opted_out: bool = False,
        booked: bool = False,
    ) -> Turn:
        text, understood = read.text, read.understood
        word = keyword(text.body, opted_out=opted_out) or understood.opt_out
        return Turn(
            values=understood.values,
            keyword=word.kind if word else None,
            keyword_how=word.how if word else "keyword",
            keyword_lang=word.lang if word else "en",
            conversation=conversation,
            opted_out=opted_out,
            carrier_answers_keywords=self._provider.answers_keyword(text.channel, text.body),
            local_day=day,
            flow=read.flow,
            evidence={"event_id": str(event.id), "body": text.body[:160]},
            text=text.body,
            intent=understood.intent,
            is_question=understood.is_question,
            declines=understood.declines,
            correlation_id=event.correlation_id,
            who=text.from_address,
            booked=booked,
        )


def _new(client: Client, text: TextReceived) -> Conversation:
    """A conversation that begins with this text."""
    return Conversation(0, client.id, 0, text.channel, text.to_address, text.from_address, None, 0, 0, {}, {}, None)


def _nobodys(address: str) -> str:
    return (
        f"No client is served on {address}. Assign the number to a client (`frontdesk pool list` shows them), or set "
        "ONBOARDING_NUMBER to it if new owners text it, then replay the event."
    )
