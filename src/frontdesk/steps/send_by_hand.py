"""send_by_hand: a person writes to a lead, now or later; shown first what would go, what it costs, what the gate says.

It goes the way of every other message: the ledger, the gate, the sender's turn. No limit and no quiet hour holds it
back; an opt-out does.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import structlog

from frontdesk.audit import store as audit
from frontdesk.conversations import store as conversations
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.effects import SendClass
from frontdesk.errors import KeyUsed, NotPossible
from frontdesk.outbox import store as outbox
from frontdesk.outbox.gate import Verdict
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import Prepared, cost, prepared, unsegmented
from frontdesk.settings import Settings
from frontdesk.steps.addressed import Addressed, To, addressed
from frontdesk.steps.judge import judge_put

__all__ = ["LATEST", "LONGEST", "NotClear", "Preview", "Said", "Words", "preview", "send_by_hand"]

log = structlog.get_logger(__name__)

LATEST = timedelta(days=365)
"""So far ahead a message may be scheduled."""

LONGEST = 1600
"""Characters of one message that carriers take."""


class NotClear(NotPossible):
    """What a person asked for makes no sense as it is; the text says what would."""

    status = 400


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wants to say, to whom, and when: at once where `send_at` is None or past."""

    to: To
    body: str
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What became of it. `first` is false for a repeated request, which says nothing again."""

    ledger_id: int
    first: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The text as it would go, about what it costs, and what the gate would say; None without a recipient."""

    text: Prepared
    cost: Decimal
    currency: str
    from_number: str | None = None
    to_address: str | None = None
    verdict: Verdict | None = None


class _OnlyAsked(Exception):
    """Undo what was done in order to ask."""


async def preview(
    db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, words: Words | str
) -> Preview:
    """What would go, and whether it may; nothing is kept. Raises NotPossible where nobody is meant."""
    body = words if isinstance(words, str) else words.body
    text = prepared(body)
    sender = settings.sender
    shown = Preview(text, cost(text.segments, sender.segment_price), sender.currency)
    if isinstance(words, str):
        return shown
    # Put and undone: a second rule that guesses what the first would say could say something else.
    try:
        async with db.transaction(bucket) as tx:
            whom = await addressed(tx, words.to, clock.now())
            text = _as_sent(words, whom)
            shown = replace(shown, text=text, cost=cost(text.segments, sender.segment_price))
            put = await outbox.put(tx, _draft(words, whom, text, f"preview:{uuid4()}", clock.now()), clock.now())
            verdict = await judge_put(tx, put.ledger_id, now=clock.now(), settings=settings)
            shown = replace(
                shown, from_number=whom.from_number, to_address=whom.conversation.other_address, verdict=verdict
            )
            raise _OnlyAsked
    except _OnlyAsked:
        return shown


async def send_by_hand(
    db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, words: Words, *, actor: str, key: str
) -> Said:
    """Put it in the ledger, once for each `key`, with the record of who did it.

    Raises NotClear, NotThere or NotPossible with what to do instead, KeyUsed when the key came with another request.
    """
    now = clock.now()
    _check(words, now)
    async with db.transaction(bucket) as tx:
        whom = await addressed(tx, words.to, now)
        text = _as_sent(words, whom)
        draft = _draft(words, whom, text, key, now)
        put = await outbox.put(tx, draft, now)
        if not put.first:
            await _refuse_another(tx, put.ledger_id, draft, words.send_at, key)
            return Said(put.ledger_id, first=False)
        conversations.add_outbound(
            tx, whom.conversation.id, whom.conversation.lead_id, body=draft.body, outbound_id=put.ledger_id, now=now
        )
        await judge_put(tx, put.ledger_id, now=now, settings=settings)
        details = {"key": key, "to": draft.to_address, "send_at": draft.available_at, "segments": text.segments}
        who = {"actor": actor, "action": "send", "subject": f"message {put.ledger_id}"}
        if not await audit.write(tx, at=now, **who, details=details):
            raise _used(key)
    log.info("done_by_a_person", **who)
    return Said(put.ledger_id, first=True)


def _as_sent(words: Words, whom: Addressed) -> Prepared:
    """The text as it goes on this channel: only texts are made cheaper, and counted in segments."""
    return prepared(words.body) if whom.conversation.channel == "sms" else unsegmented(words.body)


def _check(words: Words, now: datetime) -> None:
    if not words.body.strip():
        raise NotClear("The text is empty: there is nothing to send.")
    if len(words.body) > LONGEST:
        raise NotClear(f"The text has {len(words.body)} characters, and carriers take {LONGEST}: make it shorter.")
    if words.send_at is not None and words.send_at > now + LATEST:
        raise NotClear(f"{words.send_at:%Y-%m-%d %H:%M} is more than {LATEST.days} days ahead: choose an earlier time.")


def _draft(words: Words, whom: Addressed, text: Prepared, key: str, now: datetime) -> Draft:
    conversation = whom.conversation
    return Draft(
        dedupe_key=dedupe_key(f"conversation:{conversation.id}", "manual", None, 0, f"manual:{key}"),
        conversation_id=conversation.id,
        lead_id=conversation.lead_id,
        client_id=conversation.client_id,
        provider=whom.provider,
        channel=conversation.channel,
        from_address=whom.from_number,
        to_address=conversation.other_address,
        body=text.body,
        segments=text.segments,
        reply_type="manual",
        question_key=None,
        send_class=SendClass.MANUAL,
        correlation_id=uuid4().hex,
        available_at=max(words.send_at or now, now),
        timezone=whom.timezone,
    )


async def _refuse_another(tx: Tx, ledger_id: int, draft: Draft, send_at: datetime | None, key: str) -> None:
    """Raise KeyUsed unless the row that has this key came of the same request."""
    row: Any = await outbox.show_ledger(tx, ledger_id)
    due = max(send_at, row.created_at) if send_at is not None else row.created_at
    if (row.body, row.from_address, row.due_at) != (draft.body, draft.from_address, due):
        raise _used(key)


def _used(key: str) -> KeyUsed:
    return KeyUsed(f"The Idempotency-Key {key} came with another message before: use a new key for each new one.")
