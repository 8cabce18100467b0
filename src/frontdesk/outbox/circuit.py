"""The circuit breaker of a provider account: when it fails again and again, stop asking it; then try with one message.

Pure. While a circuit is open nothing is claimed, so that nothing becomes ambiguous or is lost: messages wait.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["CLOSED", "Circuit", "Sign", "State", "after", "state_of"]

FAILURES = 5
"""Failures in a row after which a circuit opens."""

_FIRST = timedelta(seconds=10)
_REFUSED = timedelta(minutes=1)
_LONGEST = timedelta(minutes=5)
_DOUBLINGS = 8  # more than it takes to the longest rest


class Sign(StrEnum):
    """What the outcome of one send says of the account."""

    ALIVE = "alive"  # it answered as it should: sent, refused for this message's own fault, or throttled
    FAILING = "failing"  # no answer, no connection, or an error of its own
    REFUSED = "refused"  # the account is locked or its credentials are wrong: every message would be refused


class State(StrEnum):
    """The states of a circuit."""

    CLOSED = "closed"  # all is well
    OPEN = "open"  # nothing is sent before `open_until`
    HALF_OPEN = "half_open"  # one message may try


@dataclass(frozen=True, slots=True)
class Circuit:
    """One provider account. `opened` counts the openings in a row; `open_until` is None while it is closed."""

    failures: int = 0
    opened: int = 0
    open_until: datetime | None = None


CLOSED = Circuit()


def state_of(circuit: Circuit, now: datetime) -> State:
    """The state of a circuit at `now`."""
    if circuit.open_until is None:
        return State.CLOSED
    return State.OPEN if now < circuit.open_until else State.HALF_OPEN


def after(circuit: Circuit, sign: Sign, now: datetime) -> Circuit:
    """The circuit after one more outcome. Failures of what was under way when it opened change nothing."""
    state = state_of(circuit, now)
    if sign is Sign.ALIVE:
        return CLOSED
    if state is State.OPEN:
        return circuit
    failures = circuit.failures + 1
    if state is State.CLOSED and sign is Sign.FAILING and failures < FAILURES:
        return replace(circuit, failures=failures)
    first = _REFUSED if sign is Sign.REFUSED else _FIRST
    rest = min(first * 2 ** min(circuit.opened, _DOUBLINGS), _LONGEST)
    return Circuit(failures, circuit.opened + 1, now + rest)
