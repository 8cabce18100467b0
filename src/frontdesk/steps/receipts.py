"""How a delivery receipt is handled: the ledger moves on, never back."""

from datetime import datetime
from functools import partial

import structlog

from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Tx
from frontdesk.errors import Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.message import Receipt, ReceiptStatus
from frontdesk.outbox import store as outbox
from frontdesk.outbox.consents import record_consent
from frontdesk.outbox.model import LedgerStatus
from frontdesk.provider import Sender
from frontdesk.registry import Commit

__all__ = ["ReceiptHandler", "count_until", "move_by_receipt"]

log = structlog.get_logger(__name__)

_MESSAGE_STATUS = {
    LedgerStatus.SENT: "sent",
    LedgerStatus.DELIVERED: "delivered",
    LedgerStatus.UNDELIVERED: "undelivered",
    LedgerStatus.FAILED: "failed",
}


class ReceiptHandler:
    """Handles the delivery receipts of one provider."""

    def __init__(self, clock: BusinessClock, provider: Sender) -> None:
        self._clock = clock
        self._provider = provider

    async def __call__(self, event: Event) -> Commit:
        """Read the receipt; returns what is to be written."""
        receipt = self._provider.read(event.webhook_type, event.payload)
        if not isinstance(receipt, Receipt):
            raise Undeliverable(f"A webhook of type {event.webhook_type} does not hold a receipt.")
        return partial(self._commit, receipt)

    async def _commit(self, receipt: Receipt, tx: Tx) -> None:
        await move_by_receipt(tx, self._provider, receipt, self._clock.now())


def count_until(tx: Tx, lead_id: int | None, counted_at: datetime | None, now: datetime) -> None:
    """Let the lead's next minute begin now that it is known that a message reached the carrier, or may have.

    Its request was written some time after it was counted, later than planned where a process stood still.
    """
    if lead_id is not None and counted_at is not None:
        leads.count_from(tx, lead_id, claimed_at=counted_at, went_at=now)


async def move_by_receipt(tx: Tx, provider: Sender, receipt: Receipt, now: datetime) -> None:
    """Move the ledger row and the message that a receipt speaks of; an opt-out among its errors is recorded."""
    row, status = await outbox.apply_receipt(tx, receipt, now)
    if row is None:
        # Sent by something else on the same account, or its row was erased: nothing of ours to move.
        log.info("receipt_for_no_message_of_ours", provider_message_id=receipt.provider_message_id)
        return
    if row.status in (LedgerStatus.SENDING, LedgerStatus.UNKNOWN):
        count_until(tx, row.lead_id, row.counted_at, now)
    read = receipt.status is ReceiptStatus.READ
    if status is not None or (read and row.status == LedgerStatus.DELIVERED):
        word = "read" if read else _MESSAGE_STATUS[status or LedgerStatus.DELIVERED]
        mark = OutboundMark(row.id, word, provider_message_id=receipt.provider_message_id, sent_at=now)
        conversations.mark_outbound(tx, [mark])
    failed = status in (LedgerStatus.FAILED, LedgerStatus.UNDELIVERED)
    if failed and row.channel == "sms" and row.lead_id is not None and provider.means_not_textable(receipt.error_code):
        await leads.mark_not_textable(tx, row.lead_id, f"carrier error {receipt.error_code}", now)
    if status is LedgerStatus.FAILED and provider.means_opt_out(receipt.error_code):
        await record_consent(
            tx,
            address=row.to_address,
            our_address=row.from_address,
            client_id=row.client_id,
            kind="opt_out",
            source=f"carrier error {receipt.error_code}",
            evidence={"ledger_id": str(row.id)},
            now=now,
        )
