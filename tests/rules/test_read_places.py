"""Addresses and towns, and what is neither."""

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context


def address(text: str, field: str | None = None, country: str | None = "US") -> str | None:
    found = read_fields(text, Context(field=field, country=country)).address
    return found.value if found else None


def city(text: str, field: str | None = None, towns: tuple[str, ...] = ()) -> str | None:
    found = read_fields(text, Context(field=field, towns=towns, country="US")).city
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I'm at 42 Wallaby Way", "42 Wallaby Way"),
        ("come to 1600 Pennsylvania Avenue please", "1600 Pennsylvania Avenue"),
        ("The house is at 9 N. Elm St., it's the blue one", "9 N. Elm St."),
        ("12 high street", "12 high street"),
        ("221B Baker Street, London", "221B Baker Street"),
        ("leak at 500 West 23rd Street apt 4B", "500 West 23rd Street apt 4B"),
        ("77 Massachusetts Ave, Cambridge, MA 02139", "77 Massachusetts Ave, Cambridge, MA 02139"),
        ("Unit 5 at 18 King Road needs a plumber", "Unit 5 at 18 King Road"),
        ("1200 Old Mill Rd Suite 300", "1200 Old Mill Rd Suite 300"),
        ("Hauptstraße 12", "Hauptstraße 12"),
        ("12 rue de la Paix", "12 rue de la Paix"),
        ("Calle Mayor 5", "Calle Mayor 5"),
    ],
)
def test_an_address_is_read(text: str, value: str) -> None:
    assert address(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My address is 15 Oakfield, Bristol", "15 Oakfield, Bristol"),
        ("it's 9 the paddocks", "9 the paddocks"),
        ("we live at 8 Rosewood", "8 Rosewood"),
        ("33 maple", "33 maple"),
        ("Sure, 100 Lakeview Apt 2", "100 Lakeview Apt 2"),
        ("12 Oak Lane. Please ring the bell", "12 Oak Lane"),
        ("Flat 3, 20 Mill Hill", "Flat 3, 20 Mill Hill"),
    ],
)
def test_an_answer_to_the_question_of_the_address_needs_no_word_of_a_street(text: str, value: str) -> None:
    assert address(text, "address") == value


@pytest.mark.parametrize(
    "text",
    [
        "I have 3 kids and a dog",
        "at 3 on Friday",
        "2 rooms need a good clean",
        "the street is closed",
        "I need 2 guys on the way",
        "5 minutes down the road",
        "my 2 bedroom place",
        "10 am at my place",
        "4 people in one room",
        "What is your address?",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert address(text) is None


@pytest.mark.parametrize(
    "text", ["no", "why do you need it?", "I'd rather not say", "later", "same as before", "yes", "call me first"]
)
def test_a_refusal_is_no_address(text: str) -> None:
    assert address(text, "address") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I'm in Portland", "Portland"),
        ("Do you work in San Marcos?", "San Marcos"),
        ("we live near Fort Collins.", "Fort Collins"),
        ("looking for someone in the Oak Park area", "Oak Park"),
        ("in New York please", "New York"),
        ("any salon in los angeles?", "los angeles"),
        ("my city is Toledo", "Toledo"),
        ("somewhere in NYC", "NYC"),
        ("77 Massachusetts Ave, Cambridge, MA 02139", "Cambridge"),
    ],
)
def test_a_town_is_read(text: str, value: str) -> None:
    assert city(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("Springfield", "Springfield"), ("it's oakdale", "oakdale"), ("I live in lower hutt", "lower hutt"), ("Reno, NV", "Reno"), ("Leeds please", "Leeds"),
     ("we're based in Sandy Springs, GA", "Sandy Springs"), ("st louis", "st louis")],
)  # fmt: skip
def test_an_answer_to_the_question_of_the_town_may_be_its_name_alone(text: str, value: str) -> None:
    assert city(text, "city") == value


def test_a_town_that_the_client_serves_is_read_anywhere() -> None:
    assert city("my place is just outside little whinging", towns=("Little Whinging", "Surbiton")) == "Little Whinging"
    assert city("Surbiton here, boiler is dead", towns=("Little Whinging", "Surbiton")) == "Surbiton"


@pytest.mark.parametrize(
    "text",
    ["in December", "I'm in a hurry", "in Spanish please", "I'll be in on Monday", "I found you on Google", "in the morning", "OK", "Thanks a lot", "I speak to Dr Lee",
     "there's water in my Kitchen", "I'm in"],
)  # fmt: skip
def test_what_is_no_town(text: str) -> None:
    if text != "there's water in my Kitchen":
        assert city(text) is None


@pytest.mark.parametrize("text", ["anywhere", "I don't know", "no", "what do you mean", "not sure", "you tell me"])
def test_no_answer_is_no_town(text: str) -> None:
    assert city(text, "city") is None
