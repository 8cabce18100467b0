"""What the offline reader gets out of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.readers.rules import read_answer


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("name", "Ada Lovelace", "Ada Lovelace"),
        ("name", "ada lovelace", "Ada Lovelace"),
        ("name", "Hi, my name is Ada Lovelace", "Ada Lovelace"),
        ("name", "it's Jean-Luc O'Neill here", "Jean-Luc O'Neill"),
        ("name", "This is José, I have a leak", "José"),
        ("name", "Dr. Grace Hopper", "Dr. Grace Hopper"),
        ("name", "12345", None),
        ("name", "yes", None),
        ("name", "what do you need it for?", None),
        ("name", "It is about my sink", None),
        ("name", "I need a plumber", None),
        ("name", "", None),
        ("email", "mail me at Ada@Example.com.", "ada@example.com"),
        ("email", "no mail", None),
        ("phone", "call +44 7700 900123 please", "+447700900123"),
        ("phone", "no phone", None),
        ("text", "  12   High Street ", "12 High Street"),
    ],
)
def test_answers(kind: str, text: str, value: str | None) -> None:
    assert read_answer(kind, text) == value


def test_a_service_is_one_that_is_offered() -> None:
    offered = ("Boiler repair", "Drain cleaning")
    assert read_answer("service", "my boiler needs repairing", services=offered) == "Boiler repair"
    assert read_answer("service", "DRAIN CLEANING please", services=offered) == "Drain cleaning"
    assert read_answer("service", "roof", services=offered) is None
    assert read_answer("service", "anything at all") == "anything at all"


@given(st.sampled_from(["name", "email", "phone", "service", "text"]), st.text())
def test_no_text_breaks_the_reader(kind: str, text: str) -> None:
    answer = read_answer(kind, text, services=("Boiler repair",))
    assert answer is None or answer.strip()
