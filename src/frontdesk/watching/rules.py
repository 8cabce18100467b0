"""When a client is stuck, how badly, why, and what to do. Pure.

The states stand here by their names in `onboarding_states`, with whose turn it is; `onboarding.model` is where the same
states are moved, and a test holds the names of both equal to the CHECK of that table.
"""

from collections.abc import Mapping

from frontdesk.effects import Severity
from frontdesk.watching.model import FINAL, Clock, Ladder, Stuck, Threshold, Trouble, Turn, Waiting

__all__ = ["THRESHOLDS", "judge", "minutes_of", "uncovered"]

_MEDIUM, _HIGH = 2, 4  # times the threshold

THRESHOLDS: Mapping[str, Threshold] = {
    "S0_WELCOME": Threshold(
        Turn.DESK, 30, Clock.WALL, Ladder.BY_TIME,
        "the desk has not sent the welcome", "see with `frontdesk status` whether a worker is alive",
    ),
    "S1_BUSINESS_NAME": Threshold(
        Turn.CLIENT, 240, Clock.OPENING, Ladder.BY_TIME,
        "the owner has not told the name of the business", "ask for the name of the business",
    ),
    "S2_SERVICE_TYPE": Threshold(
        Turn.CLIENT, 240, Clock.OPENING, Ladder.BY_TIME,
        "the owner has not told what the business does", "ask the owner what the business does",
    ),
    "S3_SERVICE_AREA": Threshold(
        Turn.CLIENT, 240, Clock.OPENING, Ladder.BY_TIME,
        "the owner has not told where the business works", "ask the owner where the business works",
    ),
    "S4_HOURS": Threshold(
        Turn.CLIENT, 360, Clock.OPENING, Ladder.BY_TIME,
        "the owner has not told the opening hours", "ask the owner for the opening hours",
    ),
    "S5_CONFIRM_LIVE": Threshold(
        Turn.CLIENT, 120, Clock.WALL, Ladder.UNPAID,
        "the owner has paid and has not replied READY", "remind the owner to reply READY",
    ),
    "S6_ASSIGN_NUMBER": Threshold(
        Turn.DESK, 30, Clock.WALL, Ladder.AT_ONCE,
        "no number was assigned", "see `frontdesk pool list`, then `frontdesk pool add`",
    ),
    "S7_FORWARDING": Threshold(
        Turn.CLIENT, 720, Clock.OPENING, Ladder.BY_TIME,
        "the owner has not set up call forwarding", "help the owner to forward calls to the new number",
    ),
    "S8_GREETING": Threshold(
        Turn.CLIENT, 360, Clock.OPENING, Ladder.BY_TIME,
        "the owner has not chosen the greeting", "ask the owner for the greeting",
    ),
    "S9_TEST_CALL": Threshold(
        Turn.CLIENT, 1440, Clock.WALL, Ladder.TERMINAL,
        "the owner has not made the test call", "call the new number together with the owner",
    ),
}  # fmt: skip
"""Every state that somebody has to leave."""

_UNPAID = ("the owner has not paid", "see why at the payment provider, and send the link again")
_TROUBLE = {
    Trouble.OPTED_OUT: ("the owner sent STOP, so that no text reaches them", "call the owner"),
    Trouble.NOT_DELIVERED: (
        "the last text to the owner did not arrive",
        "see why with `frontdesk outbox list`, and call the owner",
    ),
    Trouble.NOT_ASKED: ("nothing was asked since, and nothing is on its way", "text the owner what is needed next"),
}


def uncovered(states: frozenset[str]) -> frozenset[str]:
    """The states that have neither a threshold nor the word final: whoever stays there is stuck in silence."""
    return states - THRESHOLDS.keys() - FINAL


def minutes_of(state: str, own: Mapping[str, int]) -> int:
    """The threshold of a state in minutes; `own` are those that the settings name."""
    return own.get(state, THRESHOLDS[state].minutes)


def judge(waiting: Waiting, own: Mapping[str, int], *, structural_minutes: float) -> Stuck | None:
    """The verdict on one client, or None while all is well. States that are final or not known have none."""
    threshold = THRESHOLDS.get(waiting.state)
    if threshold is None:
        return None
    minutes = minutes_of(waiting.state, own)
    spent = waiting.wall if threshold.clock is Clock.WALL else waiting.opening
    # While the desk itself is to act, no answer is waited for.
    trouble = waiting.trouble if threshold.turn is Turn.CLIENT and waiting.wall >= structural_minutes else None
    unpaid = threshold.ladder is Ladder.UNPAID and not waiting.paid
    if spent < minutes and trouble is None:
        return None
    why, todo = threshold.waits_for, threshold.todo
    if unpaid:
        why, todo = _UNPAID
    if trouble is not None:
        why, todo = f"{why}: {_TROUBLE[trouble][0]}", _TROUBLE[trouble][1]
    reached = threshold.turn is Turn.CLIENT
    severity, terminal = _severity(threshold.ladder, spent / minutes, unpaid=unpaid)
    return Stuck(
        client_id=waiting.client_id,
        name=waiting.name,
        phone=waiting.phone,
        state=waiting.state,
        entered_at=waiting.entered_at,
        stuck_for_minutes=int(spent),
        threshold_minutes=minutes,
        severity=Severity.HIGH if trouble else severity,
        terminal=terminal or trouble is not None,
        whose_turn=threshold.turn,
        reason=_sentence(f"{why} ({_spent(spent, minutes, threshold.clock)})"),
        suggested_action=_sentence(f"{todo} ({waiting.phone})" if reached and waiting.phone else todo),
        unpaid=unpaid and spent >= minutes,
    )


def _severity(ladder: Ladder, times: float, *, unpaid: bool) -> tuple[Severity, bool]:
    if ladder is Ladder.TERMINAL or unpaid:
        return Severity.HIGH, True
    if ladder is Ladder.AT_ONCE or times >= _HIGH:
        return Severity.HIGH, False
    return (Severity.MEDIUM if times >= _MEDIUM else Severity.LOW), False


def _spent(spent: float, minutes: int, clock: Clock) -> str:
    of_what = " of opening hours" if clock is Clock.OPENING else ""
    return f"{_duration(spent)}{of_what}, {_duration(minutes)} is the threshold"


def _duration(minutes: float) -> str:
    whole = int(minutes)
    if whole < 60:
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
