"""The decisions about payments: what one event says of a payment, and what all of them say of their client.

Events come late, twice and in any order, and their times are whole seconds. So each is a claim about one payment, and
of two claims the greater holds, by one total order: an end before all else, what was paid once before what never was,
then the newer, and within a second the better news. Taking the greater gives the same end whatever the order.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from frontdesk.payments.model import Payment, PaymentState, Standing, Whose
from frontdesk.told import PaymentKind, PaymentTold

__all__ = ["FINAL", "UNDECIDED", "claimed", "client_named", "decide", "noted", "owner", "served"]

_S = PaymentState

FINAL = frozenset({_S.REFUNDED, _S.ENDED})
"""Nothing that is told of a payment after, or before, changes these."""

UNDECIDED = frozenset({_S.PENDING, _S.FAILED})
"""Nothing was paid yet: these say nothing of whether a client is served, who may be so by a person's word."""

_RANK = {state: rank for rank, state in enumerate(PaymentState)}
"""Within one second the later in the enum holds: a first try that fails and a second that succeeds end as paid."""

_STATUSES = {
    "active": _S.ACTIVE,
    "trialing": _S.ACTIVE,
    "past_due": _S.PAST_DUE,
    "unpaid": _S.UNPAID,
    "paused": _S.UNPAID,
    "incomplete": _S.PENDING,
    "incomplete_expired": _S.ENDED,
    "canceled": _S.ENDED,
}
"""A subscription's status and what it counts as. Source: Stripe, the Subscription object."""

_LARGEST_ID = 2**63 - 1


def claimed(told: PaymentTold) -> PaymentState | None:
    """The state that one event claims for its payment; None where it says nothing of it."""
    match told.kind:
        case PaymentKind.COMPLETED | PaymentKind.INVOICE_PAID:
            return _S.ACTIVE
        case PaymentKind.PENDING:
            return _S.PENDING
        case PaymentKind.FAILED:
            return _S.FAILED
        case PaymentKind.INVOICE_FAILED:
            if told.first:
                return _S.FAILED
            return _S.PAST_DUE if told.next_attempt_at is not None else _S.UNPAID
        case PaymentKind.REFUNDED:
            return _S.REFUNDED if told.full else None
        case PaymentKind.SUBSCRIPTION_UPDATED:
            return _STATUSES.get(told.status or "")
        case PaymentKind.SUBSCRIPTION_CANCELLED:
            return _S.ENDED
        case PaymentKind.CHECKOUT_EXPIRED | PaymentKind.OTHER:
            return None


def noted(payment: Payment, told: PaymentTold) -> Payment:
    """The payment with what this event told of it; the same where it told nothing newer."""
    after = replace(
        payment,
        customer_id=payment.customer_id or told.customer,
        subscription_id=payment.subscription_id or told.subscription,
    )
    state = claimed(told)
    if state is not None and _order(state, told.occurred_at) > _order(payment.state, payment.last_event_at):
        after = replace(after, state=state, last_event_at=told.occurred_at, last_event_type=told.provider_type)
    if told.kind in (PaymentKind.COMPLETED, PaymentKind.INVOICE_PAID) and told.amount is not None:
        paid = (told.occurred_at.timestamp(), told.amount, told.currency or "")
        before = (payment.paid_at.timestamp() if payment.paid_at else 0.0, payment.amount or 0, payment.currency or "")
        if paid > before:
            after = replace(after, amount=told.amount, currency=told.currency, paid_at=told.occurred_at)
    return after


def _order(state: PaymentState, at: datetime | None) -> tuple[bool, bool, float, int]:
    return state in FINAL, state not in UNDECIDED, at.timestamp() if at else 0.0, _RANK[state]


def served(payments: Iterable[Payment], *, while_retrying: bool) -> bool | None:
    """Whether a client with these payments is served: one that is paid will do. None where nothing was decided yet.

    `while_retrying`: go on while the provider tries a renewal again.
    """
    good = {_S.ACTIVE, _S.PAST_DUE} if while_retrying else {_S.ACTIVE}
    states = {payment.state for payment in payments} - UNDECIDED
    return bool(states & good) if states else None


def decide(
    payments: Iterable[Payment], *, active: bool, standing: Standing | None, at: datetime, while_retrying: bool
) -> Standing | None:
    """What `clients.payment_active` becomes after an event of the time `at`; None: it stays as it is.

    `active` is what stands there now. Where that is not what the desk last wrote (`standing`), a person turned it:
    their word holds until an event that is newer than all that were known then.
    """
    now_served = served(payments, while_retrying=while_retrying)
    if now_served is None:
        return None
    if standing is None:
        return Standing(now_served, at)
    if active != standing.active and at <= standing.as_of:
        return None
    return Standing(now_served, max(at, standing.as_of))


def client_named(told: PaymentTold) -> int | None:
    """The client's id that the payment carries; None where it carries none, or something that is no id."""
    ref = (told.client_ref or "").strip()
    is_id = ref.isascii() and ref.isdigit() and len(ref) <= len(str(_LARGEST_ID))
    return int(ref) if is_id and 0 < int(ref) <= _LARGEST_ID else None


def owner(whose: Whose) -> tuple[int | None, bool]:
    """The client that a payment belongs to, and whether the payment itself says so. None: nobody knows."""
    if whose.noted is not None and whose.noted_by_name:
        return whose.noted, True
    if whose.named is not None:
        return whose.named, True
    return (whose.noted if whose.noted is not None else whose.of_customer), False
