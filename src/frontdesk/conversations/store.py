"""The conversations' statements as functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from frontdesk.conversations.fields import Heard
from frontdesk.conversations.model import Conversation
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import MarkConversation
from frontdesk.message import TextReceived

__all__ = [
    "OutboundMark",
    "add_inbound",
    "add_outbound",
    "ensure",
    "get",
    "holding",
    "inbound_known",
    "lock_all_of",
    "mark_outbound",
    "note_flow",
    "note_readings",
    "pause_all_of",
    "release_all_of",
    "save",
    "save_known",
]

Q = load_queries("frontdesk.conversations")


@dataclass(frozen=True, slots=True)
class OutboundMark:
    """The state of one outgoing message, for `messages`; `status` is the column's own word."""

    outbound_id: int
    status: str
    blocked_reason: str | None = None
    provider_message_id: str | None = None
    sent_at: datetime | None = None


async def ensure(tx: Tx, *, client_id: int, lead_id: int, text: TextReceived, now: datetime) -> Conversation:
    """The conversation of this lead on this channel, made if it is new; its row is locked for the transaction.

    A new one of a lead whom a person has elsewhere is theirs from the start.
    """
    row = {"client_id": client_id, "lead_id": lead_id, "channel": text.channel, "provider": text.provider, "now": now}
    addresses = {"our_address": text.to_address, "other_address": text.from_address}
    return Conversation(*await tx.one(Q.ensure, {**row, **addresses}))


async def get(tx: Tx, *, client_id: int, channel: str, phone: str) -> Conversation | None:
    """The conversation of this number, or None."""
    row = await tx.one(Q.get, {"client_id": client_id, "channel": channel, "phone": phone})
    return Conversation(*row) if row else None


async def add_inbound(
    tx: Tx, conversation: Conversation, text: TextReceived, *, event_id: int, event_received_at: datetime, now: datetime
) -> bool:
    """Add what the lead wrote; false when it was added before, by another event or by this one.

    It is added in the transaction that settles the event: an event that finds its own message was handled, and is not
    decided on again. Its ledger keys alone would not keep it silent, since the conversation has moved on to the next
    question, which has a key of its own.
    """
    row = {
        "conversation_id": conversation.id,
        "lead_id": conversation.lead_id,
        "body": text.body,
        "media": orjson.dumps([{"url": m.url, "content_type": m.content_type} for m in text.media]).decode(),
        "provider_message_id": text.provider_message_id,
        "event_received_at": event_received_at,
        "event_id": event_id,
        "said_at": min(text.said_at, now) if text.said_at is not None else None,
        "now": now,
    }
    return await tx.one(Q.add_inbound, row) is not None


async def inbound_known(tx: Tx, provider_message_ids: Sequence[str]) -> set[str]:
    """Those of the provider's ids under which an inbound message was stored."""
    rows = await tx.all(Q.inbound_known, {"provider_message_ids": list(provider_message_ids)})
    return {row.provider_message_id for row in rows}


async def pause_all_of(tx: Tx, lead_id: int, why: str, now: datetime) -> int:
    """Keep the bot silent in every conversation of a lead, as a person takes over; returns how many there are."""
    return await tx.run(Q.pause_all_of, {"lead_id": lead_id, "why": why, "now": now})


async def holding(tx: Tx, conversation_id: int) -> Any:
    """Whose conversation it is, and since when and why a person has it; None where there is no such conversation."""
    return await tx.one(Q.holding, {"conversation_id": conversation_id})


async def lock_all_of(tx: Tx, lead_id: int) -> dict[int, Mapping[str, Any]]:
    """Lock the conversations of a lead; returns the known fields of each."""
    return {row.id: row.known_fields for row in await tx.all(Q.lock_all_of, {"lead_id": lead_id})}


async def release_all_of(tx: Tx, lead_id: int) -> int:
    """Let the bot answer a lead again, in every conversation; returns in how many a person was."""
    return await tx.run(Q.release_all_of, {"lead_id": lead_id})


async def save(tx: Tx, conversation_id: int, mark: MarkConversation) -> bool:
    """Move the conversation's state; false when another version was saved in between."""
    row = {
        "conversation_id": conversation_id,
        "state_version": mark.state_version,
        "last_question_key": mark.last_question_key,
        "questions_asked_count": mark.questions_asked_count,
        "flow_state": orjson.dumps(dict(mark.flow_state)).decode(),
    }
    return await tx.run(Q.save, row) == 1


def save_known(tx: Tx, conversation_id: int, known_fields: Mapping[str, Any]) -> None:
    """Write the known fields of a conversation that `ensure` locked, before the statement that comes next."""
    row = {"conversation_id": conversation_id, "known_fields": orjson.dumps(dict(known_fields)).decode()}
    tx.put(Q.save_known, row)


def note_readings(tx: Tx, conversation_id: int, event_id: int, heard: Sequence[Heard], now: datetime) -> None:
    """Keep what was read of one event and what came of it, with the statement that comes next or the commit."""
    if not heard:
        return
    values = [one.value for one in heard]
    columns = {
        "fields": [value.key for value in values],
        "values": [value.value for value in values],
        "starts": [value.start for value in values],
        "ends": [value.end for value in values],
        "readers": [value.reader for value in values],
        "confidences": [value.confidence for value in values],
        "accepted": [one.accepted for one in heard],
        "whys": [one.why for one in heard],
        "previous": [one.previous for one in heard],
    }
    tx.put(Q.note_readings, {"conversation_id": conversation_id, "event_id": event_id, "now": now, **columns})


async def note_flow(
    tx: Tx, client_id: int, version: str, questions: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Keep what is asked under this version of a client's questions; nothing where it is known."""
    row = {"client_id": client_id, "version": version, "questions": orjson.dumps(list(questions)).decode(), "now": now}
    await tx.run(Q.note_flow, row)


def add_outbound(tx: Tx, conversation_id: int, lead_id: int, *, body: str, outbound_id: int, now: datetime) -> None:
    """Add what the desk is about to say, for ledger row `outbound_id`, before the statement that comes next."""
    row = {"conversation_id": conversation_id, "lead_id": lead_id, "body": body}
    tx.put(Q.add_outbound, {**row, "outbound_id": outbound_id, "now": now})


def mark_outbound(tx: Tx, marks: Sequence[OutboundMark]) -> None:
    """Write the states of outgoing messages, with the statement that comes next or the commit.

    Those without a `messages` row (alerts) are passed over.
    """
    if marks:
        tx.put(
            Q.mark_outbound,
            {
                "outbound_ids": [m.outbound_id for m in marks],
                "statuses": [m.status for m in marks],
                "blocked_reasons": [m.blocked_reason for m in marks],
                "provider_message_ids": [m.provider_message_id for m in marks],
                "sent_at": [m.sent_at for m in marks],
            },
        )
