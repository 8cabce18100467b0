"""What Vapi asks and waits for: tool calls, an assistant for a call, where to transfer it; and our answers to it.

Source: Vapi, "Server events" and "Custom tools". A tool call stands in up to three places of one message, in several
shapes, and is run once. Every answer is HTTP 200, since Vapi ignores all others, and its texts are single lines, since
line breaks break Vapi's reading of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from frontdesk.provider import Answer
from frontdesk.providers.vapi_webhooks import Envelope, given, text_of

__all__ = [
    "Asked",
    "AskedTool",
    "AssistantWanted",
    "LegacyFunction",
    "OtherWanted",
    "ToolsWanted",
    "TransferWanted",
    "answer_of",
    "assistant_key",
    "legacy_key",
    "line",
    "read_asked",
    "tool_key",
    "transfer_key",
]

MOST_CALLS = 32
"""A model calls a few tools at once; many more are somebody keeping us busy."""
LONGEST_NAME = 128
LONGEST_LINE = 4000


@dataclass(frozen=True, slots=True)
class AskedTool:
    """One tool call. `arguments` is None where they were no JSON object."""

    id: str
    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ToolsWanted:
    """Tools are to be run, in this order."""

    calls: tuple[AskedTool, ...]


@dataclass(frozen=True, slots=True)
class LegacyFunction:
    """The older way of calling one tool, which has no id."""

    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class AssistantWanted:
    """Somebody calls, and Vapi asks which assistant answers; within 7.5 seconds, whatever is set."""


@dataclass(frozen=True, slots=True)
class TransferWanted:
    """The caller is to be put through to a person, and Vapi asks to whom."""


@dataclass(frozen=True, slots=True)
class OtherWanted:
    """Something else that waits for an answer, which the desk does not serve; `answer` says so."""

    answer: Mapping[str, Any] = field(default_factory=dict)


Asked = ToolsWanted | LegacyFunction | AssistantWanted | TransferWanted | OtherWanted

_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "handoff-destination-request": {"error": "There is nobody else to hand this call to."},
    "knowledge-base-request": {"documents": []},
    "voice-request": {},
    "call.endpointing.request": {},
}


def read_asked(envelope: Envelope) -> Asked | None:
    """What this message asks; None where it only informs."""
    match envelope.kind:
        case "tool-calls":
            return ToolsWanted(tuple(_tool_calls(envelope.message)))
        case "function-call":
            called = given(envelope.message, "functionCall")
            return LegacyFunction(text_of(called, "name")[:LONGEST_NAME], _arguments(given(called, "parameters")))
        case "assistant-request":
            return AssistantWanted()
        case "transfer-destination-request":
            return TransferWanted()
        case kind if kind in _OTHERS:
            return OtherWanted(_OTHERS[kind])
    return None


def tool_key(envelope: Envelope, call: AskedTool) -> str:
    """The request id of a tool call: ids are unique within a call only."""
    return f"{envelope.scope}:tool:{call.id}"


def legacy_key(envelope: Envelope) -> str:
    """... of an older one, which has none: the same bytes again are a redelivery."""
    return f"{envelope.scope}:function-call:{envelope.digest}"


def assistant_key(envelope: Envelope) -> str:
    """... of the question which assistant answers: asked once a call."""
    return f"{envelope.scope}:assistant-request"


def transfer_key(envelope: Envelope) -> str:
    """... of the question where to transfer: asked perhaps several times a call."""
    stamp = given(envelope.message, "timestamp")
    known = stamp if isinstance(stamp, int | str) and len(str(stamp)) <= 40 else envelope.digest
    return f"{envelope.scope}:transfer-destination-request:{known}"


def answer_of(content: Mapping[str, Any]) -> Answer:
    """An answer as bytes; sorted, so that one that was stored and read again is the same to the byte."""
    return Answer(200, "application/json", orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def line(value: Any) -> str:
    """`value` as the single line of text that a result must be: anything but a text is written as JSON."""
    text = value if isinstance(value, str) else _as_json(value)
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:LONGEST_LINE]


def _as_json(value: Any) -> str:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # numbers of more than 64 bits, lone surrogates
        return str(value)


def _tool_calls(message: Mapping[str, Any]) -> Iterator[AskedTool]:
    """Each id once, from the most trusted of the places in which calls stand."""
    seen: set[str] = set()
    for one in _candidates(message):
        name = text_of(one, "function", "name") or text_of(one, "name")
        call_id = text_of(one, "id")
        if not call_id or len(call_id) > LONGEST_NAME or not call_id.isprintable() or call_id in seen:
            continue
        seen.add(call_id)
        yield AskedTool(call_id, line(name)[:LONGEST_NAME], _arguments(_given_arguments(one)))
        if len(seen) == MOST_CALLS:
            return


def _candidates(message: Mapping[str, Any]) -> Iterator[Any]:
    yield from _listed(message, "toolCallList")
    yield from _listed(message, "toolCalls")
    for one in _listed(message, "toolWithToolCallList"):
        inner = given(one, "toolCall")
        if isinstance(inner, Mapping):  # in its flat shape the name stands outside
            outer = text_of(one, "function", "name") or text_of(one, "name")
            named = text_of(inner, "function", "name") or text_of(inner, "name")
            yield inner if named else {**inner, "name": outer}


def _listed(message: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = given(message, name)
    return found if isinstance(found, list) else []


def _given_arguments(one: Any) -> Any:
    for path in (("function", "arguments"), ("function", "parameters"), ("parameters",), ("arguments",)):
        if (found := given(one, *path)) is not None:
            return found
    return None


def _arguments(value: Any) -> Mapping[str, Any] | None:
    """Arguments as an object, from an object or its JSON; nothing given is no arguments, nonsense is None."""
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    if value is None:
        return {}
    return value if isinstance(value, Mapping) else None
