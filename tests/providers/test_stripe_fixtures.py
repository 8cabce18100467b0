"""Stripe against the shared fixtures, read where they stand; skipped loudly where they do not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from shared_fixtures import as_request, fixture_names, load, missing

from frontdesk.errors import Forged
from frontdesk.message import Item
from frontdesk.payments import rules
from frontdesk.payments.model import Payment, PaymentState
from frontdesk.providers.stripe import Stripe
from frontdesk.providers.stripe_signature import check_signature
from frontdesk.told import PaymentKind, PaymentTold

ALL = fixture_names("stripe")
pytestmark = pytest.mark.skipif(not ALL, reason=missing("stripe"))

VECTORS = "signature-vectors"
OUR_OWN_CALLS = {"api-checkout-and-errors"}
"""The desk makes no payment: it calls nothing at Stripe."""
DELIVERIES = [name for name in ALL if name != VECTORS and name not in OUR_OWN_CALLS]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_fixture_is_covered_or_named_as_no_call_of_ours() -> None:
    assert set(ALL) == {*DELIVERIES, *OUR_OWN_CALLS, VECTORS}


@pytest.mark.parametrize("name", DELIVERIES)
def test_deliveries_give_the_expected_events(name: str) -> None:
    fixture, seen = load("stripe", name), set[str]()
    config = fixture["config"]
    for delivery in fixture["deliveries"]:
        request, expected = as_request(delivery["request"]), delivery["expected"]
        now = datetime.fromtimestamp(config["now_unix"], UTC) if config["now_unix"] else moment(delivery["at"])
        stripe = Stripe(webhook_secrets=[config["webhook_secret"]], now=lambda now=now: now)  # type: ignore[misc]
        if not expected["authentic"]:
            with pytest.raises(Forged):
                stripe.verify(request)
            continue
        stripe.verify(request)
        (item,) = stripe.parse("stripe", request)
        told = stripe.read("stripe", item.payload)
        duplicate = item.request_id in seen
        seen.add(item.request_id)
        of_other_mode = "expected_livemode" in config and told.live != config["expected_livemode"]
        if duplicate or of_other_mode or told.kind is PaymentKind.OTHER:
            assert expected["events"] == []
            continue
        (event,) = expected["events"]
        ours = facts(item, told)
        shared = ours.keys() & event.keys()
        assert len(shared) >= 8
        assert {key: ours[key] for key in shared} == {key: event[key] for key in shared}


def facts(item: Item, told: PaymentTold) -> dict[str, Any]:
    """Our values in the vocabulary of the fixtures."""
    next_attempt = told.next_attempt_at
    return {
        "type": told.kind.value,
        "provider": told.provider,
        "external_id": told.event_id,
        "dedupe_key": item.request_id,
        "provider_type": told.provider_type,
        "object_id": told.object_id,
        "livemode": told.live,
        "occurred_at": f"{told.occurred_at:%Y-%m-%dT%H:%M:%SZ}",
        "amount": told.amount,
        "currency": told.currency,
        "payment_intent": told.payment_intent,
        "customer": told.customer,
        "subscription": told.subscription,
        "client_ref": told.client_ref,
        "status": told.status,
        "full": told.full,
        "error_code": told.error_code,
        "reason": told.reason,
        "next_attempt_at": f"{next_attempt:%Y-%m-%dT%H:%M:%SZ}" if next_attempt else None,
    }


def test_the_money_of_a_bank_debit_counts_when_it_comes_and_not_before() -> None:
    fixture = load("stripe", "checkout-completed-unpaid-then-async")
    states = [payment.state for payment in after_each(fixture)]
    assert states == [PaymentState.PENDING, PaymentState.ACTIVE]
    assert fixture["expected_final"]["fulfilled_after_delivery"] == 2


def test_a_subscription_that_ended_stays_ended_whatever_comes_after() -> None:
    fixture = load("stripe", "subscription-out-of-order-and-duplicate")
    assert {payment.state for payment in after_each(fixture)} == {PaymentState.ENDED}
    assert fixture["expected_final"]["subscription_status"] == {after_each(fixture)[-1].payment_ref: "canceled"}


def after_each(fixture: dict[str, Any]) -> list[Payment]:
    """The payment of a fixture after each of its deliveries."""
    stripe = Stripe(webhook_secrets=["whsec_unused"], now=lambda: datetime.now(UTC))
    payments: list[Payment] = []
    for delivery in fixture["deliveries"]:
        (item,) = stripe.parse("stripe", as_request(delivery["request"]))
        told = stripe.read("stripe", item.payload)
        assert told.payment_ref is not None
        payments.append(rules.noted(payments[-1] if payments else Payment(told.payment_ref), told))
    return payments


def vectors() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("stripe", VECTORS)["vectors"] if VECTORS in ALL else []
    return found


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_published_signature_vectors(vector: dict[str, Any]) -> None:
    now = datetime.fromtimestamp(vector["timestamp"], UTC)
    given = (vector["header"], vector["raw_body"].encode(), [vector["secret"]], now)
    if vector["valid"]:
        check_signature(*given)
    else:
        with pytest.raises(Forged):
            check_signature(*given)
