"""WhatsApp's codes: each is explained to a person, and classed by what is to be done."""

import pytest

from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.whatsapp_errors import ERRORS, explain


@pytest.mark.parametrize("advice", ERRORS.values(), ids=str)
def test_every_code_is_said_in_words_and_says_what_to_do(advice: object) -> None:
    known = explain(getattr(advice, "code", None))
    assert known is advice
    assert len(known.words) > 10
    assert known.todo.endswith(".")
    assert (known.retry_after is not None) == (known.error_class is ErrorClass.RETRY)


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (190, ErrorClass.ACCOUNT),
        ("0", ErrorClass.ACCOUNT),
        (200, ErrorClass.ACCOUNT),
        (299, ErrorClass.ACCOUNT),
        (300, ErrorClass.PERMANENT),
        (130429, ErrorClass.RETRY),
        (131056, ErrorClass.RETRY),
        (131047, ErrorClass.TEMPLATE),
        (131026, ErrorClass.OTHER_CHANNEL),
        (131050, ErrorClass.OPTED_OUT),
        (131008, ErrorClass.OUR_BUG),
        (131042, ErrorClass.ACCOUNT),
        (999999, ErrorClass.PERMANENT),
        (None, ErrorClass.PERMANENT),
        ("no number", ErrorClass.PERMANENT),
    ],
)
def test_the_class_says_what_becomes_of_the_message(code: str | int | None, error_class: ErrorClass) -> None:
    assert explain(code).error_class is error_class
