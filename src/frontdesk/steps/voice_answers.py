"""What Vapi asks of the desk, and the answers: tools are run, an assistant is named, a person's number is given."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from frontdesk.clients.model import Client
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import CannotDo
from frontdesk.inbox.model import Arrival, Receipted
from frontdesk.inbox.rules import jsonb_safe
from frontdesk.provider import HttpRequest
from frontdesk.providers.vapi import Vapi
from frontdesk.providers.vapi_questions import (
    AskedTool,
    AssistantWanted,
    LegacyFunction,
    OtherWanted,
    ToolsWanted,
    TransferWanted,
    answer_of,
    assistant_key,
    legacy_key,
    line,
    tool_key,
    transfer_key,
)
from frontdesk.providers.vapi_webhooks import VAPI, Envelope
from frontdesk.registry import Answered, Registry
from frontdesk.settings import Settings
from frontdesk.steps.answer import AnswerOnce, Question, Said, Work
from frontdesk.steps.assistants import assistant_for, assistant_unasked, transfer_for
from frontdesk.steps.facts import known_zone
from frontdesk.tools import ToolCall

__all__ = ["VapiAnswers"]

log = structlog.get_logger(__name__)

_QUICK_SECONDS = 4.5
"""Of the 7.5 that Vapi waits for an assistant, whatever is set there; to store an excuse takes up to two more."""

_KEPT_HEADERS = ("content-type", "user-agent")


@dataclass(frozen=True, slots=True)
class _Asking:
    """A message that asks: what is kept of it for each of its questions, and when it came, by the loop's time."""

    envelope: Envelope
    arrival: Arrival
    began: float

    def about(self, request_id: str, function_name: str) -> Arrival:
        """The arrival of one of its questions."""
        item = replace(self.arrival.item, request_id=request_id, function_name=function_name)
        return replace(self.arrival, item=item, correlation_id=token_hex(16))


class VapiAnswers:
    """Answers those webhooks of Vapi that ask something."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, registry: Registry, settings: Settings, vapi: Vapi
    ) -> None:
        self._once = AnswerOnce(db, bucket, clock)
        self._clock = clock
        self._registry = registry
        self._settings = settings
        self._vapi = vapi

    async def __call__(self, request: HttpRequest) -> Answered | None:
        """The answer to a webhook that asks; None for one that informs. Raises Forged or Malformed."""
        began = asyncio.get_running_loop().time()
        self._vapi.verify(request)
        found = self._vapi.asked(request)
        if found is None:
            return None
        envelope, asked = found
        if isinstance(asked, OtherWanted):
            log.warning("voice_question_not_served", kind=envelope.kind)
            return Answered(answer_of(asked.answer))
        asking = _Asking(envelope, self._arrival(envelope, request), began)
        match asked:
            case ToolsWanted(calls):
                return await self._tools(asking, calls)
            case LegacyFunction(name, arguments):
                return await self._legacy(asking, AskedTool("", name, arguments))
            case AssistantWanted():
                excuse = assistant_unasked(self._settings)
                return await self._plain(asking, assistant_key(envelope), partial(self._assistant, envelope), excuse)
            case TransferWanted():
                excuse = {"error": self._settings.vapi.fallback}
                return await self._plain(asking, transfer_key(envelope), partial(self._transfer, envelope), excuse)

    async def _tools(self, asking: _Asking, calls: Sequence[AskedTool]) -> Answered:
        """One result for each call, in order; a failed one takes nothing from the others."""
        results, kept = [], []
        for call in calls:
            request_id = tool_key(asking.envelope, call)
            said = await self._run(asking, request_id, call)
            results.append(said.content)
            kept.append(Receipted(request_id, said.first))
        return Answered(answer_of({"results": results}), tuple(kept))

    async def _legacy(self, asking: _Asking, call: AskedTool) -> Answered:
        request_id = legacy_key(asking.envelope)
        said = await self._run(asking, request_id, call)
        words = said.content.get("result", said.content.get("error", ""))
        return Answered(answer_of({"result": words}), (Receipted(request_id, said.first),))

    async def _run(self, asking: _Asking, request_id: str, call: AskedTool) -> Said:
        about = {"toolCallId": call.id, "name": call.name}
        arrival = asking.about(request_id, call.name)
        question = Question(
            arrival=arrival,
            parameters={"arguments": self._vapi.hidden(call.arguments or {})},
            work=partial(self._tool, asking.envelope, arrival, call),
            refusal=lambda words: {**about, "error": line(words)},
            excuse={**about, "error": line(self._settings.vapi.fallback)},
        )
        said = await self._once.answer(question, until=asking.began + self._settings.vapi.tool_seconds)
        failed = "error" in said.content
        log.info("tool_answered", tool=call.name, request_id=request_id, first=said.first, refused=failed)
        return said

    async def _tool(
        self, envelope: Envelope, arrival: Arrival, call: AskedTool, tx: Tx, client: Client | None
    ) -> Mapping[str, Any]:
        tool = self._registry.tools.get(call.name)
        if tool is None:
            log.warning("tool_not_known", tool=call.name, known=sorted(self._registry.tools))
            raise CannotDo(f"There is no tool {call.name!r} here." if call.name else "The tool has no name.")
        if call.arguments is None:
            raise CannotDo("The arguments are no JSON object; please call the tool again with one.")
        if client is None:
            log.warning("voice_call_for_nobody", our_number=envelope.our_number)
            raise CannotDo("This number is not set up here.")
        about = ToolCall(
            request_id=arrival.item.request_id,
            correlation_id=arrival.correlation_id,
            source=self._vapi.name,
            provider_call_id=envelope.call_id,
            client=client,
            our_number=envelope.our_number,
            caller=_number(envelope),
            now=self._clock.now(),
            timezone=ZoneInfo(known_zone(client.timezone)),
            settings=self._settings,
        )
        result = await tool.run(about, tx, jsonb_safe(call.arguments))
        return {"toolCallId": call.id, "name": call.name, "result": line("Done." if result is None else result)}

    async def _plain(self, asking: _Asking, request_id: str, work: Work, excuse: Mapping[str, Any]) -> Answered:
        question = Question(
            arrival=asking.about(request_id, asking.envelope.kind),
            parameters={},
            work=work,
            refusal=lambda words: {"error": line(words)},
            excuse=excuse,
        )
        said = await self._once.answer(question, until=asking.began + _QUICK_SECONDS)
        return Answered(answer_of(said.content), (Receipted(request_id, said.first),))

    async def _assistant(self, envelope: Envelope, tx: Tx, client: Client | None) -> Mapping[str, Any]:
        if client is None:
            log.warning("voice_call_for_nobody", our_number=envelope.our_number)
        answer: Mapping[str, Any] = jsonb_safe(
            await assistant_for(tx, self._settings, client, _number(envelope), self._clock.now())
        )
        return answer

    async def _transfer(self, envelope: Envelope, tx: Tx, client: Client | None) -> Mapping[str, Any]:
        return transfer_for(client, envelope.our_number)

    def _arrival(self, envelope: Envelope, request: HttpRequest) -> Arrival:
        item = self._vapi.item(envelope, "", "")
        headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        body = request.body if item.body is None else item.body
        return Arrival(item, body, headers, "", self._vapi.profiles[VAPI].dedupe_for)


def _number(envelope: Envelope) -> str | None:
    return envelope.caller if envelope.caller.startswith("+") else None
