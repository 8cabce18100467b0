"""How many numbers are wanted, and what the caps allow."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.clients.buying import Caps, Spent, forbidden, wanted
from frontdesk.commands.checks import State
from frontdesk.commands.checks_onboarding import check_buying
from frontdesk.testing import WHATSAPP, scratch_settings

CAPS = Caps(2, Decimal("3.45"), Decimal("1.15"), "USD")


@pytest.mark.parametrize(
    ("spent", "words"),
    [
        (Spent(0, Decimal(0)), None),
        (Spent(1, Decimal("2.30")), None),
        (Spent(2, Decimal("2.30")), "pool.buy_per_day is 2"),
        (Spent(5, Decimal("9.20")), "pool.buy_per_day is 2"),
        (Spent(0, Decimal("2.31")), "pool.buy_budget is 3.45"),
        (Spent(0, Decimal("3.45")), "those bought cost 3.45 USD a month, another 1.15 more"),
    ],
)
def test_a_cap_forbids_what_would_go_over_it_and_says_which(spent: Spent, words: str | None) -> None:
    why_not = forbidden(spent, CAPS)
    assert why_not is None if words is None else words in (why_not or "")


def test_nothing_may_be_spent_where_a_cap_is_zero() -> None:
    nothing = Spent(0, Decimal(0))
    assert forbidden(nothing, Caps(0, Decimal(100), Decimal(1), "USD"))
    assert forbidden(nothing, Caps(9, Decimal(0), Decimal("0.01"), "USD"))


@given(st.integers(0, 9), st.decimals(0, 50, places=2), st.decimals("0.01", 20, places=2))
def test_buying_until_it_is_forbidden_never_goes_over(per_day: int, budget: Decimal, price: Decimal) -> None:
    caps, bought = Caps(per_day, budget, price, "USD"), 0
    while forbidden(Spent(bought, price * bought), caps) is None:
        bought += 1
    assert bought <= per_day
    assert price * bought <= budget


@pytest.mark.parametrize(
    ("waiting", "free", "coming", "low_water", "number"),
    [(0, 2, 0, 2, 0), (0, 1, 0, 2, 1), (1, 0, 0, 0, 1), (3, 1, 1, 2, 3), (1, 5, 0, 2, 0), (0, 0, 2, 2, 0)],
)
def test_those_who_wait_come_on_top_of_what_is_to_be_left(
    waiting: int, free: int, coming: int, low_water: int, number: int
) -> None:
    assert wanted(waiting=waiting, free=free, coming=coming, low_water=low_water) == number


@pytest.mark.parametrize(
    ("pool", "account", "state", "words"),
    [
        ({}, {}, None, ""),
        ({"buy": True}, {}, State.OK, "2 a day at most, 10 USD a month for all, 1.15 each"),
        ({"buy": True}, {"twilio_number": None}, State.FAIL, "set pool.buy_country"),
        ({"buy": True, "buy_country": "us"}, {"twilio_number": None}, State.OK, ""),
        ({"buy": True, "buy_per_day": 0}, {}, State.WARN, "pool.buy_per_day"),
        ({"buy": True, "buy_budget": 1}, {}, State.WARN, "pool.buy_budget"),
        ({"buy": True}, {"twilio_account_sid": None, "twilio_auth_token": None, **WHATSAPP}, State.FAIL, "TWILIO"),
    ],
)
def test_the_doctor_says_what_keeps_the_desk_from_buying(
    pool: dict[str, Any], account: dict[str, Any], state: State | None, words: str
) -> None:
    checks = list(check_buying(scratch_settings(pool=pool, **account)))
    assert [check.state for check in checks] == ([] if state is None else [state])
    assert all(words in check.found + check.todo for check in checks)
