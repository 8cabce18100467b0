"""A person's name: after a cue ("my name is", "under", "this is"), or as the answer to the question. Pure.

A strong cue takes what follows, in any case. After a weak one ("I am", "it's") a word must look like a name: with a
capital, or no word that people use.
"""

import re

from frontdesk.readers.later import Later
from frontdesk.readers.name_words import GIVEN_TOO, NO_NAME
from frontdesk.readers.reading import Found

__all__ = ["read_name"]

_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof|sir|madam|herr|frau|senor|senora|mme|monsieur|madame)\b\.?"
_PART = r"[^\W\d_]+(?:['.-][^\W\d_]+)*\.?"
_STRONG = re.compile(
    r"(?:\b(?:(?:my|the|his|her|booking|full|first|last|guest|customer|contact)\s(?:full\s|first\s|last\s|sur"
    r"|given\s)?name(?:'s|s)?(?:\s(?:on|for|of)\s(?:the|my|this)\s\w+)?(?:\s(?:is|was|will be|should be|would be"
    r"|goes)|(?=\s?[:=-]|,))"
    r"|name(?:'s|\sis|\sshould be|\swill be|\s?[:=-])|(?:under|in|with|by|on|for)\s(?:the\s|my\s"
    r"|a\s)?(?:same\s)?(?:full\s|last\s)?name(?:\s(?:of|is))?|(?:the\s)?same name|name of"
    r"|(?:last|first|family|full)\sname|surname|names|call me|i'm called|i am called|i go by|me llamo|mi nombre es"
    r"|je m'appelle|mein name ist|ich heisse|ich heise|mi chiamo|il mio nome e"
    r"|(?:o\s)?meu nome e|me chamo|chamo-me|mijn naam is|ik heet|nazywam sie|jag heter|jeg hedder)[\s:,-]+(?:(?:is"
    r"|actually|mr|it's)\s)?)"
)
_UNDER = re.compile(
    r"\b(?:booked|booking|bookings|reservation|reservations|appointment|table|made|it's|its|it is|is|registered|it"
    r"|account|room|slot|order|cancel|am|pm|\d)?\s?\bunder\s(?=\S)"
)
_WEAK = re.compile(
    r"\b(?:this is|it's|its|it is|i am|i'm|im|here is|speaking with|soy|je suis|ich bin|sono|eu sou|ik ben|hier ist"
    r"|this|je m'appel)\s"
)
_BOOKED_FOR = re.compile(r"\b(?:reservation|booking|appointment|table|room|slot)\s(?:is\s|under\s)?for\s(?!\d)")
_BEFORE_CUE = re.compile(
    rf"(?:^|[,.!]\s|\b(?:hi|hello|hey)[,!]?\s|\bit's\s|\bthis is\s)(?P<run>{_PART}(?:\s{_PART}){{0,2}})\s(?:here"
    rf"|speaking|is my name|my name)\b"
)
_LAST_PART = Later(
    r",\s(?P<run>[A-Z][^\W\d_]+(?:['-][A-Z][^\W\d_]+)?\s[A-Z][^\W\d_]+(?:['-][A-Z][^\W\d_]+)?)\s*[.!]?\s*$"
)
_TITLED = Later(
    r"\b(?P<run>(?:Mr|Mrs|Ms|Miss"
    r"|Mx)\b\.?\s[A-Z][^\W\d_]+(?:['-][A-Z]?[^\W\d_]+)?(?:\s[A-Z][^\W\d_]+(?:['-][A-Z]?[^\W\d_]+)?)?)"
)
_SIGNED = Later(
    r"(?:\n|[.!?,-]\s)(?:thanks|thank you|regards|cheers|best|sincerely|kind regards|best regards|many "
    r"thanks)[\s,.!-]+(?P<run>[^\W\d_]+(?:\s[^\W\d_]+)?)\s*[.!]?\s*$"
)
_LEAD_IN = Later(
    r"^\W*(?:(?:hi|hello|hey|hiya|thanks|thank you|sure|yes|yep|yeah|ok|okay|well|um|uh|please|no|oh|so|good morning"
    r"|good afternoon|good evening"
    r"|of course|certainly|absolutely|it's|its|it is|it would be|it'll be|this is|i am|i'm|im|that's|that is|that "
    r"would be|make it|put it under|put it|put|under|book it under"
    r"|for|name|call me|use|just|the name|you can use|you can call me|go with|let's use|let's go with|i'll go with"
    r"|hier ist|soy|je suis|ich bin|sono|es)\b[\s,.!:-]*)*"
)
_GREETS = re.compile(r"\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening))(?:\sthere)?[\s,.!]*")
_END = re.compile(
    r"[,;!?\n()\"\x1f\d]|(?<![ .][a-z])\.\s|\.$|\s-\s|\b(?:and|from|here|speaking|please|pls|thanks|thank|with|at|in"
    r"|for|but|i|my|who|is|it's|on|the|or)\b"
)


