"""A language model that is none, behind OpenAI's HTTP: it answers what it was told to, with faults on demand.

Source: OpenAI's API reference, "Create chat completion" and "Structured model outputs" (what strict schemas need).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.errors import FrontdeskError
from frontdesk.simulator.model_faults import ModelFault

__all__ = ["Answerer", "ModelError", "SimulatedModel", "check_asked", "filled"]

Answerer = Callable[[Mapping[str, Any]], Mapping[str, Any] | str]
"""From the JSON of a request to what the model answers: an object whose missing fields are null, or text as it is."""


class ModelError(FrontdeskError):
    """The API says no: `status` is HTTP's, the rest is the body's."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None, kind: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind or "invalid_request_error", "param": param, "code": code}


def _nothing(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(slots=True)
class SimulatedModel:
    """One model; `asked` holds every request that came with the right key, also those that a fault then hit."""

    key: str = "sk-simulated"
    name: str = "simulated-model"
    knows_schemas: bool = True
    """False: a server that does JSON mode alone, and answers 400 to a schema."""
    knows_temperature: bool = True
    """False: a model that takes no temperature, as those that reason do."""
    delay_seconds: float = 0.0
    """How long it thinks before it answers."""
    answer: Answerer = _nothing
    asked: list[dict[str, Any]] = field(default_factory=list)
    _next: dict[ModelFault, int] = field(default_factory=dict)

    def next(self, fault: ModelFault | str, times: int = 1) -> None:
        """Let exactly the next `times` requests have this fault."""
        self._next[ModelFault(fault)] = times

    def strikes(self) -> ModelFault | None:
        """The fault of this request, if it has one."""
        for fault, times in self._next.items():
            if times > 0:
                self._next[fault] = times - 1
                return fault
        return None

    def says(self, **fields: tuple[str, str] | None) -> None:
        """Answer so from now on: by field, a value and its quote."""
        said = {
            name: {"value": pair[0], "quote": pair[1]} if pair is not None else None for name, pair in fields.items()
        }
        self.answer = lambda asked: said

    @property
    def last(self) -> dict[str, Any]:
        """The newest request."""
        return self.asked[-1]

    def take(self, asked: dict[str, Any]) -> None:
        """Keep a request that the API would take. Raises ModelError for one that it would refuse."""
        check_asked(asked)
        self.asked.append(asked)
        if asked["model"] != self.name:
            words = f"The model `{asked['model']}` does not exist or you do not have access to it."
            raise ModelError(404, words, code="model_not_found")
        if not self.knows_temperature and "temperature" in asked:
            raise ModelError(400, "Unsupported value: 'temperature'.", param="temperature", code="unsupported_value")
        if not self.knows_schemas and (asked.get("response_format") or {}).get("type") == "json_schema":
            raise ModelError(400, "response_format.type must be one of text, json_object", param="response_format")


def filled(asked: Mapping[str, Any], answer: Mapping[str, Any] | str) -> str:
    """The content of an answer: an object gets null for each field of the schema that it leaves out."""
    if isinstance(answer, str):
        return answer
    properties = _schema(asked).get("properties", {})
    return json.dumps({**dict.fromkeys(properties), **answer}, ensure_ascii=False)


def _schema(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = ((asked.get("response_format") or {}).get("json_schema") or {}).get("schema") or {}
    return schema


def check_asked(asked: Mapping[str, Any]) -> None:
    """Raise ModelError for a request that the API refuses before any model sees it."""
    if not asked.get("model"):
        raise ModelError(400, "you must provide a model parameter")
    if not isinstance(asked.get("messages"), list) or not asked["messages"]:
        raise ModelError(
            400, "Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter"
        )
    _check_tool_messages(asked["messages"])
    form = asked.get("response_format") or {}
    if form.get("type") == "json_object" and "json" not in json.dumps(asked["messages"]).lower():
        words = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise ModelError(400, words, param="messages")
    if form.get("type") == "json_schema":
        _check_format(form.get("json_schema") or {})


def _check_tool_messages(messages: list[Any]) -> None:
    called: set[str] = set()
    for at, message in enumerate(messages):
        called |= {call["id"] for call in message.get("tool_calls") or ()}
        if message.get("role") == "tool" and message.get("tool_call_id") not in called:
            words = (
                "Invalid parameter: messages with role 'tool' must be a response to a preceding message with "
                "'tool_calls'."
            )
            raise ModelError(400, words, param=f"messages.[{at}].role")


def _check_format(form: Mapping[str, Any]) -> None:
    name = str(form.get("name") or "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        words = "Invalid 'response_format.json_schema.name': string does not match pattern."
        raise ModelError(400, words, param="response_format.json_schema.name", code="invalid_value")
    if form.get("strict") and (wrong := _not_strict(form.get("schema") or {})):
        raise ModelError(400, f"Invalid schema for response_format '{name}': {wrong}", param="response_format")


def _not_strict(schema: Any) -> str | None:
    """What a strict schema may not be: an object that is open, or one with a property that is not required."""
    if isinstance(schema, list):
        return next((wrong for part in schema if (wrong := _not_strict(part))), None)
    if not isinstance(schema, Mapping):
        return None
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false."
        if missing := set(schema.get("properties", {})) - set(schema.get("required", ())):
            return (
                "'required' is required to be supplied and to be an array including every key in properties. "
                f"Missing '{min(missing)}'."
            )
    return next((wrong for part in schema.values() if (wrong := _not_strict(part))), None)
