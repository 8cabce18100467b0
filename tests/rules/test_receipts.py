"""What receipts do to a message, in every order and number; and when a missing one is looked for."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.message import ReceiptStatus
from frontdesk.outbox.model import MOVES, LedgerStatus
from frontdesk.outbox.receipts import next_look
from frontdesk.outbox.rules import RECEIPT_DUE, after_receipt

S, R = LedgerStatus, ReceiptStatus

# The state that a message has, and what each receipt makes of it, written out by hand; a dash changes nothing.
PAIRS = """
             queued  sent  delivered  read       undelivered  failed
PENDING      SENT    SENT  DELIVERED  DELIVERED  UNDELIVERED  FAILED
SENDING      SENT    SENT  DELIVERED  DELIVERED  UNDELIVERED  FAILED
UNKNOWN      SENT    SENT  DELIVERED  DELIVERED  UNDELIVERED  FAILED
SENT         -       -     DELIVERED  DELIVERED  UNDELIVERED  FAILED
DELIVERED    -       -     -          -          -            -
UNDELIVERED  -       -     -          -          -            -
FAILED       -       -     -          -          -            -
BLOCKED      -       -     -          -          -            -
CANCELLED    -       -     -          -          -            -
"""
_HEAD, *_ROWS = [line.split() for line in PAIRS.strip().splitlines()]
TABLE = {
    (S(row[0]), R(receipt)): None if cell == "-" else S(cell)
    for row in _ROWS
    for receipt, cell in zip(_HEAD, row[1:], strict=True)
}

RANK = {R.QUEUED: 1, R.SENT: 1, R.DELIVERED: 2, R.READ: 2, R.UNDELIVERED: 2, R.FAILED: 2}
LEVEL = {S.PENDING: 0, S.SENDING: 0, S.UNKNOWN: 0, S.SENT: 1, S.DELIVERED: 2, S.UNDELIVERED: 2, S.FAILED: 2}
FINAL = {R.DELIVERED: S.DELIVERED, R.READ: S.DELIVERED, R.UNDELIVERED: S.UNDELIVERED, R.FAILED: S.FAILED}
ON_THE_WAY = [S.PENDING, S.SENDING, S.UNKNOWN, S.SENT]


def test_the_table_has_every_pair() -> None:
    assert set(TABLE) == set(itertools.product(LedgerStatus, ReceiptStatus))


@pytest.mark.parametrize(("state", "receipt"), list(TABLE), ids=lambda one: one.value)
def test_each_receipt_makes_of_each_state_what_the_table_says(state: LedgerStatus, receipt: ReceiptStatus) -> None:
    assert after_receipt(state, receipt) == TABLE[state, receipt]


def walk(state: LedgerStatus, told: tuple[ReceiptStatus, ...]) -> LedgerStatus:
    """The state after all of them; fails where one of them goes back, or makes a move that is none."""
    for receipt in told:
        moved = after_receipt(state, receipt)
        if moved is not None:
            assert moved in MOVES[state]
            assert LEVEL[moved] > LEVEL[state]
            state = moved
    return state


def expected(state: LedgerStatus, told: tuple[ReceiptStatus, ...]) -> LedgerStatus:
    """By rank: the first final word stands, else it is sent as soon as anything was told."""
    finals = [FINAL[receipt] for receipt in told if RANK[receipt] == 2]
    return finals[0] if finals else S.SENT if told else state


@pytest.mark.parametrize("state", ON_THE_WAY, ids=lambda one: one.value)
def test_every_order_of_all_receipts_with_each_twice_ends_where_the_highest_leads(state: LedgerStatus) -> None:
    for order in itertools.permutations(ReceiptStatus):
        for told in (order, order + order, order + order[::-1], tuple(one for one in order for _ in range(2))):
            assert walk(state, told) == expected(state, told)


@settings(deadline=None, max_examples=500)
@given(state=st.sampled_from(ON_THE_WAY), told=st.lists(st.sampled_from(ReceiptStatus), max_size=12).map(tuple))
def test_any_receipts_in_any_number_never_go_back(state: LedgerStatus, told: tuple[ReceiptStatus, ...]) -> None:
    assert walk(state, told) == expected(state, told)


@pytest.mark.parametrize("last", [R.DELIVERED, R.READ, R.UNDELIVERED, R.FAILED], ids=lambda one: one.value)
def test_the_order_of_what_comes_before_the_one_final_word_does_not_matter(last: ReceiptStatus) -> None:
    ends = {walk(S.SENDING, order) for order in itertools.permutations([R.QUEUED, R.QUEUED, R.SENT, R.SENT, last])}
    assert ends == {FINAL[last]}


SENT_AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
TEN, HOUR, SIX, DAY = RECEIPT_DUE
MICRO = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (timedelta(0), TEN),
        (TEN - MICRO, TEN),
        (TEN, HOUR),
        (HOUR, SIX),
        (timedelta(hours=5), SIX),
        (SIX, DAY),
        (DAY - MICRO, DAY),
        (DAY, None),
        (timedelta(days=9), None),
    ],
)
def test_the_next_look_is_counted_from_when_it_was_sent(now: timedelta, due: timedelta | None) -> None:
    assert next_look(SENT_AT, SENT_AT + now) == (None if due is None else SENT_AT + due)
