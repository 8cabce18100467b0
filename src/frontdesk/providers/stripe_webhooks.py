"""Stripe's events as data and as values: the profile, a body into an item, a stored payload into what it tells.

Source: Stripe, "Webhooks", "Types of events" and the objects' reference. The layout follows the API version of the
endpoint: invoices name their subscription in three places by now. Unknown types, thin events and events with fields
missing are kept.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.message import Item, LaneClass
from frontdesk.provider import Answer, Batch, HttpRequest, Profile, Refused, Retries
from frontdesk.providers.json_body import read_json_object
from frontdesk.told import PaymentKind, PaymentTold

__all__ = ["PROFILES", "STRIPE", "parse_event", "read_event"]

STRIPE = "stripe"

_K = PaymentKind

# Source: Stripe, "Webhooks": live events are tried for up to three days, with growing pauses, each time signed anew.
# How often, and how long an answer may take, Stripe does not promise: these two are for the eye only.
PROFILES: dict[str, Profile] = {
    STRIPE: Profile(
        webhook_type=STRIPE,
        path="/webhooks/stripe",
        max_body=1024 * 1024,
        batch=Batch.ONE,
        dedupe_for=timedelta(days=4),
        ack_deadline=timedelta(seconds=20),
        dedupe_path="id",
        acknowledge=Answer(200, "application/json", b'{"received":true}'),
        overload=Answer(503, "text/plain", b"The desk cannot keep this event right now; please send it again later."),
        retries=Retries(times=16, within=timedelta(days=3), set_up="", unasked=""),
        refused=Refused.RETRIED,
        listed=False,
    )
}

KINDS: dict[str, PaymentKind] = {
    "checkout.session.async_payment_succeeded": _K.COMPLETED,
    "checkout.session.async_payment_failed": _K.FAILED,
    "checkout.session.expired": _K.CHECKOUT_EXPIRED,
    "payment_intent.succeeded": _K.COMPLETED,
    "payment_intent.payment_failed": _K.FAILED,
    "invoice.paid": _K.INVOICE_PAID,
    "invoice.payment_succeeded": _K.INVOICE_PAID,
    "invoice.payment_failed": _K.INVOICE_FAILED,
    "customer.subscription.created": _K.SUBSCRIPTION_UPDATED,
    "customer.subscription.updated": _K.SUBSCRIPTION_UPDATED,
    "customer.subscription.paused": _K.SUBSCRIPTION_UPDATED,
    "customer.subscription.resumed": _K.SUBSCRIPTION_UPDATED,
    "customer.subscription.deleted": _K.SUBSCRIPTION_CANCELLED,
    "charge.refunded": _K.REFUNDED,
}
"""What each type of event counts as; checkout.session.completed goes by its payment_status, all others are OTHER."""

CHECKOUTS = {"paid": _K.COMPLETED, "no_payment_required": _K.COMPLETED, "unpaid": _K.PENDING}

_LONGEST_ID = 255
_LATEST = 253_402_300_799  # seconds: the end of the year 9999, the last that a datetime holds
_LARGEST = 2**63 - 1


def parse_event(request: HttpRequest) -> Item:
    """The item of an event. Raises Malformed where there is no event id.

    Its lane is the payer's: what concerns one customer, or what stands for one, is handled in order.
    """
    event = read_json_object(request.body, "Stripe")
    event_id = event.get("id")
    if not isinstance(event_id, str) or not event_id.startswith("evt_") or len(event_id) > _LONGEST_ID:
        raise Malformed("The webhook from Stripe has no event id (evt_…).")
    if not event_id.isprintable():
        raise Malformed("The webhook from Stripe has an event id that cannot be used.")
    made = _object(event)
    payer = next(filter(None, (_customer(made), _subscription(made), _intent(made), _client_ref(made))), event_id)
    return Item(
        webhook_type=STRIPE,
        request_id=event_id,
        our_address="",
        other_address="",
        lane_class=LaneClass.PAYMENT,
        payload=event,
        channel="stripe",
        lane_ref=payer,
        function_name=_text(event, "type") or "",
    )


def read_event(payload: Mapping[str, Any]) -> PaymentTold:
    """What a stored event tells. Raises Malformed where a type that counts has no time or no object."""
    provider_type = _text(payload, "type") or "unknown"
    made = _object(payload)
    kind = KINDS.get(provider_type, _K.OTHER)
    if provider_type == "checkout.session.completed":
        kind = CHECKOUTS.get(_text(made, "payment_status") or "", _K.OTHER)
    if made.get("mode") == "setup" or payload.get("object") == "v2.core.event":
        kind = _K.OTHER
    object_id = _text(made, "id")
    occurred_at = _moment(payload.get("created"))
    if kind is not _K.OTHER and (object_id is None or occurred_at is None):
        raise Malformed(f"The {provider_type} event from Stripe has no {'time' if object_id else 'object with an id'}.")
    return PaymentTold(
        provider=STRIPE,
        event_id=str(payload.get("id", "")),
        kind=kind,
        provider_type=provider_type,
        object_id=object_id or "",
        occurred_at=occurred_at or datetime.fromtimestamp(0, UTC),
        live=payload.get("livemode") is True,
        payment_ref=_payment_ref(provider_type, payload, made),
        client_ref=_client_ref(made),
        customer=_customer(made),
        subscription=_subscription(made),
        payment_intent=_intent(made),
        status=_text(made, "status") if made.get("object") == "subscription" else None,
        amount=_amount(made),
        currency=_text(made, "currency"),
        full=made.get("refunded") is True,
        first=_text(made, "billing_reason") == "subscription_create",
        next_attempt_at=_moment(made.get("next_payment_attempt")),
        error_code=_text(_mapping(made, "last_payment_error"), "code"),
        reason=_text(_mapping(made, "cancellation_details"), "reason"),
    )


def _payment_ref(provider_type: str, event: Mapping[str, Any], made: Mapping[str, Any]) -> str | None:
    """What is paid: the subscription, else the single payment. None for what is told by another event as well, and for
    what happened on a connected account, which is paid to others."""
    if provider_type.startswith("payment_intent.") or event.get("account"):
        return None
    return _subscription(made) or _intent(made) or _text(made, "id")


def _object(event: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(event, "data"), "object")


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(given: Mapping[str, Any], name: str) -> str | None:
    """A text that may become a key or a column; None where it is none, too long, or holds what no column takes."""
    value = given.get(name)
    usable = isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isprintable()
    return value if usable else None


def _id(given: Mapping[str, Any], name: str) -> str | None:
    """The id in a field that is a text, or expanded to its object, or null."""
    value = given.get(name)
    return _text(value, "id") if isinstance(value, Mapping) else _text(given, name)


def _customer(made: Mapping[str, Any]) -> str | None:
    return _id(made, "customer")


def _intent(made: Mapping[str, Any]) -> str | None:
    return _text(made, "id") if made.get("object") == "payment_intent" else _id(made, "payment_intent")


def _subscription(made: Mapping[str, Any]) -> str | None:
    """The subscription that an object is or belongs to; of an invoice in the places of all API versions."""
    if made.get("object") == "subscription":
        return _text(made, "id")
    parents = [made, _mapping(_mapping(made, "parent"), "subscription_details")]
    for line in _lines(made):
        parents += [line, _mapping(_mapping(line, "parent"), "subscription_item_details")]
    return next(filter(None, (_id(parent, "subscription") for parent in parents)), None)


def _lines(made: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    lines = _mapping(made, "lines").get("data")
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list) else []


def _client_ref(made: Mapping[str, Any]) -> str | None:
    """Whom the payment is for: client_reference_id of a checkout, else client_id in the metadata."""
    parents = (made, _mapping(_mapping(made, "parent"), "subscription_details"), _mapping(made, "subscription_details"))
    told = (_text(_mapping(parent, "metadata"), "client_id") for parent in parents)
    return _text(made, "client_reference_id") or next(filter(None, told), None)


def _amount(made: Mapping[str, Any]) -> int | None:
    """In the currency's smallest unit; of a failed payment what was to be paid, of a refund what was given back."""
    names = {
        "checkout.session": ("amount_total",),
        "invoice": ("amount_paid", "amount_due"),
        "charge": ("amount_refunded",),
        "payment_intent": ("amount_received", "amount"),
    }.get(str(made.get("object")), ())
    amounts = [made[name] for name in names if type(made.get(name)) is int and 0 <= made[name] <= _LARGEST]
    return next((amount for amount in amounts if amount > 0), amounts[0] if amounts else None)


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int and 0 <= seconds <= _LATEST else None
