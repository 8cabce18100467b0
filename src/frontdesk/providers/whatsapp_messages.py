"""A stored item of WhatsApp's as a typed message: what people write, tap, send and share, in words where it has any.

Source: Meta, WhatsApp Cloud API, Webhooks, "messages". Kinds of message are added all the time: one that is not known
counts as a message without words, so that the person who sent it is answered.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.message import Media, Notice, Receipt, ReceiptStatus, TextReceived
from frontdesk.providers.whatsapp_webhooks import STATUS_WORDS, WHATSAPP, our_number, person, seconds_of
from frontdesk.told import Received

__all__ = ["MEDIA_KINDS", "SILENT_KINDS", "read"]

MEDIA_KINDS = ("image", "video", "audio", "voice", "document", "sticker")
SILENT_KINDS = ("reaction", "system", "edit", "revoke")
"""Kept, and answered by nothing: what they are about was answered when it came."""
_LARGEST_ID = 2**63 - 1
_LONGEST_FIELD = 1000


def read(payload: Mapping[str, Any], media_base: str) -> Received:
    """The message, receipt or notice in a stored payload; media is named by its address below `media_base`.

    Raises Malformed for a payload that `parse` never wrote.
    """
    if "status" in payload:
        return _receipt(_mapping(payload["status"]))
    if "message" in payload:
        return _message(payload, _mapping(payload["message"]), media_base)
    if "errors" in payload:
        return Notice(WHATSAPP, "errors", _code(payload["errors"]))
    kind = next((word for word in ("batch", "unreadable") if word in payload), str(payload.get("field", "")))
    return Notice(WHATSAPP, kind)


def _message(payload: Mapping[str, Any], message: Mapping[str, Any], media_base: str) -> TextReceived | Notice:
    kind = _text(message, "type")
    if kind in SILENT_KINDS or message.get("group_id"):
        return Notice(WHATSAPP, kind if kind in SILENT_KINDS else "group")
    seconds, sender = seconds_of(payload), person(message.get("from"), message.get("from_user_id"))
    if not sender or not _text(message, "id"):
        raise Malformed("The stored message from WhatsApp has no id or no sender.")
    return TextReceived(
        provider=WHATSAPP,
        channel=WHATSAPP,
        provider_message_id=_text(message, "id"),
        from_address=sender,
        to_address=our_number(_mapping(payload.get("metadata")).get("display_phone_number")),
        body=_WORDS.get(kind, _no_words)(_content(message, kind)),
        media=_media(_mapping(message.get(kind)), media_base) if kind in MEDIA_KINDS else (),
        said_at=datetime.fromtimestamp(seconds, UTC) if seconds else None,
    )


def _content(message: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    content = message.get(kind)
    return {"cards": content} if isinstance(content, list) else _mapping(content)


def _no_words(content: Mapping[str, Any]) -> str:
    return ""


def _caption(content: Mapping[str, Any]) -> str:
    return _text(content, "caption")


def _interactive(content: Mapping[str, Any]) -> str:
    reply = _mapping(content.get(_text(content, "type")))
    return _text(reply, "title") or _form(_text(reply, "response_json")) or _text(reply, "body")


def _form(answers: str) -> str:
    """What was filled into a form, a line a field, without what is there for machines."""
    try:
        given = json.loads(answers)
    except (ValueError, RecursionError):
        return ""
    fields = given.items() if isinstance(given, dict) else ()
    lines = (f"{name}: {value}"[:_LONGEST_FIELD] for name, value in fields if name != "flow_token" and value)
    # What a text inside a text hides was not looked at when the payload was stored.
    return "\n".join(lines).replace("\x00", "").encode("utf-8", "replace").decode()


def _location(content: Mapping[str, Any]) -> str:
    place = ", ".join(filter(None, (_text(content, "name"), _text(content, "address"))))
    where = (content.get("latitude"), content.get("longitude"))
    spot = f"{where[0]}, {where[1]}" if all(isinstance(one, int | float) for one in where) else ""
    return f"{place} ({spot})" if place and spot else place or spot


def _cards(content: Mapping[str, Any]) -> str:
    return "; ".join(filter(None, map(_card, content.get("cards", ()))))


def _card(given: Any) -> str:
    card = _mapping(given)
    phones = card.get("phones")
    numbers = [_text(_mapping(phone), "phone") for phone in phones] if isinstance(phones, list) else []
    return " ".join(filter(None, (_text(_mapping(card.get("name")), "formatted_name"), *numbers)))


def _order(content: Mapping[str, Any]) -> str:
    listed = content.get("product_items")
    items = [_mapping(item) for item in listed] if isinstance(listed, list) else []
    wanted = ", ".join(f"{item.get('quantity', 1)} × {item.get('product_retailer_id', '?')}" for item in items)
    return "\n".join(filter(None, (_text(content, "text"), wanted)))


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "text": lambda content: _text(content, "body"),
    "button": lambda content: _text(content, "text"),
    "interactive": _interactive,
    "image": _caption,
    "video": _caption,
    "document": lambda content: _text(content, "caption") or _text(content, "filename"),
    "location": _location,
    "contacts": _cards,
    "order": _order,
}


def _media(content: Mapping[str, Any], base: str) -> tuple[Media, ...]:
    """Its address in the API, which leads on to where it lies for whoever has the token: see `WhatsApp.media`."""
    media_id = _text(content, "id")
    kind = _text(content, "mime_type").partition(";")[0].strip()
    return (Media(f"{base}/{media_id}", kind),) if media_id.isascii() and media_id.isalnum() else ()


def _receipt(status: Mapping[str, Any]) -> Receipt:
    """A word that Meta adds one day proves that it has the message, and no more."""
    word, ref = _text(status, "status"), _text(status, "biz_opaque_callback_data")
    ours = ref.isascii() and ref.isdigit() and len(ref) <= 19 and int(ref) <= _LARGEST_ID
    return Receipt(
        provider=WHATSAPP,
        provider_message_id=_text(status, "id"),
        status=STATUS_WORDS.get(word, ReceiptStatus.QUEUED),
        provider_status=word,
        ledger_id=int(ref) if ours else None,
        error_code=_code(status.get("errors")),
    )


def _code(errors: Any) -> str | None:
    first = _mapping(errors[0]) if isinstance(errors, list) and errors else {}
    code = first.get("code")
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name, "")
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
