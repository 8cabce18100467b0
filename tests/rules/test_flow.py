"""What one inbound text leads to."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.conversations.asking import MAX_ASKED
from frontdesk.conversations.fields import merge
from frontdesk.conversations.model import Conversation, Flow, FlowQuestion, HandOverWords, Turn
from frontdesk.conversations.rules import decide
from frontdesk.conversations.wording import say
from frontdesk.effects import (
    Enroll,
    Evidence,
    FieldValue,
    HandOver,
    MarkConversation,
    RecordConsent,
    Say,
    SendClass,
    SetFields,
    TellClient,
    Withdraw,
)
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
    deferred="Good question. {question}",
    hand_over=HandOverWords(asked="A person will.", emergency="Call 112.", not_understood="Sorry, a person will."),
)
AT = datetime(2026, 11, 20, tzinfo=UTC)
NEW = Conversation(7, 1, 3, "sms", "+1ours", "+1lead", None, 0, 0, {}, {}, None)
TURN = Turn(
    values=(), keyword=None, conversation=NEW, opted_out=False, carrier_answers_keywords=True, local_day="2026-11-20",
    flow=FLOW, correlation_id="c1", who="+1lead",
)  # fmt: skip


def said_by(turn: Turn) -> list[Any]:
    """What a turn leads to beside the lead's follow-ups, which have tests of their own below."""
    return [effect for effect in decide(turn) if not isinstance(effect, Enroll | Withdraw)]


def values(reading: dict[str, str], evidence: Evidence = Evidence.SAID) -> tuple[FieldValue, ...]:
    """What was read of an answer."""
    return tuple(FieldValue(key, value, evidence=evidence) for key, value in reading.items())


def after(conversation: Conversation, effects: list[Any]) -> Conversation:
    """The conversation as `apply` would leave it."""
    for effect in effects:
        if isinstance(effect, SetFields):
            known = merge(conversation.known_fields, effect.values, event_id=1, at="now").known
            conversation = replace(conversation, known_fields=known)
        if isinstance(effect, MarkConversation):
            conversation = replace(
                conversation,
                last_question_key=effect.last_question_key,
                questions_asked_count=effect.questions_asked_count,
                flow_state=effect.flow_state,
                state_version=conversation.state_version + 1,
            )
        if isinstance(effect, HandOver):
            conversation = replace(conversation, bot_paused_at=AT)
    return conversation


def talk(*readings: dict[str, str] | dict[str, Any], flow: Flow = FLOW) -> tuple[list[str], Conversation]:
    """What the desk says to these answers; a reading with a key of `Turn` changes the turn instead."""
    conversation, said = NEW, []
    for reading in readings:
        turn = replace(TURN, conversation=conversation, flow=flow)
        about = {"intent", "is_question", "declines", "text"} & reading.keys()
        effects = said_by(replace(turn, **reading) if about else replace(turn, values=values(reading)))
        said += [effect.body for effect in effects if isinstance(effect, Say)]
        conversation = after(conversation, effects)
    return said, conversation


def test_the_whole_flow() -> None:
    said, conversation = talk({}, {"name": "Ada Lovelace"}, {"service": "leak"}, {"details": "soon"})
    assert said == ["Hi from Ada's! Your name?", "What for, Ada?", "Anything else?", "Thanks, Ada!"]
    assert conversation.flow_state["done"] is True
    assert conversation.questions_asked_count == 3


MOVES_ON = replace(FLOW, hand_over=HandOverWords())


def test_a_question_is_asked_at_most_twice_and_an_optional_one_once() -> None:
    said, conversation = talk({}, {}, {}, {}, {}, flow=MOVES_ON)
    assert said == ["Hi from Ada's! Your name?", "Your name?", "What for?", "What for?", "Anything else?"]
    assert conversation.questions_asked_count == 3
    assert talk({}, {}, {}, {}, {}, {}, flow=MOVES_ON)[0][-1] == "Thanks!"


def test_the_second_time_a_question_may_have_another_wording() -> None:
    again = replace(FLOW, questions=(FlowQuestion("name", "Your name?", "name", True, "Such as Ada?"),))
    assert talk({}, {}, flow=again)[0] == ["Hi from Ada's! Your name?", "Such as Ada?"]


