"""One request to create a message and Twilio's answer, as they are kept with the attempt: redacted, see `redaction`.

Twilio echoes the text and both numbers in its answer, and quotes numbers in its errors.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from frontdesk.errors import Exchange
from frontdesk.providers.redaction import Redactor, host_of, json_object, last_four, length_of

__all__ = ["Form", "exchange_of"]

Form = Mapping[str, str | list[str]]
"""The fields of a request; a list is a field that is repeated."""

_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_COUNT = re.compile(r"[0-9]{1,3}")
_CODE = re.compile(r"[0-9]{1,6}")
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} (\+0000|GMT)")

_FIELDS = {
    "sid": _SID,
    "messaging_service_sid": _SID,
    "status": re.compile(r"[a-z_]{2,20}|[1-5][0-9]{2}"),
    "code": _CODE,
    "error_code": _CODE,
    "num_segments": _COUNT,
    "num_media": _COUNT,
    "price": re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,6})?"),
    "price_unit": re.compile(r"[A-Za-z]{3}"),
    "direction": re.compile(r"[a-z-]{2,20}"),
    "date_created": _DATE,
    "date_sent": _DATE,
    "more_info": re.compile(r"https://www\.twilio\.com/docs/errors/[0-9]{5,6}"),
}
"""What is kept of an answer, and the shape of each; all else is left out."""
_TEXTS = ("message", "error_message")

_HEADERS = {
    "twilio-request-id": re.compile(r"RQ[0-9a-f]{32}"),
    "retry-after": re.compile(rf"[0-9]{{1,6}}|{_DATE.pattern}"),
    "content-type": re.compile(r"[a-z]{2,12}/[a-z.+-]{2,40}(; ?charset=[A-Za-z-]{2,12}[0-9-]{0,6})?"),
}

_REF = re.compile(r"ref=[0-9]{1,19}(?=#|$)")
_ADDRESS = re.compile(r"(whatsapp:)?\+?[0-9]{3,20}")


def exchange_of(
    form: Form, answer: httpx2.Response | None, *, messages_url: str, account_sid: str, tokens: Sequence[str]
) -> Exchange:
    """What was asked and answered (None: no answer came), without credentials, text and whole numbers."""
    redactor = Redactor(
        secrets=_secrets(account_sid, tokens),
        numbers=[str(form[name]) for name in ("To", "From") if name in form],
        text=str(form.get("Body", "")),
    )
    # Not the URL as it stands: a base may name a user and a password.
    path = urlsplit(messages_url).path.replace(account_sid, last_four(account_sid))
    fields = {name: _shown(name, value) for name, value in form.items()}
    request = {"method": "POST", "url": f"https://{host_of(messages_url)}{path}", "fields": fields}
    return Exchange(request, None if answer is None else _response(answer, redactor))


def _secrets(account_sid: str, tokens: Sequence[str]) -> list[str]:
    basics = [base64.b64encode(f"{account_sid}:{token}".encode()).decode() for token in tokens]
    return [account_sid, *basics, *tokens, *(quote(token) for token in tokens)]


def _shown(name: str, value: str | list[str]) -> str | list[str]:
    """A field of the request as it is kept."""
    if isinstance(value, list):  # media
        return [host_of(url) for url in value]
    match name:
        case "Body":
            return length_of(value)
        case "To" | "From":
            return last_four(value)
        case "StatusCallback":
            return " ".join([host_of(value), *_REF.findall(value)])
        case "ValidityPeriod":
            return value
    return last_four(value)  # a Messaging Service


def _response(answer: httpx2.Response, redactor: Redactor) -> dict[str, Any]:
    headers = {name: redactor.shaped(answer.headers.get(name), shape) for name, shape in _HEADERS.items()}
    body = redactor.body(answer.content, _FIELDS, _TEXTS)
    if isinstance(body, dict) and "left_out" not in body:
        body |= _echoed(json_object(answer.content) or {})
    return {
        "status": answer.status_code,
        "headers": {name: value for name, value in headers.items() if value is not None},
        "body": body,
    }


def _echoed(given: Mapping[str, Any]) -> dict[str, str]:
    """What Twilio repeats of the request: the length of the text, the end of each number."""
    texts = {name: length_of(given[name]) for name in ("body",) if isinstance(given.get(name), str)}
    numbers = {name: given[name] for name in ("to", "from") if isinstance(given.get(name), str)}
    return texts | {name: last_four(value) for name, value in numbers.items() if _ADDRESS.fullmatch(value)}
