"""Twilio's JSON of a message, of its attachments, and pages of many messages.

Source: Twilio, Message resource. A list is newest first; DateSent filters leave out what was never sent; the operator
of a filter is part of the parameter's name (`DateSent>=2026-11-20` is the name `DateSent>` with that day).
"""

from datetime import datetime
from email.utils import format_datetime
from itertools import dropwhile, islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.messages import SimulatedMessage
from frontdesk.simulator.segments import count_segments

__all__ = ["list_page", "media_page", "message_json"]

DEFAULT_PAGE = 50
LARGEST_PAGE = 1000
TOKEN = "PA"  # noqa: S105 - the prefix of a page token, no secret


def message_json(carrier: Carrier, message: SimulatedMessage) -> dict[str, Any]:
    """One message as the API shows it."""
    uri = f"/2010-04-01/Accounts/{carrier.account_sid}/Messages/{message.sid}"
    return {
        "account_sid": carrier.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": format_datetime(message.created_at),
        "date_sent": format_datetime(message.sent_at) if message.sent_at else None,
        "date_updated": format_datetime(message.history[-1][1]),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": str(len(message.media)),
        "num_segments": str(count_segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def media_page(carrier: Carrier, message: SimulatedMessage) -> dict[str, Any]:
    """The attachments of one message, on one page: there are ten at most."""
    folder = f"/2010-04-01/Accounts/{carrier.account_sid}/Messages/{message.sid}/Media"
    created = format_datetime(message.created_at)
    return {
        "media_list": [
            {
                "account_sid": carrier.account_sid,
                "content_type": content_type,
                "date_created": created,
                "date_updated": created,
                "parent_sid": message.sid,
                "sid": key,
                "uri": f"{folder}/{key}.json",
            }
            for key, _, content_type in message.attachments()
        ],
        "page": 0,
        "page_size": DEFAULT_PAGE,
        "start": 0,
        "end": max(len(message.media) - 1, 0),
        "uri": f"{folder}.json?PageSize={DEFAULT_PAGE}&Page=0",
        "first_page_uri": f"{folder}.json?PageSize={DEFAULT_PAGE}&Page=0",
        "previous_page_uri": None,
        "next_page_uri": None,
    }


def list_page(carrier: Carrier, path: str, query: str) -> dict[str, Any]:
    """One page of the list; the next one starts behind the last message of this one, whatever comes in meanwhile."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    size, page = _page_size(asked.get("PageSize", "")), _number(asked.get("Page", ""))
    newest_first = iter(reversed(carrier.log))
    last = asked.get("PageToken", "").removeprefix(TOKEN)
    if last:
        newest_first = islice(dropwhile(lambda message: message.sid != last, newest_first), 1, None)
    found = list(islice((message for message in newest_first if _matches(message, asked)), size + 1))
    shown = found[:size]
    following: dict[str, str] = {}
    if len(found) > size:
        following = asked | {"PageSize": str(size), "Page": str(page + 1), "PageToken": TOKEN + shown[-1].sid}
    return {
        "messages": [message_json(carrier, message) for message in shown],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": f"{path}?{query}" if query else path,
        "first_page_uri": f"{path}?{urlencode({'PageSize': size, 'Page': 0})}",
        "previous_page_uri": None,
        "next_page_uri": f"{path}?{urlencode(following)}" if following else None,
    }


def _matches(message: SimulatedMessage, asked: dict[str, str]) -> bool:
    if any(name in asked and asked[name] != value for name, value in (("To", message.to), ("From", message.from_))):
        return False
    bounds = [(name[8:], asked[name]) for name in ("DateSent", "DateSent>", "DateSent<") if asked.get(name)]
    return all(_in_bound(message.sent_at, operator, bound) for operator, bound in bounds)


def _in_bound(sent_at: datetime | None, operator: str, bound: str) -> bool:
    """Whether it was sent on, on or after (`>`), on or before (`<`) a day, or an exact time in UTC."""
    if sent_at is None:
        return False
    length = 19 if "T" in bound else 10
    sent, limit = sent_at.isoformat()[:length], bound.rstrip("Z")[:length]
    return {"": sent == limit, ">": sent >= limit, "<": sent <= limit}[operator]


def _page_size(text: str) -> int:
    return min(_number(text) or DEFAULT_PAGE, LARGEST_PAGE)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