def test_twice_not_understood_hands_over_and_then_the_bot_is_silent() -> None:
    said, conversation = talk({}, {}, {}, {})
    assert said == ["Hi from Ada's! Your name?", "Your name?", "Sorry, a person will."]
    assert conversation.bot_paused_at is not None
    # Released, it goes on with the next question: this one was asked as often as one is.
    released = replace(conversation, bot_paused_at=None)
    (*_, said_then) = said_by(replace(TURN, conversation=released, values=values({"service": "leak"})))
    assert isinstance(said_then, Say)
    assert said_then.body == "Anything else?"


def test_what_was_understood_in_part_was_understood() -> None:
    said, _ = talk({}, {}, {"service": "leak"}, {})
    assert said[-1] == "Thanks!"  # the name was asked twice, the last question once


def test_declining_is_an_answer() -> None:
    said, conversation = talk({}, {"declines": True}, {"declines": True})
    assert said == ["Hi from Ada's! Your name?", "What for?", "Anything else?"]
    assert conversation.flow_state["declined"] == ["name", "service"]
    assert conversation.flow_state["misses"] == 0


def test_a_question_met_with_a_question_is_deferred_once_and_that_is_no_failed_try() -> None:
    asks = {"is_question": True, "text": "How much is it?"}
    said, conversation = talk({}, asks, asks, {"name": "Ada"}, {"service": "tap"}, {"details": "none"})
    assert said[1:4] == ["Good question. Your name?", "Good question. Your name?", "What for, Ada?"]
    assert conversation.flow_state["tries"]["name"] == 2
    assert conversation.flow_state["asked_us"] == ["How much is it?", "How much is it?"]


@pytest.mark.parametrize(
    ("intent", "why", "words"), [("handoff", "asked", "A person will."), ("emergency", "emergency", "Call 112.")]
)
def test_a_wish_for_a_person_and_an_emergency_go_before_the_questions(intent: str, why: str, words: str) -> None:
    turn = replace(TURN, intent=intent, text="help me", values=values({"name": "Ada"}))
    told, mark, handed, said, notice = said_by(turn)
    assert told == SetFields(turn.values)
    assert isinstance(mark, MarkConversation)
    assert handed == HandOver(why)
    assert (said.body, said.reply_type, said.gathers) == (words, "hand_over", False)
    assert isinstance(notice, TellClient)
    assert "Ada, +1lead," in notice.body
    assert "help me" in notice.body


@pytest.mark.parametrize("intent", ["cancel", "reschedule"])
def test_who_has_an_appointment_gets_a_person_to_move_or_cancel_it(intent: str) -> None:
    (_, handed, _, notice) = said_by(replace(TURN, intent=intent, booked=True))
    assert handed == HandOver("asked")
    assert f"wants to {intent} their appointment" in notice.body
    effects = said_by(replace(TURN, intent=intent))
    assert not any(isinstance(effect, HandOver) for effect in effects)  # there is nothing to cancel


@pytest.mark.parametrize("intent", ["handoff", "emergency"])
def test_a_flow_without_words_for_it_hands_nothing_over(intent: str) -> None:
    effects = said_by(replace(TURN, intent=intent, flow=MOVES_ON))
    assert not any(isinstance(effect, HandOver) for effect in effects)
    assert effects[-1].question_key == "name"


@pytest.mark.parametrize("keyword", ["stop", "help"])
def test_keywords_go_before_an_emergency(keyword: str) -> None:
    effects = said_by(replace(TURN, keyword=keyword, intent="emergency"))
    assert not any(isinstance(effect, HandOver) for effect in effects)


def test_while_a_person_has_the_conversation_the_bot_listens_and_is_silent() -> None:
    turn = replace(
        TURN, conversation=replace(NEW, bot_paused_at=AT), values=values({"name": "Ada"}), intent="emergency"
    )
    assert said_by(turn) == [SetFields(turn.values)]


def test_the_client_is_told_of_a_lead_and_what_they_asked() -> None:
    flow = replace(FLOW, tell_client=True, noted="We noted: {summary}.", closing="Thanks! {summary} Soon.")
    asks = {"is_question": True, "text": "How much is it?"}
    conversation = talk({}, asks, {"name": "Ada"}, {"service": "tap"}, flow=flow)[1]
    effects = said_by(replace(TURN, conversation=conversation, flow=flow, values=values({"details": "after five"})))
    told, mark, said, notice = effects
    assert isinstance(told, SetFields)
    assert mark.lead_status == "qualified"
    assert said.body == "Thanks! We noted: tap; after five. Soon."
    assert notice.body == "New lead for Ada's: Ada, +1lead. tap; after five. They asked: How much is it?"


