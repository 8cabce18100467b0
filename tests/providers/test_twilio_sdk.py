"""Our wire format judged by Twilio's own SDK: signatures in both directions, and its client against the simulator."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from frontdesk.errors import Forged
from frontdesk.provider import HttpRequest
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator import Carrier, SimulatedMessage, serve
from frontdesk.simulator.messages import new_sid
from frontdesk.simulator.webhooks import sign

ACCOUNT, TOKEN = "AC" + "7" * 32, "c0ffee" * 5
DESK, LEAD = "+14155550170", "+12025550119"
URL = "https://desk.example.test/webhooks/twilio/sms"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
FIELDS = st.dictionaries(NAME, TEXT, max_size=12)
PORTS = st.sampled_from(["https://desk.test", "https://desk.test:443", "http://desk.test", "http://desk.test:8080"])


def twilio() -> Twilio:
    return Twilio(account_sid=ACCOUNT, auth_tokens=[TOKEN], api_base="https://a.test", status_callback="")


def webhook(url: str, fields: dict[str, str], signature: str, method: str = "POST") -> HttpRequest:
    headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded"}
    return HttpRequest(method, url, headers, urlencode(fields).encode())


DESK_TWILIO = twilio()


@settings(deadline=None, max_examples=200)
@given(fields=FIELDS, base=PORTS, query=TEXT)
def test_what_the_sdk_signs_we_accept(fields: dict[str, str], base: str, query: str) -> None:
    url = f"{base}/sms?{urlencode({'q': query})}"
    DESK_TWILIO.verify(webhook(url, fields, RequestValidator(TOKEN).compute_signature(url, fields)))


@settings(deadline=None, max_examples=100)
@given(fields=FIELDS, name=NAME)
def test_a_field_that_the_sdk_did_not_sign_is_forged(fields: dict[str, str], name: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, fields)
    with pytest.raises(Forged):
        DESK_TWILIO.verify(webhook(URL, fields | {name: fields.get(name, "") + "!"}, signature))


@settings(deadline=None, max_examples=200)
@given(fields=FIELDS)
def test_what_the_simulator_signs_the_sdk_accepts(fields: dict[str, str]) -> None:
    assert RequestValidator(TOKEN).validate(URL, fields, sign(URL, fields, TOKEN))
    DESK_TWILIO.verify(webhook(URL, fields, sign(URL, fields, TOKEN)))


def test_json_that_the_sdk_accepts_we_accept() -> None:
    body = '{"ended": true}'
    url = f"{URL}?bodySHA256={RequestValidator(TOKEN).compute_hash(body)}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    assert RequestValidator(TOKEN).validate(url, body, signature)
    headers = {"x-twilio-signature": signature, "content-type": "application/json"}
    DESK_TWILIO.verify(HttpRequest("POST", url, headers, body.encode()))


class HereInstead(TwilioHttpClient):
    """The SDK's own transport, pointed at another base URL."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=5)
        self.base_url = base_url
        assert self.session is not None
        self.session.trust_env = False  # no proxy between two ports of this machine

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.base_url), *args, **kwargs)

    def close(self) -> None:
        if self.session is not None:
            self.session.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_the_sdks_client_sends_lists_and_fetches_at_the_simulator() -> None:
    run(sdk_round())


async def sdk_round() -> None:
    carrier = Carrier(ACCOUNT, TOKEN, numbers=[DESK], receipt_delay=0.01)
    async with serve(carrier) as base_url:
        transport = HereInstead(base_url)
        client = Client(ACCOUNT, TOKEN, http_client=transport)
        try:
            await asyncio.to_thread(use_sdk, client, carrier)
        finally:
            transport.close()
    await carrier.aclose()


def use_sdk(client: Client, carrier: Carrier) -> None:
    """What a user of the SDK would do, in a thread: it blocks."""
    first = client.messages.create(to=LEAD, from_=DESK, body="Grüße 👍", media_url=["https://m.test/a.png"])
    assert first.sid is not None
    assert first.sid.startswith("MM")
    assert (first.status, first.direction, first.num_media) == ("queued", "outbound-api", "1")
    for number in range(4):
        client.messages.create(to=LEAD, from_=DESK, body=f"text {number}")
    wait_until_sent(carrier)
    day = datetime.now(UTC) - timedelta(days=1)
    listed = client.messages.list(to=LEAD, from_=DESK, date_sent_after=day, page_size=2)
    assert [message.body for message in listed] == ["text 3", "text 2", "text 1", "text 0", "Grüße 👍"]
    assert client.messages.list(to=LEAD, date_sent_before=day) == []
    fetched = client.messages(first.sid).fetch()
    assert fetched.date_sent is not None
    assert abs(datetime.now(UTC) - fetched.date_sent) < timedelta(minutes=1)
    for refused, code in [
        ({"to": "+1", "from_": DESK, "body": "x"}, 21211),
        ({"to": LEAD, "from_": DESK}, 21602),
        ({"to": LEAD, "from_": DESK, "body": "x" * 1601}, 21617),
        ({"to": LEAD, "from_": "+14155550171", "body": "x"}, 21606),
    ]:
        with pytest.raises(TwilioRestException) as caught:
            client.messages.create(**refused)
        assert (caught.value.code, caught.value.status) == (code, 400)
    with pytest.raises(TwilioRestException) as missing:
        client.messages("SM" + "0" * 32).fetch()
    assert (missing.value.code, missing.value.status) == (20404, 404)
    read_what_came_in(client, carrier)
    stranger = Client(ACCOUNT, "wrong", http_client=client.http_client)
    with pytest.raises(TwilioRestException) as unknown:
        stranger.messages(first.sid).fetch()
    assert (unknown.value.code, unknown.value.status) == (20003, 401)


def read_what_came_in(client: Client, carrier: Carrier) -> None:
    """The list and the attachments of inbound messages, as the SDK understands them."""
    day = datetime.now(UTC) - timedelta(days=1)
    picture = ("https://m.test/tap.jpg", "image/jpeg")
    for number in range(3):
        carrier.log.add(SimulatedMessage(new_sid("SM"), "inbound", LEAD, DESK, f"in {number}"))
    carrier.log.add(SimulatedMessage(new_sid("MM"), "inbound", LEAD, DESK, "", (picture,)))
    listed = client.messages.list(from_=LEAD, to=DESK, date_sent_after=day, page_size=2)
    assert [(m.body, m.direction, m.status, m.num_media) for m in listed] == [
        ("", "inbound", "received", "1"),
        ("in 2", "inbound", "received", "0"),
        ("in 1", "inbound", "received", "0"),
        ("in 0", "inbound", "received", "0"),
    ]
    assert all(m.date_sent and m.date_sent >= m.date_created for m in listed)
    assert client.messages.list(from_=LEAD, date_sent_before=day) == []
    (media,) = client.messages(str(listed[0].sid)).media.list()
    assert (media.content_type, media.parent_sid, str(media.sid)[:2]) == ("image/jpeg", listed[0].sid, "ME")
    assert str(media.uri).endswith(f"/Messages/{listed[0].sid}/Media/{media.sid}.json")
    assert client.messages(str(listed[1].sid)).media.list() == []


def wait_until_sent(carrier: Carrier) -> None:
    """The carrier runs in another thread's loop: look until each message has left its queue."""
    for _ in range(250):
        if all(message.sent_at for message in carrier.sent):
            return
        time.sleep(0.02)
    pytest.fail("the simulator never sent its messages")
