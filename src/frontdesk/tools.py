"""Tools: what a voice agent may call while it talks to somebody, and how a function becomes one.

A tool is a function `(call, tx, ...)`. What it writes with `tx` commits together with its answer, or not at all; what
it returns is said to the caller, or told to the model, as one line. Its other parameters are what the model gives it,
checked by their annotations before it is called.
"""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, make_dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, TypeAdapter, ValidationError

from frontdesk.clients.model import Client
from frontdesk.db.pool import Tx
from frontdesk.errors import CannotDo, SetupError
from frontdesk.settings import Settings

__all__ = ["Tool", "ToolCall", "ToolFunction", "make_tool"]

_CONFIG = ConfigDict(str_strip_whitespace=True, str_max_length=2000)

ToolFunction = Callable[..., Any]
"""`async def` or plain `def`; a plain one runs in a thread, and writes with `tx.put`."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Who calls a tool, and in which conversation."""

    request_id: str
    """The key of this tool call: the same when it is delivered again. What goes elsewhere can use it as its own key."""
    correlation_id: str
    source: str
    """The provider of the voice agent."""
    provider_call_id: str
    client: Client
    """The business that was called."""
    our_number: str
    """The number that was called, E.164; empty for a call from a web page."""
    caller: str | None
    """The caller's number, E.164; None where it is hidden."""
    now: datetime
    timezone: ZoneInfo
    """The client's."""
    settings: Settings


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a voice agent may call; `parameters` is the JSON Schema to paste at the provider."""

    name: str
    description: str
    function: ToolFunction
    arguments: TypeAdapter[Any]

    @property
    def parameters(self) -> dict[str, Any]:
        """What it takes, as JSON Schema."""
        schema = self.arguments.json_schema()
        fields = {
            name: {key: value for key, value in field.items() if key not in ("title", "default")}
            for name, field in schema.get("properties", {}).items()
        }
        return {"type": "object", "properties": fields, "required": schema.get("required", [])}

    async def run(self, call: ToolCall, tx: Tx, given: Mapping[str, Any]) -> Any:
        """Check what is given and run the function. Raises CannotDo with what is missing, or what the function does."""
        arguments = self._checked(given)
        if inspect.iscoroutinefunction(self.function):
            return await self.function(call, tx, **arguments)
        result = await asyncio.to_thread(self.function, call, tx, **arguments)
        return await result if inspect.isawaitable(result) else result

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        # A model that has nothing to give writes null or an empty text as often as it leaves the field out.
        some = {name: value for name, value in given.items() if value is not None and value != ""}
        try:
            return dict(vars(self.arguments.validate_python(some)))
        except ValidationError as error:
            raise CannotDo(_asked_back(error)) from error


def make_tool(function: ToolFunction, name: str | None = None) -> Tool:
    """A function as a tool, under its own name or another. Raises SetupError where it cannot be one."""
    called = name or function.__name__
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    if len(parameters) < 2:
        raise SetupError(f"The tool {called} must take (call, tx) before what the model gives it.")
    fields: list[Any] = []
    for one in parameters[2:]:
        if one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
            raise SetupError(f"The tool {called} must name each of its arguments, without * or **.")
        kind = str if one.annotation is one.empty else one.annotation
        if one.default is one.empty:
            fields.append((one.name, kind))
        else:
            fields.append((one.name, kind, field(default_factory=partial(_same, one.default))))
    shape = make_dataclass(called, fields, kw_only=True, namespace={"__pydantic_config__": _CONFIG})
    return Tool(called, inspect.cleandoc(function.__doc__ or ""), function, TypeAdapter(shape))


def _same(value: Any) -> Any:
    return value


def _asked_back(error: ValidationError) -> str:
    """What is missing or not understood, in a sentence that the voice agent can act on."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    missing = [_spoken(fault["loc"]) for fault in faults if fault["type"] == "missing"]
    wrong = [_spoken(fault["loc"]) for fault in faults if fault["type"] != "missing"]
    sentences = []
    if missing:
        sentences.append(f"I still need the {_listed(missing)}.")
    if wrong:
        sentences.append(f"I did not understand the {_listed(wrong)}; please ask for it again.")
    return " ".join(sentences)


def _spoken(place: tuple[int | str, ...]) -> str:
    return str(place[0]).replace("_", " ") if place else "arguments"


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
