"""What is believed of a model's answer: what stands in the text, and what the rules would call valid."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from frontdesk.errors import ModelFailed, ModelTrouble
from frontdesk.readers.keywords import Word
from frontdesk.readers.model_schema import ASKED_FOR, Claim, claims_in, instructions, schema_for
from frontdesk.readers.model_values import SURE, UNSURE, checked
from frontdesk.readers.reading import FIELDS, Context, Money
from frontdesk.simulator.model import check_asked

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # a Friday
HERE = Context(now=NOW, country="US", services=("Boiler repair", "Leak repair"), towns=("Springfield",))


def read(text: str, field: str, value: str, quote: str, context: Context = HERE) -> tuple[Any, str, float] | None:
    found = checked(text, {field: Claim(value, quote)}, context).found().get(field)
    return (found.value, text[found.start : found.end], found.confidence) if found else None


@pytest.mark.parametrize(
    ("field", "text", "value", "quote", "found"),
    [
        ("name", "hi its ada lovelace here", "Ada Lovelace", "ada lovelace", "ada lovelace"),
        ("service", "water drips from under the sink", "leak repair", "drips from under the sink", "Leak repair"),
        ("city", "i live over in springfield", "Springfield", "springfield", "Springfield"),
        ("address", "come to 12 Oak Street please", "12 Oak Street", "12 Oak Street", "12 Oak Street"),
        ("postcode", "its 94110 round here", "94110", "94110", "94110"),
        ("date", "could you do monday?", "2026-11-23", "monday", date(2026, 11, 23)),
        ("time", "monday at half past nine in the evening", "21:30", "half past nine", time(21, 30)),
        ("daypart", "once the kids are in bed", "evening", "once the kids are in bed", "evening"),
        ("budget", "can spend $200 on it", "200", "$200", Money(200, 200, "USD")),
        ("email", "ada at example dot com", "ada@example.com", "ada at example dot com", "ada@example.com"),
        ("phone", "ring 202-555-0143", "+12025550143", "202-555-0143", "+12025550143"),
        ("intent", "let me have somebody with a pulse", "handoff", "somebody with a pulse", "handoff"),
        ("language", "dia duit", "ga", "dia duit", "ga"),
    ],
)
def test_what_the_text_says_is_read_with_its_place(field: str, text: str, value: str, quote: str, found: Any) -> None:
    got = read(text, field, value, quote)
    assert got is not None
    assert got[0] == found
    assert got[2] in (SURE, UNSURE)


def test_all_fields_of_a_reading_but_the_opt_out_are_asked_for() -> None:
    assert set(ASKED_FOR) == set(FIELDS) - {"opt_out"}


@pytest.mark.parametrize(
    ("field", "text", "value", "quote", "why"),
    [
        ("name", "hi, my sink leaks", "Ada", "Ada", "it is not in the text"),
        ("name", "Adamant that it leaks", "Adam", "Adam", "a part of a word is no quote"),
        ("name", "hi, my sink leaks", "Ada Lovelace", "my sink leaks", "the quote is what is read, and it is no name"),
        ("service", "my roof leaks", "Roofing", "my roof leaks", "the client does not offer it"),
        ("date", "we met on 2026-11-02", "2026-11-02", "2026-11-02", "it is over"),
        ("date", "after my birthday", "2026-10-01", "after my birthday", "it is over"),
        ("date", "after my birthday", "2046-10-01", "after my birthday", "nobody plans so far ahead"),
        ("date", "after my birthday", "next week", "after my birthday", "it is no date"),
        ("time", "I have 3 leaks", "25:99", "leaks", "it is no time"),
        ("time", "call me on 2025550143", "20:25", "2025550143", "digits that no rule reads as a time"),
        ("phone", "my account number is 2025550143", "+12025550143", "2025550143", "it is another number"),
        ("phone", "unit 12", "+12025550143", "12", "no number in the quote"),
        ("email", "adé@example.com", "ade@example.com", "adé@example.com", "another's address"),
        ("email", "mail me", "ada@example.com", "mail me", "no address in the quote"),
        ("budget", "what does it cost", "500", "what does it cost", "no amount in the quote"),
        ("intent", "hello there", "marry", "hello there", "no such intent"),
        ("language", "hello there", "english", "hello there", "no code"),
        ("name", "!!", "!", "!", "a quote needs a letter or a digit"),
    ],
)
def test_what_is_invented_or_not_valid_is_left_out(field: str, text: str, value: str, quote: str, why: str) -> None:
    assert read(text, field, value, quote) is None, why


@pytest.mark.parametrize(
    ("text", "quote"), [("It’s URGENT — José called", "it's urgent - jose called"), ("a\tleak", "a leak")]
)
def test_a_quote_may_differ_in_case_accents_and_kinds_of_quotes(text: str, quote: str) -> None:
    assert read(text, "intent", "emergency", quote) == ("emergency", text, SURE)


def test_a_day_in_words_that_no_rule_knows_is_less_sure() -> None:
    assert read("the day before my birthday", "date", "2026-12-01", "the day before my birthday") == (
        date(2026, 12, 1), "the day before my birthday", UNSURE,
    )  # fmt: skip
    assert read("after school", "time", "15:30", "after school") == (time(15, 30), "after school", UNSURE)


def test_the_rules_resolve_a_day_and_not_the_model() -> None:
    got = read("tomorrow please", "date", "2027-01-01", "tomorrow")
    assert got is not None
    assert got[0] == date(2026, 11, 21)


def test_what_stands_around_a_quote_counts_too() -> None:
    got = read("in the evening, at 8", "time", "08:00", "8")
    assert got is not None
    assert got[0] == time(20)


def test_without_a_present_day_no_relative_date_is_believed() -> None:
    assert read("tomorrow", "date", "2027-01-01", "tomorrow", Context()) is None


def test_an_opt_out_is_a_stop_in_a_sentence() -> None:
    text = "kindly lose my number"
    reading = checked(text, {"intent": Claim("opt_out", "lose my number")}, HERE)
    assert reading.intent is None
    assert reading.opt_out is not None
    assert reading.opt_out.value == Word("stop", "language")
    assert text[reading.opt_out.start : reading.opt_out.end] == "lose my number"


@pytest.mark.parametrize(
    "context",
    [Context(), HERE, Context(services=tuple(f"Service {n}" for n in range(500)))],
    ids=["bare", "here", "many"],
)
def test_the_schema_keeps_the_rules_of_strict_servers(context: Context) -> None:
    schema = schema_for(context)
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    check_asked({"model": "m", "messages": [{"role": "user", "content": "x"}], "response_format": form})
    words = json.dumps(schema)
    assert all({"type": "null"} in field["anyOf"] for field in schema["properties"].values())
    assert not any(limit in words for limit in ("maxLength", "pattern", "minimum", "format"))
    assert words.count('", "') < 1000


def test_the_instructions_hold_no_value_that_could_be_given_back() -> None:
    said = instructions(Context(question="What's your name?"))
    assert not any(char.isdigit() for char in said.replace("ISO 639-1", "").replace("24 hours", ""))
    assert "JSON" in said  # servers of JSON mode insist on the word
    assert "What's your name?" in said


FIELD = {"value": "Ada", "quote": "Ada"}


@pytest.mark.parametrize(
    ("answer", "claims"),
    [
        ({"name": FIELD}, {"name": Claim("Ada", "Ada")}),
        ({"name": FIELD, "city": None, "mood": "good"}, {"name": Claim("Ada", "Ada")}),
        ({"name": None, "budget": {"value": 500, "quote": "500"}}, {"budget": Claim("500", "500")}),
        ({"name": {"value": "N/A", "quote": "hi"}}, {}),
        ({"name": {"value": "unknown", "quote": "hi"}, "city": "null"}, {}),
        ({"name": {"value": "Ada", "quote": None}}, {}),
        ({"name": {"value": "", "quote": " "}}, {}),
        ({"name": {"value": "<not specified>", "quote": "hi"}}, {}),
    ],
)
def test_words_for_nothing_are_nothing(answer: dict[str, Any], claims: dict[str, Claim]) -> None:
    assert claims_in(json.dumps(answer)) == claims
    assert claims_in(f"```json\n{json.dumps(answer)}\n```") == claims
    assert claims_in(f"<think>Hm.</think>{json.dumps(answer)}") == claims


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", ModelTrouble.BAD_JSON),
        ("Sure!", ModelTrouble.BAD_JSON),
        ("[]", ModelTrouble.BAD_JSON),
        ("[" * 100_000, ModelTrouble.BAD_JSON),
        ('{"reply": 5}', ModelTrouble.BAD_JSON),
        ('{"name": "Ada"}', ModelTrouble.BAD_JSON),
        ('{"name": {"value": ["Ada"], "quote": "Ada"}}', ModelTrouble.BAD_JSON),
        (json.dumps(schema_for(HERE)), ModelTrouble.SCHEMA_ECHO),
        (json.dumps(schema_for(HERE)["properties"]), ModelTrouble.SCHEMA_ECHO),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_says_why(answer: str, why: ModelTrouble) -> None:
    with pytest.raises(ModelFailed) as failed:
        claims_in(answer)
    assert failed.value.why is why
