"""A voice agent as the desk sees one: it posts Vapi's server messages, and hears what the desk answers.

Source: Vapi, "Server events" and "Custom tools". Written apart from `frontdesk.providers` on purpose: one mistake
cannot hide in both.
"""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

import httpx2

__all__ = ["VoiceAgent"]

_MILLISECONDS = 1_795_190_400_000
"""Where its clock begins; it moves on by a second a message."""


class VoiceAgent:
    """One caller on one call. `url` is the desk's webhook, `secret` what it expects in X-Vapi-Secret."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        caller: str | None,
        number: str | None,
        call_id: str = "11111111-aaaa-4000-8000-000000000001",
        timeout: float = 30.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` carries its posts in place of the network."""
        self._url = url
        self._secret = secret
        self._caller = caller
        self._number = number
        self.call_id = call_id
        self._timeout = timeout
        self._transport = transport
        self._counted = count(1)

    def message(self, kind: str, **fields: Any) -> dict[str, Any]:
        """A server message of this call, as Vapi fills it in."""
        customer = {"customer": {"number": self._caller}} if self._caller else {}
        phone = {"phoneNumber": {"id": "p1", "number": self._number, "provider": "twilio"}} if self._number else {}
        call = {"id": self.call_id, "type": "inboundPhoneCall", "status": "ringing", "assistantId": None, **customer}
        stamp = _MILLISECONDS + next(self._counted) * 1000
        return {"type": kind, **fields, "call": call, **phone, **customer, "timestamp": stamp}

    def tool_calls(self, *calls: tuple[str, str, Mapping[str, Any]]) -> dict[str, Any]:
        """The message by which tools are called: (tool call id, name, arguments) each, in two places as Vapi does."""
        listed: list[dict[str, Any]] = [
            {"id": call_id, "type": "function", "function": {"name": name, "arguments": dict(arguments)}}
            for call_id, name, arguments in calls
        ]
        beside = [
            {
                "type": "function",
                "function": {"name": call["function"]["name"]},
                "server": {"url": self._url, "secret": self._secret},  # Vapi echoes it
                "toolCall": call,
            }
            for call in listed
        ]
        return self.message("tool-calls", toolCallList=listed, toolWithToolCallList=beside)

    async def post(self, message: Mapping[str, Any] | bytes) -> httpx2.Response:
        """Post one message, or a body as it stands; the whole response."""
        body = message if isinstance(message, bytes) else json.dumps({"message": message}).encode()
        headers = {"X-Vapi-Secret": self._secret, "Content-Type": "application/json"}
        async with httpx2.AsyncClient(trust_env=False, timeout=self._timeout, transport=self._transport) as http:
            return await http.post(self._url, content=body, headers=headers)

    async def use(self, tool: str, tool_call_id: str, **arguments: Any) -> str:
        """Call one tool and return what is heard: its result, or its error behind "error: "."""
        response = await self.post(self.tool_calls((tool_call_id, tool, arguments)))
        (result,) = response.json()["results"]
        return str(result["result"]) if "result" in result else f"error: {result['error']}"
