"""Pages of Twilio's message list, read strictly: a list that is not understood must not look like an empty one.

An inbound message in it is written as the webhook that should have brought it, so that it is parsed by the same code.
Source: Twilio, Message resource, "Read multiple Message resources"; Media subresource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from frontdesk.errors import Unreachable
from frontdesk.message import ReceiptStatus
from frontdesk.provider import LISTED, HttpRequest, ListedInbound, SentMessage
from frontdesk.providers.retry_after import parse_http_date
from frontdesk.providers.twilio_webhooks import MAX_MEDIA, PROFILES, SMS, STATUS_WORDS, split_channel

__all__ = ["Page", "as_webhook", "has_media", "next_path", "read_media", "read_message", "read_page"]

UNFINISHED = "receiving"
"""The status of an inbound message of which Twilio does not have all parts yet; its webhook comes later too."""

FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Page:
    """One page, in its own order (the newest first), and the path of the next one."""

    outbound: list[SentMessage]
    inbound: list[ListedInbound]
    next_path: str | None


def read_page(answer: Mapping[str, Any]) -> Page:
    """A page from its JSON. Raises Unreachable where it is not what Twilio's contract says."""
    messages = _rows(answer, "messages")
    return Page(
        outbound=[_sent(message) for message in messages if str(message.get("direction")).startswith("outbound")],
        inbound=[_inbound(message) for message in messages if _is_inbound(message)],
        next_path=next_path(answer.get("next_page_uri")),
    )


def read_message(answer: Mapping[str, Any]) -> SentMessage:
    """One outbound message from its own JSON. Raises Unreachable where it is not what Twilio's contract says."""
    if not isinstance(answer.get("sid"), str) or not str(answer.get("direction")).startswith("outbound"):
        raise Unreachable("Twilio's answer holds no message of ours.")
    return _sent(answer)


def read_media(answer: Mapping[str, Any], origin: str) -> list[tuple[str, str]]:
    """The URL and content type of each attachment from the JSON of a message's media list.

    The URL is the one that a webhook names: the resource's own, without `.json`. Raises Unreachable.
    """
    rows = [row for row in _rows(answer, "media_list") if row.get("uri")]
    return [(origin + str(row["uri"]).removesuffix(".json"), str(row.get("content_type") or "")) for row in rows]


def has_media(listed: ListedInbound) -> bool:
    """Whether the message has attachments, which the list counts and does not name."""
    return listed.fields["NumMedia"].strip("0") != ""


def as_webhook(listed: ListedInbound, media: list[tuple[str, str]]) -> HttpRequest:
    """The form that Twilio posts for an inbound message, with our mark; geography and profile names are not listed."""
    fields = dict(listed.fields)
    for at, (url, content_type) in enumerate(media[:MAX_MEDIA]):
        fields[f"MediaContentType{at}"], fields[f"MediaUrl{at}"] = content_type, url
    fields[LISTED] = listed.came_in_at.isoformat()
    return HttpRequest("POST", PROFILES[SMS].path, {"content-type": FORM}, urlencode(fields).encode())


def _rows(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = answer.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreachable(f"Twilio's list of {name.removesuffix('_list')} could not be understood.")
    return rows


def _is_inbound(message: Mapping[str, Any]) -> bool:
    return message.get("direction") == "inbound" and message.get("status") != UNFINISHED


def _inbound(message: Mapping[str, Any]) -> ListedInbound:
    sid = _text(message, "sid")
    fields = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": _text(message, "account_sid"),
        "From": _text(message, "from"),
        "To": _text(message, "to"),
        "Body": _text(message, "body"),
        "NumMedia": _text(message, "num_media") or "0",
        "NumSegments": _text(message, "num_segments") or "1",
        "SmsStatus": "received",
        "ApiVersion": _text(message, "api_version"),
    }
    if service := _text(message, "messaging_service_sid"):
        fields["MessagingServiceSid"] = service
    return ListedInbound(
        webhook_type=SMS,
        request_id=sid,
        provider_message_id=sid,
        our_address=split_channel(fields["To"])[1],
        came_in_at=_created(message),
        fields=fields,
    )


def _sent(message: Mapping[str, Any]) -> SentMessage:
    return SentMessage(
        provider_message_id=_text(message, "sid"),
        to=split_channel(_text(message, "to"))[1],
        from_=split_channel(_text(message, "from"))[1],
        body=_text(message, "body"),
        status=STATUS_WORDS.get(_text(message, "status"), ReceiptStatus.QUEUED),
        provider_status=_text(message, "status"),
        created_at=_created(message),
        error_code=_text(message, "error_code") or None,
    )


def _text(message: Mapping[str, Any], name: str) -> str:
    return str(message.get(name) or "")


def _created(message: Mapping[str, Any]) -> datetime:
    moment = parse_http_date(_text(message, "date_created"))
    if moment is None:
        raise Unreachable("Twilio's list has a message without a date.")
    return moment


def next_path(value: object) -> str | None:
    """The next page as a path on the same host: our credentials go with the request, so nowhere else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//"):
        raise Unreachable("Twilio's list names a next page that is not on its own host.")
    return value
