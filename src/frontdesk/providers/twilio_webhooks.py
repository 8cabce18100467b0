"""Twilio's webhooks as data and as values: the profiles, a body into items, a stored payload into a typed message.

Source: Twilio, "Twilio's request to your incoming message webhook URL" and "Outbound message status in status
callbacks". Real payloads carry absent, blank and unknown fields: only what an item cannot do without is demanded.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.message import Item, LaneClass, Media, Receipt, ReceiptStatus, TextReceived
from frontdesk.provider import Answer, Batch, HttpRequest, Profile, Refused, Retries
from frontdesk.providers.twilio_signature import form_pairs

__all__ = [
    "MAX_MEDIA",
    "PROFILES",
    "RETRY_FRAGMENT",
    "SID",
    "SMS",
    "STATUS",
    "STATUS_WORDS",
    "VOICE",
    "form_fields",
    "parse_receipt",
    "parse_text",
    "read_receipt",
    "read_text",
    "split_channel",
]

SMS = "twilio_sms"
STATUS = "twilio_status"
VOICE = "twilio_voice"

EMPTY_TWIML = Answer(200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
BUSY = Answer(503, "text/plain", b"The desk cannot keep this message right now; please send it again in a minute.")

STATUS_WORDS: dict[str, ReceiptStatus] = {
    "accepted": ReceiptStatus.QUEUED,
    "scheduled": ReceiptStatus.QUEUED,
    "queued": ReceiptStatus.QUEUED,
    "sending": ReceiptStatus.QUEUED,
    "sent": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "partially_delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.FAILED,
    "canceled": ReceiptStatus.FAILED,
}

RETRY_FRAGMENT = "#rc=5&rp=all"
"""Twilio's connection overrides, put behind the URL of a webhook and never sent: five retries whatever went wrong."""

# Source: Twilio, "Webhooks: connection overrides". All tries share one limit of 15 seconds (`tt`).
RETRIES = Retries(
    times=5,
    within=timedelta(seconds=15),
    set_up=f"in the Twilio console the webhook's URL ends in `{RETRY_FRAGMENT}`",
    unasked="once, and only where no connection came about",
)
CALLBACK_RETRIES = replace(RETRIES, set_up="", unasked="")  # the URLs that the desk gives end so

PROFILES: dict[str, Profile] = {
    kind: Profile(
        webhook_type=kind,
        path=path,
        max_body=1024 * 1024,
        batch=Batch.ONE,
        dedupe_for=timedelta(hours=24),
        ack_deadline=timedelta(seconds=15),
        dedupe_path=dedupe_path,
        acknowledge=EMPTY_TWIML,
        overload=BUSY,
        retries=retries,
        refused=Refused.RETRIED,  # by `rp=all`, else dropped
        listed=kind == SMS,
        statuses=statuses,
    )
    for kind, path, dedupe_path, retries, statuses in (
        (SMS, "/webhooks/twilio/sms", "MessageSid", RETRIES, {}),
        (STATUS, "/webhooks/twilio/status", "MessageSid:MessageStatus", CALLBACK_RETRIES, STATUS_WORDS),
        (VOICE, "/webhooks/twilio/voice", "CallSid:CallStatus, or CallSid:dial:DialCallStatus", RETRIES, {}),
    )
}

CHANNELS = {"whatsapp:": "whatsapp"}

MAX_MEDIA = 10
"""Twilio takes and tells at most this many attachments of a message."""
LARGEST_ID = 2**63 - 1
SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_WORD = 256


def parse_text(request: HttpRequest) -> Item:
    """The item of an inbound message. Raises Malformed where MessageSid, From or To is missing or unusable."""
    fields = form_fields(request)
    channel, theirs = split_channel(_word(fields, "From"))
    channel_to, ours = split_channel(_word(fields, "To"))
    return Item(
        webhook_type=SMS,
        request_id=_sid(fields),
        our_address=ours,
        other_address=theirs,
        lane_class=LaneClass.MESSAGE,
        payload=fields,
        channel=channel if channel != "sms" else channel_to,
    )


