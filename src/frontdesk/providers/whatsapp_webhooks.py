"""WhatsApp's webhooks: the profile, and one POST into its items.

Source: Meta, WhatsApp Cloud API, Webhooks. One POST holds entries, they hold changes, those hold messages and statuses
of several people, in no order. Each becomes an item of its own; one that cannot be understood is kept all the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.message import Item, LaneClass, ReceiptStatus
from frontdesk.provider import Answer, Batch, HttpRequest, Profile, Refused, Retries
from frontdesk.providers.redaction import json_object

__all__ = ["PROFILES", "STATUS_WORDS", "WHATSAPP", "our_number", "parse", "person", "seconds_of"]

WHATSAPP = "whatsapp"

STATUS_WORDS: dict[str, ReceiptStatus] = {
    "sent": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "played": ReceiptStatus.READ,  # a voice message was heard
    "failed": ReceiptStatus.FAILED,
    "warning": ReceiptStatus.QUEUED,
    "deleted": ReceiptStatus.QUEUED,
}

PROFILES: dict[str, Profile] = {
    WHATSAPP: Profile(
        webhook_type=WHATSAPP,
        path="/webhooks/whatsapp",
        max_body=3 * 1024 * 1024,
        batch=Batch.MANY,
        dedupe_for=timedelta(days=8),
        ack_deadline=timedelta(seconds=10),
        dedupe_path="entry[].changes[].value.messages[].id, .statuses[].id:status",
        acknowledge=Answer(200, "text/plain", b"OK"),
        overload=Answer(503, "text/plain", b"The desk cannot keep this right now; please send it again."),
        # Source: Meta, Webhooks. How often is not told; less and less.
        retries=Retries(times=None, within=timedelta(days=7), set_up="", unasked=""),
        refused=Refused.RETRIED,
        listed=False,
        statuses=STATUS_WORDS,
    )
}

COPIES = 64 * 1024
"""Bytes that the copies of one body may take in all; of a larger batch each item keeps its part, and one the whole."""
_LONGEST_ID = 256
_LONGEST_ADDRESS = 128


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of an entry: `value` is a mapping, empty where it was none."""

    account: str
    field: str
    value: Mapping[str, Any]
    whole: Any

    @property
    def ours(self) -> str:
        """Our number in E.164; empty where the change names none."""
        metadata = _mapping(self.value.get("metadata"))
        return our_number(metadata.get("display_phone_number", self.value.get("display_phone_number")))

    def item(self, request_id: str, other: str, payload: Mapping[str, Any], lane_ref: str | None) -> Item:
        """An item of this change."""
        about = {"account": self.account, "field": self.field, "metadata": self.value.get("metadata")}
        return Item(
            webhook_type=WHATSAPP,
            request_id=request_id,
            our_address=self.ours,
            other_address=other,
            lane_class=LaneClass.MESSAGE if lane_ref is None else LaneClass.RECEIPT,
            payload={**about, **payload},
            channel=WHATSAPP,
            lane_ref=lane_ref,
            to_account=True,
        )


def parse(request: HttpRequest) -> list[Item]:
    """All items of one POST, those of a person in the order in which they were written. Raises Malformed."""
    document = json_object(request.body)
    if document is None:
        raise Malformed("The webhook from WhatsApp is no JSON object.")
    try:
        items = list(_items(document)) or [_unreadable(_Change("", "", {}, document), document)]
        return _with_bodies(_by_time(items), request.body)
    except RecursionError as error:
        raise Malformed("The webhook from WhatsApp is nested too deep.") from error


def _items(document: Mapping[str, Any]) -> Iterator[Item]:
    for entry in _sequence(document.get("entry")):
        account = str(_mapping(entry).get("id", ""))[:_LONGEST_ADDRESS]
        changes = _sequence(_mapping(entry).get("changes"))
        if not changes:
            yield _unreadable(_Change(account, "", {}, entry), entry)
        for one in changes:
            change = _mapping(one)
            field = str(change.get("field", ""))[:_LONGEST_ADDRESS]
            yield from _of_change(_Change(account, field, _mapping(change.get("value")), one))


def _of_change(change: _Change) -> Iterator[Item]:
    messages, statuses = _sequence(change.value.get("messages")), _sequence(change.value.get("statuses"))
    errors = _sequence(change.value.get("errors"))
    if change.field != "messages" or not (messages or statuses or errors):
        yield _news(change, {"value": change.value} if change.value else {"unreadable": change.whole})
        return
    for message in messages:
        yield _message(change, message)
    for status in statuses:
        yield _status(change, status)
    if errors:
        yield _news(change, {"errors": errors})


