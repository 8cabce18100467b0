"""What is kept of an attempt: what was asked and answered, and never a secret, a text or a whole number."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import httpx2
import pytest
from carrier_bench import ACCOUNT, DESK, LEAD, TOKEN, bench, run
from hypothesis import example, given, settings
from hypothesis import strategies as st

from frontdesk.errors import Exchange, Rejected, SendError, Throttled, Unknown, Unreachable
from frontdesk.message import Outgoing
from frontdesk.providers.redaction import last_four
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_exchange import exchange_of
from frontdesk.providers.twilio_sending import send_form

URL = f"https://api.example.test/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
BODY = "Your door code is Margarita, the blue house behind the mill"
BASIC = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()


def kept(answer: httpx2.Response | None, body: str = BODY, **more: Any) -> Exchange:
    outgoing = Outgoing(41, "sms", DESK, LEAD, body, **more)
    form = send_form(outgoing, "https://user:pass@desk.example.test/hooks/key?k=v#rc=5&rp=all")
    return exchange_of(form, answer, messages_url=URL, account_sid=ACCOUNT, tokens=[TOKEN, "older" * 6])


def test_the_request_is_kept_without_what_is_private() -> None:
    exchange = kept(None, media_urls=("https://m.example.test/private/key.png?sig=1",))
    assert exchange.response is None
    assert exchange.request == {
        "method": "POST",
        "url": "https://api.example.test/2010-04-01/Accounts/…5555/Messages.json",
        "fields": {
            "To": "…0119",
            "From": "…0170",
            "Body": f"<{len(BODY)} characters>",
            "MediaUrl": ["m.example.test"],
            "StatusCallback": "desk.example.test ref=41",
        },
    }


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("+12025550119", "…0119"),
        ("whatsapp:+12025550119", "whatsapp:…0119"),
        ("whatsapp:US.1349120865530274", "whatsapp:…0274"),
        ("72345", "…45"),  # of a short code less, or it would be whole
        ("1", "…"),
        ("", ""),
        ("a b:+12025550119", "…0119"),
    ],
)
def test_of_an_address_only_the_end_is_seen(address: str, seen: str) -> None:
    assert last_four(address) == seen


def test_an_accepted_message_keeps_twilios_facts_and_not_what_it_echoes() -> None:
    async def story() -> None:
        async with bench() as at:
            accepted = await at.twilio.send(Outgoing(41, "sms", DESK, LEAD, BODY))
            assert accepted.exchange is not None
            assert accepted.exchange.response is not None
            said = accepted.exchange.response
            assert said["status"] == 201
            assert said["headers"] == {"content-type": "application/json"}
            body = dict(said["body"])
            assert body.pop("date_created").endswith("+0000")
            assert body == {
                "sid": accepted.provider_message_id,
                "status": "queued",
                "num_segments": "1",
                "num_media": "0",
                "price_unit": "USD",
                "direction": "outbound-api",
                "body": f"<{len(BODY)} characters>",
                "to": "…0119",
                "from": "…0170",
            }

    run(story())


def test_every_failure_carries_its_exchange_and_a_lost_answer_has_none() -> None:
    async def story() -> None:
        async with bench(timeout=2) as at:
            lost: list[tuple[str, type[SendError], int | None]] = [
                ("throttle", Throttled, 429),
                ("http_500_after_accept", Unknown, 500),
                ("drop_after_accept", Unknown, None),
                ("hang_after_accept", Unknown, None),
            ]
            for fault, error, status in lost:
                at.carrier.faults.next(fault)
                with pytest.raises(error) as caught:
                    await at.send(BODY)
                check(caught.value, status)
            with pytest.raises(Rejected) as refused:
                await at.send(BODY, to="+1555")
            check(refused.value, 400)
            said = refused.value.exchange.response if refused.value.exchange else None
            assert said is not None
            assert (said["body"]["code"], said["body"]["more_info"]) == (
                21211,
                "https://www.twilio.com/docs/errors/21211",
            )
        nobody = Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base="http://127.0.0.1:1", status_callback="")
        with pytest.raises(Unreachable) as away:
            await nobody.send(Outgoing(1, "sms", DESK, LEAD, BODY))
        check(away.value, None)
        await nobody.aclose()

    run(story())


def check(error: SendError, status: int | None) -> None:
    assert error.exchange is not None
    assert error.exchange.request["fields"]["Body"] == f"<{len(BODY)} characters>"
    response = error.exchange.response
    assert (None if response is None else response["status"]) == status


# What must not be seen, in every form in which an answer could quote it.
SECRETS = [TOKEN, "older" * 6, BASIC, ACCOUNT]
NUMBERS = [LEAD, DESK, LEAD[1:], LEAD[2:], "(202) 555-0119", "+1 202.555.0119", "202 555 01 19", quote(LEAD)]
TEXTS = [
    BODY,
    BODY[:40],
    BODY[20:],
    quote(BODY),
    quote_plus(BODY),
    BODY.upper(),
    json.dumps(BODY),
    BODY.replace(" ", "\n"),
]
HIDDEN = st.sampled_from([*SECRETS, *NUMBERS, *TEXTS])
NOISE = st.text(max_size=30)
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from([int(LEAD[1:]), 21211, "queued", "SM" + "0" * 32, "20"]),
    NOISE,
    st.builds("".join, st.tuples(NOISE, HIDDEN, NOISE)),
    HIDDEN,
)
NAMES = st.one_of(
    st.sampled_from(
        ["sid", "status", "code", "message", "error_message", "body", "to", "from", "price", "num_segments"]
    ),
    st.sampled_from(
        ["date_created", "more_info", "uri", "account_sid", "messaging_service_sid", "direction", "details"]
    ),
    NOISE,
    HIDDEN,
)
ANSWER = st.dictionaries(
    NAMES, st.recursive(LEAF, lambda more: st.lists(more) | st.dictionaries(NAMES, more), max_leaves=5)
)
HEADER = st.one_of(HIDDEN, st.just("1"), st.just("application/json"), st.just("RQ" + "a" * 32)).map(
    lambda text: text.replace("\n", " ")
)
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after", "twilio-request-id", "set-cookie", "x-echo"]), HEADER
)
PAGE = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(NOISE, HIDDEN)).map(lambda parts: " ".join(parts).encode(errors="replace")),
)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def assert_nothing_private(exchange: Exchange) -> None:
    seen = json.dumps([dict(exchange.request), exchange.response], ensure_ascii=False)
    for secret in SECRETS:
        assert secret not in seen
        assert letters(secret) not in letters(seen)
    digits = "".join(filter(str.isdigit, seen.replace("…", "x")))
    assert LEAD[2:] not in digits
    assert DESK[2:] not in digits
    told = letters(seen)
    pieces = {letters(BODY)[at : at + 14] for at in range(len(letters(BODY)) - 13)}
    assert not [piece for piece in pieces if piece in told]


@settings(deadline=None, max_examples=400)
@given(status=st.integers(200, 599), headers=HEADERS, answer=ANSWER)
@example(status=400, headers={}, answer={"message": f"The 'To' number {LEAD} is not valid: {BODY}"})
@example(status=201, headers={"twilio-request-id": "RQ" + TOKEN}, answer={"sid": TOKEN, "status": BODY, "to": LEAD})
@example(status=400, headers={}, answer={"message": "call (202) 555-0119 or +1 202.555.0119 now"})
@example(status=400, headers={}, answer={"message": "..." + BODY[20:], "error_message": quote(BODY)})
@example(status=201, headers={}, answer={"status": "doorcodeismargarita", "direction": BODY.lower()[:12]})
@example(status=400, headers={}, answer={"message": "\ud800 \x00" + BODY.replace(" ", "&nbsp;")})
def test_whatever_json_an_answer_holds_nothing_private_is_kept(
    status: int, headers: dict[str, str], answer: dict[str, Any]
) -> None:
    content = json.dumps(answer).encode()
    exchange = kept(httpx2.Response(status, headers=headers, content=content))
    assert_nothing_private(exchange)
    assert exchange.response is not None
    assert len(json.dumps(exchange.response["body"], ensure_ascii=False)) <= 2000
    storable(exchange)


@settings(deadline=None, max_examples=300)
@given(status=st.integers(200, 599), headers=HEADERS, page=PAGE)
@example(status=502, headers={"content-type": "text/html"}, page=b"<h1>502</h1>" + BASIC.encode() * 40)
@example(status=400, headers={}, page=b"[" * 100_000)
@example(status=400, headers={"content-type": "text/html; charset=utf-16"}, page=BODY.encode())
def test_whatever_page_an_answer_holds_nothing_private_is_kept(
    status: int, headers: dict[str, str], page: bytes
) -> None:
    exchange = kept(httpx2.Response(status, headers=headers, content=page))
    assert_nothing_private(exchange)
    assert exchange.response is not None
    body = exchange.response["body"]
    assert isinstance(body, dict) or len(body) <= 200
    storable(exchange)


def storable(exchange: Exchange) -> None:
    """A jsonb column takes it: no NUL, no half of a surrogate pair, no number that JSON does not have."""
    json.dumps([dict(exchange.request), exchange.response], ensure_ascii=False, allow_nan=False).encode()
    assert "\x00" not in "".join(texts(exchange.response))


def texts(value: Any) -> list[str]:
    """All texts in a JSON value, names too."""
    if isinstance(value, Mapping):
        return [one for pair in value.items() for part in pair for one in texts(part)]
    return [value] if isinstance(value, str) else []


@settings(deadline=None, max_examples=200)
@given(body=st.text(min_size=4, max_size=60).filter(lambda text: len(letters(text)) >= 4))
def test_no_text_of_any_kind_survives_when_an_error_quotes_it(body: str) -> None:
    answer = httpx2.Response(400, json={"code": 21617, "message": f"<<{body}>>", "body": body})
    exchange = kept(answer, body=body)
    assert exchange.response is not None
    assert f"<<{body}>>" not in exchange.response["body"].get("message", "")
    assert body not in exchange.response["body"].get("message", "")[2:-2]


def test_a_harmless_error_stays_readable() -> None:
    words = "The concatenated message body exceeds the 1600 character limit"
    exchange = kept(httpx2.Response(400, json={"code": 21617, "message": words, "status": 400}))
    assert exchange.response is not None
    assert exchange.response["body"] == {"status": 400, "code": 21617, "message": words}
