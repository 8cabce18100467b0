"""For the same message and the same question, Twilio's own SDK and we put the same on the wire, field by field."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from carrier_bench import ACCOUNT, DESK, LEAD, TOKEN, run
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from test_twilio_sdk import HereInstead
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from frontdesk.errors import SendError
from frontdesk.message import Outgoing
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator.server import serve_app

SERVICE = "MG" + "0a" * 16
CALLBACK = "https://desk.example.test/webhooks/twilio/status"
SID = "SM" + "0b" * 16
HEADERS = ("authorization", "content-type", "accept")


@dataclass
class Asked:
    """One request as it reached the server."""

    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: dict[str, str]


@asynccontextmanager
async def both() -> AsyncIterator[tuple[Client, Twilio, list[Asked]]]:
    """The SDK and our provider as clients of one server, which keeps what it is asked and refuses it all."""
    asked: list[Asked] = []

    async def refuse(request: Request) -> Response:
        form = parse_qs((await request.body()).decode(), keep_blank_values=True)
        query = parse_qs(request.url.query, keep_blank_values=True)
        headers = {name: request.headers.get(name, "") for name in HEADERS}
        asked.append(Asked(request.method, request.url.path, query, form, headers))
        return JSONResponse({"code": 21611, "message": "later", "status": 400}, 400)

    async with serve_app(Starlette(routes=[Route("/{path:path}", refuse, methods=["GET", "POST"])])) as base_url:
        transport = HereInstead(base_url)
        desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base_url, status_callback=CALLBACK)
        try:
            yield Client(ACCOUNT, TOKEN, http_client=transport), desk, asked
        finally:
            await desk.aclose()
            transport.close()


REF = {"status_callback": f"{CALLBACK}?ref=7"}

# Our message, and the arguments of the SDK that mean the same.
SENT: list[tuple[Outgoing, dict[str, Any]]] = [
    (Outgoing(7, "sms", DESK, LEAD, "Grüße & = + % 👍\n"), {"from_": DESK, "to": LEAD, "body": "Grüße & = + % 👍\n"}),
    (
        Outgoing(7, "sms", DESK, LEAD, "two", ("https://m.test/a?b=c&d", "https://m.test/b")),
        {"from_": DESK, "to": LEAD, "body": "two", "media_url": ["https://m.test/a?b=c&d", "https://m.test/b"]},
    ),
    (
        Outgoing(7, "sms", DESK, LEAD, "", ("https://m.test/a",)),
        {"from_": DESK, "to": LEAD, "media_url": ["https://m.test/a"]},
    ),
    (
        Outgoing(7, "whatsapp", DESK, LEAD, "hola"),
        {"from_": f"whatsapp:{DESK}", "to": f"whatsapp:{LEAD}", "body": "hola"},
    ),
    (Outgoing(7, "sms", SERVICE, LEAD, "hi"), {"messaging_service_sid": SERVICE, "to": LEAD, "body": "hi"}),
    (
        Outgoing(7, "sms", DESK, LEAD, "soon", deliver_within=timedelta(minutes=9)),
        {"from_": DESK, "to": LEAD, "body": "soon", "validity_period": 540},
    ),
]


@pytest.mark.parametrize(
    "case", SENT, ids=lambda case: repr(case[0].body[:8] + case[0].channel + case[0].from_address[:2])
)
def test_a_message_is_sent_as_the_sdk_sends_it(case: tuple[Outgoing, dict[str, Any]]) -> None:
    outgoing, arguments = case

    async def story() -> None:
        async with both() as (client, desk, asked):
            with pytest.raises(SendError):
                await desk.send(outgoing)
            with pytest.raises(TwilioException):
                await asyncio.to_thread(client.messages.create, **arguments, **REF)
            ours, theirs = asked
            assert ours.form == theirs.form
            assert ours == theirs

    run(story())


def test_a_message_is_fetched_as_the_sdk_fetches_it() -> None:
    async def story() -> None:
        async with both() as (client, desk, asked):
            with pytest.raises(SendError):
                await desk.look_up(SID)
            with pytest.raises(TwilioException):
                await asyncio.to_thread(client.messages(SID).fetch)
            ours, theirs = asked
            assert alike(ours) == alike(theirs)

    run(story())


def test_lists_are_asked_for_as_the_sdk_asks() -> None:
    async def story() -> None:
        async with both() as (client, desk, asked):
            since = datetime(2026, 11, 20, tzinfo=UTC)
            with pytest.raises(SendError):
                await desk.list_messages(to=LEAD, sent_after=since)
            with pytest.raises(SendError):
                await desk.list_inbound(received_after=since)
            for arguments in ({"to": LEAD}, {"date_sent_after": since}):
                with pytest.raises(TwilioException):
                    await asyncio.to_thread(client.messages.list, page_size=1000, **arguments)
            to, came_in, sdk_to, sdk_came_in = map(alike, asked)
            assert to == sdk_to
            # The SDK gives a time, we a day, which is what Twilio filters by.
            assert sdk_came_in.query.pop("DateSent>") == ["2026-11-20T00:00:00Z"]
            assert came_in.query.pop("DateSent>") == ["2026-11-20"]
            assert came_in == sdk_came_in

    run(story())


def alike(asked: Asked) -> Asked:
    """A request without a body: what it says of one does not matter (the SDK names a type there, we none)."""
    asked.headers["content-type"] = ""
    assert not asked.form
    assert urlsplit(asked.path).path == asked.path
    return asked
