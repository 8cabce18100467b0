"""Texts to the business itself: to the phone that its settings name, its owner's, or the operator's."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from frontdesk.clients import store as clients
from frontdesk.db.pool import Tx
from frontdesk.effects import SendClass
from frontdesk.errors import NotPossible
from frontdesk.outbox import store as outbox
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared
from frontdesk.readers.contacts import read_phone, region_of
from frontdesk.settings import Settings
from frontdesk.steps.addressed import sender_of
from frontdesk.steps.judge import judge_put

__all__ = ["Notice", "tell_client"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a business is to be told about one of its leads. `cause` is what the ledger key derives from."""

    client_id: int
    body: str
    reply_type: str
    cause: str
    correlation_id: str
    timezone: str
    due_at: datetime
    conversation_id: int | None = None
    lead_id: int | None = None
    lead_phone: str | None = None


async def tell_client(tx: Tx, notice: Notice, *, now: datetime, settings: Settings) -> int | None:
    """Put the notice into the ledger; None, with the reason in the log, where nobody can be told, or it was put before.

    It is told from a number of the client's; one that is the lead's own phone is not told about itself.
    """
    try:
        ours, provider = await sender_of(tx, notice.client_id)
    except NotPossible as error:
        log.warning("client_not_told", client_id=notice.client_id, reply_type=notice.reply_type, why=str(error))
        return None
    number = await _number(tx, notice.client_id, ours, settings)
    if number is None or number == notice.lead_phone:
        log.warning(
            "client_not_told",
            client_id=notice.client_id,
            reply_type=notice.reply_type,
            why="no phone of theirs is known: set hand_over_number in the client's settings, or ADMIN_PHONE"
            if number is None
            else "the lead writes from the phone that would be told",
        )
        return None
    text = prepared(notice.body)
    scope = f"conversation:{notice.conversation_id}" if notice.conversation_id else f"client:{notice.client_id}"
    draft = Draft(
        dedupe_key=dedupe_key(scope, f"client_{notice.reply_type}", None, 0, notice.cause),
        conversation_id=notice.conversation_id,
        lead_id=None,  # it counts against no lead
        client_id=notice.client_id,
        provider=provider,
        channel="sms",
        from_address=ours,
        to_address=number,
        body=text.body,
        segments=text.segments,
        reply_type=f"client_{notice.reply_type}",
        question_key=None,
        send_class=SendClass.ALERT,
        correlation_id=notice.correlation_id,
        available_at=notice.due_at,
        timezone=notice.timezone,
    )
    put = await outbox.put(tx, draft, now)
    if not put.first:
        return None
    await judge_put(tx, put.ledger_id, now=now, settings=settings)
    return put.ledger_id


async def _number(tx: Tx, client_id: int, ours: str, settings: Settings) -> str | None:
    """The phone that is told: the client's `hand_over_number`, its owner's phone, else ADMIN_PHONE."""
    client = await clients.get(tx, client_id)
    given = client.settings.get("hand_over_number") if client is not None else None
    if isinstance(given, str) and (number := read_phone(given, region_of(ours))) is not None:
        return number
    return await clients.owners_phone(tx, client_id) or settings.admin_phone
