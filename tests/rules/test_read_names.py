"""A person's name, and what is none."""

import pytest

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context


def read(text: str, field: str | None = None) -> str | None:
    found = read_fields(text, Context(field=field)).name
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, I'm Priya Raman and my sink leaks", "Priya Raman"),
        ("my name is siobhan o'brien", "siobhan o'brien"),
        ("This is Tom from number 12", "Tom"),
        ("Hello, this is Maria Lopez calling about my AC", "Maria Lopez"),
        ("name: Jack Black", "Jack Black"),
        ("The name's Bond, James Bond", "Bond"),
        ("please call me Lizzie", "Lizzie"),
        ("Hey it's Marcus, running late", "Marcus"),
        ("the booking is under Van der Berg", "Van der Berg"),
        ("under the name petra novak", "petra novak"),
        ("the reservation is under jin woo", "jin woo"),
        ("Kenji here, can you call me?", "Kenji"),
        ("Anna Schmidt speaking", "Anna Schmidt"),
        ("me llamo Lucía Fernández", "Lucía Fernández"),
        ("Je m'appelle Luc Besson", "Luc Besson"),
        ("Mein Name ist Jürgen Klopp", "Jürgen Klopp"),
        ("mi chiamo Giulia", "Giulia"),
        ("meu nome é João Silva", "João Silva"),
        ("mijn naam is Sanne", "Sanne"),
        ("I need a quote\nThanks, Deborah", "Deborah"),
        ("reservation for Kim Lee", "Kim Lee"),
        ("booking in the name of Barnes", "Barnes"),
        ("last name Ortega", "Ortega"),
        ("my surname is khan", "khan"),
        ("good morning, kelly here", "kelly"),
        ("hi i'm kelly", "kelly"),
        ("my full name is Ana María Díaz", "Ana María Díaz"),
        ("I am Dr. Stone", "Dr. Stone"),
        ("this is ms. vega", "ms. vega"),
        ("the name on the account is Pavel Horak", "Pavel Horak"),
        ("it's booked under noor aziz for friday", "noor aziz"),
        ("Hi there my name's Fatima", "Fatima"),
        ("you can call me Al", "Al"),
        ("Hi this is Sam & I need a plumber", "Sam"),
        ("I'm Ravi, I called earlier", "Ravi"),
        ("Regards, Ingrid Olsen", "Ingrid Olsen"),
        ("cancel the table under my name, Rosa Diaz", "Rosa Diaz"),
        ("the appointment is for Leo", "Leo"),
        ("Appointment for Dana Scully on Friday", "Dana Scully"),
    ],
)
def test_a_name_is_read_after_a_cue(text: str, name: str) -> None:
    assert read(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Wei", "Wei"),
        ("olga petrova", "olga petrova"),
        ("It's Henry the third", "Henry"),
        ("Sure, it's Ben", "Ben"),
        ("Jean-Pierre Dupont", "Jean-Pierre Dupont"),
        ("D'Angelo Russell", "D'Angelo Russell"),
        ("Mrs. Patel", "Mrs. Patel"),
        ("yes its amara", "amara"),
        ("put it under Gomez please", "Gomez"),
        ("Ada Lovelace, and my number is 415 555 2671", "Ada Lovelace"),
        ("LINDA", "LINDA"),
        ("Björk", "Björk"),
        ("John Q. Public", "John Q. Public"),
        ("thomas", "thomas"),
        ("Sure! Nguyen Thi", "Nguyen Thi"),
        ("my name? it's Otto", "Otto"),
        ("Oh, it's Zoe.", "Zoe"),
        ("Please use Mr Chu", "Mr Chu"),
        ("de la Cruz", "de la Cruz"),
        ("Grace", "Grace"),
        ("May", "May"),
        ("Will Young", "Will Young"),
        ("Hope Summers", "Hope Summers"),
        ("Rose", "Rose"),
        ("that would be Karen", "Karen"),
        ("Omar from Acme", "Omar"),
        ("name is priya", "priya"),
    ],
)
def test_an_answer_to_the_question_of_the_name_may_be_the_name_alone(text: str, name: str) -> None:
    assert read(text, "name") == name


@pytest.mark.parametrize(
    "text",
    [
        "I am having trouble with my boiler",
        "I'm very upset",
        "it's broken",
        "this is urgent",
        "this is about my invoice",
        "I'm at home",
        "I'm interested in a quote",
        "it's leaking everywhere",
        "I'm a new customer",
        "it is the red house",
        "this is my second message",
        "im waiting",
        "I'm sorry",
        "under warranty",
        "the pipe under the sink",
        "I am not sure",
        "Good morning",
        "Hello there",
        "I'm locked out",
        "it's raining here",
        "I'm allergic to dogs",
        "This is unacceptable",
        "it's Monday",
        "I'm in Chicago",
        "it's 5pm",
        "I'm calling for a friend",
        "table for two",
        "booking for tomorrow",
        "an appointment for my dog",
        "a quote for plumbing",
        "reservation for 4 people",
        "hello jesse good morning",
        "it's Google business calling",
        "I'm good",
        "i'm running late",
        "this is great",
        "it's fine, thanks",
        "the name is wrong on my invoice",
        "what is your name?",
        "can I have your name please",
        "I forgot the name",
        "under 500 dollars",
        "I'm from Texas",
        "it's the AC again",
        "this is a test",
        "I am Spanish",
    ],
)
def test_a_sentence_about_something_else_holds_no_name(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["yes", "no thanks", "why?", "what for", "I need a plumber", "tomorrow at 5", "can you call me", "my sink is leaking", "how much is it", "that's private", "12345",
     "stop", "never mind", "ok", "wrong number", "I already told you", "it's urgent", "leave me alone", "not now", "whatever", "?", "none of your business"],
)  # fmt: skip
def test_what_is_no_answer_to_the_question_of_the_name(text: str) -> None:
    assert read(text, "name") is None
