"""The ledger key, the state machine, and what receipts do to it."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.message import ReceiptStatus
from frontdesk.outbox.keys import dedupe_key, normal_question_key
from frontdesk.outbox.model import MOVES, LedgerStatus
from frontdesk.outbox.rules import after_receipt

PARTS = ("conversation:7", "question", "name", 0, "SM1")


def test_the_key_is_the_sha256_of_canonical_json() -> None:
    # Computed with: printf '%s' '["conversation:7","question","name",0,"SM1"]' | sha256sum
    assert json.dumps(PARTS, separators=(",", ":")) == '["conversation:7","question","name",0,"SM1"]'
    assert dedupe_key(*PARTS) == "e1bcf0bda2f21830f6955f5b7751c01e314e1cd7fd194a648d7c95a4629274dd"


@pytest.mark.parametrize("place", range(5))
def test_each_part_makes_another_key(place: int) -> None:
    other = list(PARTS)
    other[place] = 1 if place == 3 else "other"
    assert dedupe_key(*other) != dedupe_key(*PARTS)  # type: ignore[arg-type]


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_text_cannot_slip_from_one_part_into_the_next(a: tuple[str, str, str], b: tuple[str, str, str]) -> None:
    same = (a[0], a[1], a[2]) == (b[0], b[1], b[2])
    assert (dedupe_key(a[0], a[1], None, 0, a[2]) == dedupe_key(b[0], b[1], None, 0, b[2])) == same


@pytest.mark.parametrize(
    ("written", "normal"),
    [("Name", "name"), (" first  name ", "first_name"), ("first-name", "first_name"), ("ＮＡＭＥ", "name"), (None, "")],
)
def test_question_keys_compare_by_their_words(written: str | None, normal: str) -> None:
    assert normal_question_key(written) == normal
    assert dedupe_key("s", "q", written, 0, "c") == dedupe_key("s", "q", normal, 0, "c")


def test_final_states_have_no_moves_and_every_state_is_named() -> None:
    assert set(MOVES) == set(LedgerStatus)
    final = {LedgerStatus.DELIVERED, LedgerStatus.UNDELIVERED, LedgerStatus.FAILED, LedgerStatus.BLOCKED}
    assert {state for state, moves in MOVES.items() if not moves} == final | {LedgerStatus.CANCELLED}


_RANK = {LedgerStatus.SENT: 1, LedgerStatus.DELIVERED: 2, LedgerStatus.UNDELIVERED: 2, LedgerStatus.FAILED: 2}


@pytest.mark.parametrize("order", list(itertools.permutations(ReceiptStatus)))
def test_receipts_in_any_order_never_go_back(order: tuple[ReceiptStatus, ...]) -> None:
    status, rank = LedgerStatus.UNKNOWN, 0
    for receipt in (*order, *order):
        moved = after_receipt(status, receipt)
        if moved is not None:
            assert _RANK[moved] > rank
            status, rank = moved, _RANK[moved]
    assert rank == 2


@pytest.mark.parametrize("receipt", list(ReceiptStatus))
def test_a_receipt_resolves_unknown(receipt: ReceiptStatus) -> None:
    assert after_receipt(LedgerStatus.UNKNOWN, receipt) is not None
    assert after_receipt(LedgerStatus.BLOCKED, receipt) is None
