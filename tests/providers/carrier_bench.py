"""What the carrier tests stand on: a served carrier, our provider as its client, a small desk as its receiver."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.message import Outgoing, Receipt, TextReceived
from frontdesk.provider import HttpRequest
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator import Carrier, serve
from frontdesk.simulator.server import serve_app

ACCOUNT, TOKEN = "AC" + "5" * 32, "s3cret" * 5
DESK, LEAD = "+14155550170", "+12025550119"


@dataclass
class Bench:
    """A carrier, our provider, and all that the desk's two webhooks got (verified and read)."""

    carrier: Carrier
    twilio: Twilio
    base_url: str
    desk_url: str
    heard: list[TextReceived] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    payloads: list[Mapping[str, Any]] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses to give to the next webhooks, 200 when there are no more."""

    async def send(self, body: str = "hello", to: str = LEAD, **more: Any) -> str:
        outgoing = Outgoing(41, more.pop("channel", "sms"), more.pop("from_address", DESK), to, body, **more)
        return (await self.twilio.send(outgoing)).provider_message_id

    async def hear(self, request: Request) -> Response:
        """The desk: it takes a webhook as the real one does, and answers as told."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        webhook = HttpRequest(request.method, str(request.url), headers, await request.body())
        kind = "twilio_sms" if request.url.path.endswith("/sms") else "twilio_status"
        self.twilio.verify(webhook)
        self.tokens.append(headers["i-twilio-idempotency-token"])
        status = self.answers.pop(0) if self.answers else 200
        for item in self.twilio.parse(kind, webhook) if status == 200 else ():
            message = self.twilio.read(kind, item.payload)
            self.payloads.append(item.payload)
            self.lanes.append(item.lane)
            self.heard.append(message) if isinstance(message, TextReceived) else self.receipts.append(message)
        return Response(status_code=status)


@asynccontextmanager
async def bench(**more: Any) -> AsyncIterator[Bench]:
    carrier = Carrier(ACCOUNT, TOKEN, numbers=[DESK], receipt_delay=0.01)
    built: list[Bench] = []

    async def hear(request: Request) -> Response:
        return await built[0].hear(request)

    desk = Starlette(routes=[Route("/sms", hear, methods=["POST"]), Route("/status", hear, methods=["POST"])])
    async with serve_app(desk) as desk_url, serve(carrier) as base_url:
        carrier.hooks.sms_url = f"{desk_url}/sms"
        twilio = Twilio(
            account_sid=ACCOUNT,
            auth_tokens=[more.get("token", TOKEN)],
            api_base=base_url,
            status_callback=f"{desk_url}/status",
            timeout=more.get("timeout", 5.0),
        )
        built.append(Bench(carrier, twilio, base_url, desk_url))
        try:
            yield built[0]
        finally:
            await twilio.aclose()
            await carrier.aclose()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))
