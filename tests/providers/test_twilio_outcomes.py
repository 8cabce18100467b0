"""What is known of a message when something went wrong, how long Twilio may keep it, and how it is looked up."""

import asyncio
import ssl
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from carrier_bench import ACCOUNT, DESK, LEAD, TOKEN, bench, run
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.errors import AccountRefused, Exchange, Rejected, SendError, Throttled, Unknown, Unreachable
from frontdesk.message import Outgoing, ReceiptStatus
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.no_answer import NO_ANSWER, no_answer
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_errors import ERRORS
from frontdesk.providers.twilio_sending import OUTCOMES, failure_of, send_form
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.server import serve_app

NOTHING = Exchange({}, None)

# status, Twilio's code, what is known
KNOWN: list[tuple[int, int | None, type[SendError]]] = [
    (200, None, Unknown),
    (201, None, Unknown),
    (204, None, Unknown),
    (301, None, Unknown),
    (307, None, Unknown),
    (400, None, Rejected),
    (400, 21211, Rejected),
    (400, 21606, Rejected),  # the sender is refused, other senders are not
    (400, 99999, Rejected),
    (400, 30001, Throttled),
    (400, 20003, AccountRefused),
    (400, 30002, AccountRefused),
    (401, 20003, AccountRefused),
    (401, None, AccountRefused),
    (403, None, Rejected),
    (403, 20005, AccountRefused),
    (403, 20008, AccountRefused),
    (404, 20404, Rejected),
    (408, None, Unknown),
    (408, 20003, Unknown),
    (429, None, Throttled),
    (429, 20429, Throttled),
    (429, 21611, Throttled),
    (499, None, Rejected),
    (500, 20500, Unknown),
    (500, 20003, Unknown),
    (503, None, Unknown),
    (599, None, Unknown),
]


@pytest.mark.parametrize(("status", "code", "error"), KNOWN, ids=str)
def test_an_answer_that_is_no_message_has_one_meaning(status: int, code: int | None, error: type[SendError]) -> None:
    answer = httpx2.Response(status, json={"code": code} if code else {})
    failure = failure_of(answer, NOTHING)
    assert type(failure) is error
    assert failure.exchange is NOTHING
    assert failure.code == (str(code) if code else None)


@given(status=st.integers(100, 999), code=st.one_of(st.none(), st.sampled_from([int(code) for code in ERRORS])))
def test_only_what_was_refused_is_known_not_sent(status: int, code: int | None) -> None:
    failure = failure_of(httpx2.Response(status, json={"code": code}), NOTHING)
    assert isinstance(failure, Unknown) == (not 400 <= status < 500 or status == 408)


# what the HTTP client raises, what is known
RAISED: list[tuple[type[httpx2.RequestError], type[SendError]]] = [
    (httpx2.ConnectError, Unreachable),
    (httpx2.ConnectTimeout, Unreachable),
    (httpx2.PoolTimeout, Unreachable),
    (httpx2.ProxyError, Unreachable),
    (httpx2.UnsupportedProtocol, Unreachable),
    (httpx2.ReadTimeout, Unknown),
    (httpx2.ReadError, Unknown),
    (httpx2.WriteTimeout, Unknown),
    (httpx2.WriteError, Unknown),
    (httpx2.CloseError, Unknown),
    (httpx2.RemoteProtocolError, Unknown),
    (httpx2.LocalProtocolError, Unknown),
    (httpx2.DecodingError, Unknown),
    (httpx2.TooManyRedirects, Unknown),
    (httpx2.SSEError, Unknown),
]


def test_every_error_of_the_http_client_is_in_the_cases_above() -> None:
    def leaves(kind: type[Exception]) -> set[type[Exception]]:
        below = kind.__subclasses__()
        return {leaf for one in below for leaf in leaves(one)} if below else {kind}

    assert leaves(httpx2.RequestError) == {kind for kind, _ in RAISED}


@pytest.mark.parametrize(("raised", "error"), RAISED, ids=lambda kind: kind.__name__)
def test_only_where_nothing_was_written_is_it_known_not_sent(
    raised: type[httpx2.RequestError], error: type[SendError]
) -> None:
    failure = no_answer("Twilio", raised("gone"), NOTHING)
    assert type(failure) is error
    assert failure.exchange is NOTHING


def test_every_row_of_the_tables_is_reached() -> None:
    errors = [raised("gone") for raised, _ in RAISED] + [httpx2.RequestError("new")]
    reached = {next(row.words for row in NO_ANSWER if isinstance(error, row.errors)) for error in errors}
    assert reached == {row.words for row in NO_ANSWER}
    classes = [ErrorClass.PERMANENT, ErrorClass.ACCOUNT, ErrorClass.RETRY]
    asked = [(status, kind) for status in range(100, 600) for kind in classes]
    assert {next(row.words for row in OUTCOMES if row.fits(*one)) for one in asked} == {row.words for row in OUTCOMES}


