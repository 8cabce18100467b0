"""What the short answers of an owner are: names, lists, READY, DONE, BACK, "change hours". Pure."""

import re
from functools import lru_cache
from zoneinfo import available_timezones

__all__ = [
    "area",
    "asks_back",
    "business_name",
    "change_of",
    "greeting",
    "is_done",
    "is_ready",
    "is_skip",
    "is_small_talk",
    "services",
    "towns_of",
    "zone_named",
]

_LONGEST_NAME, _LONGEST_ITEM, _LONGEST_GREETING, _MOST = 80, 60, 300, 30
_SMALL_TALK = re.compile(
    r"(?:hi|hello|hey|hiya|yo|good (?:morning|afternoon|evening)|are you there|anybody there|sup|test|what|huh"
    r"|what now|what next|next|continue|go on|resume|repeat|again|say again|pardon|thanks|thank you"
    r"|thx)(?: there| again)?"
)
_READY = re.compile(
    r"(?:(?:i am|i'm|im|we are|we're|yes|yep|ok|okay|all)[\s,]+)*(?:ready|go live|let's go|lets go"
    r"|go ahead|all good|looks good"
    r"|correct|confirm(?:ed)?"
    r"|that is right|that's right|paid)(?: now| please| to go(?: live)?| to go live)?"
)
_YES = re.compile(r"(?:yes|yep|yeah|yup|ok|okay|sure|y)(?: please)?")
_DONE = re.compile(
    r"(?:(?:ok|okay|yes|all|it is|it's|its|that is|that's)[\s,]+)*(?:done|set|forwarded|ready|ok|okay|yes|yep"
    r"|finished|works|it works|sure|good|fine"
    r"|use that|sounds good|perfect|great)(?: now| please| up)?"
)
_SKIP = re.compile(r"(?:skip|later|not now|do it later|skip (?:it|this|that)|maybe later|default)(?: please)?")
_BACK = re.compile(r"(?:go |step )?back|previous|undo|oops|mistake|go to the last (?:question|one)")
_CHANGE = re.compile(
    r"(?:please |can i |could i |i want to |i need to |i'd like to |let me |wrong |no,? )*"
    r"(?:change|edit|fix|correct|update|redo|wrong)(?: (?:the|my|our|business))* "
    r"(?P<what>names?|services?|areas?|towns?|location"
    r"|hours?|opening hours|times?|greeting|message|forwarding|forward)(?: please)?"
    r"|(?P<wrong>names?|services?|area|towns?|hours?|greeting|forwarding) (?:is|are) (?:wrong|not right|incorrect)"
)
_WHAT = {
    "name": "name",
    "service": "services",
    "area": "area",
    "town": "area",
    "location": "area",
    "hour": "hours",
    "opening hour": "hours",
    "time": "hours",
    "greeting": "greeting",
    "message": "greeting",
    "forwarding": "forwarding",
    "forward": "forwarding",
}
_LEAD_IN = re.compile(
    r"^(?:it'?s(?: called)?|it is(?: called)?"
    r"|we(?: are|'re)(?: called)?|i(?: am|'m)|my (?:business|company)(?: name)? is(?: called)?"
    r"|the name is|our name is|name:|business:|called)\s+",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"^(?:we (?:do|offer|provide|are"
    r"|specialise in|specialize in)|i (?:do|offer|provide|am)|our services are|mostly|services?:)\s+",
    re.IGNORECASE,
)
_COVER = re.compile(
    r"^(?:we (?:work in|cover|serve|are in)|i (?:work in|cover|serve)|all (?:of|over)|around|in|area:|areas?:)\s+",
    re.IGNORECASE,
)
_RADIUS = re.compile(r"\b(?:within|about|up to)?\s*\d+\s*(?:miles?|mi|km|kilomet\w+|minutes?)\b", re.IGNORECASE)
_AND = re.compile(r"\s*(?:[,;/\n•]|\s+and\s+|\s+&\s+(?=\w+\s*$))\s*", re.IGNORECASE)
_NO_ANSWER = re.compile(
    r"(?:yes|no|nope|yep|yeah|ok|okay|y|n|sure"
    r"|none|nothing|idk|i don'?t know|not sure|why|who is this|who are you|how much(?: is it)?|ready|done|skip)[.!?]*"
)


