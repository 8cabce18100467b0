"""How a webhook is handled that brings texts, receipts and news alike: each goes to the handler of its kind."""

import structlog

from frontdesk.db.pool import Tx
from frontdesk.inbox.model import Event
from frontdesk.message import Notice, Receipt
from frontdesk.provider import Provider
from frontdesk.registry import Commit, Handler

__all__ = ["MixedHandler"]

log = structlog.get_logger(__name__)


class MixedHandler:
    """Handles what one provider sends under one webhook type. A notice is kept with its event, and nothing follows."""

    def __init__(self, provider: Provider, *, texts: Handler, receipts: Handler) -> None:
        self._provider = provider
        self._texts = texts
        self._receipts = receipts

    async def __call__(self, event: Event) -> Commit:
        """Hand it on by what it is; returns what is to be written."""
        received = self._provider.read(event.webhook_type, event.payload)
        if isinstance(received, Notice):
            tell = log.info if received.error_code is None else log.warning
            tell("notice_kept", provider=received.provider, kind=received.kind, error_code=received.error_code)
            return _nothing
        return await (self._receipts if isinstance(received, Receipt) else self._texts)(event)


async def _nothing(tx: Tx) -> None:
    """A notice changes nothing."""
