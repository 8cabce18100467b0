"""missed receipts: ask the carrier what became of messages of which it did not tell.

Receipts are best effort (a webhook is lost with an outage of ours longer than its retries), so that a message may stay
SENT for ever. The carrier is asked after 10 minutes, an hour, 6 hours and a day; then `sent` is the last word.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.errors import AccountRefused, Rejected, SendError, Throttled
from frontdesk.message import Receipt
from frontdesk.outbox import receipts
from frontdesk.provider import Sender, SentMessage
from frontdesk.registry import Registry
from frontdesk.steps.receipts import move_by_receipt

__all__ = ["find_missed"]

log = structlog.get_logger(__name__)

_AT_ONCE = 20
_LOOK_AGAIN = timedelta(minutes=10)
"""After a look that came to nothing, because the carrier was away or this process died."""
_IN_A_ROW = 2
"""So many messages that could not be asked about, one after the other, say that the carrier is away: one alone may be a
message whose answer cannot be understood."""


async def find_missed(db: Database, bucket: Bucket, clock: BusinessClock, registry: Registry) -> int:
    """Look up some messages whose receipts are missing; returns how many were due, 0 where a carrier needs rest."""
    now = clock.now()
    again_at = now + _LOOK_AGAIN
    async with db.transaction(bucket) as tx:
        due = await receipts.claim_missed(tx, now=now, again_at=again_at, limit=_AT_ONCE)
    failed = Counter[str]()  # in a row, by provider
    for row in due:
        if failed[row.provider] < _IN_A_ROW:  # else it is pushed ahead: its turn comes
            provider = registry.senders.get(row.provider)
            look = _Look(db, bucket, clock, provider, row, again_at)
            failed[row.provider] = await look.failures(failed[row.provider])
    return 0 if any(count >= _IN_A_ROW for count in failed.values()) else len(due)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the carrier, for one claimed row."""

    db: Database
    bucket: Bucket
    clock: BusinessClock
    provider: Sender | None
    row: Any
    again_at: datetime

    async def failures(self, before: int) -> int:
        """Look, and settle what was found; returns how many have failed in a row now."""
        if self.provider is None:  # no longer set up here: nobody can be asked
            await self._settle(None, receipts.next_look(self.row.sent_at, self.clock.now()))
            return before
        if not self.provider.lists_sent:  # it cannot be asked: `sent` is the last word until a receipt comes
            await self._settle(None, None)
            return before
        try:
            found = await self.provider.look_up(self.row.provider_message_id)
        except Rejected as error:  # it has been deleted there: nobody will ever tell
            log.warning("missed_receipt_gone", ledger_id=self.row.id, error=str(error))
            await self._settle(None, None)
            return 0
        except SendError as error:
            log.warning("missed_receipt_not_asked", ledger_id=self.row.id, error=str(error))
            # What these two say holds for every message of the account.
            return _IN_A_ROW if isinstance(error, Throttled | AccountRefused) else before + 1
        log.info("missed_receipt_looked_up", ledger_id=self.row.id, provider_status=found.provider_status)
        await self._settle(found, receipts.next_look(self.row.sent_at, self.clock.now()))
        return 0

    async def _settle(self, found: SentMessage | None, next_at: datetime | None) -> None:
        """Move the row as a receipt would; one that is still on its way is looked up again at `next_at`."""
        async with self.db.transaction(self.bucket) as tx:
            await receipts.after_look(tx, self.row.id, again_at=self.again_at, next_at=next_at)
            if self.provider is not None and found is not None:
                receipt = Receipt(
                    provider=self.provider.name,
                    provider_message_id=found.provider_message_id,
                    status=found.status,
                    provider_status=found.provider_status,
                    ledger_id=self.row.id,
                    error_code=found.error_code,
                )
                await move_by_receipt(tx, self.provider, receipt, self.clock.now())
