"""How an answer is given: as a question, as a correction, or not at all. Pure."""

import re

from frontdesk.readers.folding import fold

__all__ = ["corrects", "declines", "is_question"]

_DECLINES = re.compile(
    r"\W*(?:(?:no|nope|nah|none|nothing|skip|pass|n/?a|not? (?:applicable|thanks|thank you|answer|comment|idea)"
    r"|(?:no|nope|nah),? (?:thanks|thank you|thx|ty|sorry|that'?s (?:all|it)|not really|nothing(?: else)?)"
    r"|nothing (?:else|more|really)|that'?s (?:all|it)|not really|not sure|(?:i )?(?:don'?t|do not) know|no idea"
    r"|none of (?:your|ur) business|(?:that'?s )?private|why do you (?:need|want) (?:to know|that|it|this)"
    r"|(?:(?:i'?d|i would) )?(?:rather|prefer) not(?: to)?(?: (?:say|tell|answer|share|give)\b.{0,40})?"
    r"|(?:i )?(?:won'?t|will not|don'?t want to|do not want to|don'?t wish to|can'?t)"
    r" (?:say|tell|answer|share|give)\b.{0,40}"
    r"|no gracias|nada(?: mas)?|non merci|rien|nein danke|nichts)(?:,? (?:thanks|thank you|thx|ty|please))?)\W*"
)
_CORRECTS = re.compile(
    r"\b(?:actually|correction|i meant?|i mean|sorry,? (?:it'?s|it is|its|i meant?|that'?s|my|not|wrong)|oops|whoops"
    r"|typo|not \S+(?: \S+)?,? (?:but|it'?s)|(?:is|was|it'?s) wrong|wrong (?:name|number|address|date|time|day|e-?mail)"
    r"|instead|rather than|(?:change|make|move|switch|update|correct)\b.{1,40}\bto\b|make (?:it|that)|should be"
    r"|misspell\w*)\b"
)
_ASKS = re.compile(
    r"\?\W*$|^\W*(?:(?:hi|hello|hey|ok|okay|well|but|and|so|sorry|first)\W+)*"
    r"(?:what|when|where|who|why|which|how|do you|does it|can you|could you|are you|is it|is there|will you"
    r"|would you)\b"
)


def declines(text: str) -> bool:
    """True where the whole text says that there is no answer: no thanks, nothing else, rather not say."""
    return _DECLINES.fullmatch(fold(text)) is not None


def corrects(text: str) -> bool:
    """True where the text takes something back: actually, sorry it's, I meant, change it to."""
    return _CORRECTS.search(fold(text)) is not None


def is_question(text: str) -> bool:
    """True where the text asks something."""
    return _ASKS.search(fold(text)) is not None
