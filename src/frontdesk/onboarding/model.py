"""The values of onboarding: its states and their moves, what is known of an owner, and what a decision may want."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "MOVES",
    "QUESTIONS",
    "TURNS",
    "Consent",
    "Effect",
    "Facts",
    "Learn",
    "Move",
    "Ready",
    "Reply",
    "State",
    "Turn",
]


class State(StrEnum):
    """The states of onboarding; each says who moves it on."""

    S0_WELCOME = "S0_WELCOME"  # the desk, which greets and asks the first question
    S1_BUSINESS_NAME = "S1_BUSINESS_NAME"  # the owner, by the name of the business
    S2_SERVICE_TYPE = "S2_SERVICE_TYPE"  # the owner, by what is offered
    S3_SERVICE_AREA = "S3_SERVICE_AREA"  # the owner, by where the work is done
    S4_HOURS = "S4_HOURS"  # the owner, by the opening hours
    S5_CONFIRM_LIVE = "S5_CONFIRM_LIVE"  # the owner, who pays and replies READY, in either order
    S6_ASSIGN_NUMBER = "S6_ASSIGN_NUMBER"  # the desk, as soon as the pool has a number; back if payment lapsed
    S7_FORWARDING = "S7_FORWARDING"  # the owner, who forwards missed calls and replies DONE
    S8_GREETING = "S8_GREETING"  # the owner, by what callers hear
    S9_TEST_CALL = "S9_TEST_CALL"  # the owner, by a call to the new number
    COMPLETE = "COMPLETE"  # nobody: final


class Turn(StrEnum):
    """Whose move it is."""

    DESK = "desk"
    CLIENT = "client"
    NOBODY = "nobody"


_S = State

TURNS: dict[State, Turn] = {
    **dict.fromkeys(_S, Turn.CLIENT),
    _S.S0_WELCOME: Turn.DESK,
    _S.S6_ASSIGN_NUMBER: Turn.DESK,
    _S.COMPLETE: Turn.NOBODY,
}

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
