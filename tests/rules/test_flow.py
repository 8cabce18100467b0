"""What one inbound text leads to."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.conversations.model import Conversation, Flow, FlowQuestion, Turn
from frontdesk.conversations.rules import MAX_QUESTIONS, decide, merge_known, say
from frontdesk.effects import Enroll, MarkConversation, RecordConsent, Say, SendClass, SetFields, Withdraw
from frontdesk.outbox.segments import Encoding, count

FLOW = Flow(
    business="Ada's",
    greeting="Hi from {business}!",
    questions=(
        FlowQuestion("name", "Your name?", "name", True),
        FlowQuestion("service", "What for, {first_name}?", "service", True),
        FlowQuestion("details", "Anything else?", "text", False),
    ),
    closing="Thanks, {first_name}!",
    passed_on="Passed on.",
)
NEW = Conversation(7, 1, 3, "sms", "+1ours", "+1lead", None, 0, 0, {}, {}, None)
TURN = Turn(
    reading={}, keyword=None, conversation=NEW, opted_out=False, carrier_answers_keywords=True, local_day="2026-11-20",
    flow=FLOW,
)  # fmt: skip


def said_by(turn: Turn) -> list[Any]:
    """What a turn leads to beside the lead's follow-ups, which have tests of their own below."""
    return [effect for effect in decide(turn) if not isinstance(effect, Enroll | Withdraw)]


def after(conversation: Conversation, effects: list[Any]) -> Conversation:
    """The conversation as `apply` would leave it."""
    for effect in effects:
        if isinstance(effect, SetFields):
            known = merge_known(conversation.known_fields, effect.values, reader="rules", event_id=1, at="now")
            conversation = replace(conversation, known_fields=known)
        if isinstance(effect, MarkConversation):
            conversation = replace(
                conversation,
                last_question_key=effect.last_question_key,
                questions_asked_count=effect.questions_asked_count,
                flow_state=effect.flow_state,
                state_version=conversation.state_version + 1,
            )
    return conversation


def talk(*readings: dict[str, str], flow: Flow = FLOW) -> tuple[list[str], Conversation]:
    conversation, said = NEW, []
    for reading in readings:
        effects = said_by(replace(TURN, reading=reading, conversation=conversation, flow=flow))
        said += [effect.body for effect in effects if isinstance(effect, Say)]
        conversation = after(conversation, effects)
    return said, conversation


def test_the_whole_flow() -> None:
    said, conversation = talk({}, {"name": "Ada Lovelace"}, {"service": "leak"}, {"details": "soon"})
    assert said == ["Hi from Ada's! Your name?", "What for, Ada?", "Anything else?", "Thanks, Ada!"]
    assert conversation.flow_state["done"] is True
    assert conversation.questions_asked_count == 3


def test_a_question_is_asked_at_most_twice_and_an_optional_one_once() -> None:
    said, conversation = talk({}, {}, {}, {}, {})
    assert said == ["Hi from Ada's! Your name?", "Your name?", "What for?", "What for?", "Anything else?"]
    assert conversation.questions_asked_count == 3
    assert talk({}, {}, {}, {}, {}, {})[0][-1] == "Thanks!"


def test_what_is_known_is_not_asked() -> None:
    known = replace(NEW, known_fields={"name": {"value": "Ada"}})
    (_, said) = said_by(replace(TURN, conversation=known))
    assert isinstance(said, Say)
    assert said.body == "Hi from Ada's! What for, Ada?"


def test_no_questions_at_all_greets_and_closes() -> None:
    said, _ = talk({}, flow=replace(FLOW, questions=()))
    assert said == ["Hi from Ada's! Thanks!"]


def test_after_the_end_a_text_is_passed_on_once_a_day() -> None:
    done = replace(NEW, last_question_key="details", flow_state={"done": True})
    (said,) = said_by(replace(TURN, conversation=done))
    assert isinstance(said, Say)
    assert (said.reply_type, said.cause) == ("passed_on", "2026-11-20")


@pytest.mark.parametrize("carrier_answers", [True, False])
def test_stop_is_recorded_and_confirmed_only_where_the_carrier_does_not(carrier_answers: bool) -> None:
    effects = said_by(replace(TURN, keyword="stop", carrier_answers_keywords=carrier_answers))
    assert isinstance(effects[0], RecordConsent)
    assert effects[0].kind == "opt_out"
    classes = [effect.send_class for effect in effects if isinstance(effect, Say)]
    assert classes == ([] if carrier_answers else [SendClass.COMPLIANCE])


