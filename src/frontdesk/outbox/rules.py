"""What a receipt means for the ledger, and when one is missed. Pure."""

from datetime import timedelta

from frontdesk.message import ReceiptStatus
from frontdesk.outbox.model import MOVES, LedgerStatus

__all__ = ["RECEIPT_DUE", "after_receipt"]

RECEIPT_DUE = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""How long after it was sent a message of which no final receipt came is looked up at the carrier: then, and then, ...

The last look is after a day: a carrier without receipts says `sent` for ever.
"""

_RECEIPT_MEANS = {
    ReceiptStatus.QUEUED: LedgerStatus.SENT,  # the carrier has it: no longer unknown
    ReceiptStatus.SENT: LedgerStatus.SENT,
    ReceiptStatus.DELIVERED: LedgerStatus.DELIVERED,
    ReceiptStatus.READ: LedgerStatus.DELIVERED,
    ReceiptStatus.UNDELIVERED: LedgerStatus.UNDELIVERED,
    ReceiptStatus.FAILED: LedgerStatus.FAILED,
}


def after_receipt(status: LedgerStatus, receipt: ReceiptStatus) -> LedgerStatus | None:
    """The state after a receipt, or None where it changes nothing: late and reordered receipts never go back."""
    target = _RECEIPT_MEANS[receipt]
    return target if target in MOVES[status] else None
