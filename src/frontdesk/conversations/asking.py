"""The questions of the flow: what is asked next, how often, and when all is asked. Pure.

The state of a conversation's flow (`flow_state`), each part absent while there is nothing to say:
tries     how often each question was asked
skipped   questions that were left unanswered for good
declined  questions that the lead would rather not answer
deferred  questions that the lead met with a question, once each
asked_us  what the lead asked, for the business to answer
misses    texts in a row that were not understood
version   of the flow, when its questions were last asked
done      all is asked
burst     the last turn, and where the conversation stood before it: while its answer waits, it can be taken back
"""

from collections.abc import Mapping
from typing import Any

from frontdesk.conversations.handing_over import hand_over
from frontdesk.conversations.model import Conversation, FlowQuestion, Turn
from frontdesk.conversations.wording import client_summary, lead_summary, say, shortened
from frontdesk.effects import Effect, Enroll, MarkConversation, Say, TellClient

__all__ = ["MAX_ASKED", "MAX_MISSES", "MAX_TRIES", "go_on"]

MAX_ASKED = 5
"""A lead is asked at most so often; a question that is asked again counts again."""

MAX_TRIES = 2
"""A question is asked at most so often; then the desk moves on."""

MAX_MISSES = 2
"""After so many texts in a row that were not understood a person takes over."""

_MOST_ASKED_US = 3


def go_on(turn: Turn) -> list[Effect]:
    """Ask the next question, or close."""
    if turn.conversation.flow_state.get("done"):
        return _pass_on(turn)
    state = _after_answer(turn)
    missed = state.get("misses", 0) >= MAX_MISSES
    if missed and (handed := hand_over(turn, "not_understood", {**state, "misses": 0})):
        return handed
    question = _next_question(turn, state)
    return _ask(turn, question, state) if question is not None else _close(turn, state)


def _pass_on(turn: Turn) -> list[Effect]:
    """All was asked: what comes now is for the business, who is told once a day that there is more."""
    flow = turn.flow
    words = (
        f'{flow.business}: {turn.known.get("name") or "Your lead"}, {turn.who}, wrote: "{shortened(turn.text, 120)}"'
    )
    told: list[Effect] = [TellClient(words, "passed_on", cause=turn.local_day)] if flow.tell_client else []
    if turn.values and not turn.is_question:
        return told  # it was told something, which it notes; there is nothing to answer
    return [Say(say(flow.passed_on, flow, turn.known), "passed_on", cause=turn.local_day, gathers=True), *told]


def _after_answer(turn: Turn) -> dict[str, Any]:
    """The flow's state once the answer is in: declined, deferred, or used up after its last try."""
    state: dict[str, Any] = {key: value for key, value in turn.conversation.flow_state.items() if key != "burst"}
    state = {"tries": {}, "skipped": [], **state, "version": turn.flow.version}
    question = turn.conversation.asked(turn.flow)
    if turn.is_question:
        state["asked_us"] = [*state.get("asked_us", []), shortened(turn.text)][-_MOST_ASKED_US:]
    if question is None or question.key in turn.known or question.key in _given_up(state):
        return {**state, "misses": 0}
    if turn.declines:
        return {**state, "misses": 0, "declined": [*state.get("declined", []), question.key]}
    if turn.is_question and question.key not in state.get("deferred", []):
        # A question met with a question was not failed: it is asked once more, and this try does not count.
        tries = {**state["tries"], question.key: max(0, state["tries"].get(question.key, 0) - 1)}
        return {**state, "misses": 0, "tries": tries, "deferred": [*state.get("deferred", []), question.key]}
    if state["tries"].get(question.key, 0) >= (MAX_TRIES if question.required else 1):
        state["skipped"] = [*state["skipped"], question.key]
    return {**state, "misses": 0 if turn.values else state.get("misses", 0) + 1}


def _given_up(state: Mapping[str, Any]) -> list[str]:
    return [*state.get("skipped", []), *state.get("declined", [])]


def _next_question(turn: Turn, state: Mapping[str, Any]) -> FlowQuestion | None:
    if sum(state["tries"].values()) >= MAX_ASKED:
        return None
    for question in turn.flow.questions:
        if question.key not in turn.known and question.key not in _given_up(state):
            return question
    return None


def _ask(turn: Turn, question: FlowQuestion, state: dict[str, Any]) -> list[Effect]:
    conversation = turn.conversation
    first_turn = conversation.last_question_key is None
    tries = {**state["tries"], question.key: state["tries"].get(question.key, 0) + 1}
    mark = _mark(turn, {**state, "tries": tries}, question.key, "qualifying" if first_turn else None)
    words = _words(turn, question, first_turn, tries[question.key])
    asked = Say(words, "greeting" if first_turn else "question", question.key, gathers=True)
    return [mark, asked, Enroll("no_answer")]


def _words(turn: Turn, question: FlowQuestion, first_turn: bool, tries: int) -> str:
    flow, known = turn.flow, turn.known
    text = question.again if tries > 1 and question.again else question.text
    if first_turn:
        return say(f"{flow.greeting} {text}", flow, known)
    if turn.is_question and question.key == turn.conversation.last_question_key:
        return say(flow.deferred, flow, {**known, "question": say(text, flow, known)})
    return say(text, flow, known)


def _close(turn: Turn, state: dict[str, Any]) -> list[Effect]:
    flow, known = turn.flow, turn.known
    mark = _mark(turn, {**state, "done": True}, turn.conversation.last_question_key, "qualified")
    wording = flow.closing if turn.conversation.last_question_key else f"{flow.greeting} {flow.closing}"
    said = Say(say(wording, flow, {**known, "summary": lead_summary(flow, known)}), "closing", gathers=True)
    told = client_summary(flow, known, turn.who, state.get("asked_us", []))
    return [mark, said, *([TellClient(told, "summary", gathers=True)] if flow.tell_client else [])]


def _mark(turn: Turn, state: Mapping[str, Any], key: str | None, lead_status: str | None = None) -> MarkConversation:
    conversation = turn.conversation
    burst = {"turn": turn.correlation_id, "before": _snapshot(conversation)}
    return MarkConversation(
        state_version=conversation.state_version,
        last_question_key=key,
        questions_asked_count=conversation.questions_asked_count + (key != conversation.last_question_key),
        flow_state={**state, "burst": burst},
        lead_status=lead_status,
        flow={"version": turn.flow.version, "questions": turn.flow.asks},
    )


def _snapshot(conversation: Conversation) -> dict[str, Any]:
    state = {key: value for key, value in conversation.flow_state.items() if key != "burst"}
    return {
        "last_question_key": conversation.last_question_key,
        "questions_asked_count": conversation.questions_asked_count,
        "flow_state": state,
    }
