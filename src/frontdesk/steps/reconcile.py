"""reconcile: take back the sends of workers that died, and find out at the carrier what became of the unknown ones."""

from datetime import timedelta
from typing import Any

import structlog

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.effects import SendClass
from frontdesk.errors import SendError
from frontdesk.message import Receipt
from frontdesk.outbox import store as outbox
from frontdesk.outbox.unknown import SKEW, Again, NeedsAPerson, Suspect, WasSent, after_listing, without_list
from frontdesk.provider import Sender, SentMessage
from frontdesk.registry import Registry
from frontdesk.steps.judge import give_back_count
from frontdesk.steps.receipts import count_until, move_by_receipt

__all__ = ["resolve_unknown", "take_back"]

log = structlog.get_logger(__name__)

_LOOK_AGAIN = timedelta(seconds=20)
_AT_ONCE = 10


async def take_back(db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock) -> int:
    """Settle every lease on a send that has run out: not begun goes again, begun is UNKNOWN. Returns how many."""
    async with db.transaction(bucket) as tx:
        now = clock.now()
        again, unknown = await outbox.lapse(tx, lease_clock.now(), now)
        for row in again:
            await give_back_count(tx, row.lead_id, row.counted_at, row.counted_before)
        marks = [OutboundMark(row.id, "queued") for row in again]
        for row in unknown:
            count_until(tx, row.lead_id, row.counted_at, now)
        marks += [OutboundMark(row.id, "unknown", sent_at=now) for row in unknown]
        conversations.mark_outbound(tx, marks)
    if marks:
        log.warning("sends_taken_back", not_started=len(again), unknown=len(unknown))
    return len(marks)


async def resolve_unknown(db: Database, bucket: Bucket, clock: BusinessClock, registry: Registry) -> int:
    """Look up some UNKNOWN messages in their carrier's list; a receipt may be faster. Returns how many were due."""
    now = clock.now()
    async with db.transaction(bucket) as tx:
        due = await outbox.claim_unknown(tx, now=now, again_at=now + _LOOK_AGAIN, limit=_AT_ONCE)
    for row in due:
        provider = registry.senders.get(row.provider)
        if provider is None:
            continue  # set up elsewhere, or no more: looked at again, and a receipt may still come
        if not provider.lists_sent:
            await _wait_for_receipt(db, bucket, clock, row)
            continue
        try:
            listed = await provider.list_messages(
                to=row.to_address, sent_after=row.started_at - SKEW, channel=row.channel
            )
        except SendError as error:
            log.warning("unknown_not_looked_up", ledger_id=row.id, error=str(error))
            continue
        await _resolve(db, bucket, clock, provider, row, list(listed))
    return len(due)


async def _wait_for_receipt(db: Database, bucket: Bucket, clock: BusinessClock, row: Any) -> None:
    """Its carrier has no list to look at: a receipt settles it, or a person."""
    if isinstance(without_list(row.started_at, clock.now()), NeedsAPerson):
        async with db.transaction(bucket) as tx:
            await outbox.leave_to_a_person(tx, row.id)
        log.warning("unknown_left_to_a_person", ledger_id=row.id, why="its carrier has no list, and no receipt came")


async def _resolve(
    db: Database, bucket: Bucket, clock: BusinessClock, provider: Sender, row: Any, listed: list[SentMessage]
) -> None:
    suspect = Suspect(row.from_address, row.to_address, row.body, SendClass(row.send_class), row.started_at, row.resent)
    now = clock.now()
    async with db.transaction(bucket) as tx:
        known = await outbox.known_ids(tx, [message.provider_message_id for message in listed])
        resolution = after_listing(suspect, listed, known, now)
        match resolution:
            case WasSent(message):
                receipt = Receipt(
                    provider=provider.name,
                    provider_message_id=message.provider_message_id,
                    status=message.status,
                    provider_status=message.provider_status,
                    ledger_id=row.id,
                    error_code=message.error_code,
                )
                await move_by_receipt(tx, provider, receipt, now)
            case Again():
                counted = await outbox.send_again(tx, row.id, row.started_at, now)
                if counted is not None:
                    await give_back_count(tx, counted.lead_id, counted.counted_at, counted.counted_before)
                    conversations.mark_outbound(tx, [OutboundMark(row.id, "queued")])
            case NeedsAPerson():
                await outbox.leave_to_a_person(tx, row.id)
    log.info("unknown_looked_up", ledger_id=row.id, resolution=type(resolution).__name__)
