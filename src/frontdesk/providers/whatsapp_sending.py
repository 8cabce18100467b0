"""A message as WhatsApp's JSON, and what is known of it when something goes wrong, as one table.

Source: Meta, WhatsApp Cloud API, Messages and Error codes. There is no idempotency key and no list of what was sent:
all turns on whether the message can have been taken. The HTTP status is not reliable, so that the code goes first.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from frontdesk.errors import (
    AccountRefused,
    Exchange,
    Rejected,
    SendError,
    Throttled,
    TooOften,
    Unknown,
    Unreachable,
)
from frontdesk.message import Outgoing, Template
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.redaction import json_object
from frontdesk.providers.retry_after import LONGEST, delay_seconds
from frontdesk.providers.whatsapp_errors import ERRORS, explain

__all__ = ["OUTCOMES", "Outcome", "failure_of", "send_body"]

LONGEST_BODY = 4096
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW = 10, 24
LONGEST_INTERACTIVE = 1024
LONGEST_PARAMETER = 1024
LIST_BUTTON = "Choose"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went wrong, and what is then known of the message: the first row that fits holds.

    A row fits by all that it names of: the error's code, the class of that code, the status of the answer. `known` rows
    fit codes of our table alone.
    """

    words: str
    means: type[SendError]
    codes: tuple[str, ...] = ()
    classes: tuple[ErrorClass, ...] = ()
    statuses: range = range(1000)
    known: bool = False

    def fits(self, status: int, code: str | None) -> bool:
        """Whether an answer with this status and this error code is this row's."""
        return (
            status in self.statuses
            and (not self.codes or code in self.codes)
            and (not self.classes or (code is not None and explain(code).error_class in self.classes))
            and (not self.known or code in ERRORS)
        )


_CLIENT = range(400, 500)

OUTCOMES = (
    Outcome("code 1: WhatsApp does not say what went wrong", Unknown, codes=("1",)),
    Outcome("code 131056: too many to one person", TooOften, codes=("131056",)),
    Outcome("codes 4, 80007, 130429: a rate limit", Throttled, codes=("4", "80007", "130429")),
    Outcome("any other code of the class `retry`: it says that it could not", Unreachable, classes=(ErrorClass.RETRY,)),
    Outcome("a code of the class `account`", AccountRefused, classes=(ErrorClass.ACCOUNT,)),
    Outcome("any other code of the table", Rejected, known=True),
    Outcome("HTTP 401 with any other code or none", AccountRefused, statuses=range(401, 402)),
    Outcome("HTTP 408: a gateway waited too long", Unknown, statuses=range(408, 409)),
    Outcome("HTTP 429 with any other code or none", Throttled, statuses=range(429, 430)),
    Outcome("any other HTTP 4xx", Rejected, statuses=_CLIENT),
    Outcome("HTTP 2xx whose body names no message", Unknown, statuses=range(200, 300)),
    Outcome("any other status: 1xx, 3xx, 5xx", Unknown),
)
"""What is known from an answer that is no message."""


def failure_of(answer: httpx2.Response, exchange: Exchange | None = None, failed: str = "Not sent") -> SendError:
    """What an answer that is no message means; `failed` begins the sentence where nothing was done."""
    status, code = answer.status_code, _error_code(answer)
    advice = explain(code)
    outcome = next(row for row in OUTCOMES if row.fits(status, code))
    if issubclass(outcome.means, Throttled):
        delay = _regained_in(answer.headers) or delay_seconds(answer.headers, advice.retry_after or 1.0)
        return outcome.means(f"{failed} yet: {advice.words}.", retry_after=delay, code=code, exchange=exchange)
    if outcome.means is Unknown:
        words = "WhatsApp's answer names no message" if answer.is_success else f"WhatsApp answered HTTP {status}"
        return Unknown(f"{words}: it may have been sent.", code=code, exchange=exchange)
    words = f"{failed}: {advice.words} (HTTP {status}). {advice.todo}"
    return outcome.means(words, code=code, exchange=exchange)


def send_body(outgoing: Outgoing) -> dict[str, Any]:
    """The JSON of the request; our ledger id comes back with every status."""
    person = outgoing.to_address
    whom = {"to": person.removeprefix("+")} if person.startswith("+") else {"recipient": person}
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **whom}
    body |= _content(outgoing)
    if outgoing.reply_to is not None:
        body["context"] = {"message_id": outgoing.reply_to}
    return body | {"biz_opaque_callback_data": str(outgoing.ledger_id)}


def _content(outgoing: Outgoing) -> dict[str, Any]:
    if outgoing.template is not None:
        return {"type": "template", "template": _template(outgoing.template, outgoing.body)}
    if outgoing.choices and len(outgoing.body) <= LONGEST_INTERACTIVE and (action := _action(outgoing.choices)):
        return {"type": "interactive", "interactive": {**action, "body": {"text": outgoing.body}}}
    return {"type": "text", "text": {"preview_url": False, "body": outgoing.body[:LONGEST_BODY]}}


def _template(template: Template, text: str) -> dict[str, Any]:
    """The template with the text in its place. A parameter takes no line breaks and no row of blanks."""
    asked: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if template.parameter:
        filled: dict[str, Any] = {"type": "text", "text": re.sub(r"\s+", " ", text).strip()[:LONGEST_PARAMETER]}
        if not template.parameter.isdigit():
            filled["parameter_name"] = template.parameter
        asked["components"] = [{"type": "body", "parameters": [filled]}]
    return asked


def _action(choices: Sequence[str]) -> dict[str, Any] | None:
    """Buttons, or a list of more; None for what neither can hold. The answer comes back as the title's own words."""
    if len(choices) <= MOST_BUTTONS and all(len(one) <= LONGEST_BUTTON for one in choices):
        replies = ({"id": f"choice-{at}", "title": one} for at, one in enumerate(choices))
        buttons = [{"type": "reply", "reply": reply} for reply in replies]
        return {"type": "button", "action": {"buttons": buttons}}
    if len(choices) <= MOST_ROWS and all(len(one) <= LONGEST_ROW for one in choices):
        rows = [{"id": f"choice-{at}", "title": one} for at, one in enumerate(choices)]
        return {"type": "list", "action": {"button": LIST_BUTTON, "sections": [{"title": LIST_BUTTON, "rows": rows}]}}
    return None


def _regained_in(headers: Mapping[str, str]) -> float | None:
    """Seconds until the account may send again, from Meta's usage headers, which count in minutes."""
    minutes = [
        usage.get("estimated_time_to_regain_access")
        for usages in (_json(headers.get("x-business-use-case-usage")) or {}).values()
        for usage in (usages if isinstance(usages, list) else ())
        if isinstance(usage, dict)
    ]
    longest = max((m for m in minutes if isinstance(m, int | float) and not isinstance(m, bool)), default=0)
    return min(longest * 60.0, LONGEST) if longest > 0 else None


def _json(text: str | None) -> dict[str, Any] | None:
    try:
        given = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _error_code(answer: httpx2.Response) -> str | None:
    """Meta's error code; None for what cannot be one, so that no column gets what it does not take."""
    error = (json_object(answer.content) or {}).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 10 else None
