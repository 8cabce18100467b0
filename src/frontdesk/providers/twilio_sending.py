"""A message as Twilio's form, and what is known of it when something goes wrong, as one table.

Source: Twilio, Message resource ("Create a Message") and REST API responses. There is no idempotency key for this call:
all turns on whether the message can have been taken.
"""

from dataclasses import dataclass
from datetime import timedelta

import httpx2

from frontdesk.errors import AccountRefused, Exchange, Rejected, SendError, Throttled, Unknown
from frontdesk.message import Outgoing
from frontdesk.providers import twilio_webhooks
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.redaction import json_object
from frontdesk.providers.retry_after import delay_seconds
from frontdesk.providers.twilio_errors import explain

__all__ = [
    "LONGEST_VALIDITY",
    "OUTCOMES",
    "Outcome",
    "failure_of",
    "send_form",
    "wire_address",
]

LONGEST_VALIDITY = timedelta(seconds=36_000)
"""Source: Twilio, Message resource, ValidityPeriod: 1 to 36000 whole seconds, 36000 where it is not given."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went wrong, and what is then known of the message: the first row that fits holds.

    A row fits by the status of the answer and, where `classes` are given, the class of Twilio's error code in it.
    """

    words: str
    means: type[SendError]
    statuses: range
    classes: tuple[ErrorClass, ...] = ()

    def fits(self, status: int, error_class: ErrorClass) -> bool:
        """Whether an answer with this status and a code of this class is this row's."""
        return status in self.statuses and (not self.classes or error_class in self.classes)


_REFUSALS = range(400, 500)

OUTCOMES = (
    Outcome("HTTP 408: Twilio waited too long for the request, or a gateway for Twilio", Unknown, range(408, 409)),
    Outcome("HTTP 4xx with a code of the class `account`", AccountRefused, _REFUSALS, (ErrorClass.ACCOUNT,)),
    Outcome("HTTP 401 with any other code or none", AccountRefused, range(401, 402)),
    Outcome("HTTP 4xx with a code of the class `retry`", Throttled, _REFUSALS, (ErrorClass.RETRY,)),
    Outcome("HTTP 429 with any other code or none", Throttled, range(429, 430)),
    Outcome("any other HTTP 4xx", Rejected, _REFUSALS),
    Outcome("HTTP 2xx whose body names no message", Unknown, range(200, 300)),
    Outcome("any other status: 1xx, 3xx, 5xx", Unknown, range(1000)),
)
"""What is known from an answer that is no message."""


def failure_of(
    answer: httpx2.Response, exchange: Exchange | None = None, failed: str = "Not sent", done: str = "sent"
) -> SendError:
    """What an answer that is no message means; `failed` begins the sentence where nothing was done.

    `done` is what may have been done where nobody knows.
    """
    status, code = answer.status_code, _error_code(answer)
    advice = explain(code)
    outcome = next(row for row in OUTCOMES if row.fits(status, advice.error_class))
    if outcome.means is Throttled:
        delay = delay_seconds(answer.headers, advice.retry_after or 1.0)
        words = advice.words if advice.error_class is ErrorClass.RETRY else "too many requests at once"
        return Throttled(f"{failed} yet: {words}.", retry_after=delay, code=code, exchange=exchange)
    if outcome.means is Unknown:
        words = "Twilio's answer names nothing" if answer.is_success else f"Twilio answered HTTP {status}"
        return Unknown(f"{words}: it may have been {done}.", code=code, exchange=exchange)
    words = f"{failed}: {advice.words} (HTTP {status}). {advice.todo}"
    return outcome.means(words, code=code, exchange=exchange)


def send_form(outgoing: Outgoing, status_callback: str) -> dict[str, str | list[str]]:
    """The fields of the request; a blank `status_callback` asks for no receipts."""
    form: dict[str, str | list[str]] = {"To": wire_address(outgoing.channel, outgoing.to_address)}
    if outgoing.from_address.startswith("MG"):  # a Messaging Service, which chooses the number
        form["MessagingServiceSid"] = outgoing.from_address
    else:
        form["From"] = wire_address(outgoing.channel, outgoing.from_address)
    if outgoing.body:
        form["Body"] = outgoing.body
    if outgoing.media_urls:
        form["MediaUrl"] = list(outgoing.media_urls)
    if status_callback:
        form["StatusCallback"] = _with_ref(status_callback, outgoing.ledger_id)
    within = outgoing.deliver_within
    if within is not None and within <= LONGEST_VALIDITY:
        # Rounded down, so that it is never later; what is left of the time may be less than Twilio's shortest.
        form["ValidityPeriod"] = str(max(1, within // timedelta(seconds=1)))
    return form


def wire_address(channel: str, address: str) -> str:
    """An address as Twilio wants it: `whatsapp:+1202…` for that channel, else as it stands."""
    return f"{channel}:{address}" if channel in twilio_webhooks.CHANNELS.values() else address


def _error_code(answer: httpx2.Response) -> str | None:
    """Twilio's error code; None for what cannot be one, so that no column gets what it does not take."""
    code = (json_object(answer.content) or {}).get("code")
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _with_ref(url: str, ledger_id: int) -> str:
    """The callback URL with our id in its query, before a fragment (Twilio's connection overrides)."""
    address, hash_sign, overrides = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}ref={ledger_id}{hash_sign}{overrides}"
