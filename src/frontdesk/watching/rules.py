"""When a client is stuck, how badly, why, and what to do. Pure."""

from collections.abc import Mapping

from frontdesk.effects import Severity
from frontdesk.onboarding_states import FINAL, TURNS, State, Turn
from frontdesk.watching.model import Clock, Ladder, Stuck, Threshold, Trouble, Waiting

__all__ = ["THRESHOLDS", "judge", "minutes_of", "uncovered"]

_MEDIUM, _HIGH = 2, 4  # times the threshold


def _owed(minutes: int, what: str, todo: str) -> Threshold:
    """The owner owes an answer, and is waited for while the business is open."""
    return Threshold(minutes, f"the owner has not {what}", todo, clock=Clock.OPENING)


_S = State
THRESHOLDS: Mapping[State, Threshold] = {
    _S.S0_WELCOME: Threshold(
        30,
        "the desk has not sent the welcome",
        "see with `frontdesk status` whether a worker is alive",
    ),
    _S.S1_BUSINESS_NAME: _owed(240, "told the name of the business", "ask for the name of the business"),
    _S.S2_SERVICE_TYPE: _owed(240, "told what the business does", "ask the owner what the business does"),
    _S.S3_SERVICE_AREA: _owed(240, "told where the business works", "ask the owner where the business works"),
    _S.S4_HOURS: _owed(360, "told the opening hours", "ask the owner for the opening hours"),
    _S.S5_CONFIRM_LIVE: Threshold(
        120, "the owner has paid and has not replied READY", "remind the owner to reply READY", ladder=Ladder.UNPAID
    ),
    _S.S6_ASSIGN_NUMBER: Threshold(
        30,
        "no number was assigned",
        "see `frontdesk pool list`, then `frontdesk pool add`",
        ladder=Ladder.AT_ONCE,
    ),
    _S.S7_FORWARDING: _owed(720, "set up call forwarding", "help the owner to forward calls to the new number"),
    _S.S8_GREETING: _owed(360, "chosen the greeting", "ask the owner for the greeting"),
    _S.S9_TEST_CALL: Threshold(
        1440,
        "the owner has not made the test call",
        "call the new number together with the owner",
        ladder=Ladder.TERMINAL,
    ),
}
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


def minutes_of(state: State, own: Mapping[State, int]) -> int:
    """The threshold of a state in minutes; `own` are those that the settings name."""
    return own.get(state, THRESHOLDS[state].minutes)


def judge(waiting: Waiting, own: Mapping[State, int], *, structural_minutes: float) -> Stuck | None:
    """The verdict on one client, or None while all is well. States that are final or not known have none."""
    threshold = THRESHOLDS.get(waiting.state)
    if threshold is None:
        return None
    minutes = minutes_of(waiting.state, own)
    spent = waiting.wall if threshold.clock is Clock.WALL else waiting.opening
    # While the desk itself is to act, no answer is waited for.
    asked = TURNS[waiting.state] is Turn.CLIENT and waiting.wall >= structural_minutes
    trouble = waiting.trouble if asked else None
    unpaid = threshold.ladder is Ladder.UNPAID and not waiting.paid
    if spent < minutes and trouble is None:
        return None
    why, todo = threshold.waits_for, threshold.todo
    if unpaid:
        why, todo = _UNPAID
    if trouble is not None:
        why, todo = f"{why}: {_TROUBLE[trouble][0]}", _TROUBLE[trouble][1]
    severity, terminal = _severity(threshold.ladder, spent / minutes, unpaid=unpaid)
    return Stuck(
        client_id=waiting.client_id,
        name=waiting.name,
        phone=waiting.phone,
        state=waiting.state,
        entered_at=waiting.entered_at,
        clock=threshold.clock,
        spent=spent,
        threshold_minutes=minutes,
        severity=Severity.HIGH if trouble else severity,
        terminal=terminal or trouble is not None,
        why=why,
        todo=todo,
        unpaid=unpaid and spent >= minutes,
    )


def _severity(ladder: Ladder, times: float, *, unpaid: bool) -> tuple[Severity, bool]:
    if ladder is Ladder.TERMINAL or unpaid:
        return Severity.HIGH, True
    if ladder is Ladder.AT_ONCE or times >= _HIGH:
        return Severity.HIGH, False
    return (Severity.MEDIUM if times >= _MEDIUM else Severity.LOW), False
