"""WhatsApp's provider by cases of our own: outcomes, kinds of message, batches, secrets that are rotated."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.errors import (
    AccountRefused,
    Forged,
    Malformed,
    Rejected,
    SendError,
    SetupError,
    Throttled,
    TooOften,
    Unknown,
    Unreachable,
)
from frontdesk.message import Notice, Outgoing, Receipt, ReceiptStatus, TextReceived
from frontdesk.provider import HttpRequest
from frontdesk.providers.no_answer import NO_ANSWER
from frontdesk.providers.whatsapp import WhatsApp
from frontdesk.providers.whatsapp_errors import ERRORS
from frontdesk.providers.whatsapp_sending import OUTCOMES, failure_of
from frontdesk.providers.whatsapp_webhooks import COPIES, STATUS_WORDS
from frontdesk.simulator import WhatsAppCarrier
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.server import serve_app, whatsapp_app

OURS, ADA, NUMBER_ID, TOKEN, SECRET = "+15550783881", "+16505551234", "106540352242922", "EAAtesttoken", "5" * 32
MESSAGE = {"from": "16505551234", "id": "wamid.1", "timestamp": "1795190600", "type": "text", "text": {"body": "hi"}}


def whatsapp(api_base: str = "https://graph.example.test", **more: Any) -> WhatsApp:
    given = {"tokens": [TOKEN], "app_secrets": [SECRET], "verify_tokens": ["v"], "phone_number_id": NUMBER_ID}
    return WhatsApp(**{**given, "api_base": api_base, **more})


def webhook(*messages: Any, field: str = "messages", **value: Any) -> HttpRequest:
    inside = {"metadata": {"display_phone_number": "1 555-078-3881"}, "messages": list(messages), **value}
    document = {"entry": [{"id": "1", "changes": [{"field": field, "value": inside}]}]}
    return HttpRequest("POST", "https://desk.example.test/webhooks/whatsapp", {}, json.dumps(document).encode())


def heard(content: dict[str, Any], **more: Any) -> Any:
    """What the desk reads from one message with this content."""
    (kind,) = content
    (item,) = whatsapp().parse("whatsapp", webhook({**MESSAGE, "type": kind, **content, **more}))
    return whatsapp().read("whatsapp", item.payload)


# HTTP status, Meta's code, what is known
KNOWN: list[tuple[int, int | None, type[SendError]]] = [
    (200, None, Unknown),
    (200, 131026, Rejected),  # the code goes first
    (302, None, Unknown),
    (400, None, Rejected),
    (400, 100, Rejected),
    (400, 131026, Rejected),
    (400, 131047, Rejected),
    (400, 131050, Rejected),
    (404, 132001, Rejected),
    (400, 999999, Rejected),
    (500, 999999, Unknown),  # a code that nobody knows proves nothing
    (400, 1, Unknown),
    (500, 1, Unknown),
    (500, 2, Unreachable),
    (500, 131000, Unreachable),
    (503, 131016, Unreachable),
    (400, 131057, Unreachable),
    (400, 4, Throttled),
    (403, 130429, Throttled),
    (429, 130429, Throttled),
    (400, 80007, Throttled),
    (400, 131056, TooOften),
    (429, None, Throttled),
    (400, 190, AccountRefused),
    (500, 190, AccountRefused),
    (403, 200, AccountRefused),
    (403, 299, AccountRefused),
    (403, 368, AccountRefused),
    (401, None, AccountRefused),
    (401, 999999, AccountRefused),
    (403, None, Rejected),
    (408, None, Unknown),
    (500, None, Unknown),
    (503, None, Unknown),
]


@pytest.mark.parametrize(("status", "code", "means"), KNOWN)
def test_the_code_says_what_is_known_and_the_status_only_where_there_is_none(
    status: int, code: int | None, means: type[SendError]
) -> None:
    body = {"error": {"message": "no", "code": code}} if code is not None else "upstream error"
    error = failure_of(httpx2.Response(status, content=json.dumps(body).encode()))
    assert type(error) is means
    assert error.code == (str(code) if code is not None else None)


@pytest.mark.parametrize("code", ERRORS)
def test_no_code_that_says_it_was_not_sent_leaves_it_unknown(code: str) -> None:
    error = failure_of(httpx2.Response(500, content=json.dumps({"error": {"code": int(code)}}).encode()))
    assert isinstance(error, Unknown) == (code == "1")


def test_every_row_of_the_table_is_reached() -> None:
    reached = {next(row.words for row in OUTCOMES if row.fits(status, str(code) if code is not None else None))
               for status, code, _ in KNOWN}  # fmt: skip
    assert reached == {row.words for row in OUTCOMES}
    assert {row.means for row in NO_ANSWER} == {Unreachable, Unknown}


@pytest.mark.parametrize("code", ["x", True, None, [], {"a": 1}, "1" * 40])
def test_a_code_that_is_none_counts_as_none(code: Any) -> None:
    assert failure_of(httpx2.Response(400, content=json.dumps({"error": {"code": code}}).encode())).code is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ('{"1": [{"estimated_time_to_regain_access": 15}]}', 900),
        ('{"1": [{"estimated_time_to_regain_access": 2}], "2": [{"estimated_time_to_regain_access": 3}]}', 180),
        ('{"1": [{"estimated_time_to_regain_access": 600}]}', 3600),  # it is asked once an hour
        ('{"1": [{"estimated_time_to_regain_access": 0}]}', 60),  # the code's own
        ("no json", 60),
        ('{"1": "odd"}', 60),
    ],
)
def test_a_rate_limit_lasts_as_long_as_meta_says(header: str, seconds: float) -> None:
    answer = httpx2.Response(400, headers={"x-business-use-case-usage": header}, content=b'{"error": {"code": 80007}}')
    error = failure_of(answer)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("fault", "means"),
    [
        (Fault.DROP_BEFORE_ACCEPT, Unknown),
        (Fault.DROP_AFTER_ACCEPT, Unknown),
        (Fault.HANG_AFTER_ACCEPT, Unknown),
        (Fault.HTTP_500_AFTER_ACCEPT, Unknown),
        (Fault.HTTP_500_BEFORE_ACCEPT, Unknown),
        (Fault.THROTTLE, Throttled),
    ],
)
def test_over_real_http_only_what_is_known_not_sent_may_go_again(fault: Fault, means: type[SendError]) -> None:
    async def story() -> None:
        carrier = WhatsAppCarrier(token=TOKEN, app_secret=SECRET, numbers={NUMBER_ID: OURS})
        async with serve_app(whatsapp_app(carrier)) as base_url:
            desk = whatsapp(base_url, timeout=0.5)
            carrier.faults.next(fault)
            with pytest.raises(means) as caught:
                await desk.send(Outgoing(7, "whatsapp", OURS, ADA, "A text that says much"))
            assert type(caught.value) is means
            told: Any = caught.value
            kept = json.dumps([told.exchange.request, told.exchange.response])
            assert not any(secret in kept for secret in (TOKEN, "6505551234", "A text that says much"))
            await desk.aclose()
        await carrier.aclose()
        refused = whatsapp("http://127.0.0.1:9")
        with pytest.raises(Unreachable):
            await refused.send(Outgoing(7, "whatsapp", OURS, ADA, "hi"))
        await refused.aclose()

    asyncio.run(story())


def test_an_answer_is_kept_without_what_it_quotes() -> None:
    async def story() -> None:
        quoting = {
            "error": {
                "message": f"(#131026) to {ADA} failed: Meet me at the old oak tree, token {TOKEN}",
                "code": 131026,
                "type": "OAuthException",
                "fbtrace_id": "Az8or2yhqkZfEZ",
                "error_data": {"details": "Meet me at the old oak tree"},
            },
            "debug": ADA,
        }

        async def reply(request: Request) -> Response:
            return Response(json.dumps(quoting), 400, {"x-secret": TOKEN})

        async with serve_app(Starlette(routes=[Route("/{path:path}", reply, methods=["POST"])])) as base_url:
            desk = whatsapp(base_url)
            with pytest.raises(Rejected) as caught:
                await desk.send(Outgoing(7, "whatsapp", OURS, ADA, "Meet me at the old oak tree"))
            await desk.aclose()
        exchange: Any = caught.value.exchange
        kept = json.dumps([exchange.request, exchange.response])
        assert not any(secret in kept for secret in (TOKEN, "6505551234", "oak tree"))
        assert exchange.response["body"]["error"]["code"] == 131026
        assert exchange.request["fields"]["to"] == "…1234"

    asyncio.run(story())


WORDS: list[tuple[dict[str, Any], str]] = [
    ({"text": {"body": "hi\nthere"}}, "hi\nthere"),
    ({"button": {"payload": "p", "text": "Yes"}}, "Yes"),
    ({"interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Cancel"}}}, "Cancel"),
    ({"interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Express"}}}, "Express"),
    (
        {
            "interactive": {
                "type": "nfm_reply",
                "nfm_reply": {"body": "Sent", "response_json": '{"flow_token": "x", "name": "Ada", "day": "Friday"}'},
            }
        },
        "name: Ada\nday: Friday",
    ),
    ({"interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "odd"}}}, "Sent"),
    ({"image": {"id": "1", "caption": "the leak"}}, "the leak"),
    ({"video": {"id": "1", "caption": "it drips"}}, "it drips"),
    ({"document": {"id": "1", "filename": "plan.pdf"}}, "plan.pdf"),
    ({"document": {"id": "1", "filename": "plan.pdf", "caption": "our plan"}}, "our plan"),
    ({"sticker": {"id": "1"}}, ""),
    ({"location": {"latitude": 1.5, "longitude": -2}}, "1.5, -2"),
    ({"location": {"latitude": 1.5, "longitude": -2, "name": "Home"}}, "Home (1.5, -2)"),
    ({"contacts": [{"name": {"formatted_name": "Bo"}, "phones": [{"phone": "+1 2"}]}, {}]}, "Bo +1 2"),
    ({"order": {"text": "asap", "product_items": [{"quantity": 2, "product_retailer_id": "tap"}]}}, "asap\n2 × tap"),
    ({"unsupported": {}}, ""),
    ({"poll_of_tomorrow": {"x": 1}}, ""),
]


@pytest.mark.parametrize(("content", "body"), WORDS, ids=lambda case: str(case)[:60])
def test_what_people_send_comes_as_words_where_it_has_any(content: dict[str, Any], body: str) -> None:
    text = heard(content)
    assert isinstance(text, TextReceived)
    assert (text.body, text.from_address, text.to_address) == (body, ADA, OURS)


@pytest.mark.parametrize("kind", ["reaction", "system", "edit", "revoke"])
def test_what_asks_for_no_answer_is_a_notice(kind: str) -> None:
    assert heard({kind: {}}) == Notice("whatsapp", kind)
    assert heard({"text": {"body": "to all"}}, group_id="g1") == Notice("whatsapp", "group")


@pytest.mark.parametrize("word", [*STATUS_WORDS, "of_tomorrow"])
def test_every_status_counts_and_a_new_word_proves_only_that_meta_has_it(word: str) -> None:
    status = {"id": "wamid.9", "status": word, "recipient_id": "16505551234", "biz_opaque_callback_data": "41"}
    (item,) = whatsapp().parse("whatsapp", webhook(statuses=[status], messages=[]))
    expected = STATUS_WORDS.get(word, ReceiptStatus.QUEUED)
    assert (item.lane, item.request_id) == ("receipt:wamid.9", f"wamid.9:{word}")
    assert whatsapp().read("whatsapp", item.payload) == Receipt("whatsapp", "wamid.9", expected, word, 41)


@pytest.mark.parametrize("ref", ["job:42", "9" * 19, "-1", "", "٤٢", None, 41])
def test_what_is_no_ledger_id_of_ours_is_none(ref: Any) -> None:
    status = {"id": "wamid.9", "status": "sent", "biz_opaque_callback_data": ref}
    (item,) = whatsapp().parse("whatsapp", webhook(statuses=[status], messages=[]))
    received = whatsapp().read("whatsapp", item.payload)
    assert isinstance(received, Receipt)
    assert received.ledger_id is None


def test_a_batch_up_to_the_bound_stores_the_whole_with_each_and_a_larger_one_once() -> None:
    def items(count: int, size: int) -> Any:
        texts = [{**MESSAGE, "id": f"wamid.{at}", "text": {"body": "x" * size}} for at in range(count)]
        request = webhook(*texts)
        return request, whatsapp().parse("whatsapp", request)

    _, small = items(5, 100)
    assert [item.body for item in small] == [None] * 5
    request, large = items(50, 5000)
    assert large[0].body is None
    assert len(large) == 51
    assert sum(len(item.body or b"") for item in large) < 2 * len(request.body)
    assert 50 * len(request.body) > COPIES
    _, alone = items(1, 300_000)
    assert [item.body for item in alone] == [None]
    again = whatsapp().parse("whatsapp", request)
    assert [item.request_id for item in again] == [item.request_id for item in large]
    assert isinstance(whatsapp().read("whatsapp", large[0].payload), Notice)
    (part,) = whatsapp().parse("whatsapp", HttpRequest("POST", "", {}, large[7].body or b""))
    assert (part.request_id, part.lane) == (large[7].request_id, large[7].lane)


def test_a_secret_may_be_a_pair_while_it_is_rotated() -> None:
    desk = whatsapp(app_secrets=["new" * 8, "old" * 8], verify_tokens=["new", "old"])
    for secret in ("new" * 8, "old" * 8):
        signature = "sha256=" + hmac.new(secret.encode(), b"{}", hashlib.sha256).hexdigest()
        desk.verify(HttpRequest("POST", "", {"x-hub-signature-256": signature}, b"{}"))
        with pytest.raises(Forged):
            desk.verify(HttpRequest("POST", "", {"x-hub-signature-256": signature.upper()}, b"{}"))
    for token in ("new", "old"):
        url = f"https://d.example.test/w?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=a%20b%2Bc"
        answer = desk.greet(HttpRequest("GET", url, {}, b""))
        assert answer is not None
        assert answer.body == b"a b+c"
    assert desk.greet(HttpRequest("POST", url, {}, b"")) is None


@pytest.mark.parametrize("name", ["tokens", "app_secrets", "verify_tokens"])
@pytest.mark.parametrize("blank", [[], [""], ["good", " "]])
def test_a_blank_secret_is_refused_at_the_start(name: str, blank: list[str]) -> None:
    with pytest.raises(SetupError, match="WHATSAPP_"):
        whatsapp(**{name: blank})
    with pytest.raises(SetupError, match="WHATSAPP_API_BASE"):
        whatsapp("ftp://graph.example.test")


def test_what_is_no_webhook_of_ours_is_malformed() -> None:
    for body in (b"", b"[]", b"no", b"\xff", b'{"a":' * 100_000):
        with pytest.raises(Malformed):
            whatsapp().parse("whatsapp", HttpRequest("POST", "", {}, body))
    with pytest.raises(Malformed):
        whatsapp().parse("twilio_sms", webhook(MESSAGE))
    with pytest.raises(Malformed):
        whatsapp().read("whatsapp", {"message": {"type": "text"}})
