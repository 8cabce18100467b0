"""Towns: those that the client serves, then a name after "in" or in the answer to the question. Pure."""

import re
from collections.abc import Sequence

from frontdesk.readers.big_towns import BIG_TOWNS, SHORT_TOWNS
from frontdesk.readers.folding import fold
from frontdesk.readers.later import Later
from frontdesk.readers.postcodes import US_STATE_NAMES, US_STATES
from frontdesk.readers.reading import Found

__all__ = ["read_city"]

_CAPITAL = r"[A-Z\u00c0-\u00de][\w'’.-]*"
_NAME = rf"{_CAPITAL}(?:[ -](?:{_CAPITAL}|de|del|la|le|of|upon|on|am|sur|the)(?=[ ,.!?-]|$)){{0,4}}"
_AFTER_IN = re.compile(
    rf"\b(?:[Ii]n|IN|[Nn]ear|[Aa]round|[Cc]lose to|[Nn]earby|[Oo]utside(?: of)?|[Ff]rom|[Bb]ased in|[Tt]o|[Aa]t"
    rf"|[Tt]ry|[Ss]earch|[Cc]heck"
    rf"|en|in|à|em|ad?)\s(?:the\s|The\s|downtown\s|Downtown\s|central\s|greater\s|city of\s)?(?P<city>{_NAME})"
)
_WEAK = re.compile(r"(?:from|to|at|try|search|check|a|ad|around)\b", re.IGNORECASE)
_AREA = Later(rf"(?P<city>{_CAPITAL}(?:\s{_CAPITAL}){{0,3}})\s(?:area|region|county|neighbou?rhood|suburbs)\b")
_CITY_IS = Later(
    r"\b(?:city|town|area|suburb|location)\b(?:\s(?:is|would be|of|name)|\s?[:=-])?\s(?P<city>(?!is\b|and\b|or\b|in\b"
    r"|to\b|for\b)[a-z][a-z.'-]*(?:\s(?!and\b|zip\b|but\b|or\b|with\b|in\b|the\b|code\b|is\b|of\b"
    r"|please\b)[a-z][a-z.'-]*){0,2})"
)
_LOWER_IN = re.compile(
    r"\b(?:in|near|around|from|to|at|within|outside|nearby|serve|cover|search|try"
    r"|check)\s(?:the\s)?(?P<rest>[a-z][a-z.' -]{1,40})"
)
_NOT_TOWNS = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday i english spanish french german the my a an this that next me us dr mr mrs ms "
    "miss "
    "christmas easter thanksgiving google facebook yelp whatsapp unit apt suite room flat building english good it is "
    "general hair no yes ok okay what who when where why how can could hvac ac usa us uk america canada mexico england "
    "hi hello hey thanks thank please sorry also but and or".split()
)
_LEAD_IN = Later(
    r"^\W*(?:(?:i|we|i'm|i am|we're|we are|it's|its|it is|that's|that would be|let's|lets|live|lives|living|located"
    r"|based|current|city|town|area|is|"
    r"my|the|our|want|would|like|need|one|prefer|looking|search|searching|find|try|check|for|in|at|near|around|from|to|"
    r"something|somewhere|someone|them|it|anywhere|please|sure|yes|ok|okay|maybe|how about|what about|over|here|"
    r"do|be|go|with|use|say|how|about|think|a|an|can|you|me|look|does|work|would be|should|preferably)\b[\s,:-]*)+"
)
_TAIL = re.compile(
    r"(?:\s(?:please|area|region|county|for me|thanks|thank you|would be|is fine|works|actually|instead|and|with"
    r"|should|on|by|"
    r"at|if|but|or|is|zip|zipcode|code|city|ca|will|near|in|now|today|tomorrow|sounds)\b|[,.!?;:(\n\x1f]|\s-\s"
    r"|\s?\d).*",
    re.DOTALL,
)
_STATE = re.compile(rf"(?:,\s?|\s)(?:{US_STATES}|{US_STATE_NAMES}|usa|us|uk)\.?$")
_NO_ANSWER = Later(
    r"\b(?:no|not|none|don't|dont|what|which|why|who|when|any|anything|nothing|else|other|different|same|book|number"
    r"|later|"
    r"thanks|yes|never|mind|idea|sure|stop|help|here|there|home|house|soon|asap|matter|care|whatever|everywhere|you"
    r"|your|tell|"
    r"appointment|want|need|have|cancel|change|call|price|cost|much|many)\b"
)