def parse_receipt(request: HttpRequest) -> Item:
    """The item of a status callback. Raises Malformed where MessageSid, MessageStatus or To is missing or unusable.

    `From` may be absent: a Messaging Service that failed had chosen no sender yet.
    """
    fields = form_fields(request)
    if ref := dict(_text_pairs(_query(request))).get("ref"):
        fields["ref"] = ref
    sid = _sid(fields)
    channel, theirs = split_channel(_word(fields, "To"))
    ours = split_channel(_word(fields, "From"))[1] if fields.get("From", "").strip() else ""
    return Item(
        webhook_type=STATUS,
        request_id=f"{sid}:{_status_word(fields)}",
        our_address=ours,
        other_address=theirs,
        lane_class=LaneClass.RECEIPT,
        payload=fields,
        channel=channel,
        lane_ref=sid,
    )


def read_text(payload: Mapping[str, Any]) -> TextReceived:
    """The message in a stored payload. Raises Malformed."""
    channel, theirs = split_channel(_word(payload, "From"))
    channel_to, ours = split_channel(_word(payload, "To"))
    return TextReceived(
        provider="twilio",
        channel=channel if channel != "sms" else channel_to,
        provider_message_id=_sid(payload),
        from_address=theirs,
        to_address=ours,
        body=_text(payload, "Body"),
        media=_media(payload),
    )


def read_receipt(payload: Mapping[str, Any]) -> Receipt:
    """The delivery state in a stored payload. Raises Malformed.

    A word that Twilio adds one day counts as QUEUED: it proves that the carrier has the message, so that it is never
    sent again, and no more than that, so that the wait for a final state goes on.
    """
    word = _status_word(payload)
    return Receipt(
        provider="twilio",
        provider_message_id=_sid(payload),
        status=STATUS_WORDS.get(word, ReceiptStatus.QUEUED),
        provider_status=word,
        ledger_id=_ledger_id(_text(payload, "ref")),
        error_code=_text(payload, "ErrorCode").strip() or None,
    )


def split_channel(address: str) -> tuple[str, str]:
    """`whatsapp:+1202…` as ("whatsapp", "+1202…"); any other address is SMS as it stands."""
    for prefix, channel in CHANNELS.items():
        if address.lower().startswith(prefix):
            return channel, address[len(prefix) :]
    return "sms", address


def form_fields(request: HttpRequest) -> dict[str, str]:
    """The fields of the body, of a GET the query's; of a repeated name the first. Raises Malformed for too many.

    Bytes that are no UTF-8 become U+FFFD; NUL stays, for the store to replace and mark.
    """
    encoded = _query(request) if request.method.upper() == "GET" else request.body
    return dict(reversed(_text_pairs(encoded)))


def _query(request: HttpRequest) -> bytes:
    return request.url.partition("#")[0].partition("?")[2].encode("utf-8", "replace")


def _text_pairs(encoded: bytes) -> list[tuple[str, str]]:
    return [(name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in form_pairs(encoded)]


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name, "")
    return value if isinstance(value, str) else ""


def _word(payload: Mapping[str, Any], name: str) -> str:
    """A field that becomes a key or an address: not blank, short, and nothing that a text column refuses."""
    value = _text(payload, name).strip()
    if not value:
        raise Malformed(f"The webhook from Twilio has no {name}.")
    if len(value) > LONGEST_WORD or not value.isprintable():
        raise Malformed(f"The webhook from Twilio has a {name} that cannot be used.")
    return value


def _sid(payload: Mapping[str, Any]) -> str:
    sid = _word(payload, "MessageSid")
    if not SID.fullmatch(sid):
        raise Malformed("The webhook from Twilio has a MessageSid that is not one.")
    return sid


def _status_word(payload: Mapping[str, Any]) -> str:
    name = "MessageStatus" if _text(payload, "MessageStatus").strip() else "SmsStatus"
    return _word(payload, name).lower()


def _ledger_id(ref: str) -> int | None:
    """Our id from the callback URL; None for anything that is not a bigint."""
    is_number = ref.isascii() and ref.isdigit() and len(ref) <= len(str(LARGEST_ID))
    return int(ref) if is_number and int(ref) <= LARGEST_ID else None


def _media(payload: Mapping[str, Any]) -> tuple[Media, ...]:
    """The attachments; a NumMedia that is no number counts as none."""
    count = _text(payload, "NumMedia").strip()
    total = min(int(count), MAX_MEDIA) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    found = ((_text(payload, f"MediaUrl{at}"), _text(payload, f"MediaContentType{at}")) for at in range(total))
    return tuple(Media(url=url, content_type=kind) for url, kind in found if url)
