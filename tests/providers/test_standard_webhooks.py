"""Standard Webhooks: the shared fixtures, and the official libraries of both families of names as judges."""

import base64
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shared_fixtures import as_request, fixture_names, load, missing

from frontdesk.errors import Forged, NoSuchSource, SetupError
from frontdesk.provider import HttpRequest
from frontdesk.providers.forms import LeadForms, Source
from frontdesk.providers.standard_webhooks import check_signature, read_key, sign

ALL = fixture_names("standard-webhooks")
VECTORS = "signature-vectors"
needs_fixtures = pytest.mark.skipif(not ALL, reason=missing("standard-webhooks"))

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
KEY = read_key(SECRET, "SECRET")
ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
BODIES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)


@needs_fixtures
@pytest.mark.parametrize("name", [name for name in ALL if name != VECTORS])
def test_deliveries_give_the_expected_events(name: str) -> None:
    fixture, seen = load("standard-webhooks", name), set[str]()
    config = fixture["config"]
    now = datetime.fromtimestamp(config["now_unix"], UTC)
    source = Source(keys=(read_key(config["secret"], "SECRET"),))
    forms = LeadForms({"std": source}, now=lambda: now)
    for delivery in fixture["deliveries"]:
        request, expected = as_request(delivery["request"]), delivery["expected"]
        request = HttpRequest("POST", "https://hooks.example.test/webhooks/leads/std", request.headers, request.body)
        if not expected["authentic"]:
            with pytest.raises(Forged):
                forms.verify(request)
            continue
        forms.verify(request)
        (item,) = forms.parse("lead_form", request)
        events = [] if item.request_id in seen else [item.request_id.removeprefix("lead_form:std:")]
        seen.add(item.request_id)
        assert events == [event["dedupe_key"] for event in expected["events"]]
        assert item.payload["form"] == delivery["parsed"]


def vectors() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("standard-webhooks", VECTORS)["vectors"] if VECTORS in ALL else []
    return found


@needs_fixtures
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_published_signature_vectors(vector: dict[str, Any]) -> None:
    headers = {
        "webhook-id": vector["id"],
        "webhook-timestamp": str(vector["timestamp"]),
        "webhook-signature": vector["signature"],
    }
    now, body = datetime.fromtimestamp(vector["timestamp"], UTC), vector["raw_body"].encode()
    if vector["scheme"] == "v1a":  # asymmetric: the desk has no key of that kind, and skips it
        with pytest.raises(Forged, match="No v1 entry"):
            check_signature(headers, body, [KEY], now)
    elif vector["valid"]:
        check_signature(headers, body, [read_key(vector["secret"], "SECRET")], now)
    else:
        with pytest.raises(Forged):
            check_signature(headers, body, [read_key(vector["secret"], "SECRET")], now)


def named(family: str, signature: str, at: int | str, sent_id: str = ID) -> dict[str, str]:
    return {f"{family}-id": sent_id, f"{family}-timestamp": str(at), f"{family}-signature": signature}


def ours(headers: dict[str, str], body: str, keys: tuple[bytes, ...] = (KEY,)) -> bool:
    try:
        check_signature(headers, body.encode(), keys, datetime.now(UTC))
    except Forged:
        return False
    return True


def theirs(headers: dict[str, str], body: str, secret: str = SECRET) -> bool:
    """What both official libraries say: where one breaks on junk, that is a refusal."""
    verdicts = set()
    for library in (svix.webhooks.Webhook(secret), standardwebhooks.Webhook(secret)):
        try:
            if isinstance(library, standardwebhooks.Webhook):
                plain = {name.replace("svix-", "webhook-"): value for name, value in headers.items()}
                library.verify(body, plain, json_parse=False)
            else:
                library.verify(body, headers)
        except (standardwebhooks.WebhookVerificationError, ValueError):
            verdicts.add(False)
        else:
            verdicts.add(True)
    assert len(verdicts) == 1
    return verdicts.pop()


