"""The decisions of onboarding: what a text of an owner means in a state, and what the desk says and does next. Pure.

Whatever happens, an answer replaces only the one to the same question, and nothing that was told is wiped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from frontdesk.onboarding import answers, wording
from frontdesk.onboarding.forwarding import carrier_named, forwarding
from frontdesk.onboarding.hours_said import read_hours
from frontdesk.onboarding.model import QUESTIONS, Consent, Effect, Facts, Learn, Move, Ready, Reply
from frontdesk.onboarding_states import State

__all__ = ["Said", "assigned", "called", "decide", "entered", "paid", "reminder", "unpaid"]

_S = State
_NEXT = dict(zip(QUESTIONS, (*QUESTIONS[1:], _S.S5_CONFIRM_LIVE), strict=True))
_BACK = {
    **{onward: one for one, onward in _NEXT.items()},
    _S.S8_GREETING: _S.S7_FORWARDING,
    _S.S9_TEST_CALL: _S.S8_GREETING,
}
_CHANGES = {
    "name": _S.S1_BUSINESS_NAME,
    "services": _S.S2_SERVICE_TYPE,
    "area": _S.S3_SERVICE_AREA,
    "hours": _S.S4_HOURS,
    "forwarding": _S.S7_FORWARDING,
    "greeting": _S.S8_GREETING,
}
_COMES_BACK = (_S.S5_CONFIRM_LIVE, _S.S7_FORWARDING, _S.S8_GREETING, _S.S9_TEST_CALL)


@dataclass(frozen=True, slots=True)
class Said:
    """A text of an owner. `keyword` is what it asks for as a carrier's word, `how` it was said; `carrier_answers`: the
    carrier itself confirms that, so that the desk must not."""

    text: str
    keyword: Literal["stop", "start", "help"] | None = None
    how: str = "keyword"
    carrier_answers: bool = False
    opted_out: bool = False


def decide(facts: Facts, said: Said) -> Sequence[Effect]:
    """What comes of a text."""
    if (effects := _keyword(facts, said)) is not None:
        return effects
    if facts.state is _S.S0_WELCOME:
        return entered(facts)
    if (effects := _elsewhere(facts, said.text)) is not None:
        return effects
    return _answer(facts, said.text)


def _keyword(facts: Facts, said: Said) -> Sequence[Effect] | None:
    if said.keyword == "stop":
        told = [] if said.carrier_answers else [Reply(wording.OPTED_OUT, "stop", compliance=True)]
        return [Consent("opt_out", said.how), *told]
    if said.keyword == "help":
        return [] if said.carrier_answers else [Reply(wording.HELP, "help", compliance=True)]
    if said.keyword == "start" and said.opted_out:
        return [Consent("opt_in", said.how), Reply(f"{wording.OPTED_IN} {wording.prompt(facts)}", "again")]
    if said.opted_out:
        return []
    if said.keyword == "start" and facts.state is not _S.S0_WELCOME:
        return [Reply(wording.prompt(facts), "again")]
    return None


def _elsewhere(facts: Facts, text: str) -> Sequence[Effect] | None:
    """To go back, to change what was told before, or to hear the question again."""
    state = facts.state
    if state is _S.COMPLETE or state is _S.S6_ASSIGN_NUMBER:
        return [Reply(wording.prompt(facts), "again")]
    if answers.asks_back(text):
        if facts.returns_to is not None:
            return _go(facts, facts.returns_to)
        return _go(facts, _BACK.get(state, state))
    if (zone := answers.zone_named(text)) is not None and state is not _S.S1_BUSINESS_NAME:
        told = f"Your time zone is {zone} now."
        return [Learn("zone", zone), Reply(f"{told} {wording.prompt(replace(facts, zone=zone))}", "zone")]
    if (what := answers.change_of(text)) is not None:
        to = _CHANGES[what]
        if to is state:
            return [Reply(wording.prompt(facts), "again")]
        if to in QUESTIONS and (state in _COMES_BACK or facts.returns_to is not None):
            return _go(facts, to, facts.returns_to or state)
        if _goes_to(state, to):
            return _go(facts, to)
        return [Reply(f"We get to that later. {wording.prompt(facts)}", "later")]
    if answers.is_small_talk(text):
        hello = "Welcome back! " if facts.away else ""
        return [Reply(hello + wording.prompt(facts), "again")]
    return None


def _goes_to(state: State, to: State) -> bool:
    """Whether a state can be gone back to; what lies ahead comes by itself."""
    order = list(State)
    return order.index(to) < order.index(state)


def _go(facts: Facts, to: State, returns_to: State | None = None) -> Sequence[Effect]:
    if to is facts.state:
        return [Reply(wording.prompt(facts), "again")]
    return [Move(to, returns_to), Reply(wording.prompt(replace(facts, state=to)), to)]


def _answer(facts: Facts, text: str) -> Sequence[Effect]:
    match facts.state:
        case _S.S1_BUSINESS_NAME:
            return _learned(facts, "name", answers.business_name(text))
        case _S.S2_SERVICE_TYPE:
            return _learned(facts, "services", answers.services(text))
        case _S.S3_SERVICE_AREA:
            return _learned(facts, "area", answers.area(text))
        case _S.S4_HOURS:
            return _learned(facts, "hours", read_hours(text))
        case _S.S5_CONFIRM_LIVE:
            return _confirm(facts, text)
        case _S.S7_FORWARDING:
            return _forwarded(facts, text)
        case _S.S8_GREETING:
            return _greeted(facts, text)
        case _:
            return [Reply(wording.example(facts), "not_understood")]


def _learned(facts: Facts, what: str, value: Any) -> Sequence[Effect]:
    if not value:
        return [Reply(wording.example(facts), "not_understood")]
    told: Mapping[str, Any] = {what: value}
    now = replace(facts, **told)
    to = facts.returns_to or _NEXT[facts.state]
    if facts.returns_to is not None and facts.returns_to is not _S.S5_CONFIRM_LIVE:
        return [Learn(what, value), Move(to), Reply(f"Changed. {wording.prompt(replace(now, state=to))}", to)]
    return [Learn(what, value), Move(to), Reply(wording.prompt(replace(now, state=to)), to)]


def _confirm(facts: Facts, text: str) -> Sequence[Effect]:
    if not answers.is_ready(text):
        return [Reply(wording.example(facts), "not_understood")]
    if facts.paid:
        return [Ready(), Move(_S.S6_ASSIGN_NUMBER)]
    link = f" Pay here: {facts.pay_link}" if facts.pay_link else " We will be in touch about it."
    words = f"Good! Your payment is not here yet.{link} You go live as soon as it arrives."
    return [Ready(), Reply(words, "not_paid")]


def _forwarded(facts: Facts, text: str) -> Sequence[Effect]:
    if answers.is_done(text) or answers.is_skip(text):
        return _go(facts, _S.S8_GREETING)
    if (carrier := carrier_named(text)) is not None:
        how = forwarding(facts.number or "", facts.country, carrier)
        return [Reply(f"For that line: {how} Reply DONE when set, or SKIP.", f"carrier_{carrier}")]
    return [Reply(wording.example(facts), "not_understood")]


def _greeted(facts: Facts, text: str) -> Sequence[Effect]:
    own = (
        wording.suggested_greeting(facts) if answers.is_done(text) or answers.is_skip(text) else answers.greeting(text)
    )
    return (
        [Reply(wording.example(facts), "not_understood")]
        if not own
        else [Learn("greeting", own), *_go(facts, _S.S9_TEST_CALL)]
    )


def entered(facts: Facts) -> Sequence[Effect]:
    """What a state needs that was entered by hand, or that was never said anything in."""
    if facts.state is _S.S0_WELCOME:
        first = replace(facts, state=_S.S1_BUSINESS_NAME)
        return [Move(_S.S1_BUSINESS_NAME), Reply(f"{wording.SETTING_UP} {wording.prompt(first)}", "welcome")]
    if facts.state is _S.S5_CONFIRM_LIVE and facts.ready and facts.paid:
        return [Move(_S.S6_ASSIGN_NUMBER)]
    return [Reply(wording.prompt(facts), facts.state)]


def paid(facts: Facts) -> Sequence[Effect]:
    """What comes of a payment that became active: it is what the last confirmation waits for."""
    if facts.state is not _S.S5_CONFIRM_LIVE:
        return []
    if facts.ready:
        return [Reply("Payment received, thank you!", "paid"), Move(_S.S6_ASSIGN_NUMBER)]
    return [Reply("Payment received, thank you! Reply READY to go live.", "paid")]


def unpaid(facts: Facts) -> Sequence[Effect]:
    """What comes of a payment that is active no more: nobody gets a number before it is again."""
    if facts.state is not _S.S6_ASSIGN_NUMBER:
        return []
    return _go(replace(facts, paid=False), _S.S5_CONFIRM_LIVE)


def assigned(facts: Facts) -> Sequence[Effect]:
    """What comes of the number that a waiting owner got."""
    return _go(facts, _S.S7_FORWARDING)


def called(facts: Facts) -> Sequence[Effect]:
    """What comes of a call to the owner's new number: the last state waits for it, and for no other."""
    if facts.state is not _S.S9_TEST_CALL:
        return []
    return [Move(_S.COMPLETE), Reply(wording.prompt(replace(facts, state=_S.COMPLETE)), _S.COMPLETE)]


def reminder(facts: Facts, nth: int) -> Reply:
    """The text to an owner who is silent at their turn."""
    hello = "Still there? Your set-up waits for one answer. " if nth == 1 else "Your front desk is nearly set up. "
    return Reply(f"{hello}{wording.prompt(facts)}", f"reminder_{nth}")
