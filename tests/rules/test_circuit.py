"""The circuit breaker: its transitions as a table, and as a machine that is driven at random."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from frontdesk.outbox.circuit import CLOSED, FAILURES, Circuit, Sign, State, after, state_of

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)
ALIVE, FAILING, REFUSED = Sign.ALIVE, Sign.FAILING, Sign.REFUSED

NEARLY = Circuit(failures=FAILURES - 1)
OPEN = Circuit(FAILURES, 1, NOW + SECOND)
HALF_OPEN = replace(OPEN, open_until=NOW)
TWICE = replace(HALF_OPEN, opened=2)
OFTEN = replace(HALF_OPEN, opened=9)


def opened(failures: int, times: int, seconds: int) -> Circuit:
    return Circuit(failures, times, NOW + SECOND * seconds)


TABLE = [
    (CLOSED, ALIVE, CLOSED),
    (CLOSED, FAILING, Circuit(failures=1)),
    (CLOSED, REFUSED, opened(1, 1, 60)),
    (NEARLY, ALIVE, CLOSED),
    (NEARLY, FAILING, opened(FAILURES, 1, 10)),
    (NEARLY, REFUSED, opened(FAILURES, 1, 60)),
    (OPEN, ALIVE, CLOSED),
    (OPEN, FAILING, OPEN),
    (OPEN, REFUSED, OPEN),
    (HALF_OPEN, ALIVE, CLOSED),
    (HALF_OPEN, FAILING, opened(FAILURES + 1, 2, 20)),
    (HALF_OPEN, REFUSED, opened(FAILURES + 1, 2, 120)),
    (TWICE, FAILING, opened(FAILURES + 1, 3, 40)),
    (OFTEN, FAILING, opened(FAILURES + 1, 10, 300)),
    (OFTEN, REFUSED, opened(FAILURES + 1, 10, 300)),
]


@pytest.mark.parametrize(("before", "sign", "expected"), TABLE)
def test_each_sign_moves_each_state_as_the_table_says(before: Circuit, sign: Sign, expected: Circuit) -> None:
    assert after(before, sign, NOW) == expected


def test_it_opens_at_the_fifth_failure_in_a_row_and_a_success_starts_the_count_again() -> None:
    signs = [FAILING] * 4 + [ALIVE] + [FAILING] * 4
    circuit = CLOSED
    for sign in signs:
        circuit = after(circuit, sign, NOW)
        assert state_of(circuit, NOW) is State.CLOSED
    assert state_of(after(circuit, FAILING, NOW), NOW) is State.OPEN


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, State.OPEN), (9.999, State.OPEN), (10, State.HALF_OPEN), (1e6, State.HALF_OPEN)]
)
def test_an_open_circuit_lets_one_try_once_its_rest_is_over(seconds: float, state: State) -> None:
    assert state_of(opened(5, 1, 10), NOW + SECOND * seconds) is state


@pytest.mark.parametrize("sign", [FAILING, REFUSED])
def test_an_account_that_is_down_for_a_week_is_still_tried_every_five_minutes(sign: Sign) -> None:
    circuit, now = CLOSED, NOW
    while now < NOW + timedelta(days=7):
        circuit = after(circuit, sign, now)
        if circuit.open_until is not None:
            assert now < circuit.open_until <= now + LONGEST
            now = circuit.open_until
    assert after(circuit, ALIVE, now) == CLOSED


class Breaker(RuleBasedStateMachine):
    """Outcomes at any times, of what is sent while the circuit lets it, and late ones of what was under way."""

    @initialize()
    def begin(self) -> None:
        self.circuit = CLOSED
        self.now = NOW
        self.in_a_row = 0
        self.rest = timedelta()

    @rule(seconds=st.sampled_from([0.0, 0.5, 9.9, 10, 60, 299, 300, 3600]))
    def pass_time(self, seconds: float) -> None:
        self.now += SECOND * seconds

    @rule(sign=st.sampled_from([FAILING, REFUSED]), times=st.sampled_from([1, 1, 1, 4, 60]))
    def fail(self, sign: Sign, times: int) -> None:
        for _ in range(times):
            self.fail_once(sign)

    def fail_once(self, sign: Sign) -> None:
        before, state = self.circuit, state_of(self.circuit, self.now)
        self.circuit = after(before, sign, self.now)
        if state is State.OPEN:
            assert self.circuit == before  # it is known already: a late failure makes no rest longer
            return
        self.in_a_row += 1
        opens = state is State.HALF_OPEN or sign is REFUSED or self.in_a_row >= FAILURES
        assert (state_of(self.circuit, self.now) is State.OPEN) == opens
        if self.circuit.open_until is not None:
            rest = self.circuit.open_until - self.now
            assert timedelta() < rest <= LONGEST
            self.now = self.circuit.open_until  # the next of `times` is a try

    @rule()
    def succeed(self) -> None:
        self.circuit = after(self.circuit, ALIVE, self.now)
        self.in_a_row = 0
        assert self.circuit == CLOSED

    @invariant()
    def what_is_closed_has_fewer_failures_than_open_it(self) -> None:
        assert self.circuit.failures == self.in_a_row
        if self.circuit.open_until is None:
            assert self.circuit.failures < FAILURES
            assert self.circuit.opened == 0
            assert state_of(self.circuit, self.now) is State.CLOSED


TestBreaker = Breaker.TestCase