def _message(change: _Change, given: Any) -> Item:
    message = _mapping(given)
    sender = person(message.get("from"), message.get("from_user_id"))
    if not _is_word(message.get("id"), _LONGEST_ID) or not sender:
        return _unreadable(change, given)
    contacts = [_mapping(contact) for contact in _sequence(change.value.get("contacts"))]
    theirs = [one for one in contacts if sender in (person(one.get("wa_id"), None), one.get("user_id"))]
    contact = (theirs or (contacts if len(contacts) == 1 else []))[:1]
    return change.item(message["id"], sender, {"message": message, "contact": contact[0] if contact else None}, None)


def _status(change: _Change, given: Any) -> Item:
    status = _mapping(given)
    if not _is_word(status.get("id"), _LONGEST_ID) or not _is_word(status.get("status"), 64):
        return _unreadable(change, given)
    recipient = person(status.get("recipient_id"), status.get("recipient_user_id"))
    return change.item(f"{status['id']}:{status['status']}", recipient, {"status": status}, status["id"])


def _news(change: _Change, payload: Mapping[str, Any]) -> Item:
    """What belongs to no message has no id: its content is its id, so that a redelivery is known again."""
    digest = _digest(json.dumps([change.account, change.field, payload], sort_keys=True))
    key = f"whatsapp:{change.field[:64] if change.field.isprintable() else ''}:{digest}"
    return change.item(key, "", payload, key)


def _unreadable(change: _Change, given: Any) -> Item:
    return _news(change, {"unreadable": given})


def _by_time(items: Sequence[Item]) -> list[Item]:
    """By their own time; what has none stays behind what it came after."""
    times, last = [], 0
    for item in items:
        last = seconds_of(item.payload) or last
        times.append(last)
    return [item for _, item in sorted(zip(times, items, strict=True), key=lambda pair: pair[0])]


def _with_bodies(items: list[Item], body: bytes) -> list[Item]:
    """Of a large batch each item stores its own part, as a webhook that holds it alone; one more item the whole."""
    if len(items) == 1 or len(items) * len(body) <= COPIES:
        return items
    key = f"whatsapp:batch:{_digest(body)}"
    whole = replace(
        items[0],
        request_id=key,
        other_address="",
        lane_class=LaneClass.RECEIPT,
        lane_ref=key,
        payload={"batch": {"items": len(items), "bytes": len(body)}},
    )
    parts = (replace(item, body=_alone(item.payload), payload={**item.payload, "part_of": key}) for item in items)
    return [whole, *parts]


def _alone(payload: Mapping[str, Any]) -> bytes:
    value = {"messaging_product": WHATSAPP, "metadata": payload.get("metadata")}
    if payload.get("contact"):
        value["contacts"] = [payload["contact"]]
    for name, plural in (("message", "messages"), ("status", "statuses")):
        if name in payload:
            value[plural] = [payload[name]]
    value |= {"errors": payload["errors"]} if "errors" in payload else {}
    change = {"field": payload["field"], "value": payload.get("value", payload.get("unreadable", value))}
    entry = {"id": payload["account"], "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def our_number(shown: Any) -> str:
    """A number of ours in E.164, as Meta shows it with or without a plus and blanks; empty where it is none."""
    digits = "".join(filter(str.isdigit, shown)) if isinstance(shown, str) and shown.isascii() else ""
    return f"+{digits}" if digits and len(digits) <= 20 else ""


def person(number: Any, user_id: Any) -> str:
    """A person's address: the number in E.164, else the business-scoped user id; empty where neither can be used."""
    if isinstance(number, str) and (digits := number.removeprefix("+")).isascii() and digits.isdigit():
        return f"+{digits}" if len(digits) <= 20 else ""
    return user_id if isinstance(user_id, str) and _is_word(user_id, _LONGEST_ADDRESS) else ""


def seconds_of(payload: Mapping[str, Any]) -> int | None:
    """The epoch seconds of the message or status in a payload; None where it has none that can be."""
    given = _mapping(payload.get("message") or payload.get("status")).get("timestamp")
    text = str(given) if isinstance(given, str | int) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 11 else None


def _digest(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:32]


def _is_word(value: Any, longest: int) -> bool:
    """A text that becomes a key or an address: not blank, short, and nothing that a text column refuses."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= longest and value.isprintable()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
