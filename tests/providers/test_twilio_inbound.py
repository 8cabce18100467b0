"""What came in at Twilio, read from its list: the same message that its webhook brings, all of them or an error."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from carrier_bench import ACCOUNT, DESK, LEAD, TOKEN, Bench, bench, run
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontdesk.errors import AccountRefused, FrontdeskError, Rejected, Throttled, Unreachable
from frontdesk.message import Item, TextReceived
from frontdesk.provider import LISTED, ListedInbound, Retries, came_in_at
from frontdesk.providers import twilio as twilio_module
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_webhooks import RETRY_FRAGMENT
from frontdesk.simulator import SimulatedMessage
from frontdesk.simulator.server import serve_app

PICTURES = [("https://m.test/a", "image/png"), ("https://m.test/b", "image/jpeg")]
# name, from, to, body, media
SHAPES: list[tuple[str, str, str, str, list[tuple[str, str]]]] = [
    ("text", LEAD, DESK, "Is Friday free?", []),
    ("every kind of character", LEAD, DESK, "a\x00b ü & = + % 👍🏽\n1600", []),
    ("no text", LEAD, DESK, "", []),
    ("text and pictures", LEAD, DESK, "the tap", PICTURES),
    ("pictures alone", LEAD, DESK, "", PICTURES),
    ("short code", "72345", DESK, "code", []),
    ("WhatsApp", f"whatsapp:{LEAD}", f"whatsapp:{DESK}", "hola", PICTURES[:1]),
    ("WhatsApp user without a number", "whatsapp:US.812345", f"whatsapp:{DESK}", "hola", []),
]


def a_while_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


async def found(at: Bench, listed: ListedInbound) -> tuple[Item, TextReceived]:
    (item,) = at.twilio.parse(listed.webhook_type, await at.twilio.rebuild(listed))
    text = at.twilio.read(listed.webhook_type, item.payload)
    assert isinstance(text, TextReceived)
    return item, text


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape[0])
def test_a_listed_message_is_the_one_that_its_webhook_brings(shape: tuple[str, str, str, str, Any]) -> None:
    _, from_, to, body, media = shape

    async def story() -> None:
        async with bench() as at:
            await at.carrier.text(from_, to, body, media=media)
            (listed,) = await at.twilio.list_inbound(received_after=a_while_ago())
            item, text = await found(at, listed)
            assert text == at.heard[0]
            assert item.request_id == listed.request_id == text.provider_message_id == listed.provider_message_id
            assert (item.our_address, item.lane) == (listed.our_address, at.lanes[0])
            came, webhook = came_in_at(item.payload), at.payloads[0]
            assert came == listed.came_in_at == at.carrier.phone(from_)[0].created_at.replace(microsecond=0)
            same = item.payload.keys() & webhook.keys()
            assert {name: item.payload[name] for name in same} == {name: webhook[name] for name in same}
            assert item.payload.keys() - webhook.keys() <= {LISTED, "Body"}  # an MMS without text has no Body at all
            assert came_in_at(webhook) is None
            assert all(isinstance(value, str) for value in item.payload.values())

    run(story())


def test_inbound_messages_alone_are_listed_oldest_first_since_then() -> None:
    async def story() -> None:
        async with bench() as at:
            moment = datetime.now(UTC).replace(microsecond=0)
            for seconds in (30, 10, 20, 20.5, 0):
                message = SimulatedMessage(f"SM{seconds}", "inbound", LEAD, DESK, "hi")
                message.created_at = message.sent_at = moment - timedelta(seconds=seconds)
                at.carrier.log.add(message)
            await at.send("out")
            await at.carrier.text(LEAD, DESK, "HELP")  # which the carrier answers by itself
            listed = await at.twilio.list_inbound(received_after=moment - timedelta(seconds=20.9))
            assert [message.request_id for message in listed][:4] == ["SM20.5", "SM20", "SM10", "SM0"]
            assert [message.fields["Body"] for message in listed][4:] == ["HELP"]

    run(story())


def test_messages_of_one_second_stay_in_the_order_in_which_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_module, "PAGE_SIZE", "2")

    async def story() -> None:
        async with bench() as at:
            second = datetime.now(UTC).replace(microsecond=0)
            for number in range(7):
                message = SimulatedMessage(f"SM{number}", "inbound", LEAD, DESK, str(number))
                message.created_at = message.sent_at = second + timedelta(milliseconds=number)
                at.carrier.log.add(message)
            listed = await at.twilio.list_inbound(received_after=a_while_ago())
            assert [message.fields["Body"] for message in listed] == list("0123456")

    run(story())


def test_a_long_list_is_read_to_its_end() -> None:
    async def story() -> None:
        async with bench() as at:
            for number in range(2500):
                at.carrier.log.add(SimulatedMessage(f"SM{number:04}", "inbound", LEAD, DESK, "hi"))
                at.carrier.log.add(SimulatedMessage(f"SMout{number}", "outbound-api", DESK, LEAD, "x", status="sent"))
            listed = await at.twilio.list_inbound(received_after=a_while_ago())
            assert [message.request_id for message in listed] == [f"SM{number:04}" for number in range(2500)]

    run(story())


def test_attachments_that_are_gone_do_not_hold_back_the_text() -> None:
    async def story() -> None:
        async with bench() as at:
            await at.carrier.text(LEAD, DESK, "the tap", media=PICTURES)
            (listed,) = await at.twilio.list_inbound(received_after=a_while_ago())
            at.carrier.log = type(at.carrier.log)()
            _, text = await found(at, listed)
            assert (text.body, text.media) == ("the tap", ())

    run(story())


def test_what_is_still_coming_in_is_left_out() -> None:
    async def story() -> None:
        async with bench() as at:
            at.carrier.log.add(SimulatedMessage("MM1", "inbound", LEAD, DESK, "", status="receiving"))
            assert await at.twilio.list_inbound(received_after=a_while_ago()) == []

    run(story())


def test_the_list_is_asked_for_by_the_day_in_utc_with_the_operator_in_the_name() -> None:
    asked: list[bytes] = []

    async def answer(request: Request) -> Response:
        asked.append(request.scope["query_string"])
        return JSONResponse({"messages": [], "next_page_uri": None})

    async def story() -> None:
        async with serve_app(Starlette(routes=[Route("/{path:path}", answer)])) as base_url:
            desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base_url, status_callback="")
            new_york = datetime.fromisoformat("2026-11-20T21:30:00-05:00")
            assert await desk.list_inbound(received_after=new_york) == []
            await desk.aclose()

    run(story())
    assert parse_qs(asked[0].decode()) == {"DateSent>": ["2026-11-21"], "PageSize": ["1000"]}
    assert b"DateSent%3E=2026-11-21" in asked[0]


MESSAGE = {"sid": "SM1", "direction": "inbound", "status": "received", "from": LEAD, "to": DESK, "num_media": "0"}
DATED = MESSAGE | {"date_created": "Fri, 20 Nov 2026 17:04:05 +0000"}
LOOP = "/2010-04-01/Accounts/AC/Messages.json?PageToken=PA1"

# status, body of the answer, what it means
TROUBLE: list[tuple[int, Any, type[FrontdeskError]]] = [
    (401, {"code": 20003}, AccountRefused),
    (404, {"code": 20404}, Rejected),
    (429, {"code": 20429}, Throttled),
    (500, {"code": 20500}, Unreachable),
    (503, None, Unreachable),
    (302, None, Unreachable),
    (200, None, Unreachable),
    (200, [], Unreachable),
    (200, {"messages": None}, Unreachable),
    (200, {"messages": ["SM1"]}, Unreachable),
    (200, {"messages": [MESSAGE], "next_page_uri": None}, Unreachable),
    (200, {"messages": [DATED], "next_page_uri": "https://evil.test/"}, Unreachable),
    (200, {"messages": [DATED], "next_page_uri": LOOP}, Unreachable),
]


@pytest.mark.parametrize("case", TROUBLE, ids=lambda case: f"{case[0]} {str(case[1])[:40]}")
def test_a_list_that_is_not_whole_is_an_error(
    case: tuple[int, Any, type[FrontdeskError]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_module, "MAX_PAGES", 5)
    status, body, error = case

    async def answer(request: Request) -> Response:
        return JSONResponse(body, status) if body is not None else Response("<html>", status)

    async def story() -> None:
        async with serve_app(Starlette(routes=[Route("/{path:path}", answer)])) as base_url:
            desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base_url, status_callback="")
            with pytest.raises(error) as caught:
                await desk.list_inbound(received_after=a_while_ago())
            assert "sent" not in str(caught.value)
            await desk.aclose()

    run(story())


def test_a_list_that_is_slower_than_our_timeout_or_breaks_off_is_unreachable() -> None:
    async def story() -> None:
        async with bench(timeout=0.2) as at:
            at.carrier.faults.listing_seconds = 0.6
            with pytest.raises(Unreachable):
                await at.twilio.list_inbound(received_after=a_while_ago())
            at.carrier.faults.clear()
            at.carrier.faults.next("listing_500")
            with pytest.raises(Unreachable):
                await at.twilio.list_inbound(received_after=a_while_ago())
            assert await at.twilio.list_inbound(received_after=a_while_ago()) == []

    run(story())


def test_a_text_that_no_webhook_could_bring_is_in_the_list() -> None:
    async def story() -> None:
        async with bench() as at:
            at.carrier.hooks.sms_url = f"http://127.0.0.1:1/sms{RETRY_FRAGMENT}"
            assert await at.carrier.text(LEAD, DESK, "nobody there") == [0]
            (listed,) = await at.twilio.list_inbound(received_after=a_while_ago())
            assert (listed.fields["Body"], at.heard) == ("nobody there", [])

    run(story())


@pytest.mark.parametrize("value", ["", "soon", "2026-11-20T17:00:00", None, 5])
def test_a_mark_that_is_no_time_is_none(value: Any) -> None:
    assert came_in_at({LISTED: value}) is None


def test_the_profile_says_how_twilio_retries_and_what_it_lists() -> None:
    desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base="https://a.test", status_callback="")
    texts, receipts = desk.profiles["twilio_sms"], desk.profiles["twilio_status"]
    assert isinstance(texts.retries, Retries)
    assert texts.retries.within < texts.dedupe_for
    assert RETRY_FRAGMENT in texts.retries.set_up
    assert (texts.listed, receipts.listed) == (True, False)
    assert (len(texts.statuses), receipts.statuses["undelivered"]) == (0, "undelivered")
