"""The offline reader: what one message answers to the question that was asked. No model, no network."""

import re
from collections.abc import Sequence

import phonenumbers

__all__ = ["read_answer"]

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LEAD_IN = re.compile(
    r"^(?:(?:hi|hello|hey|thanks|thank you|sure|yes|ok|okay)\b[\s,.!]*)*"
    r"(?:(?:my name is|my name's|name is|name's|i am|i'm|im|it's|its|it is|this is|call me)\s+)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[^\W\d_]+(?:[ '’.-]{1,2}[^\W\d_]+){0,3}\.?$")
_END_OF_NAME = re.compile(r"[,;!?]|\. |\b(?:and|from|here|speaking)\b", re.IGNORECASE)
_TITLED = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof)\b\.?\s+", re.IGNORECASE)
_NOT_NAMES = frozenset(
    {
        "yes",
        "no",
        "ok",
        "okay",
        "hi",
        "hello",
        "hey",
        "thanks",
        "thank",
        "you",
        "help",
        "stop",
        "sure",
        "please",
        "maybe",
    }
    | {"what", "why", "who", "how", "when", "where", "is", "are", "was", "have", "has", "need", "want", "can", "could"}
    | {
        "a",
        "an",
        "the",
        "my",
        "your",
        "our",
        "about",
        "for",
        "to",
        "in",
        "on",
        "at",
        "of",
        "with",
        "not",
        "it",
        "i",
        "we",
    }
)


def read_answer(kind: str, text: str, *, services: Sequence[str] = (), region: str | None = None) -> str | None:
    """The answer in `text` to a question of `kind` (name, email, phone, service, text), or None.

    `region` is an ISO 3166 country for numbers without a country code. Phones come back as E.164, e-mails in lower
    case, services as the label that the client offers.
    """
    text = " ".join(text.split())
    if not text:
        return None
    match kind:
        case "name":
            return _name(text)
        case "email":
            found = _EMAIL.search(text)
            return found[0].rstrip(".").lower() if found else None
        case "phone":
            return _phone(text, region)
        case "service":
            return _service(text, services)
    return text


def _name(text: str) -> str | None:
    spoken = _LEAD_IN.sub("", text)
    title = _TITLED.match(spoken)
    bare = _END_OF_NAME.split(spoken[title.end() :] if title else spoken)[0].strip(" .")
    if not _NAME.match(bare) or len(bare) > 60 or any(word.casefold() in _NOT_NAMES for word in bare.split()):
        return None
    name = f"{title[0].strip()} {bare}" if title else bare
    return name if any(c.isupper() for c in name) else name.title()


def _phone(text: str, region: str | None) -> str | None:
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _service(text: str, services: Sequence[str]) -> str | None:
    if not services:
        return text
    folded = text.casefold()
    return next((label for label in services if _mentions(folded, label.casefold())), None)


def _mentions(text: str, label: str) -> bool:
    if re.search(rf"\b{re.escape(label)}\b", text):
        return True
    words = [word for word in re.findall(r"[^\W_]+", label) if len(word) > 3]
    return bool(words) and all(re.search(rf"\b{re.escape(word[:5])}", text) for word in words)