def read_city(text: str, folded: str, towns: Sequence[str] = (), asked: bool = False) -> Found[str] | None:
    """The town that the text names; `folded` is its folded form, with what others took hidden."""
    if (found := _served(text, folded, towns)) is not None:
        return found
    if (
        (match := _CITY_IS.search(folded)) is not None
        and not _NO_ANSWER.search(match["city"])
        and (asked or match["city"] in BIG_TOWNS or text[match.start("city")].isupper())
    ):
        return _found(text, match.start("city"), match.end("city"), 0.85)
    for match in _AREA.finditer(text):
        if (found := _named(text, folded, match, 0.85)) is not None:
            return found
    for match in _AFTER_IN.finditer(text):
        weak = bool(_WEAK.match(match[0]))
        if (found := _named(text, folded, match, 0.8)) is not None and (
            not weak or asked or _is_known(folded[found.start : found.end])
        ):
            return found
    if (found := _known_after_in(text, folded)) is not None:
        return found
    return _answer(text, folded) if asked else None


def _served(text: str, folded: str, towns: Sequence[str]) -> Found[str] | None:
    for town in sorted(towns, key=len, reverse=True):
        name = fold(town).strip()
        if name and (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded)) is not None:
            return Found(town, match.start(), match.end(), 0.97)
    return None


def _named(text: str, folded: str, match: re.Match[str], confidence: float) -> Found[str] | None:
    start, end = match.start("city"), match.end("city")
    if "\x1f" in folded[start:end]:
        return None
    words = match["city"].split()
    while words and fold(words[-1].strip(".,'")) in _NOT_TOWNS | {"area", "de", "of", "the", "la", "on"}:
        end -= len(words.pop()) + 1
    if (
        not words
        or fold(words[0].strip(".,'")) in _NOT_TOWNS
        or not any(char.islower() or len(words[0]) < 4 for char in text)
    ):
        return None
    if _followed_by_a_thing(folded, end):
        return None
    return _found(text, start, end, confidence)


def _followed_by_a_thing(folded: str, end: int) -> bool:
    """ "In Google Maps" has no town; nor has "in Smith Street"."""
    return bool(
        re.match(
            r"\s(?:street|st|road|rd|avenue|ave|drive|lane|hotel|salon|office|account|bank|hospital|team|department)\b",
            folded[end : end + 14],
        )
    )


def _is_known(name: str) -> bool:
    return name.strip(" .") in BIG_TOWNS or name.strip() in SHORT_TOWNS


def _known_after_in(text: str, folded: str) -> Found[str] | None:
    for match in _LOWER_IN.finditer(folded):
        words = match["rest"].split(" ")
        for size in (3, 2, 1):
            name = " ".join(words[:size]).strip(" .")
            if name in BIG_TOWNS or (name in SHORT_TOWNS and match[0].startswith(("in ", "near ", "around "))):
                start = match.start("rest")
                return _found(text, start, start + len(name), 0.75)
    return None


def _answer(text: str, folded: str) -> Found[str] | None:
    lead = _LEAD_IN.match(folded)
    start = lead.end() if lead else 0
    rest = _STATE.sub("", _TAIL.sub("", folded[start:]).rstrip())
    name = rest.strip(" '\"-")
    if (
        not name
        or len(name.split()) > 4
        or len(name) < 2
        or not re.fullmatch(r"[^\W\d_][^\d_]*", name)
        or _NO_ANSWER.search(name)
    ):
        return None
    return _found(text, start, start + len(rest), 0.7)


def _found(text: str, start: int, end: int, confidence: float) -> Found[str] | None:
    kept = text[start:end].strip().strip(" .,'\"-").strip()
    start = text.index(kept, start)
    return Found(kept, start, start + len(kept), confidence) if kept else None