def test_a_users_own_flow_is_asked_after_what_goes_before_all() -> None:
    def own(turn: Turn) -> list[Say] | None:
        return [Say("own", "own")] if turn.text == "own" else None

    def said(**changes: Any) -> list[Any]:
        return [one.body for one in decide(replace(TURN, **changes), own) if isinstance(one, Say)]

    assert said(text="own") == ["own"]
    assert said(text="other") == ["Hi from Ada's! Your name?"]
    assert said(text="own", intent="emergency") == ["Call 112."]
    assert said(text="own", keyword="stop", keyword_how="language") != ["own"]


def test_a_flow_that_was_edited_meanwhile_goes_on_with_what_it_asks_now() -> None:
    conversation = talk({}, {"name": "Ada"})[1]
    other = replace(FLOW, questions=(FlowQuestion("when", "When?", "date", True), FLOW.questions[2]))
    assert other.version != FLOW.version
    (mark, said) = said_by(replace(TURN, conversation=conversation, flow=other))
    assert said.body == "When?"
    assert (mark.flow_state["version"], mark.flow["version"]) == (other.version, other.version)
    assert mark.questions_asked_count == 3
    done = replace(conversation, flow_state={**conversation.flow_state, "done": True})
    assert [one.reply_type for one in said_by(replace(TURN, conversation=done, flow=other))] == ["passed_on"]


def test_a_turn_can_be_taken_back_with_what_was_learned_since() -> None:
    asked = talk({}, {"name": "Ada"})[1]
    assert asked.last_turn == "c1"
    known = merge(asked.known_fields, values({"service": "tap"}), event_id=2, at="then").known
    before = replace(asked, known_fields=known).before_last_turn()
    assert (before.last_question_key, before.questions_asked_count) == ("name", 1)
    assert before.flow_state["tries"] == {"name": 1}
    assert before.known == {"name": "Ada", "service": "tap"}
    assert before.state_version == asked.state_version


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
    at = AT if paused else None
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


READINGS = st.dictionaries(st.sampled_from(["name", "service", "details"]), st.text(min_size=1))


@given(st.lists(st.tuples(READINGS, st.booleans(), st.booleans()), max_size=12))
def test_counts_grow_only_with_the_question_and_fields_are_never_wiped(
    turns: list[tuple[dict[str, str], bool, bool]],
) -> None:
    conversation = NEW
    for reading, is_question, declines in turns:
        before = conversation
        turn = replace(TURN, values=values(reading, Evidence.READ), is_question=is_question, declines=declines)
        effects = said_by(replace(turn, conversation=before))
        conversation = after(before, effects)
        grew = conversation.questions_asked_count - before.questions_asked_count
        assert grew == (conversation.last_question_key != before.last_question_key)
        assert sum(conversation.flow_state.get("tries", {}).values()) <= MAX_ASKED
        assert before.known_fields.keys() <= conversation.known_fields.keys()


def test_at_most_five_are_asked_and_what_is_asked_again_counts() -> None:
    many = tuple(FlowQuestion(f"q{n}", f"Q{n}?", "text", True) for n in range(9))
    said, _ = talk(*([{}] * 12), flow=replace(MOVES_ON, questions=many))
    assert [text.split()[-1] for text in said if text.endswith("?")] == ["Q0?", "Q0?", "Q1?", "Q1?", "Q2?"]


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


@pytest.mark.parametrize(
    ("changes", "reason", "asked"),
    [
        ({}, "reply", True),
        ({"keyword": "stop"}, "opt_out", False),
        ({"keyword": "help"}, "reply", False),
        ({"opted_out": True}, "reply", False),
        ({"conversation": replace(NEW, flow_state={"done": True})}, "reply", False),
        ({"conversation": replace(NEW, bot_paused_at=AT)}, "reply", False),
    ],
)
def test_every_text_ends_the_follow_ups_and_every_question_begins_them(
    changes: dict[str, Any], reason: str, asked: bool
) -> None:
    effects = decide(replace(TURN, **changes))
    assert effects[0] == Withdraw(reason)
    assert [effect.on for effect in effects if isinstance(effect, Enroll)] == (["no_answer"] if asked else [])
