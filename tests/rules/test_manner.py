"""How an answer is given: as a question, as a correction, or not at all."""

import pytest

from frontdesk.readers.manner import corrects, declines, is_question


@pytest.mark.parametrize(
    "text",
    ["No", "no thanks", "Nope.", "nothing else, thanks", "That's all", "I'd rather not say", "prefer not to answer",
     "none of your business", "skip", "n/a", "not really", "I don't know", "No gracias", "nein danke", "won't tell you"],
)  # fmt: skip
def test_declined(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize(
    "text",
    ["no hot water", "nothing works in my kitchen", "No 12 High Street", "skip hire please", "not Monday", "Nora", "",
     "pass me on to Ada", "none of the taps work"],
)  # fmt: skip
def test_not_declined(text: str) -> None:
    assert not declines(text)


@pytest.mark.parametrize(
    "text",
    ["Actually it's Tuesday", "sorry, it's Ada", "I meant 5pm", "change it to Friday", "oops, ada@example.com",
     "not Monday, Tuesday but", "that number is wrong", "make it 3pm"],
)  # fmt: skip
def test_corrections(text: str) -> None:
    assert corrects(text)


@pytest.mark.parametrize("text", ["Tuesday", "Ada Lovelace", "sorry to bother you", "my boiler is broken", ""])
def test_no_corrections(text: str) -> None:
    assert not corrects(text)


@pytest.mark.parametrize(
    "text", ["How much is it", "what do you charge?", "ok but when can you come", "Tuesday?", "Why"]
)
def test_questions(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["Ada", "the tap drips", "whatever", "", "I know what I want"])
def test_no_questions(text: str) -> None:
    assert not is_question(text)
