"""Twilio's webhooks, case by case: what is authentic, what is understood, what is refused."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from frontdesk.errors import Forged, Malformed, SetupError
from frontdesk.message import LaneClass, Media, ReceiptStatus
from frontdesk.provider import HttpRequest, Sender
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.retry_after import parse_http_date, parse_retry_after
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_errors import ERRORS, explain

TOKEN, OLD_TOKEN = "d1f0c7a85e3b4c2e9a6f", "0b7e41aa93cd"
DESK, LEAD = "+14155550170", "+12025550119"
SMS_URL = "https://desk.example.test/webhooks/twilio/sms"
STATUS_URL = "https://desk.example.test/webhooks/twilio/status"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
SID = "SM5d0c2f6b8a1e4937a1b2c3d4e5f60718"
TEXT = {"MessageSid": SID, "From": LEAD, "To": DESK, "Body": "Is Friday free?", "NumMedia": "0", "ToCity": ""}
RECEIPT = {"MessageSid": SID, "MessageStatus": "delivered", "From": DESK, "To": LEAD}


def twilio(*tokens: str) -> Twilio:
    return Twilio(
        account_sid="AC0",
        auth_tokens=tokens or (TOKEN,),
        api_base="https://api.example.test",
        status_callback=STATUS_URL,
    )


def signature(text: str | bytes, token: str = TOKEN) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(hmac.new(token.encode(), raw, hashlib.sha1).digest()).decode()


def joined(fields: dict[str, str]) -> str:
    return "".join(name + fields[name] for name in sorted(fields))


def request(
    body: str | bytes | dict[str, str] = b"", *, url: str = SMS_URL, method: str = "POST", **headers: str
) -> HttpRequest:
    encoded = urlencode(body) if isinstance(body, dict) else body
    raw = encoded.encode() if isinstance(encoded, str) else encoded
    given = {"content-type": FORM} | {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest(method=method, url=url, headers=given, body=raw)


JSON_BODY = b'{"event":"ended"}'
HASH = hashlib.sha256(JSON_BODY).hexdigest()
HASHED_URL = f"{SMS_URL}?bodySHA256={HASH}"
PORT_URL, ODD_PORT_URL = SMS_URL.replace(".test", ".test:443"), SMS_URL.replace(".test", ".test:80")
USER_URL = SMS_URL.replace("https://", "https://desk:s%40fe@")

SIGNED = joined(TEXT)

# name, URL that reached us, what Twilio signed, with which token, body, method, more headers, authentic
SIGNATURES: list[tuple[str, str, str | bytes, str, Any, str, dict[str, str], bool]] = [
    ("form", SMS_URL, SMS_URL + SIGNED, TOKEN, TEXT, "POST", {}, True),
    ("form with the token before rotation", SMS_URL, SMS_URL + SIGNED, OLD_TOKEN, TEXT, "POST", {}, True),
    ("form with a token of somebody else", SMS_URL, SMS_URL + SIGNED, "other", TEXT, "POST", {}, False),
    ("changed body", SMS_URL, SMS_URL + SIGNED, TOKEN, TEXT | {"Body": "No"}, "POST", {}, False),
    ("added field", SMS_URL, SMS_URL + SIGNED, TOKEN, TEXT | {"OptOutType": "STOP"}, "POST", {}, False),
    ("changed query", SMS_URL + "?a=2", SMS_URL + "?a=1" + SIGNED, TOKEN, TEXT, "POST", {}, False),
    ("another host", SMS_URL, "https://evil.example/" + SIGNED, TOKEN, TEXT, "POST", {}, False),
    (
        "signed with the port",
        SMS_URL,
        PORT_URL + SIGNED,
        TOKEN,
        TEXT,
        "POST",
        {},
        True,
    ),
    (
        "called with the port",
        PORT_URL,
        SMS_URL + SIGNED,
        TOKEN,
        TEXT,
        "POST",
        {},
        True,
    ),
    ("port of its own", "http://d.test:8080/x", "http://d.test:8080/x" + SIGNED, TOKEN, TEXT, "POST", {}, True),
    (
        "wrong standard port",
        SMS_URL,
        ODD_PORT_URL + SIGNED,
        TOKEN,
        TEXT,
        "POST",
        {},
        False,
    ),
    ("IPv6 host", "http://[::1]:8080/x", "http://[::1]/x" + SIGNED, TOKEN, TEXT, "POST", {}, True),
    ("user in the URL", USER_URL, USER_URL + SIGNED, TOKEN, TEXT, "POST", {}, True),
    (
        "user that reached us as a header",
        SMS_URL,
        USER_URL + SIGNED,
        TOKEN,
        TEXT,
        "POST",
        {"authorization": "Basic " + base64.b64encode(b"desk:s@fe").decode()},
        True,
    ),
    ("unreadable user", SMS_URL, SMS_URL + SIGNED, TOKEN, TEXT, "POST", {"authorization": "Basic é="}, True),
    ("fragment is never signed", SMS_URL + "#rc=5&rp=all", SMS_URL + SIGNED, TOKEN, TEXT, "POST", {}, True),
    ("repeated field", SMS_URL, SMS_URL + "A1A2B", TOKEN, "B=&A=2&A=1&A=2", "POST", {}, True),
    ("name without an equals sign", SMS_URL, SMS_URL + "AB", TOKEN, "B&A", "POST", {}, True),
    ("order by code point", SMS_URL, SMS_URL + "Zzaaä1", TOKEN, "%C3%A4=1&Z=z&a=a", "POST", {}, True),
    ("plus is a space", SMS_URL, SMS_URL + "Bodya b+c", TOKEN, "Body=a+b%2Bc", "POST", {}, True),
    ("invalid UTF-8, signed as bytes", SMS_URL, SMS_URL.encode() + b"Body\xff", TOKEN, "Body=%FF", "POST", {}, True),
    ("invalid UTF-8, signed as text", SMS_URL, SMS_URL + "Body\ufffd", TOKEN, "Body=%FF", "POST", {}, True),
    ("GET", SMS_URL + "?a=1&b=", SMS_URL + "?a=1&b=", TOKEN, b"", "GET", {}, True),
    ("GET with a changed query", SMS_URL + "?a=2", SMS_URL + "?a=1", TOKEN, b"", "GET", {}, False),
    ("JSON", HASHED_URL, HASHED_URL, TOKEN, JSON_BODY, "POST", {"content_type": "application/json"}, True),
    ("changed JSON", HASHED_URL, HASHED_URL, TOKEN, b"{}", "POST", {"content_type": "application/json"}, False),
    ("form under a JSON signature", HASHED_URL, HASHED_URL, TOKEN, TEXT, "POST", {}, False),
    ("JSON without a hash", SMS_URL, SMS_URL, TOKEN, JSON_BODY, "POST", {"content_type": "application/json"}, False),
]


@pytest.mark.parametrize("case", SIGNATURES, ids=lambda case: case[0])
def test_a_signature_is_checked_over_the_public_url_and_every_field(case: tuple[Any, ...]) -> None:
    _, url, signed, token, body, method, headers, authentic = case
    webhook = request(body, url=url, method=method, x_twilio_signature=signature(signed, token), **headers)
    if authentic:
        twilio(TOKEN, OLD_TOKEN).verify(webhook)
    else:
        with pytest.raises(Forged):
            twilio(TOKEN, OLD_TOKEN).verify(webhook)


@pytest.mark.parametrize("given", ["", "nonsense", "é\udc80", "=" * 5000])
def test_a_missing_or_absurd_signature_is_forged_and_the_error_repeats_nothing(given: str) -> None:
    with pytest.raises(Forged) as caught:
        twilio().verify(request(TEXT, x_twilio_signature=given))
    assert TEXT["Body"] not in str(caught.value)
    assert not given or given not in str(caught.value)


@pytest.mark.parametrize("tokens", [(), ("",), (TOKEN, " ")])
def test_a_blank_token_is_refused_at_start(tokens: tuple[str, ...]) -> None:
    with pytest.raises(SetupError):
        Twilio(account_sid="AC0", auth_tokens=tokens, api_base="https://a.test", status_callback="")


# name, encoded body, what the message reads as
TEXTS: list[tuple[str, str, dict[str, Any]]] = [
    ("plain", urlencode(TEXT), {"body": "Is Friday free?", "from_address": LEAD, "to_address": DESK, "media": ()}),
    ("emoji", urlencode(TEXT | {"Body": "👍🏽 ok"}), {"body": "👍🏽 ok"}),
    ("1600 characters", urlencode(TEXT | {"Body": "ß" * 1600}), {"body": "ß" * 1600}),
    ("NUL", urlencode(TEXT | {"Body": "a\x00b"}), {"body": "a\x00b"}),
    ("invalid UTF-8", urlencode(TEXT | {"Body": ""}) + "&Body=x", {"body": ""}),
    ("invalid bytes", f"MessageSid={SID}&From=%2B1&To=%2B2&Body=%FFhi%C3", {"body": "\ufffdhi\ufffd"}),
    ("broken escapes", f"MessageSid={SID}&From=%2B1&To=%2B2&Body=100%+%zz", {"body": "100% %zz"}),
    ("no body at all", f"MessageSid={SID}&From=%2B1&To=%2B2", {"body": ""}),
    (
        "MMS without text",
        urlencode(
            {name: TEXT[name] for name in ("MessageSid", "From", "To")}
            | {"NumMedia": "2", "MediaUrl0": "https://m.test/0", "MediaContentType0": "image/png"}
            | {"MediaUrl1": "https://m.test/1"}
        ),
        {"body": "", "media": (Media("https://m.test/0", "image/png"), Media("https://m.test/1", ""))},
    ),
    ("NumMedia is garbage", urlencode(TEXT | {"NumMedia": "many", "MediaUrl0": "https://m.test/0"}), {"media": ()}),
    ("NumMedia is huge", urlencode(TEXT | {"NumMedia": "9" * 4000}), {"media": ()}),
    ("NumMedia without URLs", urlencode(TEXT | {"NumMedia": "3"}), {"media": ()}),
    ("short code", urlencode(TEXT | {"From": "72345"}), {"from_address": "72345"}),
    (
        "WhatsApp",
        urlencode(TEXT | {"From": f"whatsapp:{LEAD}", "To": f"whatsapp:{DESK}"}),
        {"channel": "whatsapp", "from_address": LEAD, "to_address": DESK},
    ),
    (
        "WhatsApp user without a number",
        urlencode(TEXT | {"From": "whatsapp:US.812345", "To": f"whatsapp:{DESK}"}),
        {"channel": "whatsapp", "from_address": "US.812345"},
    ),
    ("another status", urlencode(TEXT | {"SmsStatus": "delivered"}), {"body": "Is Friday free?"}),
    ("Body twice: the first counts", urlencode(TEXT) + "&Body=second", {"body": "Is Friday free?"}),
]


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case[0])
def test_a_text_is_parsed_and_read(case: tuple[str, str, dict[str, Any]]) -> None:
    _, body, expected = case
    desk = twilio()
    (item,) = desk.parse("twilio_sms", request(body))
    assert item.request_id == SID
    assert item.lane_class is LaneClass.MESSAGE
    text = desk.read("twilio_sms", item.payload)
    assert {name: getattr(text, name) for name in expected} == expected
    assert (item.our_address, item.other_address, item.channel) == (text.to_address, text.from_address, text.channel)  # type: ignore[union-attr]
    assert all(isinstance(value, str) for value in item.payload.values())


def test_a_get_is_parsed_from_its_query() -> None:
    (item,) = twilio().parse("twilio_sms", request(method="GET", url=f"{SMS_URL}?{urlencode(TEXT)}"))
    assert (item.request_id, item.payload["Body"]) == (SID, "Is Friday free?")


# name, changed fields of a delivered receipt, status, more
RECEIPTS: list[tuple[str, str, dict[str, str], dict[str, Any]]] = [
    (word, "?ref=81", {"MessageStatus": word}, {"status": status, "provider_status": word, "ledger_id": 81})
    for word, status in [
        ("accepted", ReceiptStatus.QUEUED),
        ("scheduled", ReceiptStatus.QUEUED),
        ("queued", ReceiptStatus.QUEUED),
        ("sending", ReceiptStatus.QUEUED),
        ("sent", ReceiptStatus.SENT),
        ("delivered", ReceiptStatus.DELIVERED),
        ("partially_delivered", ReceiptStatus.DELIVERED),
        ("read", ReceiptStatus.READ),
        ("undelivered", ReceiptStatus.UNDELIVERED),
        ("failed", ReceiptStatus.FAILED),
        ("canceled", ReceiptStatus.FAILED),
        ("teleported", ReceiptStatus.QUEUED),
    ]
] + [
    ("error code", "", {"MessageStatus": "failed", "ErrorCode": "30003"}, {"error_code": "30003", "ledger_id": None}),
    ("no error", "", {"ErrorCode": ""}, {"error_code": None}),
    ("SmsStatus alone", "", {"MessageStatus": "", "SmsStatus": "sent"}, {"status": ReceiptStatus.SENT}),
    ("upper case", "", {"MessageStatus": "READ"}, {"status": ReceiptStatus.READ, "provider_status": "read"}),
    ("ref is a word", "?ref=abc", {}, {"ledger_id": None}),
    ("ref is a superscript", "?ref=" + quote_plus("²"), {}, {"ledger_id": None}),
    ("ref is too large", "?ref=9223372036854775808", {}, {"ledger_id": None}),
    ("ref is the largest", "?tenant=a&ref=9223372036854775807", {}, {"ledger_id": 2**63 - 1}),
    ("no sender was chosen yet", "", {"From": ""}, {"status": ReceiptStatus.DELIVERED}),
]


@pytest.mark.parametrize("case", RECEIPTS, ids=lambda case: case[0])
def test_a_receipt_is_parsed_and_read(case: tuple[str, str, dict[str, str], dict[str, Any]]) -> None:
    _, query, changed, expected = case
    desk = twilio()
    (item,) = desk.parse("twilio_status", request(RECEIPT | changed, url=STATUS_URL + query))
    receipt = desk.read("twilio_status", item.payload)
    assert {name: getattr(receipt, name) for name in expected} == expected
    assert item.request_id == f"{SID}:{receipt.provider_status}"  # type: ignore[union-attr]
    assert item.lane == f"receipt:{SID}"
    assert item.other_address == LEAD


# name, webhook type, encoded body, a word of the sentence
MALFORMED = [
    ("no MessageSid", "twilio_sms", f"From={LEAD}&To={DESK}", "MessageSid"),
    ("blank MessageSid", "twilio_sms", f"MessageSid=&From=1&To={DESK}", "MessageSid"),
    ("MessageSid that no key can hold", "twilio_sms", "MessageSid=a%00b&From=1&To=2", "MessageSid"),
    ("no From", "twilio_sms", f"MessageSid={SID}&To=2", "From"),
    ("no To", "twilio_sms", f"MessageSid={SID}&From=1", "To"),
    ("NUL in an address", "twilio_sms", f"MessageSid={SID}&From=1%00&To=2", "From"),
    ("endless address", "twilio_sms", f"MessageSid={SID}&From={'1' * 300}&To=2", "From"),
    ("empty body", "twilio_sms", "", "From"),
    ("too many fields", "twilio_sms", "a=1&" * 1001, "1000"),
    ("receipt without a status", "twilio_status", f"MessageSid={SID}&To=2", "SmsStatus"),
    ("receipt without a MessageSid", "twilio_status", "MessageStatus=sent&To=2", "MessageSid"),
    ("receipt for nobody", "twilio_status", f"MessageSid={SID}&MessageStatus=sent", "To"),
    ("a type that Twilio has not", "stripe", f"MessageSid={SID}&From=1&To=2", "stripe"),
]


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case[0])
def test_a_webhook_that_cannot_be_used_is_malformed_with_a_sentence(case: tuple[str, str, str, str]) -> None:
    _, webhook_type, body, word = case
    with pytest.raises(Malformed, match=word):
        twilio().parse(webhook_type, request(body))


def test_a_stored_payload_that_lost_its_fields_is_malformed() -> None:
    for webhook_type in ("twilio_sms", "twilio_status"):
        with pytest.raises(Malformed):
            twilio().read(webhook_type, {"MessageSid": None})


def test_the_profiles_are_twilios() -> None:
    desk: Sender = twilio()
    assert desk.answers_keyword("sms", " stop ")
    assert not desk.answers_keyword("sms", "stop all")
    assert not desk.answers_keyword("whatsapp", "STOP")
    assert {kind: profile.path for kind, profile in desk.profiles.items()} == {
        "twilio_sms": "/webhooks/twilio/sms",
        "twilio_status": "/webhooks/twilio/status",
        "twilio_voice": "/webhooks/twilio/voice",
    }
    for profile in desk.profiles.values():
        assert profile.acknowledge.content_type == "text/xml"
        assert profile.acknowledge.body.endswith(b"<Response/>")
        assert profile.overload.status == 503
        assert profile.dedupe_for.total_seconds() >= 86400


def test_every_error_has_advice_and_an_unknown_one_too() -> None:
    assert explain("21610").error_class is ErrorClass.OPTED_OUT
    assert explain(99999).error_class is ErrorClass.PERMANENT
    assert "99999" in explain(99999).todo
    assert explain(None).words
    for advice in ERRORS.values():
        assert advice.words
        assert advice.todo.endswith(".")
        assert (advice.retry_after is not None) == (advice.error_class is ErrorClass.RETRY)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 3 ", 3.0),
        ("0", 0.0),
        ("Thu, 05 Feb 2026 10:00:30 GMT", 30.0),
        ("Thu, 05 Feb 2026 09:00:00 GMT", 0.0),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("later", None),
        ("", None),
        (None, None),
        ("9" * 5000, 999999999999999999.0),
    ],
)
def test_retry_after_is_whole_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    now = parse_http_date("Thu, 05 Feb 2026 10:00:00 GMT")
    assert now is not None
    assert parse_retry_after(value, now) == seconds
