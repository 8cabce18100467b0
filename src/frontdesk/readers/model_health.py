"""When a model that fails is left alone, and when its failures are worth an alert. Pure.

The circuit is one process's own: each finds out for itself within three texts, and nobody waits for a database to learn
that. Failures in a row are counted over all processes, as no single one may see enough of them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.errors import ModelFailed, ModelTrouble

__all__ = [
    "ALERT_AFTER",
    "ALERT_WITHIN",
    "CLOSED",
    "OPEN_AFTER",
    "Admission",
    "Circuit",
    "Failures",
    "admit",
    "after_failure",
    "after_success",
    "deserve_alert",
    "one_more",
    "released",
]

OPEN_AFTER = 3
"""Failures in a row after which this process asks no more for a while."""
ALERT_AFTER = 5
"""So many failures in a row, no further apart than `ALERT_WITHIN`, and a person is told."""
ALERT_WITHIN = timedelta(minutes=15)

_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(minutes=5)
_DOUBLINGS = 8  # more than it takes to the longest rest


class Admission(StrEnum):
    """Whether a text may go to the model."""

    ASK = "ask"  # all is well
    PROBE = "probe"  # the rest is over: this one tries, and nobody else until it has its answer
    REFUSE = "refuse"  # the rules alone read it


@dataclass(frozen=True, slots=True)
class Circuit:
    """`opened` counts the openings in a row; `open_until` is None while it is closed; `probing`: one text tries."""

    failures: int = 0
    opened: int = 0
    open_until: datetime | None = None
    probing: bool = False


CLOSED = Circuit()


def admit(circuit: Circuit, now: datetime) -> tuple[Admission, Circuit]:
    """Whether to ask at `now`, and the circuit with that in it."""
    if circuit.open_until is None:
        return Admission.ASK, circuit
    if now < circuit.open_until or circuit.probing:
        return Admission.REFUSE, circuit
    return Admission.PROBE, replace(circuit, probing=True)


def after_success(circuit: Circuit) -> Circuit:
    """The circuit after an answer: closed, whoever asked."""
    return CLOSED


def after_failure(circuit: Circuit, admission: Admission, error: ModelFailed, now: datetime) -> Circuit:
    """The circuit after a failure of a text that was admitted so.

    A refusal is about the text, and comes from a model that is well. What was under way when the circuit opened
    changes nothing. What needs a person (key, money) opens it at once, and so does a server that asks for a pause.
    """
    why, pause = error.why, timedelta(seconds=min(error.retry_after or 0.0, _LONGEST.total_seconds()))
    probe = admission is Admission.PROBE
    if why is ModelTrouble.REFUSAL:
        return CLOSED if probe else circuit
    if circuit.open_until is not None and not probe:
        return circuit
    failures = circuit.failures + 1
    if not probe and failures < OPEN_AFTER and why is not ModelTrouble.AUTH:
        return replace(circuit, failures=failures, open_until=now + pause if pause else None)
    rest = max(pause, min(_FIRST * 2 ** min(circuit.opened, _DOUBLINGS), _LONGEST))
    return Circuit(failures, circuit.opened + 1, now + rest)


def released(circuit: Circuit, admission: Admission) -> Circuit:
    """The circuit after a text that was admitted and got no outcome, as its process was told to stop."""
    return replace(circuit, probing=False) if admission is Admission.PROBE else circuit


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures in a row over all processes: how many, and when the last of them were, `ALERT_AFTER` at most."""

    count: int = 0
    recent: tuple[datetime, ...] = ()


def one_more(before: Failures, now: datetime) -> Failures:
    """The failures with one at `now`."""
    return Failures(before.count + 1, (*before.recent, now)[-ALERT_AFTER:])


def deserve_alert(failures: Failures) -> bool:
    """True from the fifth in a row on, where the last five lie within a quarter of an hour."""
    recent = failures.recent
    return len(recent) >= ALERT_AFTER and max(recent) - min(recent) <= ALERT_WITHIN
