"""Whom a person means: which number of ours writes to which phone, and in which conversation that shows."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.clients import store as clients
from frontdesk.conversations import store as conversations
from frontdesk.conversations.model import Conversation
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.errors import NotPossible, NotThere
from frontdesk.leads import store as leads
from frontdesk.message import TextReceived
from frontdesk.steps.facts import known_zone

__all__ = [
    "SEQUENCE_LASTS",
    "Addressed",
    "To",
    "addressed",
    "e164",
    "is_phone",
    "known_providers",
    "sender_of",
]

Q = load_queries("frontdesk.steps", "addressed.sql")

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SEQUENCE_LASTS = timedelta(days=30)
"""A lead's follow-up ends so long after it came in."""
_CHANNEL = "sms"
_WRITTEN_ON = ("sms", "whatsapp")
"""A conversation of another channel, as of a form, is answered by text."""
_PROVIDER = "twilio"  # of a number that never sent yet: the pool of our numbers is Twilio's


@dataclass(frozen=True, slots=True)
class To:
    """A conversation by its id, or a phone (E.164) with, where there is a choice, our number or the client."""

    conversation_id: int | None = None
    phone: str | None = None
    from_number: str | None = None
    client_id: int | None = None


@dataclass(frozen=True, slots=True)
class Addressed:
    """The conversation that was meant, our number in it and its provider, and the time zone of the lead's day."""

    conversation: Conversation
    from_number: str
    provider: str
    timezone: str


def e164(text: str) -> str:
    """A phone number as it is stored, from one as people write it. Raises ValueError."""
    bare = re.sub(r"[\s().-]", "", text)
    if not _E164.fullmatch(bare):
        raise ValueError(f"{text[:30]!r} is no phone number with its country code, like +447700900123")
    return bare


def is_phone(address: str) -> bool:
    """True for a phone number as it is stored."""
    return _E164.fullmatch(address) is not None


async def addressed(tx: Tx, to: To, now: datetime) -> Addressed:
    """Find the conversation; a new phone gets its lead and conversation. Raises NotThere or NotPossible."""
    if to.conversation_id is not None:
        row = await tx.one(Q.conversation_by_id, {"conversation_id": to.conversation_id})
        if row is None:
            raise NotThere(f"There is no conversation {to.conversation_id}.")
        conversation = Conversation(*row)
        if conversation.channel not in _WRITTEN_ON:
            conversation = await _by_phone(tx, To(phone=await _phone(tx, conversation), client_id=row.client_id), now)
    else:
        conversation = await _by_phone(tx, to, now)
    ours = to.from_number or conversation.our_address
    zone = (await tx.one(Q.time_zone, {"lead_id": conversation.lead_id})).timezone
    known = (await tx.one(Q.provider_of, {"number": ours, "conversation_id": conversation.id})).provider
    return Addressed(conversation, ours, known or _PROVIDER, known_zone(zone))


async def sender_of(tx: Tx, client_id: int) -> tuple[str, str]:
    """The number that texts of a client go from, and its provider. Raises NotThere or NotPossible."""
    number, _ = await _ours(tx, To(client_id=client_id))
    known = await tx.one(Q.provider_of_number, {"number": number})
    return number, known.provider if known else _PROVIDER


async def _phone(tx: Tx, conversation: Conversation) -> str:
    """The phone of a lead who filled in a form or called. Raises NotPossible where none is known."""
    phone = (await tx.one(Q.phone_of, {"lead_id": conversation.lead_id})).phone
    if phone is None:
        raise NotPossible("This lead gave no phone number: write to their e-mail address, or call back.")
    return str(phone)


async def _by_phone(tx: Tx, to: To, now: datetime) -> Conversation:
    assert to.phone is not None  # noqa: S101  (whoever has no conversation has a phone: the shapes see to it)
    number, client_id = await _ours(tx, to)
    # The lead's row first, then the conversation's: the order of every step.
    lead = await leads.ensure(
        tx, client_id=client_id, phone=to.phone, sequence_expires_at=now + SEQUENCE_LASTS, now=now
    )
    there = await conversations.get(tx, client_id=client_id, channel=_CHANNEL, phone=to.phone)
    if there is not None:
        return there
    nothing = TextReceived(_PROVIDER, _CHANNEL, "", from_address=to.phone, to_address=number, body="")
    return await conversations.ensure(tx, client_id=client_id, lead_id=lead.id, text=nothing, now=now)


async def _ours(tx: Tx, to: To) -> tuple[str, int]:
    """Our number and its client. Raises NotPossible where nobody, or more than one, is meant."""
    rows = await tx.all(Q.our_numbers, {"client_id": to.client_id, "number": to.from_number})
    if not rows:
        raise await _nobody(tx, to)
    if len(rows) > 1 and not await _wrote_before(tx, to, rows[0].client_id):
        these = "the client has" if to.client_id is not None else "the desk has"
        raise NotPossible(f"Say from which number it goes: {these} several, {rows[0].number} among them.")
    return rows[0].number, rows[0].client_id


async def _nobody(tx: Tx, to: To) -> NotPossible:
    if to.client_id is not None and await clients.get(tx, to.client_id) is None:
        return NotThere(f"There is no client {to.client_id}.")
    if to.from_number is not None:
        whom = f"client {to.client_id}" if to.client_id is not None else "any client"
        return NotPossible(f"{to.from_number} does not serve {whom}: a text goes from a number that does.")
    if to.client_id is not None:
        return NotPossible(f"Client {to.client_id} is served on no number: assign one first.")
    return NotPossible("The desk has no number that serves a client: set TWILIO_NUMBER, or assign one.")


async def _wrote_before(tx: Tx, to: To, client_id: int) -> bool:
    """With several numbers of one client there is no choice where the phone has a conversation already."""
    if to.client_id is None or to.phone is None:
        return False
    return await conversations.get(tx, client_id=client_id, channel=_CHANNEL, phone=to.phone) is not None


async def known_providers(tx: Tx) -> set[str]:
    """The providers that some number of ours ever sent through, and the one that numbers are had from."""
    return {_PROVIDER, *(row.provider for row in await tx.all(Q.providers_seen))}
