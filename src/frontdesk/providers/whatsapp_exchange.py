"""One request to send and WhatsApp's answer, as they are kept with the attempt: redacted, see `redaction`.

Meta echoes the number that was asked for, and quotes parameters in its errors.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2

from frontdesk.errors import Exchange
from frontdesk.message import Outgoing
from frontdesk.providers.redaction import LONGEST_PAGE, Redactor, host_of, json_object, last_four, length_of

__all__ = ["exchange_of"]

_CODE = re.compile(r"[0-9]{1,7}")
_WORD = re.compile(r"[A-Za-z_]{2,40}")
_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{1,200}")
_ERROR_FIELDS = {
    "code": _CODE,
    "error_subcode": _CODE,
    "type": _WORD,
    "fbtrace_id": re.compile(r"[A-Za-z0-9_-]{1,40}"),
}
_HEADERS = {
    "facebook-api-version": re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}"),
    "retry-after": re.compile(r"[0-9]{1,6}"),
    "content-type": re.compile(r"[a-z]{2,12}/[a-z.+-]{2,40}(; ?charset=[A-Za-z-]{2,12}[0-9-]{0,6})?"),
}


def exchange_of(
    outgoing: Outgoing, body: Mapping[str, Any], answer: httpx2.Response | None, *, url: str, tokens: Sequence[str]
) -> Exchange:
    """What was asked and answered (None: no answer came), without token, text and whole numbers."""
    redactor = Redactor(
        secrets=tokens, numbers=[outgoing.to_address, outgoing.from_address, *_person(body)], text=outgoing.body
    )
    # Not the URL as it stands: a base may name a user and a password.
    request = {
        "method": "POST",
        "url": f"https://{host_of(url)}{urlsplit(url).path}",
        "fields": _asked(outgoing, body),
    }
    return Exchange(request, None if answer is None else _response(answer, redactor))


def _person(body: Mapping[str, Any]) -> list[str]:
    return [str(body[name]) for name in ("to", "recipient") if name in body]


def _asked(outgoing: Outgoing, body: Mapping[str, Any]) -> dict[str, Any]:
    """The request without what it says."""
    asked: dict[str, Any] = {
        "to": last_four(outgoing.to_address),
        "type": body["type"],
        "text": length_of(outgoing.body),
        "biz_opaque_callback_data": body["biz_opaque_callback_data"],
    }
    if outgoing.template is not None:
        asked["template"] = f"{outgoing.template.name} ({outgoing.template.language})"
    return asked | ({"choices": len(outgoing.choices)} if outgoing.choices else {})


def _response(answer: httpx2.Response, redactor: Redactor) -> dict[str, Any]:
    headers = {name: redactor.shaped(answer.headers.get(name), shape) for name, shape in _HEADERS.items()}
    return {
        "status": answer.status_code,
        "headers": {name: value for name, value in headers.items() if value is not None},
        "body": _answered(answer.content, redactor),
    }


def _answered(content: bytes, redactor: Redactor) -> Any:
    given = json_object(content)
    if given is None:
        return redactor.washed(content.decode("utf-8", "replace"), LONGEST_PAGE)
    if isinstance(error := given.get("error"), dict):
        return {"error": _error(error, redactor)}
    messages = given.get("messages")
    first = messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else {}
    kept = {
        "id": redactor.shaped(first.get("id"), _WAMID),
        "status": redactor.shaped(first.get("message_status"), _WORD),
    }
    return {"messages": [{name: value for name, value in kept.items() if value is not None}]}


def _error(error: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: value
        for name, shape in _ERROR_FIELDS.items()
        if (value := redactor.shaped(error.get(name), shape)) is not None
    }
    data = error.get("error_data")
    texts = {"message": error.get("message"), "details": data.get("details") if isinstance(data, dict) else None}
    return kept | {name: redactor.washed(text) for name, text in texts.items() if isinstance(text, str) and text}
