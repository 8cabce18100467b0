"""The decisions of a conversation: what one inbound text leads to. Pure: facts in, effects out.

The order is fixed: opt-out, HELP and START; an emergency; a wish for a person; what was told; the next question. The
first three go before and regardless of any model.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from frontdesk.conversations.asking import go_on
from frontdesk.conversations.compliance import confirm_opt_out, consent, help_text
from frontdesk.conversations.handing_over import hand_over
from frontdesk.conversations.model import Turn
from frontdesk.effects import Effect, SetFields, Withdraw

__all__ = ["OwnFlow", "decide"]

OwnFlow = Callable[[Turn], Sequence[Effect] | None]
"""A user's own flow: what to say to a text, in place of the desk's questions; None leaves it to these."""


def decide(turn: Turn, own: OwnFlow | None = None) -> list[Effect]:
    """What one inbound text leads to."""
    if turn.keyword == "stop":
        # Recorded each time: this one may be later than a START that is yet to be found. Confirmed only the first time.
        return [Withdraw("opt_out"), consent(turn, "opt_out"), *([] if turn.opted_out else confirm_opt_out(turn))]
    return [Withdraw("reply"), *_answer(turn, own)]


def _answer(turn: Turn, own: OwnFlow | None) -> list[Effect]:
    if turn.keyword == "help":
        return [*help_text(turn)]
    if turn.opted_out and turn.keyword != "start":
        return []  # they left; only START brings them back
    # START is recorded even where nobody left: a STOP that came before it may be found after it.
    back: list[Effect] = [consent(turn, "opt_in")] if turn.keyword == "start" else []
    if turn.keyword == "start":
        turn = replace(turn, values=(), intent=None)  # YES after STOP brings them back; it is no answer
    told: list[Effect] = [SetFields(turn.values)] if turn.values else []
    if turn.conversation.bot_paused_at is not None:
        return [*back, *told]  # a person has the conversation: the bot listens, and is silent
    if (why := _why_a_person(turn)) and (handed := hand_over(turn, why)):
        return [*back, *told, *handed]
    said = own(turn) if own is not None else None
    return [*back, *told, *(go_on(turn) if said is None else said)]


def _why_a_person(turn: Turn) -> str | None:
    """Why a person must take over at once, if so."""
    if turn.intent == "emergency":
        return "emergency"
    about_appointment = turn.booked and turn.intent in ("cancel", "reschedule")
    return "asked" if turn.intent == "handoff" or about_appointment else None
