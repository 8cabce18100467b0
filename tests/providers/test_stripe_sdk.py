"""Stripe's own library as the judge of signatures, in both directions and over the same mutations."""

import time
from datetime import UTC, datetime

import pytest
import stripe
from hypothesis import example, given, settings
from hypothesis import strategies as st

from frontdesk.errors import Forged
from frontdesk.providers.stripe_signature import TOLERANCE, check_signature, sign

SECRET = "whsec_test_of_both_sides"
BODIES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)


def ours(header: str, body: str, secret: str = SECRET) -> bool:
    try:
        check_signature(header, body.encode(), [secret], datetime.now(UTC))
    except Forged:
        return False
    return True


def theirs(header: str, body: str, secret: str = SECRET) -> bool:
    try:
        return stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE)
    except (stripe.SignatureVerificationError, TypeError):  # the latter for what is no ASCII
        return False


@given(body=BODIES)
@settings(max_examples=200, deadline=None)
def test_each_accepts_what_the_other_signs(body: str) -> None:
    now = int(time.time())
    signed_here = f"t={now},v1={sign(body.encode(), SECRET, now)}"
    signed_there = stripe.WebhookSignature.generate_signature_header(body, SECRET, now)
    assert signed_here == signed_there
    assert theirs(signed_here, body)
    assert ours(signed_there, body)


@given(
    body=BODIES,
    at=st.integers(0, 200),
    change=st.sampled_from(["0", "f", "=", ",", " ", "v", "1", "é", ""]),
)
@settings(max_examples=400, deadline=None)
@example(body="{}", at=0, change="")
def test_of_a_header_with_one_character_changed_we_accept_no_more_than_the_library(
    body: str, at: int, change: str
) -> None:
    now = int(time.time())
    good = f"t={now},v1={sign(body.encode(), SECRET, now)}"
    header = good[:at] + change + good[at + 1 :]
    assert not ours(header, body) or theirs(header, body)
    if len(header) == len(good) and header != good and header.startswith(f"t={now},v1="):
        assert not ours(header, body)
        assert not theirs(header, body)


@given(body=BODIES, other=BODIES)
@settings(max_examples=200, deadline=None)
def test_both_refuse_another_body_and_another_secret(body: str, other: str) -> None:
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    assert ours(header, other) == theirs(header, other) == (body == other)
    assert not ours(header, body, "whsec_other")
    assert not theirs(header, body, "whsec_other")


@pytest.mark.parametrize(
    ("age", "accepted"), [(0, True), (TOLERANCE - 5, True), (TOLERANCE + 5, False), (-3600, True)]
)  # fmt: skip
def test_both_refuse_what_is_too_old_and_neither_what_comes_from_the_future(age: int, accepted: bool) -> None:
    header = stripe.WebhookSignature.generate_signature_header("{}", SECRET, int(time.time()) - age)
    assert ours(header, "{}") == theirs(header, "{}") == accepted


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        "v1=ab",
        "t=,v1=ab",
        "t=" + "9" * 5000 + ",v1=ab",
        "t=-5,v1=ab",
        "t=1.5,v1=ab",
        "t=٣,v1=ab",
        "garbage",
        ",,,",
        "t=1=2,v1",
        "v0=ab,t=1",
    ],
)
def test_headers_that_are_none_are_refused_by_both_and_break_neither(header: str) -> None:
    assert not ours(header, "{}")
    assert not theirs(header, "{}")


def test_one_of_two_signatures_and_one_of_two_secrets_will_do() -> None:
    now = int(time.time())
    good = sign(b"{}", SECRET, now)
    header = f"v0=ff,v1={'ab' * 32},t={now},v1={good}"
    assert ours(header, "{}")
    assert theirs(header, "{}")
    check_signature(header, b"{}", ["whsec_new", SECRET], datetime.now(UTC))
