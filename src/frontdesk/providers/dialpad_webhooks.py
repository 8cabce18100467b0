"""Dialpad's webhooks as data and as values: the profile, an event into an item, a text's event into a typed message.

Source: Dialpad, "Call events" and "SMS events". Payloads are in no machine-readable contract: only what an item cannot
do without is demanded, and whatever is neither a call nor a text (agents' status, contacts) is of no interest.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.message import Item, LaneClass, Media, Receipt, ReceiptStatus, TextReceived
from frontdesk.provider import Answer, Batch, Profile, Refused, Retries
from frontdesk.providers.callers import caller, plain_number
from frontdesk.providers.dialpad_calls import id_of, key_of_call, lane_of_call, our_line

__all__ = ["DIALPAD", "PROFILES", "TEXT_STATES", "item_of", "read_text"]

DIALPAD = "dialpad"

TEXT_STATES: dict[str, ReceiptStatus] = {
    "pending": ReceiptStatus.QUEUED,
    "success": ReceiptStatus.SENT,
    "failed": ReceiptStatus.FAILED,
}

PROFILES: dict[str, Profile] = {
    DIALPAD: Profile(
        webhook_type=DIALPAD,
        path="/webhooks/dialpad",
        max_body=1024 * 1024,
        batch=Batch.ONE,
        dedupe_for=timedelta(hours=24),
        ack_deadline=timedelta(seconds=10),
        dedupe_path="call_id:state:event_timestamp, or id (with message_status and its result) of a text",
        acknowledge=Answer(200, "application/json", b'{"ok":true}'),
        overload=Answer(503, "text/plain", b"The desk cannot keep this event right now; please send it again."),
        # No schedule is documented: what happens to a lost event is told by the next one of the same call.
        retries=Retries(times=0, within=timedelta(0), set_up="", unasked=""),
        refused=Refused.DROPPED,
        listed=False,
        statuses=TEXT_STATES,
    )
}

_WORD = re.compile(r"[a-z0-9_-]{1,64}")


def item_of(event: Mapping[str, Any]) -> Item | None:
    """The item of one event; None where it is of no interest. Raises Malformed for an id that cannot be one."""
    if event.get("call_id") is not None:
        return _call(event)
    if event.get("from_number") is not None or event.get("to_number") is not None:
        return _text(event)
    return None


def _call(event: Mapping[str, Any]) -> Item:
    return Item(
        webhook_type=DIALPAD,
        request_id=key_of_call(event),
        our_address=our_line(event),
        other_address=caller(event.get("external_number")),
        lane_class=LaneClass.CALL,
        payload=event,
        channel="voice",
        lane_ref=lane_of_call(event),
        function_name="call",
        to_account=True,
    )


def _text(event: Mapping[str, Any]) -> Item:
    text_id = id_of(event.get("id"))
    if text_id is None:
        raise Malformed("The text from Dialpad has no id, or one that is no whole number.")
    inbound = _inbound(event)
    ours, theirs = _numbers(event)
    return Item(
        webhook_type=DIALPAD,
        request_id=text_id if inbound else f"{text_id}:{_word(event, 'message_status')}:{_result(event)}",
        our_address=ours,
        other_address=theirs,
        lane_class=LaneClass.MESSAGE if inbound else LaneClass.RECEIPT,
        payload=event,
        lane_ref=None if inbound else text_id,
        function_name="text",
        to_account=True,
    )


def read_text(event: Mapping[str, Any]) -> TextReceived | Receipt:
    """The text in an event, or what became of one that somebody sent in Dialpad. Raises Malformed."""
    text_id = id_of(event.get("id"))
    if text_id is None:
        raise Malformed("The text from Dialpad has no id, or one that is no whole number.")
    if not _inbound(event):
        word, result = _word(event, "message_status"), event.get("message_delivery_result")
        failed = word == "failed" and isinstance(result, str)
        status = TEXT_STATES.get(word, ReceiptStatus.QUEUED)
        return Receipt(DIALPAD, text_id, status, word, error_code=str(result) if failed else None)
    ours, theirs = _numbers(event)
    url = event.get("mms_url")
    media = (Media(url, ""),) if isinstance(url, str) and url else ()
    return TextReceived(DIALPAD, "sms", text_id, theirs, ours, _body(event), media)


def _body(event: Mapping[str, Any]) -> str:
    """The words; empty also where the API key may not see them (no scope message_content_export)."""
    words = (event.get(name) for name in ("text", "text_content"))
    return next((word for word in words if isinstance(word, str)), "")


def _inbound(event: Mapping[str, Any]) -> bool:
    return str(event.get("direction")).strip().lower() == "inbound"


def _numbers(event: Mapping[str, Any]) -> tuple[str, str]:
    """Our number and theirs. `to_number` is a list, and was seen as a bare text; the first of it counts."""
    to = event.get("to_number")
    first = next(iter(to), None) if isinstance(to, list) else to
    sender = event.get("from_number")
    return (plain_number(first), caller(sender)) if _inbound(event) else (plain_number(sender), caller(first))


def _word(event: Mapping[str, Any], name: str) -> str:
    word = str(event.get(name)).strip().lower()
    return word if _WORD.fullmatch(word) else "other"


def _result(event: Mapping[str, Any]) -> str:
    result = event.get("message_delivery_result")
    return "None" if result is None else _word(event, "message_delivery_result")
