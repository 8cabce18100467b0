"""apply: the only place that carries out effects, inside the transaction that settles their cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from frontdesk.conversations import store as conversations
from frontdesk.conversations.fields import merge
from frontdesk.conversations.model import Conversation
from frontdesk.db.pool import Tx
from frontdesk.effects import (
    Effect,
    Enroll,
    HandOver,
    MarkConversation,
    RecordConsent,
    Say,
    SendClass,
    SetFields,
    TellClient,
    Withdraw,
)
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.outbox import claims
from frontdesk.outbox import store as outbox
from frontdesk.outbox.consents import record_consent
from frontdesk.outbox.gate import Block, Reason
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared, unsegmented
from frontdesk.sequences import store as sequences
from frontdesk.sequences.model import EndReason
from frontdesk.sequences.model import Sequence as FollowUps
from frontdesk.sequences.rules import first_due
from frontdesk.settings import Settings
from frontdesk.steps.judge import judge_put, mark_blocked
from frontdesk.steps.notices import Notice, tell_client

__all__ = ["Cause", "apply"]

_EARLIER = {"qualifying": ("new",), "qualified": ("new", "qualifying")}


@dataclass(frozen=True, slots=True)
class Cause:
    """What the effects come from: the event and the conversation that it belongs to.

    `said_at` is when the lead said it: now, unless it was found later in the provider's list. `sequences` are the
    client's follow-ups by name; `gathers_for` is how long a reply waits for more of the lead's message.
    """

    event: Event
    conversation: Conversation
    provider: str
    timezone: str
    said_at: datetime
    sequences: Mapping[str, FollowUps] = field(default_factory=dict)
    gathers_for: timedelta = timedelta(0)


async def apply(tx: Tx, cause: Cause, effects: Sequence[Effect], *, now: datetime, settings: Settings) -> list[int]:
    """Carry out `effects` in order; returns the ledger ids of what was put for the first time."""
    put = []
    for effect in effects:
        match effect:
            case Say():
                ledger_id = await _say(tx, cause, effect, now, settings)
                put += [ledger_id] if ledger_id is not None else []
            case TellClient():
                await _tell_client(tx, cause, effect, now, settings)
            case HandOver():
                await _hand_over(tx, cause, effect, now)
            case SetFields():
                await _set_fields(tx, cause, effect)
            case MarkConversation():
                await _mark(tx, cause, effect, now)
            case RecordConsent():
                await _consent(tx, cause, effect)
            case Enroll():
                await _enroll(tx, cause, effect, now)
            case Withdraw():
                await sequences.withdraw(tx, cause.conversation.lead_id, EndReason(effect.reason), now)
    return put


async def _say(tx: Tx, cause: Cause, effect: Say, now: datetime, settings: Settings) -> int | None:
    conversation = cause.conversation
    key = dedupe_key(
        f"conversation:{conversation.id}",
        effect.reply_type,
        effect.question_key,
        effect.ordinal,
        effect.cause or cause.event.request_id,
    )
    text = prepared(effect.body) if conversation.channel == "sms" else unsegmented(effect.body)
    draft = Draft(
        dedupe_key=key,
        conversation_id=conversation.id,
        lead_id=conversation.lead_id,
        client_id=conversation.client_id,
        provider=cause.provider,
        channel=conversation.channel,
        from_address=conversation.our_address,
        to_address=conversation.other_address,
        body=text.body,
        segments=text.segments,
        reply_type=effect.reply_type,
        question_key=effect.question_key,
        send_class=effect.send_class,
        correlation_id=cause.event.correlation_id,
        available_at=now + cause.gathers_for if effect.gathers else now,
        timezone=cause.timezone,
    )
    put = await outbox.put(tx, draft, now)
    if not put.first:
        return None
    conversations.add_outbound(
        tx, conversation.id, conversation.lead_id, body=draft.body, outbound_id=put.ledger_id, now=now
    )
    verdict = await judge_put(tx, put.ledger_id, now=now, settings=settings)
    if effect.send_class is SendClass.REPLY and not isinstance(verdict, Block):
        replaced = await claims.replace_deferred(
            tx, conversation_id=conversation.id, ledger_id=put.ledger_id, correlation_id=draft.correlation_id
        )
        mark_blocked(tx, dict.fromkeys(replaced, Reason.REPLACED), now)
    return put.ledger_id


async def _tell_client(tx: Tx, cause: Cause, effect: TellClient, now: datetime, settings: Settings) -> None:
    conversation = cause.conversation
    notice = Notice(
        client_id=conversation.client_id,
        conversation_id=conversation.id,
        lead_id=conversation.lead_id,
        lead_phone=conversation.other_address,
        body=effect.body,
        reply_type=effect.reply_type,
        cause=effect.cause or cause.event.request_id,
        correlation_id=cause.event.correlation_id,
        timezone=cause.timezone,
        due_at=now + cause.gathers_for if effect.gathers else now,
    )
    await tell_client(tx, notice, now=now, settings=settings)


async def _hand_over(tx: Tx, cause: Cause, effect: HandOver, now: datetime) -> None:
    lead_id = cause.conversation.lead_id
    await conversations.pause_all_of(tx, lead_id, effect.why, now)
    await sequences.withdraw(tx, lead_id, EndReason.HAND_OVER, now)


async def _set_fields(tx: Tx, cause: Cause, effect: SetFields) -> None:
    conversation, event = cause.conversation, cause.event
    merged = merge(conversation.known_fields, effect.values, event_id=event.id, at=event.received_at.isoformat())
    if merged.known != conversation.known_fields:
        conversations.save_known(tx, conversation.id, merged.known)
    conversations.note_readings(tx, conversation.id, event.id, merged.heard, event.received_at)
    filled = {key: new for key, (_, new) in merged.changes.items()}
    replaced = {key: old for key, (old, _) in merged.changes.items() if old is not None}
    if filled:
        await leads.fill(tx, conversation.lead_id, filled)
    if replaced:
        await leads.correct(tx, conversation.lead_id, filled, replaced)


async def _mark(tx: Tx, cause: Cause, effect: MarkConversation, now: datetime) -> None:
    # The row is locked since it was read, so that a version that does not fit is a fault of the code, not a race.
    conversation = cause.conversation
    if not await conversations.save(tx, conversation.id, effect):
        raise RuntimeError(f"conversation {conversation.id} was saved under our lock")
    version = effect.flow_state.get("version")
    if effect.flow is not None and version != conversation.flow_state.get("version"):
        await conversations.note_flow(tx, conversation.client_id, str(version), effect.flow["questions"], now)
    if effect.lead_status is not None:
        earlier = _EARLIER[effect.lead_status]
        await leads.mark_status(tx, conversation.lead_id, effect.lead_status, from_statuses=earlier)


async def _consent(tx: Tx, cause: Cause, effect: RecordConsent) -> None:
    # The newest word holds: a START that was found after the STOP that followed it must not lift that STOP.
    conversation = cause.conversation
    await record_consent(
        tx,
        address=conversation.other_address,
        our_address=conversation.our_address,
        client_id=conversation.client_id,
        kind=effect.kind,
        source=effect.source,
        evidence=effect.evidence,
        now=cause.said_at,
    )


async def _enroll(tx: Tx, cause: Cause, effect: Enroll, now: datetime) -> None:
    conversation = cause.conversation
    for sequence in cause.sequences.values():
        due_at = first_due(sequence, now, ZoneInfo(cause.timezone)) if sequence.on == effect.on else None
        if due_at is not None:
            await sequences.enroll(
                tx,
                client_id=conversation.client_id,
                lead_id=conversation.lead_id,
                conversation_id=conversation.id,
                provider=cause.provider,
                sequence=sequence.name,
                due_at=due_at,
                now=now,
            )
