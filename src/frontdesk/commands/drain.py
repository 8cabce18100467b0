"""`frontdesk worker --drain`: handle and deliver until nothing is left that can be done now, and tell what was done."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from frontdesk.commands.printing import spoken
from frontdesk.commands.running import started
from frontdesk.db.queries import load_queries
from frontdesk.desk import Desk
from frontdesk.inbox.model import Event
from frontdesk.message import Outgoing
from frontdesk.provider import Accepted
from frontdesk.registry import Commit, Handler

__all__ = ["drain"]

Q = load_queries("frontdesk.commands", "views.sql")

_LOOK_EVERY = 0.2  # seconds
_QUIET_LOOKS = 2  # in a row: between two transactions a lane may look idle


@dataclass(slots=True)
class _Done:
    """What passed through this process: events by their place in the archive, messages by their ledger id."""

    events: set[tuple[datetime, int]] = field(default_factory=set)
    messages: set[int] = field(default_factory=set)

    def watch(self, desk: Desk) -> None:
        """Note every event that is handled and every message that is sent from now on."""
        for kind, handler in desk.registry.handlers.items():
            desk.registry.handlers[kind] = self._noting_events(handler)
        for provider in desk.registry.senders.values():
            self._note_messages(provider)

    def _noting_events(self, handler: Handler) -> Handler:
        async def noted(event: Event) -> Commit:
            self.events.add((event.received_at, event.id))
            return await handler(event)

        return noted

    def _note_messages(self, provider: Any) -> None:
        send = provider.send

        async def noted(outgoing: Outgoing) -> Accepted:
            self.messages.add(outgoing.ledger_id)
            accepted: Accepted = await send(outgoing)
            return accepted

        provider.send = noted


async def drain(desk: Desk) -> str:
    """Work until nothing is ready, due or on its way; returns what was done, and what waits for later, in sentences."""
    done = _Done()
    done.watch(desk)
    # Cancelled or not, what is in hand is finished and settled on the way out.
    async with started(desk.service("worker")):
        quiet = 0
        while quiet < _QUIET_LOOKS:
            await asyncio.sleep(_LOOK_EVERY)
            quiet = quiet + 1 if await _is_idle(desk) else 0
    return await _report(desk, done)


async def _is_idle(desk: Desk) -> bool:
    # A reply that waits for more of the lead's message is nearly due: it goes before the worker does.
    soon = desk.clock.now() + timedelta(seconds=desk.settings.flow.debounce_seconds)
    async with desk.db.transaction(desk.bucket) as tx:
        left = await tx.one(Q.work_left, {"lease_now": desk.lease_clock.now(), "now": soon})
    return not (left.inbox or left.sending or left.due)


async def _report(desk: Desk, done: _Done) -> str:
    places = {"received_at": [at for at, _ in done.events], "event_ids": [key for _, key in done.events]}
    async with desk.db.transaction(desk.bucket) as tx:
        events = {row.status: row.events for row in await tx.all(Q.event_states, places)}
        messages = {row.status: row.messages for row in await tx.all(Q.ledger_states, {"ids": list(done.messages)})}
        later = await tx.one(Q.work_later)
    sent = sum(messages.get(status, 0) for status in ("SENT", "DELIVERED", "UNDELIVERED"))
    said = [f"Handled {spoken(events.get('done', 0), 'event')} and sent {spoken(sent, 'message')}."]
    if events.get("dead"):
        said.append(f"{spoken(events['dead'], 'event')} died: see `frontdesk events dead`.")
    if unsure := messages.get("UNKNOWN", 0) + messages.get("FAILED", 0):
        said.append(f"{spoken(unsure, 'message')} failed or may not have arrived: see `frontdesk outbox list`.")
    if later.events or later.messages:
        said.append(
            f"{spoken(later.events, 'event')} and {spoken(later.messages, 'message')} wait for a later time "
            "(a back-off, a limit): run this again then, or keep a worker running."
        )
    return "\n".join(said)
