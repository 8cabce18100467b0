"""settle_by_hand: a person says what became of a message of which nobody knows, or cancels one that waits."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible, NotThere
from frontdesk.outbox import by_hand
from frontdesk.outbox import store as outbox
from frontdesk.outbox.model import LedgerStatus
from frontdesk.steps.audited import Asked, carry_out
from frontdesk.steps.judge import give_back_count

__all__ = ["Word", "cancel_by_hand", "resolve"]


class Word(StrEnum):
    """What a person says of an UNKNOWN message."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    SEND_AGAIN = "send_again"


async def resolve(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    ledger_id: int,
    word: Word,
    *,
    actor: str,
    key: str | None = None,
    provider_message_id: str | None = None,
) -> None:
    """Settle an UNKNOWN by a person's word; recorded. Raises NotThere, or NotPossible for one that is not UNKNOWN.

    `provider_message_id` is the carrier's own id, where the person looked it up: receipts are then asked for as usual.
    """
    if provider_message_id is not None and word is not Word.SENT:
        raise NotPossible("The carrier's message id belongs to a message that was sent: leave it out, or say `sent`.")

    async def settle(tx: Tx) -> Mapping[str, Any]:
        row = await _row(tx, ledger_id)
        if row.status != LedgerStatus.UNKNOWN:
            raise _not_unknown(row)
        if provider_message_id is not None and await outbox.known_ids(tx, [provider_message_id]):
            raise NotPossible(f"The carrier's message {provider_message_id} is another row of the ledger already.")
        if not await _settle(tx, row, word, provider_message_id, clock):
            raise NotPossible(f"Message {ledger_id} is being settled right now: look again in a moment.")
        return {"attempts": row.attempts}

    wanted = {"as": word.value, "provider_message_id": provider_message_id}
    await carry_out(db, bucket, clock, Asked(actor, "resolve", f"message {ledger_id}", key, wanted), settle)


async def _settle(tx: Tx, row: Any, word: Word, provider_message_id: str | None, clock: BusinessClock) -> bool:
    now = clock.now()
    if word is Word.SENT:
        settled = await by_hand.say_sent(tx, row, provider_message_id, now)
        mark = OutboundMark(row.id, "sent", provider_message_id=provider_message_id, sent_at=now)
    else:
        # The lead before its ledger row: the order of every step. What nobody got does not count against the lead.
        await give_back_count(tx, row.lead_id, row.counted_at, row.counted_before)
        if word is Word.NOT_SENT:
            settled = await by_hand.say_not_sent(tx, row, now)
            mark = OutboundMark(row.id, "failed")
        else:
            settled = await by_hand.say_send_again(tx, row, now)
            mark = OutboundMark(row.id, "queued")
    conversations.mark_outbound(tx, [mark])
    outbox.ring(tx)  # what was put for this recipient since waited for this word
    return settled


async def cancel_by_hand(
    db: Database, bucket: Bucket, clock: BusinessClock, ledger_id: int, *, actor: str, key: str | None = None
) -> None:
    """Cancel what waits, or give up an UNKNOWN; its key stays taken. Recorded. Raises NotThere or NotPossible."""

    async def cancel(tx: Tx) -> Mapping[str, Any]:
        if not await outbox.cancel(tx, ledger_id):
            raise _not_cancelled(await _row(tx, ledger_id))
        conversations.mark_outbound(tx, [OutboundMark(ledger_id, "cancelled")])
        outbox.ring(tx)
        return {}

    await carry_out(db, bucket, clock, Asked(actor, "cancel", f"message {ledger_id}", key), cancel)


async def _row(tx: Tx, ledger_id: int) -> Any:
    row = await outbox.show_ledger(tx, ledger_id)
    if row is None:
        raise NotThere(f"There is no message {ledger_id} in the outbox: see `frontdesk outbox list`.")
    return row


def _not_unknown(row: Any) -> NotPossible:
    match row.status:
        case LedgerStatus.PENDING:
            said = f"is still waiting: cancel it with `frontdesk outbox cancel {row.id}`, or let it go"
        case LedgerStatus.SENDING:
            said = "is being sent right now: look again in a moment"
        case _:
            said = f"is {row.status}, which is known: there is nothing to decide"
    return NotPossible(f"Message {row.id} {said}. Only one that is UNKNOWN waits for a person's word.")


def _not_cancelled(row: Any) -> NotPossible:
    if row.status == LedgerStatus.SENDING:
        return NotPossible(f"Message {row.id} is being sent right now: it is too late to cancel it.")
    return NotPossible(f"Message {row.id} is {row.status}, and only one that is PENDING or UNKNOWN can be cancelled.")
