"""The values of onboarding: the moves of its states, what is known of an owner, and what a decision may want."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.onboarding_states import State

__all__ = ["MOVES", "QUESTIONS", "Consent", "Effect", "Facts", "Learn", "Move", "Ready", "Reply"]

_S = State

QUESTIONS = (_S.S1_BUSINESS_NAME, _S.S2_SERVICE_TYPE, _S.S3_SERVICE_AREA, _S.S4_HOURS)
"""What can be told anew at any later state; then it goes on where it was left."""

_LATER = (_S.S7_FORWARDING, _S.S8_GREETING, _S.S9_TEST_CALL)


def _asked_anew(state: State, *onward: State) -> frozenset[State]:
    return frozenset({*QUESTIONS, *onward} - {state})


MOVES: dict[State, frozenset[State]] = {
    _S.S0_WELCOME: frozenset({_S.S1_BUSINESS_NAME}),
    **{one: _asked_anew(one, _S.S5_CONFIRM_LIVE, *_LATER) for one in QUESTIONS},
    _S.S5_CONFIRM_LIVE: _asked_anew(_S.S5_CONFIRM_LIVE, _S.S6_ASSIGN_NUMBER),
    _S.S6_ASSIGN_NUMBER: frozenset({_S.S5_CONFIRM_LIVE, _S.S7_FORWARDING}),
    _S.S7_FORWARDING: _asked_anew(_S.S7_FORWARDING, _S.S8_GREETING),
    _S.S8_GREETING: _asked_anew(_S.S8_GREETING, _S.S7_FORWARDING, _S.S9_TEST_CALL),
    _S.S9_TEST_CALL: _asked_anew(_S.S9_TEST_CALL, _S.S7_FORWARDING, _S.S8_GREETING, _S.COMPLETE),
    _S.COMPLETE: frozenset(),
}
"""The desk's own legal moves. A person may write any state by hand: the desk goes on from there."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one owner. `hours` are as in a client's settings; `returns_to` is set while one answer is told
    anew; `zone` is the business's time zone, `country` of its owner's phone (two letters)."""

    state: State
    name: str = ""
    services: tuple[str, ...] = ()
    area: str = ""
    hours: Mapping[str, Any] = field(default_factory=dict)
    greeting: str = ""
    zone: str = "UTC"
    country: str | None = None
    paid: bool = False
    ready: bool = False
    number: str | None = None
    pay_link: str | None = None
    returns_to: State | None = None
    away: bool = False
    """The owner was silent for days."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Text the owner. `about` names what is said, for the ledger."""

    body: str
    about: str
    compliance: bool = False


@dataclass(frozen=True, slots=True)
class Learn:
    """Keep an answer, under the name that `Facts` has for it."""

    what: str
    value: Any


@dataclass(frozen=True, slots=True)
class Move:
    """Go to another state; `returns_to` is where it goes on after that state's answer."""

    to: State
    returns_to: State | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The owner wants to go live, whether or not the payment came yet."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The owner wants no more texts, or wants them again: `kind` is opt_out or opt_in."""

    kind: str
    source: str


Effect = Reply | Learn | Move | Ready | Consent
