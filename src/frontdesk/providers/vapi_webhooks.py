"""Vapi's server messages as data and as values: the profile, the envelope of every message, what is kept of it.

Source: Vapi, "Server events", and its OpenAPI document. Nearly every field may be missing or null, times come as
milliseconds or as text, and payloads may echo our own secret.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from frontdesk.errors import Malformed
from frontdesk.message import Item, LaneClass
from frontdesk.provider import Answer, Batch, HttpRequest, Profile, Refused, Retries
from frontdesk.providers.vapi_secrets import without_secrets

__all__ = ["PROFILES", "VAPI", "Envelope", "as_item", "given", "moment", "numbers_in", "read_envelope", "text_of"]

VAPI = "vapi"

ACKNOWLEDGED = Answer(200, "application/json", b"{}")
BUSY = Answer(503, "text/plain", b"The desk cannot keep this message right now; please send it again in a moment.")

PROFILES: dict[str, Profile] = {
    VAPI: Profile(
        webhook_type=VAPI,
        path="/vapi-webhook",
        max_body=1024 * 1024,
        batch=Batch.MANY,
        dedupe_for=timedelta(hours=24),
        ack_deadline=timedelta(seconds=20),  # `server.timeoutSeconds` where nothing else is set; 1 to 300
        dedupe_path="call.id and what it is about, such as call.id:tool:toolCallId",
        acknowledge=ACKNOWLEDGED,
        overload=BUSY,
        retries=Retries(
            times=10,
            within=timedelta(hours=3),
            set_up="at Vapi the server has a `backoffPlan`",
            unasked="not at all",
        ),
        refused=Refused.RETRIED,
        listed=False,
    )
}

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_ID = 200
_DEEPEST = 64  # levels; real messages have about ten
_KEPT_APART = ("messages", "messagesOpenAIFormatted", "openAIFormattedMessages", "assistant", "tools", "squad")
"""Large, and told in another field as well, or not needed: left out of the payload; the body has them."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every server message says: its kind, whose call it is, who calls whom, when.

    `call_id` is the call's, else the chat's or session's; empty where there is none. `caller` is E.164, a SIP address,
    or empty for a caller who hides the number.
    """

    kind: str
    call_id: str
    our_number: str
    caller: str
    at: datetime | None
    message: Mapping[str, Any]
    body: bytes

    @property
    def scope(self) -> str:
        """What ids in this message are unique within: the call, else this very message."""
        return self.call_id or f"body:{self.digest}"

    @property
    def digest(self) -> str:
        """Names this very message: a redelivery has the same."""
        return hashlib.sha256(self.body).hexdigest()[:32]


def read_envelope(request: HttpRequest) -> Envelope:
    """The envelope of a server message. Raises Malformed."""
    try:
        content = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Malformed("The webhook from Vapi is not JSON.") from error
    _refuse_depth(content)
    message = content.get("message") if isinstance(content, dict) else None
    if not isinstance(message, dict) or not text_of(message, "type"):
        raise Malformed("The webhook from Vapi has no message with a type.")
    return Envelope(
        kind=text_of(message, "type"),
        call_id=_call_id(message),
        our_number=numbers_in(message)[0],
        caller=numbers_in(message)[1],
        at=moment(message.get("timestamp")),
        message=message,
        body=request.body,
    )


def as_item(envelope: Envelope, request_id: str, function_name: str, secrets: Sequence[str]) -> Item:
    """A message as it is kept: without our secrets, the payload without what is large and told elsewhere too."""
    cleaned, changed = without_secrets(envelope.message, secrets)
    return Item(
        webhook_type=VAPI,
        request_id=request_id,
        our_address=envelope.our_number,
        other_address=envelope.caller,
        lane_class=LaneClass.CALL,
        payload=_lean(cleaned),
        channel="voice",
        lane_ref=envelope.scope,
        function_name=function_name,
        to_account=True,
        body=orjson.dumps({"message": cleaned}) if changed else None,
    )


def given(value: Any, *path: str) -> Any:
    """What stands at the end of `path` in nested mappings; None where it breaks off."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def text_of(value: Any, *path: str) -> str:
    """The text at the end of `path`, trimmed; empty where there is none."""
    found = given(value, *path)
    return found.strip() if isinstance(found, str) else ""


def moment(value: Any) -> datetime | None:
    """A time as Vapi writes it: milliseconds, perhaps with a fraction, or ISO text. None for anything else."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _call_id(message: Mapping[str, Any]) -> str:
    for name in ("call", "chat", "session"):
        if found := text_of(message, name, "id"):
            if len(found) > _LONGEST_ID or not found.isprintable():
                raise Malformed(f"The webhook from Vapi has a {name}.id that cannot be used.")
            return found
    return ""


def numbers_in(message: Mapping[str, Any]) -> tuple[str, str]:
    """Our number, and the caller's or their SIP address; empty where hidden or not told."""
    return _our_number(message), _caller(message)


def _our_number(message: Mapping[str, Any]) -> str:
    """The number that was called, where it is one."""
    places = (("phoneNumber", "number"), ("call", "phoneNumber", "number"), ("call", "phoneNumber"))
    return next((found for place in places if _E164.fullmatch(found := text_of(message, *place))), "")


def _caller(message: Mapping[str, Any]) -> str:
    """Who calls; a hidden number comes as nothing, or as a word such as "anonymous"."""
    for whose in (("customer",), ("call", "customer")):
        if _E164.fullmatch(number := text_of(message, *whose, "number")):
            return number
        if (sip := text_of(message, *whose, "sipUri")) and len(sip) <= _LONGEST_ID and sip.isprintable():
            return sip
    return ""


def _lean(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in message.items() if name not in _KEPT_APART}
    left_out = [name for name in message if name in _KEPT_APART]
    for part in ("artifact", "call"):
        if isinstance(inner := kept.get(part), dict):
            kept[part] = {name: value for name, value in inner.items() if name not in _KEPT_APART}
            left_out += [f"{part}.{name}" for name in inner if name in _KEPT_APART]
    return kept | ({"_left_out": left_out} if left_out else {})


def _refuse_depth(content: Any) -> None:
    level, depth = [content], 0
    while level:
        if depth > _DEEPEST:
            raise Malformed(f"The webhook from Vapi is nested more than {_DEEPEST} levels deep.")
        inner = [list(value.values()) if isinstance(value, dict) else value for value in level]
        level = [one for values in inner if isinstance(values, list) for one in values]
        level = [one for one in level if isinstance(one, dict | list)]
        depth += 1
