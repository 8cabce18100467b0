"""The words that carriers, regulators and plain sense give a meaning: STOP, START, HELP, and "please stop texting me".

Source: 47 CFR 64.1200(a)(10), which lets a consent be revoked in any reasonable way and names words that always do it;
and the carriers' default keywords.
"""

from dataclasses import dataclass
from typing import Literal

from frontdesk.readers.optout import asks_to_stop, is_wrong_number
from frontdesk.readers.optout_spelling import plain
from frontdesk.readers.optout_words import BY_CARRIER, HELP, OTHER_LANGUAGES, POLITE, START, STOP, YES_AFTER_STOP

__all__ = ["How", "Kind", "Word", "keyword"]

Kind = Literal["stop", "start", "help"]
How = Literal["keyword", "language", "wrong_number"]

_STOPS = dict.fromkeys(STOP, "en") | {word: lang for lang, words in OTHER_LANGUAGES.items() for word in words}


@dataclass(frozen=True, slots=True)
class Word:
    """What a text asks for: `how` it was said, and in which language (ISO 639-1).

    `keyword`: one of the English words, which carriers know too. `language`: in a sentence, or in another language.
    `wrong_number`: the person says not to be the lead, which is an opt-out as well.
    """

    kind: Kind
    how: How = "keyword"
    lang: str = "en"


def keyword(text: str, *, opted_out: bool = False) -> Word | None:
    """What `text` asks for, or None. YES starts again only after an opt-out; else it is an answer.

    STOP may be said in any way; START and HELP are whole messages, as nothing but a clear word lifts an opt-out.
    """
    said = plain(text)
    if (word := _whole(said.replace(" |", ""), opted_out)) is not None:
        return word
    if (lang := is_wrong_number(said)) is not None:
        return Word("stop", "wrong_number", lang)
    return Word("stop", "language", lang) if (lang := asks_to_stop(said)) is not None else None


def _whole(words: str, opted_out: bool) -> Word | None:
    once = _said_once(words)
    if once in START or (opted_out and once in YES_AFTER_STOP):
        return Word("start")
    if once in HELP:
        return Word("help")
    if once in BY_CARRIER:
        return Word("stop")
    lang = _STOPS.get(once) or _STOPS.get(_said_once(_without_politeness(words)))
    return Word("stop", "keyword" if lang == "en" else "language", lang) if lang else None


def _said_once(words: str) -> str:
    """`stop stop stop` is `stop`, `opt out opt out` is `opt out`."""
    said = words.split()
    for size in (1, 2):
        if len(said) > size and len(said) % size == 0 and said == said[:size] * (len(said) // size):
            return " ".join(said[:size])
    return words


def _without_politeness(words: str) -> str:
    said = words.split()
    while said and said[0] in POLITE:
        said.pop(0)
    while said and said[-1] in POLITE:
        said.pop()
    return " ".join(said)
