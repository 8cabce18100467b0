"""How news of a voice agent's call are handled: what is known of it grows, in whatever order they come."""

from dataclasses import replace
from functools import partial

from frontdesk.clients import store as clients
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Tx
from frontdesk.errors import Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.providers.vapi import Vapi
from frontdesk.registry import Commit
from frontdesk.told import VoiceLine, VoiceReport, VoiceStatus
from frontdesk.voice import store as voice
from frontdesk.voice.rules import after

__all__ = ["VoiceHandler"]


class VoiceHandler:
    """Handles status updates, final transcripts and reports of one voice provider."""

    def __init__(self, clock: BusinessClock, provider: Vapi) -> None:
        self._clock = clock
        self._provider = provider

    async def __call__(self, event: Event) -> Commit:
        """Read the news; returns what is to be written."""
        news = self._provider.read(event.webhook_type, event.payload)
        if not news.provider_call_id:
            raise Undeliverable("The message tells of no call.")
        ours, caller = self._provider.numbers(event.payload)
        return partial(self._commit, event.client_id, news, ours, caller)

    async def _commit(
        self, client_id: int | None, news: VoiceStatus | VoiceReport | VoiceLine, ours: str, caller: str, tx: Tx
    ) -> None:
        if client_id is None and ours:  # asked again: a replay finds the client that the number was given to since
            client_id = (await clients.served_on(tx, [ours])).get(ours)
        call = await voice.open_call(
            tx,
            news.provider,
            news.provider_call_id,
            client_id=client_id,
            our_number=ours or None,
            caller=caller or None,
            now=self._clock.now(),
        )
        whose = call.client_id or client_id
        lead = await leads.get(tx, client_id=whose, phone=caller) if whose is not None and caller else None
        known = replace(
            after(call, news),
            client_id=whose,
            lead_id=call.lead_id or (lead.id if lead is not None else None),
            our_number=call.our_number or ours or None,
            caller=call.caller or caller or None,
        )
        await voice.save(tx, news.provider, news.provider_call_id, known)
