"""Whether a reworded reply may go out in place of its template."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from frontdesk.effects import Enroll, Say, SendClass
from frontdesk.errors import ModelFailed
from frontdesk.outbox.segments import prepared
from frontdesk.readers.languages import read_language
from frontdesk.setting_model import ModelSettings
from frontdesk.steps.wording import claims_of, model_of, with_wordings
from frontdesk.writers.model import Bounds, Facts
from frontdesk.writers.prompt import draft_in, instructions
from frontdesk.writers.rules import disclosed, objection

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FACTS = Facts("Ada's Plumbing", "warm", ("We are in Oak Street since 1998.", "A visit costs $90.", "See adas.example"))


def language_of(text: str) -> str | None:
    found = read_language(text)
    return found.value if found is not None and found.confidence >= 0.7 else None


BOUNDS = Bounds(
    fits=lambda body: prepared(body).segments <= 2,
    claims=partial(claims_of, now=NOW, country="US"),
    language_of=language_of,
)
GREETING = "Hi, thanks for contacting Ada's Plumbing! What's your name, please?"
CLOSING = "Thank you, Ada! Ada's Plumbing will be in touch shortly."


@pytest.mark.parametrize(
    ("template", "draft"),
    [
        (GREETING, "Hello and welcome to Ada's Plumbing! May I have your name?"),
        (GREETING, "Thanks for reaching out to Ada's Plumbing 🙂 Who am I speaking with, what's the name?"),
        (GREETING, "Hi there, Ada's Plumbing of Oak Street since 1998 here! What is your name?"),
        (CLOSING, "Thanks a lot, Ada! Somebody at Ada's Plumbing gets back to you shortly."),
        ("What can we help you with?", "How can we help you?"),
        ("Does Friday 3 pm suit you?", "Would Friday at 3 pm suit you?"),
        ("Call +1 202 555 0143 to reach us.", "You reach us on +1 202 555 0143."),
    ],
)
def test_other_words_for_the_same_may_go_out(template: str, draft: str) -> None:
    assert objection(draft, template, FACTS, BOUNDS) is None


@pytest.mark.parametrize(
    ("template", "draft", "why"),
    [
        (GREETING, "Hello from Ada's Plumbing! We look forward to helping you.", "does not ask"),
        (GREETING, "Hello from Ada's Plumbing! What's your name? And your address?", "does not ask"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will be in touch. Anything else?", "does not ask"),
        (GREETING, "Hello from Ada's Plumbing! Which service is it about?", "something else"),
        (GREETING, "Hello! What's your name?", "who writes"),
        (GREETING, "Hello John, thanks for contacting Ada's Plumbing! What's your name?", "somebody else"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will call within 2 hours.", "a number"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will call within the hour.", "a time"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will call tomorrow.", "nobody told"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will call on Monday.", "nobody told"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will call in the evening.", "nobody told"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will call at noon.", "nobody told"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing does it for $80.", "a number"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing does it for fifty dollars.", "nobody told"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing does it at no charge.", "a promise"),
        (CLOSING, "Thanks, Ada! A real person of Ada's Plumbing writes this.", "a promise"),
        (CLOSING, "Thanks, Ada! See https://adas.test, Ada's Plumbing", "an address"),
        (CLOSING, "Thanks, Ada! See evil.test, Ada's Plumbing", "an address"),
        (CLOSING, "Thanks, Ada! Mail ada@adas.example, Ada's Plumbing", "an address"),
        (CLOSING, "Thanks, Ada! Ring Ada's Plumbing on 202-555-0199.", "a number"),
        (CLOSING, "**Thanks**, Ada! Ada's Plumbing will be in touch.", "signs"),
        (CLOSING, "Thanks, {first_name}! Ada's Plumbing will be in touch.", "signs"),
        (CLOSING, "Gracias, Ada. El equipo de Ada's Plumbing se pondrá en contacto muy pronto con usted.", "in es"),
        (CLOSING, "Thanks, Ada! Ada's Plumbing will be in touch. " + "We are so glad about it. " * 20, "too long"),
        ("Reply STOP to opt out of Ada's Plumbing.", "Tell Ada's Plumbing to stop any time.", "STOP"),
        ("Your code is 4711.", "Here is your code.", "4711"),
    ],
)  # fmt: skip
def test_what_nobody_told_it_or_leaves_out_the_point_does_not(template: str, draft: str, why: str) -> None:
    told = objection(draft, template, FACTS, BOUNDS)
    assert told is not None
    assert why in told


def test_the_language_of_the_lead_is_the_language_of_the_reply() -> None:
    facts = Facts("Ada's Plumbing", "warm", (), "es")
    spanish = "Hola, gracias por escribir a Ada's Plumbing. ¿Cómo se llama usted, por favor?"
    assert objection(spanish, GREETING, facts, BOUNDS) is None
    english = "Hello and welcome to Ada's Plumbing! May I have your name?"
    assert objection(english, GREETING, facts, BOUNDS) == "it is in en and not in es"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Hi, this is Ada's. What's your name?", "Hi, this is Ada's. I'm a bot. What's your name?"),
        ("What's your name?", "I'm a bot. What's your name?"),
        ("Welcome to Ada's", "I'm a bot. Welcome to Ada's"),
    ],
)
def test_the_disclosure_stands_before_the_question(text: str, whole: str) -> None:
    assert disclosed(text, "I'm a bot.") == whole
    assert disclosed(text, "") == text


def test_the_model_is_told_the_facts_and_nothing_of_the_lead() -> None:
    said = instructions(Facts("Ada's Plumbing", "cheerful", ("Open on Sundays.",), "es"))
    assert all(words in said for words in ("Ada's Plumbing", "cheerful", "- Open on Sundays.", "es", "JSON"))


@pytest.mark.parametrize(
    ("answer", "draft"),
    [
        ('{"reply": "Hi  there"}', "Hi there"),
        ('```json\n{"reply": "Hi"}\n```', "Hi"),
        ('{"reply": "\\"Hi\\""}', "Hi"),
        ("Hi there", None),
        ('{"reply": ""}', None),
        ('{"reply": 5}', None),
        ('["Hi"]', None),
    ],
)
def test_the_draft_is_taken_out_of_the_answer(answer: str, draft: str | None) -> None:
    if draft is not None:
        assert draft_in(answer) == draft
        return
    with pytest.raises(ModelFailed):
        draft_in(answer)


def test_reworded_bodies_stand_in_the_place_of_their_templates() -> None:
    effects = [Say("Hi", "greeting"), Enroll("no_answer"), Say("STOPPED", "x", send_class=SendClass.COMPLIANCE)]
    assert with_wordings(effects, {"Hi": "Hello"}) == [Say("Hello", "greeting"), *effects[1:]]
    assert with_wordings(effects, {}) == effects


@pytest.mark.parametrize(
    ("own", "replies", "tone"),
    [
        ({}, True, "warm"),
        ({"model": {"tone": "dry"}}, True, "dry"),
        ({"model": {"replies": False}}, False, "warm"),
        ({"model": {"tonne": "dry"}}, False, "warm"),  # a name that is none: better plain than wrong
        ({"model": "dry"}, False, "warm"),
    ],
)
def test_a_client_may_have_a_tone_of_its_own(own: dict[str, Any], replies: bool, tone: str) -> None:
    merged = model_of(own, ModelSettings(replies=True, tone="warm"))
    assert (merged.replies, merged.tone) == (replies, tone)
