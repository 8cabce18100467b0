"""Giving a conversation to a person: the lead is told so, and the business who needs it and why. Pure."""

from collections.abc import Mapping
from typing import Any

from frontdesk.conversations.model import Turn
from frontdesk.conversations.wording import say, shortened
from frontdesk.effects import Effect, HandOver, MarkConversation, Say, TellClient

__all__ = ["HAND_OVER", "hand_over"]

HAND_OVER = "hand_over"
"""The reply type of what the lead is told: the last word of the bot, which a taken-over conversation lets through."""

_NOTICES = {
    "asked": "asks for a person",
    "emergency": "may have an EMERGENCY",
    "not_understood": "was not understood twice",
}


def hand_over(turn: Turn, why: str, flow_state: Mapping[str, Any] | None = None) -> list[Effect]:
    """Hand over for this reason (asked, emergency, not_understood); nothing where the flow does not do so.

    The questions stay where they stand, or at `flow_state`: once released they go on from there.
    """
    words = getattr(turn.flow.hand_over, why)
    if not words:
        return []
    conversation = turn.conversation
    state = conversation.flow_state if flow_state is None else flow_state
    mark = MarkConversation(
        conversation.state_version,
        conversation.last_question_key,
        conversation.questions_asked_count,
        {key: value for key, value in state.items() if key != "burst"},
    )
    said = Say(say(words, turn.flow, turn.known), HAND_OVER)
    return [mark, HandOver(why), said, TellClient(_notice(turn, why), HAND_OVER)]


def _notice(turn: Turn, why: str) -> str:
    name = turn.known.get("name")
    who = f"{name}, {turn.who}," if name else turn.who
    about = f"wants to {turn.intent} their appointment" if turn.intent in ("cancel", "reschedule") else _NOTICES[why]
    return (
        f'{turn.flow.business}: {who} {about}: "{shortened(turn.text, 120)}" '
        "Please call or text them: the desk stays silent towards them until you release the conversation."
    )
