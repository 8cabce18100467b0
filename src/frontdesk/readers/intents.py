"""What a text wants: help at once, a person, a cancellation, a change, a price; or it says yes or no. Pure.

The dangerous comes first, the rest by how much a wrong answer costs. A refusal ("No, I don't want to change that") is a
no and not what it refuses.
"""

import re

from frontdesk.readers.intent_patterns import CANCEL, CHANGE, DANGER, HANDOFF, NOT_NOW, OUTAGE, PRICE, VULNERABLE
from frontdesk.readers.reading import Found, Intent
from frontdesk.readers.yes_no import read_yes_no

__all__ = ["read_intent"]

_REFUSED = re.compile(
    r"\b(?:don't|do not|dont|didn't|did not|won't|will not|never|not|no need|wouldn't|without|no|isn't|rather than|instead of|not asking)\s"
    r"(?:\w+\s){0,3}$"
)
_ASKS_HOW = re.compile(r"\b(?:policy|policies|fee|fees|penalty|charge)\b")
_NO_FIRST = re.compile(r"^\W*(?:no|nope|nah)\b(?!\s(?:longer|problem|more|\w+ can))")
_CANCELS_A_BOOKING = re.compile(r"\bcancel\w*\b")


def read_intent(folded: str, question: str | None = None, field: str | None = None) -> Found[Intent] | None:
    """What the folded text wants, if one of the intents."""
    if (found := _emergency(folded)) is not None:
        return found
    answer = read_yes_no(folded, question, field)
    for intent, pattern, confidence in (
        ("handoff", HANDOFF, 0.9), ("cancel", CANCEL, 0.9), ("reschedule", CHANGE, 0.85), ("price", PRICE, 0.85),
    ):  # fmt: skip
        for match in pattern.finditer(folded):
            if _REFUSED.search(folded, max(0, match.start() - 40), match.start()):
                continue
            if intent == "cancel" and _ASKS_HOW.search(folded, match.end(), match.end() + 20):
                continue
            return Found(intent, match.start(), match.end(), confidence)  # type: ignore[arg-type]
    return answer


def _emergency(folded: str) -> Found[Intent] | None:
    if NOT_NOW.search(folded):
        return None
    if (match := DANGER.search(folded)) is not None:
        return Found("emergency", match.start(), match.end(), 0.9)
    if (match := OUTAGE.search(folded)) is not None and VULNERABLE.search(folded):
        return Found("emergency", match.start(), match.end(), 0.85)
    return None
