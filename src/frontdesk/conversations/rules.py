"""The decisions of a conversation: what one inbound text leads to. Pure: facts in, effects out."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from frontdesk.conversations.model import Conversation, Flow, FlowQuestion, Turn
from frontdesk.effects import (
    Effect,
    Enroll,
    MarkConversation,
    RecordConsent,
    Say,
    SendClass,
    SetFields,
    Withdraw,
)

__all__ = ["MAX_QUESTIONS", "MAX_TRIES", "decide", "fill", "merge_known", "say"]

MAX_QUESTIONS = 5
"""A lead is asked at most this many questions."""

MAX_TRIES = 2
"""A question is asked at most this often; then the desk moves on."""

_HELP = "{business}: reply with your question and we'll answer. Reply STOP to opt out."
_STOPPED = {
    "en": "You're unsubscribed from {business} and will get no more texts. Reply START to undo.",
    "es": "{business} ya no le escribe: su baja queda hecha. Responda START para deshacerla.",
    "fr": "Bien compris, {business} ne vous écrira plus. Répondez START pour annuler.",
    "de": "Sie erhalten keine Nachrichten mehr von {business}. Antworten Sie START, um das zu ändern.",
    "it": "Non riceverà più messaggi da {business}. Risponda START per annullare.",
    "pt": "Feito: sem mais mensagens de {business}. Responda START para desfazer.",
    "nl": "U krijgt geen berichten meer van {business}. Antwoord START om dit ongedaan te maken.",
    "pl": "Gotowe: {business} nie napisze ponownie. Odpowiedz START, a napiszemy znowu.",
}
_WRONG_NUMBER = {
    "en": "Sorry for the trouble. {business} won't text this number again. Reply START to undo.",
    "es": "Disculpe la molestia. {business} ya no escribe a este teléfono. Responda START para deshacerlo.",
    "fr": "Désolé pour cette erreur. {business} n'écrira plus à ce numéro. Répondez START pour annuler.",
    "de": "Entschuldigen Sie die Störung. {business} schreibt dieser Nummer nicht mehr. START macht das ungeschehen.",
    "it": "Ci scusi per il disturbo. {business} non scriverà più a questo numero. Risponda START per annullare.",
    "pt": "Desculpe o engano. Sem mais mensagens de {business} para este contato. Responda START para desfazer.",
    "nl": "Excuses voor het ongemak. {business} stuurt dit nummer niets meer. Antwoord START om dit te herstellen.",
    "pl": "Przepraszamy. {business} nie napisze ponownie na ten numer. START cofa to.",
}


def decide(turn: Turn) -> list[Effect]:
    """What one inbound text leads to. Keywords come first, before and regardless of any reading."""
    if turn.keyword == "stop":
        # Recorded each time: this one may be later than a START that is yet to be found. Confirmed only the first time.
        return [Withdraw("opt_out"), _consent(turn, "opt_out"), *([] if turn.opted_out else _confirm(turn))]
    return [Withdraw("reply"), *_answer(turn)]


def _answer(turn: Turn) -> list[Effect]:
    if turn.keyword == "help":
        return _compliance(turn, _HELP, "help")
    if turn.opted_out and turn.keyword != "start":
        return []  # they left; only START brings them back
    # START is recorded even where nobody left: a STOP that came before it may be found after it.
    back = [_consent(turn, "opt_in")] if turn.keyword == "start" else []
    if turn.conversation.bot_paused_at is not None:
        return [*back]  # a person has the conversation: the bot is silent
    if turn.keyword == "start":
        turn = replace(turn, reading={})  # YES after STOP brings them back; it is no answer
    return [*back, *_go_on(turn)]


def _consent(turn: Turn, kind: str) -> RecordConsent:
    return RecordConsent(kind, turn.keyword_how, turn.evidence)


def _confirm(turn: Turn) -> list[Effect]:
    wordings = _WRONG_NUMBER if turn.keyword_how == "wrong_number" else _STOPPED
    return _compliance(turn, wordings.get(turn.keyword_lang, wordings["en"]), "opt_out_confirmation")


def _compliance(turn: Turn, text: str, reply_type: str) -> list[Effect]:
    if turn.carrier_answers_keywords and turn.keyword_how == "keyword":
        return []  # a carrier answers words, never sentences
    return [Say(say(text, turn.flow), reply_type, send_class=SendClass.COMPLIANCE)]


def _go_on(turn: Turn) -> list[Effect]:
    conversation, flow = turn.conversation, turn.flow
    effects: list[Effect] = [SetFields(turn.reading, turn.reader)] if turn.reading else []
    known = {**turn.reading, **conversation.known}
    if conversation.flow_state.get("done"):
        if not turn.reading:
            effects.append(Say(say(flow.passed_on, flow, known), "passed_on", cause=turn.local_day))
        return effects
    state = _after_answer(conversation, flow, known)
    question = _next_question(conversation, flow, known, state)
    return [*effects, *(_ask(turn, question, known, state) if question else _close(turn, known, state))]


def _after_answer(conversation: Conversation, flow: Flow, known: Mapping[str, str]) -> dict[str, Any]:
    """The flow's state once the last answer is in: an unanswered question that is used up is skipped."""
    asked = conversation.last_question_key
    tries: dict[str, int] = dict(conversation.flow_state.get("tries", {}))
    skipped: list[str] = list(conversation.flow_state.get("skipped", []))
    question = next((q for q in flow.questions if q.key == asked), None)
    if question and question.key not in known and question.key not in skipped:
        used_up = tries.get(question.key, 0) >= (MAX_TRIES if question.required else 1)
        skipped += [question.key] if used_up else []
    return {"tries": tries, "skipped": skipped}