def test_a_host_that_does_not_exist_and_a_failed_handshake_are_known_not_sent() -> None:
    async def story() -> None:
        plain = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        port = plain.sockets[0].getsockname()[1]
        for base in ("http://no-such-host.invalid", f"https://127.0.0.1:{port}"):
            desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base, status_callback="")
            with pytest.raises(Unreachable):
                await desk.send(Outgoing(1, "sms", DESK, LEAD, "hi"))
            await desk.aclose()
        plain.close()
        await plain.wait_closed()
        assert ssl.HAS_TLSv1_2

    run(story())


def test_codes_that_refuse_the_account_are_not_those_of_one_number() -> None:
    account = {code for code, advice in ERRORS.items() if advice.error_class is ErrorClass.ACCOUNT}
    assert account == {"10001", "20003", "20005", "20008", "30002"}


@pytest.mark.parametrize(
    ("within", "seconds"),
    [
        (None, None),
        (timedelta(hours=10), "36000"),
        (timedelta(hours=10, microseconds=1), None),
        (timedelta(days=2), None),
        (timedelta(minutes=5), "300"),
        (timedelta(seconds=61.9), "61"),  # never later than asked
        (timedelta(seconds=1), "1"),
        (timedelta(seconds=0.4), "1"),
        (timedelta(0), "1"),
        (timedelta(seconds=-9), "1"),
    ],
)
def test_how_long_twilio_may_keep_it_is_given_in_whole_seconds(within: timedelta | None, seconds: str | None) -> None:
    form = send_form(Outgoing(1, "sms", DESK, LEAD, "hi", deliver_within=within), "")
    assert form.get("ValidityPeriod") == seconds


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3)))
def test_a_validity_is_never_longer_than_asked_and_always_one_that_twilio_takes(within: timedelta) -> None:
    form = send_form(Outgoing(1, "sms", DESK, LEAD, "hi", deliver_within=within), "")
    given_seconds = form.get("ValidityPeriod")
    if given_seconds is None:
        assert within > timedelta(seconds=36_000)
    else:
        assert 1 <= int(str(given_seconds)) <= 36_000
        assert timedelta(0) <= within - timedelta(seconds=int(str(given_seconds))) < timedelta(seconds=1)


def test_a_message_is_looked_up_as_it_stands_now() -> None:
    async def story() -> None:
        async with bench() as at:
            at.carrier.faults.next(Fault.UNDELIVERED)
            sid = await at.send("hello")
            await at.carrier.settled(timeout=10)
            found = await at.twilio.look_up(sid)
            assert (found.provider_message_id, found.to, found.from_, found.body) == (sid, LEAD, DESK, "hello")
            assert (found.status, found.provider_status) == (ReceiptStatus.UNDELIVERED, "undelivered")
            assert found.error_code == "30003"
            for fault, error in ((Fault.LOOK_UP_500, Unreachable), (Fault.LOOK_UP_THROTTLE, Throttled)):
                at.carrier.faults.next(fault)
                with pytest.raises(error):
                    await at.twilio.look_up(sid)
            for unknown in ("SM" + "0" * 32, "../../Messages", "", "a/b?c#d"):
                with pytest.raises((Rejected, Unreachable)):
                    await at.twilio.look_up(unknown)
            at.carrier.auth_token = "another"
            with pytest.raises(AccountRefused):
                await at.twilio.look_up(sid)

    run(story())


MESSAGE = {
    "sid": "SM1",
    "direction": "outbound-api",
    "status": "sent",
    "from": DESK,
    "to": LEAD,
    "body": "hi",
    "date_created": "Fri, 20 Nov 2026 17:04:05 +0000",
}


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, MESSAGE | {"sid": "SM2"}, MESSAGE | {"direction": "inbound"}, MESSAGE | {"date_created": "soon"}],
    ids=str,
)
def test_an_answer_that_is_not_the_message_asked_for_moves_nothing(answer: Any) -> None:
    asked: list[str] = []

    async def reply(request: Request) -> Response:
        asked.append(request.url.path)
        return Response(httpx2.Response(200, json=answer).content)

    async def story() -> None:
        async with serve_app(Starlette(routes=[Route("/{path:path}", reply)])) as base_url:
            desk = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base=base_url, status_callback="")
            with pytest.raises(Unreachable):
                await desk.look_up("SM1")
            await desk.aclose()

    run(story())
    assert asked == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM1.json"]
