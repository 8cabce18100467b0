"""How an event of a call is handled: its leg and its call move on, and one that was missed may be answered by text."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from frontdesk.calls import rules
from frontdesk.calls import store as calls
from frontdesk.calls.model import OVER, Call, Direction, Leg
from frontdesk.calls.sanitise import sanitised
from frontdesk.clients import store as clients
from frontdesk.clients.model import Client
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.inbox.rules import jsonb_text
from frontdesk.leads import store as leads
from frontdesk.provider import Provider
from frontdesk.registry import Commit
from frontdesk.settings import Settings
from frontdesk.steps.addressed import SEQUENCE_LASTS, is_phone
from frontdesk.steps.onboard import called as onboard_by_call
from frontdesk.steps.text_back import answer_by_text
from frontdesk.told import CallReceived

__all__ = ["CallHandler", "client_of"]

log = structlog.get_logger(__name__)


class CallHandler:
    """Handles the events of calls of one provider."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, provider: Provider
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._settings = settings
        self._provider = provider

    async def __call__(self, event: Event) -> Commit:
        """Read the event; returns what is to be written."""
        call = self._provider.read(event.webhook_type, event.payload)
        if not isinstance(call, CallReceived):
            raise Undeliverable(f"A webhook of type {event.webhook_type} does not hold a call.")
        async with self._db.transaction(self._bucket) as tx:
            client = await client_of(tx, event, call.our_address)
        return partial(self._commit, event, call, client)

    async def _commit(self, event: Event, received: CallReceived, client: Client | None, tx: Tx) -> None:
        now = self._clock.now()
        client_id = client.id if client is not None else None
        if client_id is not None and rules.direction_of(received.direction) is Direction.INBOUND:
            await onboard_by_call(tx, client_id, now, self._settings)  # first: it locks the client's row
        call = await calls.lock(
            tx,
            provider=received.provider,
            provider_call_id=received.provider_call_id,
            related=received.related,
            client_id=client_id,
            now=event.received_at,
        )
        if call.client_id not in (None, client_id):  # an earlier leg came to a line of theirs, this one elsewhere
            client = await clients.get(tx, call.client_id)
        direction = _direction(event, received)
        legs = await calls.legs_of(tx, call.id)
        leg = _move(legs, call, received, direction)
        await calls.save_leg(tx, received.provider, leg)
        status, outcome = rules.joined([*({**legs, leg.provider_call_id: leg}).values()])
        status = rules.settled(call.status, status, outcome)
        own = received.provider_call_id == call.provider_call_id
        call = rules.updated(call, received, status, outcome, received_at=event.received_at)
        call = replace(call, client_id=call.client_id or client_id)
        if call.lead_id is None and client is not None:
            call = replace(call, lead_id=await _lead_of(tx, call, client, event))
        kept = _kept(call.raw_payload, event.payload, newer=own and not _is_late(leg, received))
        await calls.save(tx, call, jsonb_text(kept))
        if call.status in OVER and call.text_back is None:
            await answer_by_text(tx, call, client, event, now=now, settings=self._settings)


def _direction(event: Event, received: CallReceived) -> Direction | None:
    direction = rules.direction_of(received.direction)
    if direction is None:
        log.warning("call_direction_not_known", event_id=event.id, given=str(received.direction)[:40])
    return direction


def _move(legs: Mapping[str, Leg], call: Call, received: CallReceived, direction: Direction | None) -> Leg:
    """The leg as the event leaves it; what it may not do is logged, with both states."""
    leg = legs.get(received.provider_call_id, Leg(received.provider_call_id))
    if not legs or list(legs) == [leg.provider_call_id]:
        leg = replace(leg, status=call.status)  # of a call with one leg the row holds, also what a person wrote there
    told = rules.told(leg, received, direction or (Direction(call.direction) if call.direction else None))
    if told.refused is not None:
        log.warning(
            "call_event_came_late" if told.late else "call_move_not_legal",
            call=received.provider_call_id,
            provider=received.provider,
            status=leg.status.value,
            asked_for=told.refused.value,
            provider_state=received.provider_state,
        )
    return told.leg


def _is_late(leg: Leg, received: CallReceived) -> bool:
    return leg.heard_at is not None and received.occurred_at is not None and received.occurred_at < leg.heard_at


def _kept(before: Mapping[str, Any] | None, payload: Mapping[str, Any], *, newer: bool) -> Any:
    """A small copy of what all events of a call told: the newer one's fields, and what others told beside them."""
    copy = sanitised(payload)
    if not before:
        return copy
    over, under = (copy, before) if newer else (before, copy)
    said = {name: value for name, value in over.items() if value not in (None, "", [], {})}
    return sanitised({**under, **said})


async def client_of(tx: Tx, event: Event, our_address: str) -> Client | None:
    """Whose call it is: as at receipt, or who has the number by now."""
    client_id = event.client_id
    if client_id is None and our_address:
        client_id = (await clients.served_on(tx, [our_address])).get(our_address)
    return await clients.get(tx, client_id) if client_id is not None else None


async def _lead_of(tx: Tx, call: Call, client: Client, event: Event) -> int | None:
    """The lead at the other end: made where they called us, only found where we called them."""
    if call.other_address is None or not is_phone(call.other_address):
        return None
    if call.direction == Direction.INBOUND:
        expiry = event.received_at + SEQUENCE_LASTS
        lead = await leads.ensure(
            tx, client_id=client.id, phone=call.other_address, sequence_expires_at=expiry, now=event.received_at
        )
        return lead.id
    found = await leads.get(tx, client_id=client.id, phone=call.other_address)
    return found.id if found else None