def _next_question(
    conversation: Conversation, flow: Flow, known: Mapping[str, str], state: Mapping[str, Any]
) -> FlowQuestion | None:
    for question in flow.questions:
        if question.key in known or question.key in state["skipped"]:
            continue
        is_new = question.key != conversation.last_question_key
        if is_new and conversation.questions_asked_count >= MAX_QUESTIONS:
            return None
        return question
    return None


def _ask(turn: Turn, question: FlowQuestion, known: Mapping[str, str], state: dict[str, Any]) -> list[Effect]:
    conversation, flow = turn.conversation, turn.flow
    is_new = question.key != conversation.last_question_key
    first_turn = conversation.last_question_key is None
    tries = {**state["tries"], question.key: state["tries"].get(question.key, 0) + 1}
    wording = f"{flow.greeting} {question.text}" if first_turn else question.text
    mark = MarkConversation(
        conversation.state_version,
        question.key,
        conversation.questions_asked_count + is_new,
        {**state, "tries": tries},
        "qualifying" if first_turn else None,
    )
    asked = Say(say(wording, flow, known), "greeting" if first_turn else "question", question.key)
    return [mark, asked, Enroll("no_answer")]


def _close(turn: Turn, known: Mapping[str, str], state: dict[str, Any]) -> list[Effect]:
    conversation, flow = turn.conversation, turn.flow
    mark = MarkConversation(
        conversation.state_version,
        conversation.last_question_key,
        conversation.questions_asked_count,
        {**state, "done": True},
        "qualified",
    )
    wording = flow.closing if conversation.last_question_key else f"{flow.greeting} {flow.closing}"
    return [mark, Say(say(wording, flow, known), "closing")]


def say(text: str, flow: Flow, known: Mapping[str, str] | None = None) -> str:
    """Fill `{business}`, `{first_name}` and known fields into a wording; what is unknown leaves no trace."""
    return fill(text, flow.business, known or {})


def fill(text: str, business: str, known: Mapping[str, str]) -> str:
    """`say`, given the name of the business."""
    fields = {**known, "business": business}
    fields["first_name"] = fields.get("first_name") or fields.get("name", "").partition(" ")[0]
    filled = re.sub(r"(\s*)\{(\w+)\}", lambda match: match[1] + value if (value := fields.get(match[2])) else "", text)
    return re.sub(r"\s{2,}", " ", re.sub(r",\s*(?=[!.?])", "", filled)).strip(" ,")


def merge_known(
    known: Mapping[str, Any], values: Mapping[str, str], *, reader: str, event_id: int, at: str
) -> dict[str, Any]:
    """`known_fields` with new values, each with its source; a field that is known, or a value that is empty, stays."""
    new = {
        key: {"value": value.strip(), "reader": reader, "event_id": str(event_id), "at": at}
        for key, value in values.items()
        if value.strip() and key not in known
    }
    return {**known, **new}
