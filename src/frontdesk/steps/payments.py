"""How a payment event is handled: noted with its payment, and then what the client's payments come to.

All of it is in the settling transaction, with the client's row locked: events of one payer share a lane and come in
order, but two payers may pay for one client, and a person may turn `clients.payment_active` at any time.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Tx
from frontdesk.errors import Malformed, Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.payments import rules
from frontdesk.payments import store as payments
from frontdesk.provider import Provider
from frontdesk.registry import Commit
from frontdesk.setting_channels import PaymentSettings
from frontdesk.told import PaymentTold

__all__ = ["PaymentHandler"]

log = structlog.get_logger(__name__)

_WHOSE = (
    "nothing says which client it is for: give client_reference_id or metadata.client_id (the client's id) at the "
    "provider, or set client_id in client_payments"
)


Turned = Callable[[Tx, int], Awaitable[None]]
"""What else is to be done about a client whose `payment_active` was turned."""


class PaymentHandler:
    """Handles the events of one payment provider; reads nothing outside the transaction."""

    def __init__(
        self, clock: BusinessClock, provider: Provider, settings: PaymentSettings, turned: Turned | None = None
    ) -> None:
        """`turned` is called in the transaction that turned a client's payment, with its id."""
        self._clock = clock
        self._provider = provider
        self._settings = settings
        self._turned = turned

    async def __call__(self, event: Event) -> Commit:
        """Read the event; returns what is to be written. Raises Undeliverable for one that cannot be read."""
        try:
            told = self._provider.read(event.webhook_type, event.payload)
        except Malformed as error:
            raise Undeliverable(f"{error} Look at the event with `frontdesk events show {event.id}`.") from error
        if not isinstance(told, PaymentTold):
            raise Undeliverable(f"A webhook of type {event.webhook_type} does not tell of a payment.")
        return partial(self._commit, told)

    async def _commit(self, told: PaymentTold, tx: Tx) -> None:
        if told.payment_ref is None or rules.claimed(told) is None:
            log.info("payment_event_of_no_consequence", provider_type=told.provider_type, event_id=told.event_id)
            return
        if told.live != (self._settings.mode == "live"):
            log.warning("payment_event_of_the_other_mode", live=told.live, mode=self._settings.mode)
            return
        await self._note(tx, told)

    async def _note(self, tx: Tx, told: PaymentTold) -> None:
        whose = await payments.whose(tx, told, rules.client_named(told))
        client_id, by_name = rules.owner(whose)
        touched = sorted({one for one in (client_id, whose.noted) if one is not None})
        # The clients' rows first, in order of id, then the payment's: two events of a client wait here, not deadlock.
        locked = {one: await payments.lock_client(tx, one) for one in touched}
        before = await payments.ensure(tx, told, client_id, by_name, self._clock.now())
        after = rules.noted(before, told)
        if after != before:
            await payments.save(tx, after)
        if client_id is None:
            log.warning("payment_of_nobody", payment_ref=told.payment_ref, provider_type=told.provider_type, why=_WHOSE)
            return
        if told.customer is not None and told.subscription is not None:
            await payments.adopt(tx, client_id, told.customer)
        for one, (active, standing) in locked.items():
            verdict = rules.decide(
                await payments.of_client(tx, one),
                active=active,
                standing=standing,
                at=told.occurred_at,
                while_retrying=self._settings.while_retrying,
            )
            if verdict is not None and await payments.stand(tx, one, verdict):
                log.info("payment_active_turned", client_id=one, active=verdict.active, because=told.provider_type)
                if self._turned is not None:
                    await self._turned(tx, one)
