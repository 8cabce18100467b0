"""What holds for the reading of any text at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from frontdesk.effects import Evidence
from frontdesk.readers.fields import read_fields
from frontdesk.readers.folding import READ, fold
from frontdesk.readers.reading import FIELDS, Context, Money
from frontdesk.readers.rules import read_answer, read_answers

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        "tomorrow",
        "next friday",
        "at 3pm",
        "half past 2",
        "12/31",
        "the 14th",
        "$500",
        "between 200 and 300",
        "budget",
        "ada@example.com",
        "jane at gmail dot com",
        "415 555 2671",
        "+44 7700 900123",
        "12 High Street",
        "Apt 4B",
        "Springfield, IL 62704",
        "SW1A 1AA",
        "my name is Ada",
        "this is",
        "under",
        "in Portland",
        "yes",
        "no",
        "cancel",
        "reschedule",
        "how much",
        "a person",
        "pipe burst",
        "stop texting me",
        "mañana",
        "übermorgen",
        "ß",
        "İstanbul",
        "é",
        "\u200b",
        "１２３",
        "🙂",
        "\n",
        "\t",
        "\x00",
        "\x1f",
        "((((",
        "....",
        "----",
        "@@@",
        "'''",
        "a a a",
        "1 2 3",
        "of the",
        "one hundred and",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join)
)
CONTEXTS = st.builds(
    Context,
    field=st.sampled_from([None, *FIELDS, "confirm"]),
    now=st.sampled_from([None, NOW, datetime.max.replace(tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)]),
    country=st.sampled_from([None, "US", "GB", "CA", "DE", "NL", "XX"]),
    services=st.sampled_from([(), ("Plumbing", "Heating & cooling"), ("", "((", "ß")]),
    towns=st.sampled_from([(), ("Springfield", "", "(")]),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, CONTEXTS)
@example("the 31st", Context(now=datetime(9999, 12, 31, tzinfo=UTC)))
@example("in 1200 years", Context(now=NOW))
@example("in 999 years and 99:99", Context(field="time", now=NOW))
def test_any_text_is_read_the_same_twice_and_every_value_has_its_place_in_it(text: str, context: Context) -> None:
    reading = read_fields(text, context)
    assert read_fields(text, context) == reading
    for name, found in reading.found().items():
        assert 0 <= found.start < found.end <= len(text), name
        assert 0 < found.confidence < 1, name
        if name in ("name", "address") or (name == "city" and not context.towns):
            assert text[found.start : found.end] == found.value


@given(st.text(max_size=500))
def test_a_folded_text_is_as_long_as_the_text(text: str) -> None:
    assert len(fold(text)) == min(len(text), READ)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        " ",
        "a ",
        "1 ",
        "at 3 ",
        "one ",
        "and ",
        "$1",
        "1-",
        "a.",
        "a@",
        "Street ",
        "the 1st of ",
        "my name is ",
        "no ",
        "é",
        "🙂",
        "\x1f",
    ],
)
@pytest.mark.parametrize("field", [None, "address", "name", "city", "budget", "date", "time"])
def test_a_text_of_100_kb_is_read(piece: str, field: str | None) -> None:
    text = piece * (100_000 // len(piece))
    for name, found in (
        read_fields(text, Context(field=field, now=NOW, country="US", services=("Plumbing",))).found().items()
    ):
        assert found.end <= len(text), name


def test_an_email_with_accents_is_left_out_rather_than_changed() -> None:
    assert read_fields("josé@example.com").email is None


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("date", "tomorrow works", "2026-11-26"),
        ("date", "yesterday", None),
        ("date", "no idea", None),
        ("time", "half past 2", "14:30"),
        ("address", "it's 12 High Street", "12 High Street"),
        ("postcode", "SW1A 1AA", "SW1A 1AA"),
        ("city", "Leeds please", "Leeds"),
        ("budget", "between 200 and 300", "200–300"),
        ("budget", "under $1,500", "up to 1,500 USD"),
        ("budget", "at least £99.50", "from 99.50 GBP"),
        ("budget", "none of your business", None),
    ],
)
def test_a_question_of_the_flow_is_answered_in_plain_words(kind: str, text: str, answer: str | None) -> None:
    assert read_answer(kind, text, now=NOW) == answer


FLOW = {"name": "name", "when": "date", "mail": "email", "details": "text"}


def told(text: str, asked: str | None, kinds: dict[str, str], context: Context) -> dict[str, str]:
    """The answers without their sources."""
    return {one.key: one.value for one in read_answers(text, asked, kinds, context)}


def test_what_is_told_unasked_answers_its_question_too() -> None:
    context = Context(now=NOW)
    assert told("I'm Ada, ada@example.com, tomorrow?", "name", FLOW, context) == {
        "name": "Ada",
        "mail": "ada@example.com",
        "when": "2026-11-26",
    }
    assert told("my name is ada lovelace", None, FLOW, context) == {"name": "Ada Lovelace"}


def test_what_is_not_sure_is_not_taken_unasked_and_text_never_is() -> None:
    assert told("Hi there", None, FLOW, Context(now=NOW)) == {}
    assert told("it's Ada", None, FLOW, Context(now=NOW)) == {}


def test_an_answer_has_its_place_in_the_text_and_its_evidence() -> None:
    text = "I'm Ada, ada@example.com"
    name, mail = read_answers(text, "name", FLOW, Context(now=NOW))
    assert (text[name.start : name.end], name.evidence, name.reader) == ("Ada", Evidence.SAID, "rules")
    assert (text[mail.start : mail.end], mail.evidence) == ("ada@example.com", Evidence.READ)


def test_a_correction_counts_as_an_answer() -> None:
    (name,) = read_answers("sorry, my name is Ada Byron", None, FLOW, Context(now=NOW))
    assert (name.value, name.evidence) == ("Ada Byron", Evidence.SAID)


@pytest.mark.parametrize("kind", ["text", "service"])
def test_a_refusal_is_no_answer_to_a_question_that_takes_any_text(kind: str) -> None:
    assert told("no thanks", "q", {"q": kind}, Context(now=NOW)) == {}


def test_a_correction_of_something_else_is_no_answer_to_a_question_that_takes_any_text() -> None:
    kinds = {"name": "name", "service": "service"}
    assert told("sorry, my name is Ada Byron", "service", kinds, Context(now=NOW)) == {"name": "Ada Byron"}
    assert told("actually a tap", "service", kinds, Context(now=NOW)) == {"service": "actually a tap"}


def test_two_questions_of_one_type_are_told_apart_only_by_asking() -> None:
    stay = {"arrival": "date", "departure": "date"}
    assert told("tomorrow", "departure", stay, Context(now=NOW)) == {"departure": "2026-11-26"}
    assert told("tomorrow", None, stay, Context(now=NOW)) == {}


def test_money_has_two_ends() -> None:
    found = read_fields("$500 to $700").budget
    assert found is not None
    assert found.value == Money(500, 700, "USD")
