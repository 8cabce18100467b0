"""Pages of Twilio's message list, read strictly: a list that is not understood must not look like an empty one.

Source: Twilio, Message resource, "Read multiple Message resources".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.errors import Unreachable
from frontdesk.message import ReceiptStatus
from frontdesk.provider import SentMessage
from frontdesk.providers.retry_after import parse_http_date
from frontdesk.providers.twilio_webhooks import STATUS_WORDS, split_channel

__all__ = ["Page", "read_page"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the outbound messages on it, and the path of the next one."""

    outbound: list[SentMessage]
    next_path: str | None


def read_page(answer: Mapping[str, Any]) -> Page:
    """A page from its JSON. Raises Unreachable where it is not what Twilio's contract says."""
    messages = answer.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise Unreachable("Twilio's list of messages could not be understood.")
    return Page(
        outbound=[_sent(message) for message in messages if str(message.get("direction")).startswith("outbound")],
        next_path=_next_path(answer.get("next_page_uri")),
    )


def _sent(message: Mapping[str, Any]) -> SentMessage:
    return SentMessage(
        provider_message_id=str(message.get("sid") or ""),
        to=split_channel(str(message.get("to") or ""))[1],
        from_=split_channel(str(message.get("from") or ""))[1],
        body=str(message.get("body") or ""),
        status=STATUS_WORDS.get(str(message.get("status") or ""), ReceiptStatus.QUEUED),
        provider_status=str(message.get("status") or ""),
        created_at=_created(message),
    )


def _created(message: Mapping[str, Any]) -> datetime:
    moment = parse_http_date(str(message.get("date_created") or ""))
    if moment is None:
        raise Unreachable("Twilio's list has a message without a date.")
    return moment


def _next_path(value: object) -> str | None:
    """The next page as a path on the same host: our credentials go with the request, so nowhere else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//"):
        raise Unreachable("Twilio's list names a next page that is not on its own host.")
    return value