@given(body=BODIES, family=st.sampled_from(["webhook", "svix"]))
@settings(max_examples=200, deadline=None)
def test_each_accepts_what_the_others_sign(body: str, family: str) -> None:
    now = int(time.time())
    moment = datetime.fromtimestamp(now, UTC)
    signed_here = sign(KEY, ID, now, body.encode())
    assert signed_here == standardwebhooks.Webhook(SECRET).sign(ID, moment, body)
    assert signed_here == svix.webhooks.Webhook(SECRET).sign(ID, moment, body)
    headers = named(family, signed_here, now)
    assert ours(headers, body)
    assert theirs(headers, body)


@given(body=BODIES, at=st.integers(0, 46), change=st.sampled_from(["A", "/", "=", ",", " ", "v", "1", ""]))
@settings(max_examples=400, deadline=None)
@example(body="{}", at=2, change="")
def test_of_a_signature_with_one_character_changed_we_accept_no_more_than_the_libraries(
    body: str, at: int, change: str
) -> None:
    now = int(time.time())
    good = sign(KEY, ID, now, body.encode())
    changed = good[:at] + change + good[at + 1 :]
    headers = named("webhook", changed, now)
    assert ours(headers, body) <= theirs(headers, body)
    assert ours(headers, body) == (changed == good)


@given(body=BODIES, other=BODIES)
@settings(max_examples=200, deadline=None)
def test_all_refuse_another_body_another_id_and_another_secret(body: str, other: str) -> None:
    now = int(time.time())
    signed = sign(KEY, ID, now, body.encode())
    assert ours(named("webhook", signed, now), other) == theirs(named("webhook", signed, now), other) == (body == other)
    elsewhere = named("webhook", signed, now, ID + "x")
    assert (ours(elsewhere, body), theirs(elsewhere, body)) == (False, False)
    wrong = "whsec_" + base64.b64encode(bytes(32)).decode()
    headers = named("webhook", signed, now)
    assert (ours(headers, body, (read_key(wrong, "S"),)), theirs(headers, body, wrong)) == (False, False)


@pytest.mark.parametrize(("off", "accepted"), [(0, True), (295, True), (-295, True), (310, False), (-310, False)])
def test_all_refuse_what_is_more_than_five_minutes_off_either_way(off: int, accepted: bool) -> None:
    at = int(time.time()) - off
    headers = named("webhook", sign(KEY, ID, at, b"{}"), at)
    assert ours(headers, "{}") == theirs(headers, "{}") == accepted


@pytest.mark.parametrize(
    "signature", ["", "v1", ",", "v1,", "a b c", "v1,é", "v1a,AAAA v2,BBBB", "v1,AAAA garbage v1,"]
)  # fmt: skip
def test_entries_that_are_none_are_refused_and_break_nothing(signature: str) -> None:
    assert not ours(named("webhook", signature, int(time.time())), "{}")


@pytest.mark.parametrize("at", ["", "now", "1.5", "-1", "9" * 5000, "1e9", " 12"])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    assert not ours(named("webhook", "v1,AAAA", at), "{}")


def test_a_signed_text_cannot_be_cut_in_another_place() -> None:
    now = int(time.time())
    signature = sign(KEY, "msg_1", now, f"{now}.{{}}".encode())
    assert ours(named("webhook", signature, now, "msg_1"), f"{now}.{{}}")
    assert not ours(named("webhook", signature, now, f"msg_1.{now}"), "{}")


def test_either_of_two_secrets_and_junk_beside_it_will_do() -> None:
    now = int(time.time())
    signature = f"junk v1a,AAAA v1,AAAA {sign(KEY, ID, now, b'{}')}"
    assert ours(named("webhook", signature, now), "{}", (bytes(32), KEY))


@pytest.mark.parametrize("secret", ["whsec_", "not base64!", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_secret_that_is_none_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(SetupError, match="FORMS__WEBSITE__SECRET"):
        read_key(secret, "FORMS__WEBSITE__SECRET")


@pytest.mark.parametrize("place", ["nowhere", "", "std/more", "%00", "keyless"])
def test_a_source_that_is_not_set_up_is_said_to_be_none(place: str) -> None:
    forms = LeadForms({"std": Source(keys=(KEY,)), "keyless": Source()}, now=lambda: datetime.now(UTC))
    with pytest.raises(NoSuchSource, match="correct the end of the URL"):
        forms.verify(HttpRequest("POST", f"https://desk.example.test/webhooks/leads/{place}", {}, b"{}"))
