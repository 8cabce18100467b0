"""Amounts and ranges, and numbers that are no money."""

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context, Money


def read(text: str, field: str | None = None, country: str | None = "US") -> Money | None:
    found = read_fields(text, Context(field=field, country=country)).budget
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("I can spend $500", Money(500, 500, "USD")),
        ("around $1,200.50 total", Money(1200.5, 1200.5, "USD")),
        ("£80", Money(80, 80, "GBP")),
        ("80 quid", Money(80, 80, "GBP")),
        ("€1.500", Money(1500, 1500, "EUR")),
        ("1.500,50 €", Money(1500.5, 1500.5, "EUR")),
        ("12,50 euros", Money(12.5, 12.5, "EUR")),
        ("two hundred dollars", Money(200, 200, "USD")),
        ("twenty five hundred bucks", Money(2500, 2500, "USD")),
        ("one thousand two hundred and fifty dollars", Money(1250, 1250, "USD")),
        ("$5k", Money(5000, 5000, "USD")),
        ("10k dollars", Money(10000, 10000, "USD")),
        ("$2.5 million", Money(2.5e6, 2.5e6, "USD")),
        ("between $500 and $700", Money(500, 700, "USD")),
        ("$500-$700", Money(500, 700, "USD")),
        ("$500 to 700", Money(500, 700, "USD")),
        ("from 300 to 400 euros", Money(300, 400, "EUR")),
        ("$5-10k", Money(5000, 10000, "USD")),
        ("under $300", Money(None, 300, "USD")),
        ("no more than 200 dollars", Money(None, 200, "USD")),
        ("up to £1,000", Money(None, 1000, "GBP")),
        ("at least $50", Money(50, None, "USD")),
        ("more than 100 euros", Money(100, None, "EUR")),
        ("$400 max", Money(None, 400, "USD")),
        ("$1000 or more", Money(1000, None, "USD")),
        ("my budget is 1500", Money(1500, 1500)),
        ("we have a budget of about 20k", Money(20000, 20000)),
        ("looking to spend 300 or less", Money(None, 300)),
        ("budget: 900", Money(900, 900)),
        ("a hundred dollars", Money(100, 100, "USD")),
        ("USD 75", Money(75, 75, "USD")),
        ("75 USD", Money(75, 75, "USD")),
        ("three dollars and fifty cents", Money(3.5, 3.5, "USD")),
        ("5 pounds 20 pence", Money(5.2, 5.2, "GBP")),
        ("half a million dollars", Money(500000, 500000, "USD")),
        ("I paid 45$ yesterday", Money(45, 45, "USD")),
        ("that's 1200 bucks", Money(1200, 1200, "USD")),
        ("a fee of 15 euro", Money(15, 15, "EUR")),
        ("give or take 90 pounds", Money(90, 90, "GBP")),
        ("fifteen quid", Money(15, 15, "GBP")),
        ("a couple hundred dollars", Money(200, 200, "USD")),
        ("anywhere from $80 to $120", Money(80, 120, "USD")),
        ("$80 - 120", Money(80, 120, "USD")),
        ("80 to 120 dollars", Money(80, 120, "USD")),
        ("less than fifty euros", Money(None, 50, "EUR")),
        ("not more than $75", Money(None, 75, "USD")),
        ("below 75 USD", Money(None, 75, "USD")),
        ("over $10,000", Money(10000, None, "USD")),
        ("minimum $500", Money(500, None, "USD")),
        ("$1.2k", Money(1200, 1200, "USD")),
        ("US $300", Money(300, 300, "USD")),
        ("C$40", Money(40, 40, "CAD")),
        ("Rs. 5000", Money(5000, 5000, "INR")),
        ("5000 rs", Money(5000, 5000, "INR")),
        ("2 lakh rupees", Money(200000, 200000, "INR")),
        ("1 million euros", Money(1e6, 1e6, "EUR")),
        ("twenty-five dollars", Money(25, 25, "USD")),
        ("seventy five cents", Money(0.75, 0.75)),
        ("10 dollars and 5 cents", Money(10.05, 10.05, "USD")),
        ("three thousand and forty two pounds", Money(3042, 3042, "GBP")),
        ("€ 20", Money(20, 20, "EUR")),
        ("20 EUR", Money(20, 20, "EUR")),
        ("£5.99", Money(5.99, 5.99, "GBP")),
        ("I can pay up to 400", Money(None, 400)),
        ("the amount is 250", Money(250, 250)),
        ("60 Canadian dollars", Money(60, 60, "CAD")),
    ],
)
def test_an_amount_is_read(text: str, money: Money) -> None:
    assert read(text) == money


@pytest.mark.parametrize(
    ("text", "money"),
    [("800", Money(800, 800)), ("maybe 2000", Money(2000, 2000)), ("1000-1500", Money(1000, 1500)), ("about 5k", Money(5000, 5000)),
     ("between 200 and 300", Money(200, 300)), ("under a thousand", Money(None, 1000)), ("not over 450", Money(None, 450)),
     ("two grand", Money(2000, 2000)), ("20-30k", Money(20000, 30000)), ("no more than 60", Money(None, 60)), ("I have 500 to spend", Money(500, 500)), ("it's 1,250.75", Money(1250.75, 1250.75)),
     ("five hundred", Money(500, 500)), ("around 90 or so", Money(90, 90)), ("300ish", Money(300, 300))],
)  # fmt: skip
def test_a_bare_number_answers_the_question_of_money(text: str, money: Money) -> None:
    assert read(text, "budget") == money


def test_a_dollar_is_the_countrys_own() -> None:
    assert read("$50", country="CA") == Money(50, 50, "CAD")
    assert read("$50", country="AU") == Money(50, 50, "AUD")
    assert read("US$50", country="CA") == Money(50, 50, "USD")


@pytest.mark.parametrize(
    "text",
    [
        "there are 4 of us",
        "it weighs 200 pounds",
        "I lost 20 pounds",
        "2 pounds of apples",
        "at 3pm on the 5th",
        "my zip is 90210",
        "call 555 123 4567",
        "room 210",
        "I spend 3 hours a day there",
        "we pay for 2 people",
        "100% sure",
        "it's 30 years old",
        "order 12345",
        "I paid it yesterday",
    ],
)
def test_a_number_of_something_else_is_no_money(text: str) -> None:
    assert read(text) is None
