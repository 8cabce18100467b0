"""follow_up: sequence steps that are due are put, and leads of whom nothing came in time are closed.

Any number of processes may do it at once, or twice: enrolments are shared out by their row locks, and a step that was
put has its row in the ledger under a key of its own.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from frontdesk.conversations import store as conversations
from frontdesk.conversations.wording import fill
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import SendClass
from frontdesk.leads import store as leads
from frontdesk.outbox import store as outbox
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared, unsegmented
from frontdesk.sequences import store as sequences
from frontdesk.sequences.model import EndReason, Enrolment
from frontdesk.sequences.rules import End, PutStep, next_move
from frontdesk.settings import Settings
from frontdesk.steps.facts import known_zone, sequences_for
from frontdesk.steps.judge import judge_puts

__all__ = ["FollowedUp", "close_expired", "follow_up", "put_due"]

Q = load_queries("frontdesk.steps", "follow_up.sql")
log = structlog.get_logger(__name__)

_BATCH = 200  # enrolments of one transaction
_CLOSED_AT_ONCE = 500  # leads of one transaction


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What one pass did. Not `finished`: its time was up, and a next pass goes on."""

    put: int
    ended: int
    closed_leads: int
    finished: bool


async def follow_up(
    db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, *, seconds: float | None = None
) -> FollowedUp:
    """One whole pass: expired leads are closed, then everything that is due is put. It ends early after `seconds`."""
    until = float("inf") if seconds is None else time.monotonic() + seconds
    closed = put = ended = 0
    more = True
    while more and time.monotonic() < until:
        count = await close_expired(db, bucket, clock, settings)
        closed, more = closed + count, count == _CLOSED_AT_ONCE
    more = True
    while more and time.monotonic() < until:
        batch = await put_due(db, bucket, clock, settings)
        put, ended, more = put + batch.put, ended + batch.ended, not batch.finished
    return FollowedUp(put, ended, closed, finished=not more)


async def close_expired(db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> int:
    """Close one batch of leads whose time is over, and end what they are enrolled in; returns how many."""
    now = clock.now()
    async with db.transaction(bucket) as tx:
        closed = await leads.close_expired(tx, days=settings.follow_up.expires_days, now=now, limit=_CLOSED_AT_ONCE)
        if closed:
            await sequences.end_of_leads(tx, closed, EndReason.EXPIRED, now)
    if closed:
        log.info("leads_closed", leads=len(closed))
    return len(closed)


async def put_due(db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> FollowedUp:
    """One batch of what is due, in one transaction. `finished` where nothing more was found."""
    async with db.transaction(bucket) as tx:
        now = clock.now()
        ids = await sequences.claim_due(tx, now, _BATCH)
        if not ids:
            return FollowedUp(0, 0, 0, finished=True)
        rows = await tx.all(Q.enrolments, {"ids": ids})
        moves = [(row, _move(row, settings, now)) for row in rows]
        put = await _put(tx, [(row, move) for row, move in moves if isinstance(move, PutStep)], settings, now)
        await sequences.advance(tx, [(row.id, row.next_step, move) for row, move in moves], now)
    ended = sum(isinstance(move, End) for _, move in moves)
    log.info("followed_up", put=put, ended=ended)
    return FollowedUp(put, ended, 0, finished=len(ids) < _BATCH)


def _move(row: Any, settings: Settings, now: datetime) -> PutStep | End:
    timezone = known_zone(row.timezone)
    enrolment = Enrolment(
        id=row.id,
        sequence=row.sequence,
        next_step=row.next_step,
        due_at=row.due_at,
        expires_at=row.sequence_expires_at,
        lead_status=row.lead_status,
        opted_out=row.opted_out,
        bot_paused=row.bot_paused,
        replied=row.replied,
        timezone=timezone,
        known=_known(row),
    )
    known = sequences_for(row.client_settings, settings.sequences)
    return next_move(enrolment, known.get(row.sequence), now, ZoneInfo(timezone))


def _known(row: Any) -> dict[str, str]:
    """The fields by which texts are filled in: what the conversation knows, and what the lead's row holds."""
    columns = {"first_name": row.first_name, "last_name": row.last_name, "email": row.email}
    known = {key: str(entry["value"]) for key, entry in row.known_fields.items()}
    return {**known, **{name: value for name, value in columns.items() if value}}


async def _put(tx: Tx, steps: Sequence[tuple[Any, PutStep]], settings: Settings, now: datetime) -> int:
    """Put the steps' texts into the ledger and the conversations; returns how many were put for the first time."""
    drafts = [_draft(row, step, now) for row, step in steps]
    put = await outbox.put_many(tx, drafts, now)
    first = [(row, draft, one) for (row, _), draft, one in zip(steps, drafts, put, strict=True) if one.first]
    for row, draft, one in first:
        conversations.add_outbound(
            tx, row.conversation_id, row.lead_id, body=draft.body, outbound_id=one.ledger_id, now=now
        )
    if first:
        await judge_puts(tx, [one.ledger_id for _, _, one in first], now=now, settings=settings)
    return len(first)


def _draft(row: Any, step: PutStep, now: datetime) -> Draft:
    words = fill(step.text, row.business, _known(row))
    text = prepared(words) if row.channel == "sms" else unsegmented(words)
    cause = f"seq:{row.id}:{step.step}"
    return Draft(
        dedupe_key=dedupe_key(f"lead:{row.lead_id}", "sequence", row.sequence, step.step, cause),
        conversation_id=row.conversation_id,
        lead_id=row.lead_id,
        client_id=row.client_id,
        provider=row.provider,
        channel=row.channel,
        from_address=row.our_address,
        to_address=row.other_address,
        body=text.body,
        segments=text.segments,
        reply_type="sequence",
        question_key=row.sequence,
        send_class=SendClass.UNPROMPTED,
        correlation_id=cause,
        available_at=now,
        timezone=known_zone(row.timezone),
        enrolment_id=row.id,
    )
