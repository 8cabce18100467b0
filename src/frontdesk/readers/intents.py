"""What a text wants: help at once, a person, a cancellation, a change, a price; or it says yes or no. Pure.

The dangerous comes first, the rest by how much a wrong answer costs. A refusal ("No, I don't want to change that") is a
no and not what it refuses.
"""

import re

from frontdesk.readers.asks_price import ASKS_PRICE
from frontdesk.readers.danger import DANGER, NOT_NOW, OUTAGE, VULNERABLE
from frontdesk.readers.later import Later
from frontdesk.readers.reading import Found, Intent
from frontdesk.readers.wants_change import CALLS_OFF, MOVES
from frontdesk.readers.wants_person import NO_BOT, WANTS_PERSON
from frontdesk.readers.yes_no import read_yes_no

__all__ = ["read_intent"]

_REFUSED = re.compile(
    r"\b(?:(?:don't|do not|dont|didn't|did not|won't|will not|wouldn't|would not|isn't|never|not|without|rather than"
    r"|instead of)\s(?:(?:really|even|want|need|have|like|wish|mean|trying|going|asking|wanting|looking|planning|you"
    r"|me|us|to|be|wanna|gonna|the|a|my|any|about|for)\s){0,5}|no need (?:to|for)\s(?:a\s|the\s)?)$"
)
_ASKS_HOW = re.compile(r"\b(?:policy|policies|fee|fees|penalty|charge)\b")
_WISHES: tuple[tuple[Intent, Later, float], ...] = (
    ("handoff", WANTS_PERSON, 0.9),
    ("cancel", CALLS_OFF, 0.9),
    ("reschedule", MOVES, 0.85),
    ("price", ASKS_PRICE, 0.85),
)


def read_intent(folded: str) -> Found[Intent] | None:
    """What the folded text wants, if one of the intents."""
    if (found := _emergency(folded)) is not None:
        return found
    if (match := NO_BOT.search(folded)) is not None:
        return Found("handoff", match.start(), match.end(), 0.9)
    answer = read_yes_no(folded)
    for intent, pattern, confidence in _WISHES:
        for match in pattern.finditer(folded):
            if _REFUSED.search(folded, max(0, match.start() - 40), match.start()):
                continue
            if intent == "cancel" and _ASKS_HOW.search(folded, match.end(), match.end() + 20):
                continue
            return Found(intent, match.start(), match.end(), confidence)
    return answer


def _emergency(folded: str) -> Found[Intent] | None:
    if NOT_NOW.search(folded):
        return None
    if (match := DANGER.search(folded)) is not None:
        return Found("emergency", match.start(), match.end(), 0.9)
    if (match := OUTAGE.search(folded)) is not None and VULNERABLE.search(folded):
        return Found("emergency", match.start(), match.end(), 0.85)
    return None
