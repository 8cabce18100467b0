"""Street addresses: a house number, a street, a flat, and the town and postcode that follow. Pure.

Volunteered, an address needs a number and the word of a street; asked for, an answer is one unless it says otherwise.
"""

import re
from dataclasses import dataclass

from frontdesk.readers.later import DIGITS, Later
from frontdesk.readers.postcodes import US_STATE_NAMES, US_STATES
from frontdesk.readers.reading import Found

__all__ = ["Place", "read_address"]

_STREET = (
    "street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|circle|cir|highway|hwy|parkway"
    "|pkwy|terrace|ter|terr|trail|trl|way|square|sq|crescent|cres|close|gardens|grove|mews|row|walk|hill|rise|park"
    "|plaza"
    "|alley|loop|run|pike|turnpike|expressway|freeway|route|crossing|ridge|view|vista|green|quay|wharf|parade|broadway"
    "|heights|point|path|bend|cove|manor|estate|estates|villas|yard|bypass|causeway|esplanade|canyon|glen|pass"
)
_SURE = (
    "street|avenue|ave|road|rd|drive|lane|ln|boulevard|blvd|court|ct|circle|cir|highway|hwy|parkway|pkwy|terrace|trail"
    "|crescent|st|dr|pl|broadway|close|way|place|gardens|grove|mews"
)
_SIDE = r"(?:n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest)\.?"
_WORD = (
    r"(?:(?!(?:on|my|is|are|to|from|by|need|needs|have|with|down|up|minutes|guys|people|and|at|in"
    r"|for)\s)[a-z][a-z'.-]*|\d{1,3}(?:st|nd|rd|th))"
)
_UNIT = (
    r"(?:,?\s(?:(?:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl|bldg|building|lot|space|trailer"
    r"|door)\.?\s?#?\s?[a-z]?-?\d*[a-z]?\b"
    r"|#\s?[a-z]?\d+[a-z]?\b|\d{1,3}(?:st|nd|rd|th)\sfloor))"
)
_UNIT_FIRST = r"(?:(?:apt|apartment|unit|suite|ste|flat|room)\.?\s?#?\s?[a-z]?\d+[a-z]?(?:,\s?|\s(?:at|on|of|in)\s|\s))"
_NUMBER = r"(?:no\.?\s?)?\d{1,6}(?:\s?-\s?\d{1,5})?[a-z]?(?:\s1/2)?"
_TOWN = r"(?P<city>[a-z][a-z.'-]*(?:\s[a-z][a-z.'-]*){0,3}?)"
_ZIP = r"\d{5}(?:-\d{4})?"
_TAIL = (
    rf"(?:,?\s(?:{_SIDE})(?![\w]))?{_UNIT}{{0,2}}"
    rf"(?:(?:,\s?|\s|\sin\s){_TOWN},?\s(?:{US_STATES}|{US_STATE_NAMES})\b\.?(?:,?\s{_ZIP}(?![\d-]))?|,\s?{_ZIP}\b)?"
)
_NUMBERED = Later(
    rf"(?<![\w$£€#.:/-])(?P<whole>{_UNIT_FIRST}?{_NUMBER}\s(?:{_SIDE}\s)?(?:{_WORD}\s){{1,4}}?(?:{_SURE})\b\.?(?:\s(?:no\.?\s)?\d{{1,4}}\b(?!\s?(?:am"
    rf"|pm|[a-z])))?{_TAIL})",
    DIGITS,
)
_HIGHWAY = Later(
    rf"(?<![\w$£€#.:/-])(?P<whole>{_NUMBER}\s(?:{_SIDE}\s)?(?:u\.?s\.?\s|state\s|county\s|old\s)?(?:highway|hwy|route"
    rf"|rt|road|rd|rr)\s(?:no\.?\s)?\d{{1,4}}{_TAIL})",
    ("highway", "hwy", "route", "rt", "road", "rd", "rr"),
)
_EUROPEAN = Later(
    r"(?<!\w)(?P<whole>(?:[a-z][a-z-]+\s)?(?:[a-z-]+(?:strasse|strase|str\.|weg|platz|allee|gasse|straat|laan|plein"
    r"|gracht|kade)"
    r"|(?:rue|avenue|boulevard|calle|avenida|plaza|via|viale|piazza|corso|rua|travessa|praca)\s(?:(?:de|del|di|da|do"
    r"|la|le|las|los|du|des|dos)\s){0,2}[a-z'-]+(?:\s[a-z'-]+)?),?\s(?:n\.?\s?)?\d{1,4}\s?[a-z]?\b"
    r"|\d{1,4},?\s(?:bis\s)?(?:rue|avenue|boulevard|place|chemin|allee|impasse|quai)\s(?:(?:de|du|des|la|le|les"
    r"|l')\s?){0,2}[a-z'-]+(?:\s[a-z'-]+)?)(?!\w)",
    DIGITS,
)
_TIME_OR_COUNT = Later(
    r"^\d{1,6}\s(?:am|pm|o'?clock|people|persons|guests|adults|times|days?|weeks?|months?|years?|hours?|minutes?"
    r"|mins?|miles?"
    r"|dollars|bucks|pounds|of|more|different|on|in|at|to|and|or|if|is|for|by|per|that|tickets?|rooms?|bed\w*"
    r"|bath\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Place:
    """An address and the town that it names, if it does."""

    address: Found[str]
    city: Found[str] | None = None


_LEAD_IN = Later(
    r"^(?:.*?\b(?:address(?:es)?|location|place|house|home|property)\b[^.!?\d]{0,40}?(?:\sis|\swould be|:|\sto the "
    r"same:|\sat)\s+"
    r"|(?:.{0,80}?[.?!]\s)?.{0,60}?\b(?:i live at|we live at|we're at|we are at|i'm at|i am at|live on|located at"
    r"|located on|come to|meet me at|taxi to|ship it to"
    r"|send it to|deliver to|that's at|it's at|over at|staying at)\s+"
    r"|(?:it's|its|it is|that's|that is|this is|sure|yes|ok|okay|at|my address|the address|hi|hello|hey|well|so"
    r"|address)\b[\s,:.-]*)+"
)
_REFUSAL = Later(
    r"^\W*(?:no|nope|nah|yes|yep|why|what|who|how|when|where|can|could|do|does|is|are|will|would|i|i'd|i'll|we|you"
    r"|please|"
    r"sorry|never|not|same|none|later|thanks?|thank you|ok|okay|sure|just|the one|that|it|let|call|text|stop|help)\b"
)
_STREET_WORD = Later(
    rf"\b(?:{_STREET})\b|strasse\b|straat\b|weg\b|vej(?:en)?\b|gatan\b|\b(?:rue|calle|via|rua|avenida)\b"
)
_END = Later(
    r"[.!?](?=\s+(?:please|call|thanks?|thank|can|could|i|my|we|the|it|let|is|and|do|when|ring|text|you|there"
    r"|that)\b)|[!?\n;]"
    r"|,?\s(?:and\s)?(?:my\s)?(?:phone|ph|cell|mobile|tel|email|e-mail|contact|number is|please|thanks|thank you"
    r"|call me|ring)\b.*"
)


def read_address(text: str, folded: str, asked: bool = False) -> Place | None:
    """The first street address in the text; `folded` is its folded form, with what others took hidden."""
    for pattern in (_NUMBERED, _HIGHWAY, _EUROPEAN):
        for match in pattern.finditer(folded):
            if pattern is not _EUROPEAN and _TIME_OR_COUNT.match(match["whole"]):
                continue
            answer = _answer(text, folded) if asked else None
            if answer and answer.address.start <= match.start() and match.end() < answer.address.end:
                return Place(answer.address, _town(text, match) or answer.city)
            return Place(_stripped(text, match.start(), match.end(), 0.9), _town(text, match))
    return _answer(text, folded) if asked else None


def _town(text: str, match: re.Match[str]) -> Found[str] | None:
    city = match.groupdict().get("city")
    if not city:
        return None
    return Found(text[match.start("city") : match.end("city")], match.start("city"), match.end("city"), 0.85)


def _answer(text: str, folded: str) -> Place | None:
    """The whole answer without what leads into it and what follows it, if it holds a number or the word of a street."""
    lead = _LEAD_IN.match(folded)
    start = lead.end() if lead else 0
    if (number := re.search(r"[.?!:]\s+(?=\d)", folded)) is not None and number.end() > start and not lead:
        start = number.end()
    rest = folded[start:]
    end = start + (found.start() if (found := _END.search(rest)) else len(rest.split("\x1f")[0]))
    said = folded[start:end]
    if not re.search(r"[a-z]{2}", said) or not (re.search(r"\d", said) or _STREET_WORD.search(said)):
        return None
    if _REFUSAL.match(said) and not re.match(r"no\.?\s?\d", said):
        return None
    if (
        not re.match(r"\W*(?:no\.?\s)?\d", said)
        and not _STREET_WORD.search(said)
        and not re.search(r"\s\d{1,5}[a-z]?\W*$", said)
    ):
        return None
    return Place(_stripped(text, start, end, 0.75), _town_before_state(text, folded, start, end))


_STATED = Later(rf"(?:,\s?|\b(?:{_STREET})\.?,?\s){_TOWN},?\s(?:{US_STATES}|{US_STATE_NAMES})\b\.?,?(?:\s{_ZIP})?\s*$")


def _town_before_state(text: str, folded: str, start: int, end: int) -> Found[str] | None:
    match = _STATED.search(folded, start, end)
    return _town(text, match) if match else None


def _stripped(text: str, start: int, end: int, confidence: float) -> Found[str]:
    """That piece of the text without what stands around it; a short word keeps its full stop."""
    kept = text[start:end].strip().strip(",;:-").strip()
    kept = kept if kept.endswith(("St.", "Ave.")) else kept.rstrip(".")
    start = text.index(kept, start)
    return Found(kept, start, start + len(kept), confidence)
