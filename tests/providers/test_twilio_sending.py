"""Sending and listing through Twilio over real HTTP: each kind of trouble has one meaning."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from carrier_bench import ACCOUNT, DESK, LEAD, TOKEN, bench, run
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.errors import FrontdeskError, Rejected, Throttled, Unknown, Unreachable
from frontdesk.message import Outgoing
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator.server import serve_app

# name, arguments of send, code
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("bad To", {"to": "+1555"}, "21211"),
    ("no text", {"body": ""}, "21602"),
    ("too long", {"body": "x" * 1601}, "21617"),
    ("not our number", {"from_address": "+14155550999"}, "21606"),
    ("not our service", {"from_address": "MG" + "0" * 32}, "21603"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_a_refused_message_is_rejected_with_twilios_code(case: tuple[str, dict[str, Any], str]) -> None:
    async def story() -> None:
        async with bench() as at:
            with pytest.raises(Rejected) as caught:
                await at.send(**case[1])
            assert caught.value.code == case[2]
            assert at.carrier.sent == []

    run(story())


# fault, what our provider makes of it, messages at the carrier
FAULTS: list[tuple[str, type[FrontdeskError], int]] = [
    ("throttle", Throttled, 0),
    ("http_500_before_accept", Unknown, 0),
    ("http_500_after_accept", Unknown, 1),
    ("drop_before_accept", Unknown, 0),
    ("drop_after_accept", Unknown, 1),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case[0])
@pytest.mark.parametrize("how", ["counted", "certain"])
def test_each_fault_does_what_it_says(case: tuple[str, type[FrontdeskError], int], how: str) -> None:
    name, error, there = case

    async def story() -> None:
        async with bench() as at:
            await at.send("before")
            if how == "counted":
                at.carrier.faults.next(name)
            else:
                at.carrier.faults.set({name: 1.0})
            with pytest.raises(error):
                await at.send("during")
            assert [message.body for message in at.carrier.sent] == ["before", "during"][: 1 + there]
            at.carrier.faults.clear()
            await at.send("after")
            found = await at.twilio.list_messages(to=LEAD, sent_after=datetime.now(UTC) - timedelta(minutes=1))
            assert sorted(message.body for message in found) == sorted(["before", "during", "after"][:: 2 - there])
            assert {message.provider_message_id for message in found} == {one.sid for one in at.carrier.sent}

    run(story())


@pytest.mark.parametrize(
    ("given", "expected"),
    [(7, 7.0), (0, 0.5), (99999, 3600.0), (None, 1.0), ("soon", 1.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.5)],
)
def test_a_throttled_send_waits_as_long_as_it_is_told(given: Any, expected: float) -> None:
    async def story() -> None:
        async with bench() as at:
            at.carrier.faults.next("throttle")
            at.carrier.faults.retry_after = given
            with pytest.raises(Throttled) as caught:
                await at.send()
            assert (caught.value.retry_after, caught.value.code) == (expected, "20429")

    run(story())


def test_an_answer_later_than_our_timeout_is_unknown_and_the_message_exists() -> None:
    async def story() -> None:
        async with bench(timeout=0.2) as at:
            at.carrier.faults.delay_seconds = 0.6
            with pytest.raises(Unknown):
                await at.send()
            assert len(at.carrier.sent) == 1

    run(story())


def test_a_refused_connection_is_unreachable_for_sending_and_listing() -> None:
    async def story() -> None:
        desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base="http://127.0.0.1:1", status_callback="")
        with pytest.raises(Unreachable):
            await desk.send(Outgoing(1, "sms", DESK, LEAD, "hi"))
        with pytest.raises(Unreachable):
            await desk.list_messages(to=LEAD, sent_after=datetime.now(UTC))
        await desk.aclose()

    run(story())


# status, headers, body of an answer; what it means for a send
ANSWERS: list[tuple[int, dict[str, str], str, type[FrontdeskError]]] = [
    (200, {}, "<html>a captive portal</html>", Unknown),
    (201, {}, "[]", Unknown),
    (201, {}, '{"sid": null}', Unknown),
    (201, {"content-encoding": "gzip"}, "no gzip", Unknown),
    (302, {"location": "https://elsewhere.test/"}, "", Unknown),
    (307, {"location": "https://elsewhere.test/"}, "", Unknown),
    (408, {}, "", Unknown),
    (500, {}, '{"code": 20500}', Unknown),
    (503, {"retry-after": "5"}, "", Unknown),
    (400, {}, '{"code": 21614}', Rejected),
    (400, {}, '{"code": 30001}', Throttled),
    (400, {}, '{"code": 98765}', Rejected),
    (404, {}, "<html>no such page</html>", Rejected),
    (429, {}, "slow down", Throttled),
]


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: f"{case[0]} {case[2][:20]}")
def test_every_kind_of_answer_has_one_meaning(case: tuple[int, dict[str, str], str, type[FrontdeskError]]) -> None:
    status, headers, body, error = case

    async def answer(request: Request) -> Response:
        return Response(body, status, headers)

    async def story() -> None:
        async with serve_app(Starlette(routes=[Route("/{path:path}", answer, methods=["POST", "GET"])])) as base_url:
            desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base_url, status_callback="")
            with pytest.raises(error):
                await desk.send(Outgoing(1, "sms", DESK, LEAD, "hi"))
            expected = Unreachable if error is Unknown else error
            with pytest.raises(expected):
                await desk.list_messages(to=LEAD, sent_after=datetime.now(UTC))
            await desk.aclose()

    run(story())


@pytest.mark.parametrize("following", ["https://evil.test/next", "//evil.test/next", 5])
def test_a_list_never_takes_our_credentials_to_another_host(following: Any) -> None:
    async def story() -> None:
        page = httpx2.Response(200, json={"messages": [], "next_page_uri": following})

        async def answer(request: Request) -> Response:
            return Response(page.content, 200)

        async with serve_app(Starlette(routes=[Route("/{path:path}", answer)])) as base_url:
            desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base_url, status_callback="")
            with pytest.raises(Unreachable):
                await desk.list_messages(to=LEAD, sent_after=datetime.now(UTC))
            await desk.aclose()

    run(story())


def test_whatsapp_keeps_its_prefix_on_the_wire_only() -> None:
    async def story() -> None:
        async with bench() as at:
            await at.send(channel="whatsapp")
            assert (at.carrier.sent[0].to, at.carrier.sent[0].from_) == (f"whatsapp:{LEAD}", f"whatsapp:{DESK}")
            since = datetime.now(UTC) - timedelta(minutes=1)
            (found,) = await at.twilio.list_messages(to=LEAD, sent_after=since, channel="whatsapp")
            assert (found.to, found.from_) == (LEAD, DESK)
            assert await at.twilio.list_messages(to=LEAD, sent_after=since) == []

    run(story())
