"""Every state of onboarding with good answers, bad ones, BACK, changes and carriers' words."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.onboarding import answers, rules, wording
from frontdesk.onboarding.forwarding import forwarding
from frontdesk.onboarding.model import MOVES, QUESTIONS, Consent, Effect, Facts, Learn, Move, Ready, Reply
from frontdesk.onboarding.rules import Said, decide
from frontdesk.onboarding_states import TURNS, State, Turn

S = State
FULL = Facts(
    state=S.S5_CONFIRM_LIVE,
    name="Ada's Plumbing",
    services=("leaks", "boilers"),
    area="Springfield",
    hours={"mon": ["08:00-17:00"]},
    zone="America/New_York",
    country="US",
    number="+12025550180",
    pay_link="https://pay.example/7",
)


def at(state: State, **more: object) -> Facts:
    return replace(FULL, state=state, **more)  # type: ignore[arg-type]


def moved(effects: Sequence[Effect]) -> State | None:
    found = [one.to for one in effects if isinstance(one, Move)]
    assert len(found) <= 1
    return found[0] if found else None


def learned(effects: Sequence[Effect]) -> dict[str, object]:
    return {one.what: one.value for one in effects if isinstance(one, Learn)}


def said(effects: Sequence[Effect]) -> str:
    return " ".join(one.body for one in effects if isinstance(one, Reply))


GOOD = [
    (S.S1_BUSINESS_NAME, "Ada's Plumbing", "name", "Ada's Plumbing", S.S2_SERVICE_TYPE),
    (S.S1_BUSINESS_NAME, "it's called smith & sons.", "name", "Smith & sons", S.S2_SERVICE_TYPE),
    (S.S2_SERVICE_TYPE, "drains, boilers and leaks", "services", ("drains", "boilers", "leaks"), S.S3_SERVICE_AREA),
    (S.S2_SERVICE_TYPE, "We do haircuts", "services", ("haircuts",), S.S3_SERVICE_AREA),
    (S.S3_SERVICE_AREA, "Springfield, Shelbyville", "area", "Springfield, Shelbyville", S.S4_HOURS),
    (S.S4_HOURS, "Mon 8-5", "hours", {"mon": ["08:00-17:00"]}, S.S5_CONFIRM_LIVE),
    (S.S8_GREETING, "Hello, this is Ada, we text you back", "greeting", "Hello, this is Ada, we text you back", S.S9_TEST_CALL),
    (S.S8_GREETING, "OK", "greeting", wording.suggested_greeting(FULL), S.S9_TEST_CALL),
]  # fmt: skip


@pytest.mark.parametrize(("state", "text", "what", "value", "to"), GOOD)
def test_a_good_answer_is_learned_and_the_next_question_asked(
    state: State, text: str, what: str, value: object, to: State
) -> None:
    effects = decide(at(state), Said(text))
    assert learned(effects) == {what: value}
    assert moved(effects) is to
    assert said(effects) == wording.prompt(at(to, **{what: value}))


BAD = [
    *((S.S1_BUSINESS_NAME, text) for text in ("x", "q?", "12345", "yes", "why?", "n" * 81, "see http://x.example")),
    *((S.S2_SERVICE_TYPE, text) for text in ("ok", "123", "what do you mean?", "w" * 61)),
    *((S.S3_SERVICE_AREA, text) for text in ("no", "99.", "I don't know")),
    *((S.S4_HOURS, text) for text in ("whenever", "8", "ready")),
    *((S.S5_CONFIRM_LIVE, text) for text in ("no", "how do I pay by cash", "maybe tomorrow")),
    *((S.S7_FORWARDING, text) for text in ("how?", "I have no idea")),
    *((S.S8_GREETING, text) for text in ("no", "bye", "g" * 301)),
    *((S.S9_TEST_CALL, text) for text in ("done", "I called")),
]


@pytest.mark.parametrize(("state", "text"), BAD)
def test_a_bad_answer_is_explained_and_changes_nothing(state: State, text: str) -> None:
    effects = decide(at(state), Said(text))
    assert [type(one) for one in effects] == [Reply]
    assert said(effects) == wording.example(at(state))


BACK = [
    (S.S1_BUSINESS_NAME, None),
    (S.S2_SERVICE_TYPE, S.S1_BUSINESS_NAME),
    (S.S3_SERVICE_AREA, S.S2_SERVICE_TYPE),
    (S.S4_HOURS, S.S3_SERVICE_AREA),
    (S.S5_CONFIRM_LIVE, S.S4_HOURS),
    (S.S6_ASSIGN_NUMBER, None),
    (S.S7_FORWARDING, None),
    (S.S8_GREETING, S.S7_FORWARDING),
    (S.S9_TEST_CALL, S.S8_GREETING),
    (S.COMPLETE, None),
]


@pytest.mark.parametrize(("state", "to"), BACK)
def test_back_goes_to_the_question_before(state: State, to: State | None) -> None:
    effects = decide(at(state), Said("Back"))
    assert moved(effects) is to
    assert said(effects) == wording.prompt(at(to or state))


@pytest.mark.parametrize("state", [S.S5_CONFIRM_LIVE, S.S7_FORWARDING, S.S8_GREETING, S.S9_TEST_CALL])
@pytest.mark.parametrize(
    ("text", "to", "answer", "what"),
    [
        ("change name", S.S1_BUSINESS_NAME, "Bo's Drains", "name"),
        ("Change the services", S.S2_SERVICE_TYPE, "drains", "services"),
        ("edit my area please", S.S3_SERVICE_AREA, "Shelbyville", "area"),
        ("hours are wrong", S.S4_HOURS, "24/7", "hours"),
    ],
)
def test_one_answer_can_be_changed_and_it_goes_on_where_it_was(
    state: State, text: str, to: State, answer: str, what: str
) -> None:
    asked = decide(at(state), Said(text))
    assert [one for one in asked if isinstance(one, Move)] == [Move(to, state)]
    told = decide(at(to, returns_to=state), Said(answer))
    assert moved(told) is state
    assert list(learned(told)) == [what]
    assert moved(decide(at(to, returns_to=state), Said("back"))) is state


def test_what_lies_ahead_cannot_be_changed_yet() -> None:
    effects = decide(at(S.S2_SERVICE_TYPE), Said("change greeting"))
    assert moved(effects) is None
    assert "later" in said(effects)


def test_ready_waits_for_the_payment_and_the_payment_for_ready() -> None:
    unpaid, paid = at(S.S5_CONFIRM_LIVE), at(S.S5_CONFIRM_LIVE, paid=True)
    assert moved(decide(paid, Said("READY"))) is S.S6_ASSIGN_NUMBER
    early = decide(unpaid, Said("I'm ready"))
    assert (moved(early), Ready() in early) == (None, True)
    assert "https://pay.example/7" in said(early)
    assert moved(rules.paid(paid)) is None
    assert "READY" in said(rules.paid(paid))
    assert moved(rules.paid(replace(paid, ready=True))) is S.S6_ASSIGN_NUMBER


@pytest.mark.parametrize("state", [one for one in S if one is not S.S5_CONFIRM_LIVE])
def test_a_payment_elsewhere_moves_nobody(state: State) -> None:
    assert rules.paid(at(state, paid=True)) == []


def test_who_stops_paying_gets_no_number() -> None:
    assert moved(rules.unpaid(at(S.S6_ASSIGN_NUMBER))) is S.S5_CONFIRM_LIVE
    assert all(rules.unpaid(at(state)) == [] for state in S if state is not S.S6_ASSIGN_NUMBER)


@pytest.mark.parametrize("state", S)
def test_only_a_call_at_the_last_state_completes(state: State) -> None:
    assert moved(rules.called(at(state))) is (S.COMPLETE if state is S.S9_TEST_CALL else None)


@pytest.mark.parametrize("state", S)
def test_stop_ends_the_texts_in_every_state_and_start_asks_again(state: State) -> None:
    assert decide(at(state), Said("STOP", "stop", carrier_answers=True)) == [Consent("opt_out", "keyword")]
    told = decide(at(state), Said("stop texting me", "stop", "language"))
    assert [type(one) for one in told] == [Consent, Reply]
    assert decide(at(state), Said("Ada's", opted_out=True)) == []
    again = decide(at(state), Said("START", "start", opted_out=True))
    assert Consent("opt_in", "keyword") in again
    assert said(again).endswith(wording.prompt(at(state)))


@pytest.mark.parametrize("state", S)
def test_help_says_what_this_is_unless_the_carrier_does(state: State) -> None:
    assert said(decide(at(state), Said("HELP", "help"))) == wording.HELP
    assert decide(at(state), Said("HELP", "help", carrier_answers=True)) == []


@pytest.mark.parametrize("state", [one for one in S if one is not S.S0_WELCOME])
def test_a_hello_hears_the_question_again_also_after_days(state: State) -> None:
    assert said(decide(at(state), Said("Hello?"))) in (
        wording.prompt(at(state)),
        f"Welcome back! {wording.prompt(at(state))}",
    )
    away = decide(at(state, away=True), Said("hi"))
    assert moved(away) is None
    assert said(away).endswith(wording.prompt(at(state)))


@given(
    state=st.sampled_from(list(S)),
    text=st.text(max_size=400),
    paid=st.booleans(),
    after=st.sampled_from([None, S.S5_CONFIRM_LIVE, S.S9_TEST_CALL]),
)
def test_whatever_is_texted_is_answered_by_a_legal_move(
    state: State, text: str, paid: bool, after: State | None
) -> None:
    facts = at(state, paid=paid, returns_to=after if state in QUESTIONS else None)
    effects = decide(facts, Said(text))
    to = moved(effects)
    assert to is None or to in MOVES[state]
    assert said(effects) or to is S.S6_ASSIGN_NUMBER
    assert len(said(effects)) <= 1600


def test_every_state_has_a_turn_and_all_but_the_last_a_way_on() -> None:
    assert set(TURNS) == set(MOVES) == set(S)
    assert [state for state in S if TURNS[state] is Turn.DESK] == [S.S0_WELCOME, S.S6_ASSIGN_NUMBER]
    assert [state for state in S if not MOVES[state]] == [S.COMPLETE]


@pytest.mark.parametrize(
    ("said_so", "towns"),
    [
        ("Springfield, Shelbyville and Ogdenville", ("Springfield", "Shelbyville", "Ogdenville")),
        ("We cover Springfield", ("Springfield",)),
        ("within 20 miles of Springfield", ("Springfield",)),
        ("All of Brooklyn", ("Brooklyn",)),
    ],
)
def test_towns_are_named_in_an_area(said_so: str, towns: tuple[str, ...]) -> None:
    assert answers.towns_of(said_so) == towns


@pytest.mark.parametrize(
    ("number", "country", "carrier", "code"),
    [
        ("+12025550180", "US", None, "**004*+12025550180#"),
        ("+12025550180", "US", "star71", "*712025550180 "),
        ("+12025550180", "US", "landline", "*92"),
        ("+447700900180", "GB", None, "**004*+447700900180#"),
        ("+447700900180", "GB", "landline", "*61*+447700900180#"),
    ],
)
def test_forwarding_says_what_to_dial(number: str, country: str, carrier: str | None, code: str) -> None:
    assert code in forwarding(number, country, carrier)


def test_a_carrier_named_at_forwarding_gets_its_own_code() -> None:
    assert "*712025550180" in said(decide(at(S.S7_FORWARDING), Said("I'm with Verizon")))