def read_name(text: str, folded: str, asked: bool = False) -> Found[str] | None:
    """The name of the person who writes; `folded` is the text's folded form, with what others took hidden."""
    for match in _BEFORE_CUE.finditer(folded):
        if (found := _run(text, folded, match.start("run"), match.end("run"), strict=True, odd=1)) is not None:
            return found
    for match in _STRONG.finditer(folded):
        if (found := _run(text, folded, match.end(), None, strict=False)) is not None:
            return found
    for match in _UNDER.finditer(folded):
        if (found := _run(text, folded, match.end(), None, strict=False, whole=True)) is not None:
            return found
    for match in _BOOKED_FOR.finditer(folded):
        if text[match.end() : match.end() + 1].isupper() and (
            found := _run(text, folded, match.end(), None, strict=True)
        ):
            return found
    for match in _TITLED.finditer(text) if asked else _SIGNED.finditer(folded):
        if (found := _run(text, folded, match.start("run"), match.end("run"), strict=True)) is not None:
            return found
    for match in _WEAK.finditer(folded):
        greeted = 1 if _GREETS.fullmatch(folded, 0, match.start()) else 2
        if (found := _run(text, folded, match.end(), None, strict=True, odd=greeted)) is not None:
            return found
    if (last := _LAST_PART.search(text)) is not None and (
        found := _run(text, folded, last.start("run"), last.end("run"), strict=True)
    ):
        return Found(found.value, found.start, found.end, 0.6)
    return _answer(text, folded) if asked else None


def _run(
    text: str, folded: str, start: int, end: int | None, *, strict: bool, whole: bool = False, odd: int = 2
) -> Found[str] | None:
    """The words of a name from `start` on. `strict`: with capitals, or at least `odd` words that nobody uses."""
    piece = folded[start:end]
    title = re.match(rf"{_TITLE}\s", piece)
    skip = title.end() if title else 0
    piece = piece[skip:]
    stop = _END.search(piece)
    piece = piece[: stop.start()] if stop else piece
    words: list[tuple[str, bool]] = []
    last = any_left = start + skip
    for match in re.finditer(r"\S+", piece):
        word = match[0].strip(".'")
        raw = text[start + skip + match.start() : start + skip + match.end()]
        capital = raw[:1].isupper() and not raw.isupper()
        if len(words) == 4 or not re.fullmatch(r"[^\W\d_]+(?:['.-][^\W\d_]*)*", word):
            break
        if word in NO_NAME and not (capital and words and text[: start + 1].strip() and _is_a_surname(word)):
            break
        if (
            strict
            and words
            and not capital
            and words[0][1]
            and not word.startswith(("de", "van", "von", "la", "o'", "bin", "al"))
        ):
            break  # "Ada speaking" and "José with a leak": small letters end a name in capitals
        words.append((word, capital))
        last = start + skip + match.end()
    if not words:
        return None
    if strict and not title and not words[0][1] and not (odd <= len(words) <= 2 and _odd(words)):
        return None
    if whole and len(words) == 1 and len(words[0][0]) < 3:
        return None
    begin = start if title else any_left
    return _cut(text, begin, last, 0.8 if strict else 0.9)


def _is_a_surname(word: str) -> bool:
    return word in {"may", "will", "young", "long", "short", "rose", "grant", "price", "day", "march", "june", "best"}


def _odd(words: list[tuple[str, bool]]) -> bool:
    """Small letters, yet no word ends as verbs and adverbs do."""
    return all(
        len(word) > 2 and not re.search(r"(?:ing|ed|[^l]ly|tion|ment|ness|able|ful|ous|n't)$", word)
        for word, _ in words
    )


def _answer(text: str, folded: str) -> Found[str] | None:
    lead = _LEAD_IN.match(folded)
    start = lead.end() if lead else 0
    title = re.match(rf"{_TITLE}\s", folded[start:])
    rest = folded[start + (title.end() if title else 0) :]
    stop = _END.search(rest)
    bare = (rest[: stop.start()] if stop else rest).strip(" .'-")
    words = bare.split()
    if not words or len(words) > 4 or len(bare) > 60:
        return None
    capitals = all(
        word[:1].isupper() for word in text[start + (title.end() if title else 0) :].strip().split()[: len(words)]
    )
    usual = [word for word in words if word.strip(".'-") in NO_NAME]
    if usual and not (capitals and len(usual) < len(words)) and not (capitals and set(usual) <= GIVEN_TOO):
        return None
    if not all(re.fullmatch(r"[^\W\d_]+(?:['.-]+[^\W\d_]*)*", word) for word in words):
        return None
    if len(words[0].strip(".")) < 2 and len(words) == 1:
        return None
    end = start + (title.end() if title else 0) + rest.index(bare) + len(bare)
    return _cut(text, start, end, 0.8)


def _cut(text: str, start: int, end: int, confidence: float) -> Found[str] | None:
    """That piece of the text without the blanks and full stops around it."""
    raw = text[start:end]
    kept = raw.strip().strip(".,").strip()
    start += raw.index(kept)
    return Found(kept, start, start + len(kept), confidence) if kept else None
