"""Which of a client's services a text is about."""

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context

TRADES = ("Plumbing", "Electrical", "Heating & cooling", "Roofing", "Landscaping", "Pest control")
SALON = ("Haircut", "Color", "Manicure & pedicure", "Massage", "Facials")
MOVERS = ("Local moving", "Long-distance moving", "Packing", "Storage")
CLINIC = ("Dental cleaning", "Root canal", "Braces & orthodontics", "Teeth whitening")
GARAGE = ("Oil change", "Brakes", "Tires", "Battery & jump start", "Towing")


def read(text: str, services: tuple[str, ...], **synonyms: tuple[str, ...]) -> str | None:
    found = read_fields(text, Context(services=services, synonyms=synonyms)).service
    return found.value if found else None


@pytest.mark.parametrize(
    ("services", "text", "label"),
    [
        (TRADES, "my toilet won't stop running", "Plumbing"),
        (TRADES, "the kitchen faucet drips", "Plumbing"),
        (TRADES, "half the outlets are dead", "Electrical"),
        (TRADES, "breaker keeps tripping", "Electrical"),
        (TRADES, "AC is blowing warm air", "Heating & cooling"),
        (TRADES, "the furnace won't light", "Heating & cooling"),
        (TRADES, "missing shingles after the storm", "Roofing"),
        (TRADES, "need the grass cut every week", "Landscaping"),
        (TRADES, "there are roaches in my kitchen", "Pest control"),
        (TRADES, "plumbing", "Plumbing"),
        (SALON, "do you do balayage and a haircut", "Haircut"),
        (SALON, "I'd like a mani pedi, manicure first", "Manicure & pedicure"),
        (SALON, "deep tissue please", "Massage"),
        (SALON, "can I get my nails done", "Manicure & pedicure"),
        (MOVERS, "I need help packing my kitchen", "Packing"),
        (MOVERS, "somewhere to store my boxes, storage for 2 months", "Storage"),
        (CLINIC, "I think I need a root canal", "Root canal"),
        (CLINIC, "how much are braces", "Braces & orthodontics"),
        (GARAGE, "time for an oil change", "Oil change"),
        (GARAGE, "got a flat on the highway", "Tires"),
        (GARAGE, "my battery is dead", "Battery & jump start"),
        (GARAGE, "can you tow my truck", "Towing"),
    ],
)
def test_a_text_is_about_a_service(services: tuple[str, ...], text: str, label: str) -> None:
    assert read(text, services) == label


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "what are your hours?",
        "I'd like to book an appointment",
        "thanks",
        "is anyone there?",
        "what does it cost",
        "call me tomorrow",
        "my name is Bill",
    ],
)
def test_a_text_about_no_service_names_none(text: str) -> None:
    assert read(text, TRADES) is None


def test_a_clients_own_words_for_a_service_count() -> None:
    assert (
        read("do you do squeaky floors?", ("Carpentry", "Painting"), Carpentry=("squeaky floors", "doors"))
        == "Carpentry"
    )
    assert read("can I get the usual", ("Haircut", "The Works"), **{"The Works": ("the usual",)}) == "The Works"


def test_a_client_without_services_has_none() -> None:
    assert read("my toilet is blocked", ()) is None