_ZONE = re.compile(
    r"(?:(?:my |the |our |change |set )*time ?zone(?: is| to|:)? (?P<named>[a-z_/ -]{2,40})"
    r"|(?P<us>eastern|central|mountain|pacific|alaska|hawaii)(?: time)?)"
)
_US_ZONES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
}


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Every zone by its own name and by its town's, in lower case; of two towns of a name the first stays."""
    found: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/")):
            found.setdefault(zone.casefold(), zone)
            found.setdefault(zone.rpartition("/")[2].replace("_", " ").casefold(), zone)
    return found


def zone_named(text: str) -> str | None:
    """The time zone that a text names: "time zone Chicago", "Pacific time"; None where it names none."""
    match = _ZONE.fullmatch(_plain(text))
    if match is None:
        return None
    if match["us"]:
        return _US_ZONES[match["us"]]
    name = match["named"].removesuffix(" time").strip()
    return _US_ZONES.get(name) or _zones().get(name) or _zones().get(name.replace(" ", "_"))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!,").replace("’", "'")


def _is_no_answer(text: str) -> bool:
    said = _plain(text)
    return not any(char.isalpha() for char in said) or _NO_ANSWER.fullmatch(said) is not None or said.endswith("?")


def business_name(text: str) -> str | None:
    """The name of a business; None for what is none."""
    name = _LEAD_IN.sub("", " ".join(text.split())).strip(" .\"'“”")
    if _is_no_answer(text) or not 2 <= len(name) <= _LONGEST_NAME or "http" in name.casefold():
        return None
    return name[0].upper() + name[1:]


def services(text: str) -> tuple[str, ...] | None:
    """What is offered, item by item; None for what is no list of services."""
    return None if _is_no_answer(text) else _items(_OFFER.sub("", text.strip()))


def area(text: str) -> str | None:
    """Where the work is done, as it was said; None for what is no place."""
    said = _COVER.sub("", " ".join(text.split())).strip(" .")
    return None if _is_no_answer(text) or not 2 <= len(said) <= 200 else said


def towns_of(said: str) -> tuple[str, ...]:
    """The towns named in an area."""
    bare = _RADIUS.sub(" ", said)
    found = _items(_COVER.sub("", bare.strip())) or ()
    return tuple(re.sub(r"^(?:of|from|around|the)\s+", "", one, flags=re.IGNORECASE) for one in found)


def _items(text: str) -> tuple[str, ...] | None:
    found = [" ".join(one.split()).strip(" .-") for one in _AND.split(text)]
    kept = tuple(dict.fromkeys(one for one in found if any(char.isalpha() for char in one)))
    return kept[:_MOST] if kept and all(2 <= len(one) <= _LONGEST_ITEM for one in kept[:_MOST]) else None


def greeting(text: str) -> str | None:
    """What callers are to hear; None where it is too short or too long to be that."""
    said = " ".join(text.split()).strip('"“”')
    return said if 10 <= len(said) <= _LONGEST_GREETING and " " in said else None


def is_ready(text: str) -> bool:
    """The owner wants to go live."""
    said = _plain(text)
    return _READY.fullmatch(said) is not None or _YES.fullmatch(said) is not None


def is_done(text: str) -> bool:
    """It is done, or agreed to."""
    return _DONE.fullmatch(_plain(text)) is not None


def is_skip(text: str) -> bool:
    """Not now."""
    return _SKIP.fullmatch(_plain(text)) is not None


def asks_back(text: str) -> bool:
    """To the question before."""
    return _BACK.fullmatch(_plain(text)) is not None


def change_of(text: str) -> str | None:
    """What the owner wants to tell anew: name, services, area, hours, greeting or forwarding; None for nothing."""
    match = _CHANGE.fullmatch(_plain(text))
    if match is None:
        return None
    word = match["what"] or match["wrong"]
    return _WHAT.get(word) or _WHAT.get(word.removesuffix("s"))


def is_small_talk(text: str) -> bool:
    """A hello, or a wish to hear the question again."""
    said = _plain(text).rstrip("?! ")
    return not said or _SMALL_TALK.fullmatch(said) is not None
