"""The states of a new client, and whose turn each is: the one list that onboarding, watching and the settings share."""

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["FINAL", "TURNS", "State", "Turn"]


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


TURNS: Mapping[State, Turn] = {
    **dict.fromkeys(State, Turn.CLIENT),  # a new state is waited for until it says otherwise
    State.S0_WELCOME: Turn.DESK,
    State.S6_ASSIGN_NUMBER: Turn.DESK,
    State.COMPLETE: Turn.NOBODY,
}

FINAL = frozenset(state for state, turn in TURNS.items() if turn is Turn.NOBODY)
"""States that nobody has to leave."""
