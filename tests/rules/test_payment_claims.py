"""What payment events come to: the same in every order, however often each comes."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.payments.model import Payment, PaymentState, Standing, Whose
from frontdesk.payments.rules import FINAL, UNDECIDED, claimed, client_named, decide, noted, owner, served
from frontdesk.told import PaymentKind, PaymentTold

K, S = PaymentKind, PaymentState
START = datetime(2026, 11, 1, tzinfo=UTC)


def told(kind: PaymentKind, second: int = 0, **more: object) -> PaymentTold:
    base = PaymentTold("stripe", "evt_1", kind, kind.value, "x", START + timedelta(seconds=second), True, "sub_1")
    return replace(base, **more)  # type: ignore[arg-type]


def updated(status: str, second: int = 0) -> PaymentTold:
    return told(K.SUBSCRIPTION_UPDATED, second, status=status)


def after(events: Sequence[PaymentTold]) -> Payment:
    payment = Payment("sub_1")
    for event in events:
        payment = noted(payment, event)
    return payment


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (told(K.COMPLETED), S.ACTIVE),
        (told(K.PENDING), S.PENDING),
        (told(K.FAILED), S.FAILED),
        (told(K.INVOICE_PAID), S.ACTIVE),
        (told(K.INVOICE_FAILED, next_attempt_at=START), S.PAST_DUE),
        (told(K.INVOICE_FAILED), S.UNPAID),
        (told(K.INVOICE_FAILED, first=True), S.FAILED),
        (told(K.REFUNDED, full=True), S.REFUNDED),
        (told(K.REFUNDED), None),
        (told(K.SUBSCRIPTION_CANCELLED), S.ENDED),
        (told(K.CHECKOUT_EXPIRED), None),
        (told(K.OTHER), None),
        (updated("active"), S.ACTIVE),
        (updated("trialing"), S.ACTIVE),
        (updated("past_due"), S.PAST_DUE),
        (updated("unpaid"), S.UNPAID),
        (updated("paused"), S.UNPAID),
        (updated("incomplete"), S.PENDING),
        (updated("incomplete_expired"), S.ENDED),
        (updated("canceled"), S.ENDED),
        (updated("a_status_of_tomorrow"), None),
    ],
)
def test_each_event_claims_a_state(event: PaymentTold, state: PaymentState | None) -> None:
    assert claimed(event) is state


@pytest.mark.parametrize(
    ("events", "state"),
    [
        # One change tells of itself by several events of the same second: the begin of a subscription.
        ([updated("incomplete"), told(K.INVOICE_PAID), updated("active"), told(K.COMPLETED)], S.ACTIVE),
        # A renewal that fails, is tried again, and works.
        ([told(K.INVOICE_PAID, 1), told(K.INVOICE_FAILED, 50, next_attempt_at=START), updated("past_due", 50),
          told(K.INVOICE_PAID, 90), updated("active", 90)], S.ACTIVE),
        # A renewal that is given up.
        ([told(K.INVOICE_PAID, 1), told(K.INVOICE_FAILED, 50, next_attempt_at=START), told(K.INVOICE_FAILED, 90),
          updated("unpaid", 90)], S.UNPAID),
        # The end, and something of later that was under way.
        ([told(K.INVOICE_PAID, 1), told(K.SUBSCRIPTION_CANCELLED, 50), updated("past_due", 60)], S.ENDED),
        # A bank debit that fails and is paid in another way.
        ([told(K.PENDING, 1), told(K.FAILED, 50), told(K.COMPLETED, 60)], S.ACTIVE),
        ([told(K.COMPLETED, 1), told(K.REFUNDED, 20), told(K.REFUNDED, 50, full=True)], S.REFUNDED),
    ],
)  # fmt: skip
def test_a_story_ends_alike_in_every_order(events: Sequence[PaymentTold], state: PaymentState) -> None:
    ends = {after(order) for order in itertools.permutations(events)}
    assert {payment.state for payment in ends} == {state}
    assert len({(payment.amount, payment.paid_at, payment.last_event_at) for payment in ends}) == 1


EVENTS = st.builds(
    lambda kind, second, status, amount, full, tried: told(
        kind,
        second,
        status=status,
        amount=amount,
        currency="usd",
        full=full,
        next_attempt_at=START if tried else None,
    ),
    st.sampled_from(PaymentKind),
    st.integers(0, 5),  # few seconds, so that many events share one
    st.sampled_from(["active", "past_due", "unpaid", "canceled", "incomplete", "paused", "new_word"]),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)


@given(events=st.lists(EVENTS, max_size=8), data=st.data())
@settings(max_examples=500, deadline=None)
def test_order_and_repetition_do_not_matter(events: list[PaymentTold], data: st.DataObject) -> None:
    repeated = data.draw(st.permutations(events + events[: len(events) // 2]))
    straight, other = after(events), after(repeated)
    assert replace(straight, last_event_type=None) == replace(other, last_event_type=None)


@given(events=st.lists(EVENTS, max_size=8), more=EVENTS)
@settings(max_examples=300, deadline=None)
def test_what_is_final_stays(events: list[PaymentTold], more: PaymentTold) -> None:
    before = after(events)
    assert before.state not in FINAL or noted(before, more).state in FINAL


@given(events=st.lists(EVENTS, min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_an_older_event_never_turns_what_a_newer_one_said(events: list[PaymentTold]) -> None:
    payment = after(events)
    for event in events:
        if payment.last_event_at and event.occurred_at < payment.last_event_at and claimed(event) not in FINAL:
            assert noted(payment, event).state is payment.state or payment.state in UNDECIDED


@pytest.mark.parametrize(
    ("states", "retrying", "result"),
    [
        ([], True, None),
        ([S.PENDING], True, None),
        ([S.ACTIVE], True, True),
        ([S.ENDED, S.ACTIVE], True, True),
        ([S.ENDED, S.PENDING], True, False),
        ([S.PAST_DUE], True, True),
        ([S.PAST_DUE], False, False),
        ([S.UNPAID], True, False),
        ([S.REFUNDED], True, False),
        ([S.FAILED], True, None),
    ],
)
def test_one_good_payment_serves_a_client(states: list[PaymentState], retrying: bool, result: bool | None) -> None:
    payments = [Payment(str(place), state=state) for place, state in enumerate(states)]
    assert served(payments, while_retrying=retrying) is result


ACTIVE, ENDED = [Payment("a", state=S.ACTIVE)], [Payment("a", state=S.ENDED)]
LATER = START + timedelta(days=1)


@pytest.mark.parametrize(
    ("payments", "active", "standing", "at", "becomes"),
    [
        (ACTIVE, False, None, START, Standing(True, START)),  # the first that is known
        (ACTIVE, False, Standing(True, LATER), START, None),  # turned off by hand, an older event: the hand holds
        (ACTIVE, False, Standing(True, LATER), LATER, None),  # and one of the same second
        (ACTIVE, False, Standing(True, START), LATER, Standing(True, LATER)),  # a newer one
        (ENDED, True, Standing(False, LATER), START, None),  # turned on by hand
        (ENDED, True, Standing(True, LATER), START, Standing(False, LATER)),  # nobody turned it: late news count
        ([Payment("a")], True, None, START, None),  # nothing was decided yet
    ],
)
def test_what_a_person_turned_holds_until_a_newer_event(
    payments: list[Payment], active: bool, standing: Standing | None, at: datetime, becomes: Standing | None
) -> None:
    assert decide(payments, active=active, standing=standing, at=at, while_retrying=True) == becomes


@pytest.mark.parametrize(
    ("ref", "named"),
    [("7", 7), (" 7 ", 7), ("job-42", None), ("", None), (None, None), ("0", None), ("-1", None), ("٣", None), ("9" * 30, None)],
)  # fmt: skip
def test_a_client_is_named_by_its_id_alone(ref: str | None, named: int | None) -> None:
    assert client_named(told(K.COMPLETED, client_ref=ref)) == named


@pytest.mark.parametrize(
    ("whose", "result"),
    [
        (Whose(None, False, None, None), (None, False)),
        (Whose(None, False, None, 3), (3, False)),
        (Whose(None, False, 7, 3), (7, True)),
        (Whose(3, False, 7, 3), (7, True)),  # what was only guessed by the customer gives way
        (Whose(3, True, 7, None), (3, True)),  # what was named does not
        (Whose(3, False, None, 9), (3, False)),
    ],
)
def test_a_name_counts_more_than_the_customers_other_subscriptions(whose: Whose, result: object) -> None:
    assert owner(whose) == result
