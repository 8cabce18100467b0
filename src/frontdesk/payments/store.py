"""The payments' statements as functions."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.payments.model import Payment, PaymentState, Standing, Whose
from frontdesk.told import PaymentTold

__all__ = ["adopt", "ensure", "lock_client", "of_client", "of_nobody", "save", "stand", "whose"]

Q = load_queries("frontdesk.payments")


async def whose(tx: Tx, told: PaymentTold, named: int | None) -> Whose:
    """All that tells whose a payment is, `named` being the client's id that it carries."""
    row = {"payment_ref": told.payment_ref, "named": named, "customer_id": told.customer}
    return Whose(*await tx.one(Q.whose, {**row, "is_subscription": told.subscription is not None}))


async def lock_client(tx: Tx, client_id: int) -> tuple[bool, Standing | None]:
    """Lock a client; returns its `payment_active` and what the desk last made of it."""
    row = await tx.one(Q.lock_client, {"client_id": client_id})
    return row.payment_active, Standing(row.active, row.as_of) if row.as_of is not None else None


async def ensure(tx: Tx, told: PaymentTold, client_id: int | None, by_name: bool, now: datetime) -> Payment:
    """The payment of an event, made if it is new; its row is locked for the rest of the transaction."""
    row = {"payment_ref": told.payment_ref, "provider": told.provider, "client_id": client_id, "client_named": by_name}
    ids = {"customer_id": told.customer, "subscription_id": told.subscription, "now": now}
    return _payment(await tx.one(Q.ensure, {**row, **ids}))


async def save(tx: Tx, payment: Payment) -> None:
    """Write a payment that `ensure` locked."""
    await tx.run(Q.save, asdict(payment))


async def adopt(tx: Tx, client_id: int, customer_id: str) -> int:
    """Give a client the subscriptions of its customer that were nobody's; returns how many."""
    return await tx.run(Q.adopt, {"client_id": client_id, "customer_id": customer_id})


async def of_client(tx: Tx, client_id: int) -> list[Payment]:
    """All payments of a client."""
    return [_payment(row) for row in await tx.all(Q.of_client, {"client_id": client_id})]


async def stand(tx: Tx, client_id: int, standing: Standing) -> bool:
    """Write what a client's payments come to; true when that turned `payment_active`."""
    row = {"client_id": client_id, "active": standing.active}
    await tx.run(Q.stand, {**row, "as_of": standing.as_of})
    return await tx.run(Q.set_active, row) > 0


async def of_nobody(tx: Tx, limit: int = 50) -> Sequence[Payment]:
    """Payments that are good, or may become so, and that belong to no client yet."""
    return [_payment(row) for row in await tx.all(Q.of_nobody, {"limit": limit})]


def _payment(row: Any) -> Payment:
    return Payment(**{**row._asdict(), "state": PaymentState(row.state)})