@pytest.mark.parametrize("how", ["language", "wrong_number"])
@pytest.mark.parametrize("paused", [True, False])
@pytest.mark.parametrize("flow_state", [{}, {"done": True}])
def test_an_opt_out_in_a_sentence_is_confirmed_always_and_in_any_state(
    how: str, paused: bool, flow_state: dict[str, Any]
) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC) if paused else None
    conversation = replace(NEW, bot_paused_at=at, flow_state=flow_state)
    recorded, said = said_by(replace(TURN, keyword="stop", keyword_how=how, conversation=conversation))
    assert recorded == RecordConsent("opt_out", how)
    assert isinstance(said, Say)
    assert (said.send_class, said.reply_type) == (SendClass.COMPLIANCE, "opt_out_confirmation")
    assert said.body.startswith("Sorry") is (how == "wrong_number")


@pytest.mark.parametrize("how", ["keyword", "language", "wrong_number"])
def test_a_second_opt_out_is_recorded_and_not_confirmed(how: str) -> None:
    turn = replace(TURN, keyword="stop", keyword_how=how, opted_out=True, carrier_answers_keywords=False)
    assert said_by(turn) == [RecordConsent("opt_out", how)]


def test_a_start_is_recorded_even_where_nobody_left() -> None:
    assert said_by(replace(TURN, keyword="start"))[0] == RecordConsent("opt_in", "keyword")


@pytest.mark.parametrize("lang", ["en", "es", "fr", "de", "it", "pt", "nl", "pl", "sv"])
@pytest.mark.parametrize("how", ["language", "wrong_number"])
def test_every_confirmation_names_the_business_and_start_and_is_one_segment(how: str, lang: str) -> None:
    _, said = said_by(replace(TURN, keyword="stop", keyword_how=how, keyword_lang=lang))
    assert isinstance(said, Say)
    assert "Ada's" in said.body
    assert "START" in said.body
    counted = count(said.body)
    assert (counted.encoding, counted.segments) == (Encoding.GSM7, 1)


def test_who_left_is_left_alone_until_start() -> None:
    assert said_by(replace(TURN, opted_out=True)) == []
    kinds = [type(effect) for effect in said_by(replace(TURN, opted_out=True, keyword="start"))]
    assert kinds == [RecordConsent, MarkConversation, Say]


@given(st.lists(st.dictionaries(st.sampled_from(["name", "service", "details"]), st.text(min_size=1)), max_size=12))
def test_counts_grow_only_with_the_question_and_fields_are_never_wiped(readings: list[dict[str, str]]) -> None:
    conversation = NEW
    for reading in readings:
        before = conversation
        conversation = after(before, said_by(replace(TURN, reading=reading, conversation=before)))
        grew = conversation.questions_asked_count - before.questions_asked_count
        assert grew == (conversation.last_question_key != before.last_question_key)
        assert conversation.questions_asked_count <= MAX_QUESTIONS
        assert before.known_fields.items() <= conversation.known_fields.items()


def test_at_most_five_questions_even_in_a_longer_flow() -> None:
    many = tuple(FlowQuestion(f"q{n}", f"Q{n}?", "text", True) for n in range(9))
    said, conversation = talk(*([{}] * 12), flow=replace(FLOW, questions=many))
    asked = {text.split()[-1] for text in said if text.endswith("?")}
    assert len(asked) == MAX_QUESTIONS == conversation.questions_asked_count


@pytest.mark.parametrize(
    ("wording", "known", "text"),
    [
        ("Thanks, {first_name}!", {}, "Thanks!"),
        ("Thanks, {first_name}!", {"name": "Ada L"}, "Thanks, Ada!"),
        ("Hi {first_name} from {business}", {}, "Hi from Ada's"),
        ("{unheard_of}x", {}, "x"),
    ],
)
def test_wordings_leave_no_trace_of_what_is_unknown(wording: str, known: dict[str, str], text: str) -> None:
    assert say(wording, FLOW, known) == text


def test_an_empty_or_later_value_does_not_replace_a_known_one() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC).isoformat()
    known = merge_known({}, {"name": "Ada", "email": "  "}, reader="rules", event_id=1, at=at)
    assert known == {"name": {"value": "Ada", "reader": "rules", "event_id": "1", "at": at}}
    assert merge_known(known, {"name": "Eve"}, reader="rules", event_id=2, at=at) == known


@pytest.mark.parametrize(
    ("changes", "reason", "asked"),
    [
        ({}, "reply", True),
        ({"keyword": "stop"}, "opt_out", False),
        ({"keyword": "help"}, "reply", False),
        ({"opted_out": True}, "reply", False),
        ({"conversation": replace(NEW, flow_state={"done": True})}, "reply", False),
        ({"conversation": replace(NEW, bot_paused_at=datetime(2026, 11, 20, tzinfo=UTC))}, "reply", False),
    ],
)
def test_every_text_ends_the_follow_ups_and_every_question_begins_them(
    changes: dict[str, Any], reason: str, asked: bool
) -> None:
    effects = decide(replace(TURN, **changes))
    assert effects[0] == Withdraw(reason)
    assert [effect.on for effect in effects if isinstance(effect, Enroll)] == (["no_answer"] if asked else [])
