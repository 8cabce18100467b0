"""The language of a text, by its script, its small words, endings and letters. Pure; no model.

A word that several languages share counts for each by a share. With nothing to go by there is no answer.
"""

import re
from collections import defaultdict
from functools import cache
from math import exp, log

from frontdesk.readers.language_words import ENDINGS, LETTERS, SCRIPTS, WORDS
from frontdesk.readers.reading import Found

__all__ = ["read_language"]

_READ = 600
"""Characters that tell enough."""
_ADDRESS = re.compile(r"\S{1,99}@\S+|https?://\S+|www\.\S+")
"""Of no language, though its parts may look like words."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def read_language(text: str) -> Found[str] | None:
    """The ISO 639-1 code of the language that `text` is most likely in."""
    head = _ADDRESS.sub(" ", text[:_READ].lower().replace("’", "'"))
    if (script := _by_script(head)) is not None:
        return Found(script, 0, len(text), 0.95)
    scores: defaultdict[str, float] = defaultdict(float)
    for word in _WORD.findall(head):
        shares = _shares().get(word) or (_likeness(word) if len(word) > 3 else {})
        for lang, share in shares.items():
            scores[lang] += share
        if "'" in word:
            _elided(word, scores)
    for lang, letters in LETTERS.items():
        scores[lang] += 0.4 * min(3, sum(head.count(letter) for letter in letters))
    ranked = sorted(scores.items(), key=lambda one: -one[1])[:2]
    if not ranked or ranked[0][1] < 0.5:
        return None
    (lang, best), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    if best == second and scores["en"] == best:
        lang = "en"
    return Found(lang, 0, len(text), round(min(0.95, 0.5 + (best - second) / (best + second + 1)), 2))


def _by_script(text: str) -> str | None:
    letters = [char for char in text if char.isalpha()]
    if not letters or all(char < "\u0370" for char in letters):
        return None
    for lang, first, last in SCRIPTS:
        if sum(first <= ord(char) <= last for char in letters) * (5 if lang == "ja" else 2) > len(letters):
            return lang
    return None


def _elided(word: str, scores: defaultdict[str, float]) -> None:
    """French l'eau, Italian dell'acqua, English we're."""
    head, _, tail = word.partition("'")
    if head in ("l", "d", "j", "qu", "n", "s", "c", "m"):
        scores["fr"] += 0.8
    if head in ("dell", "all", "nell", "sull", "un", "quest", "c", "l", "dall"):
        scores["it"] += 0.8 if head != "l" else 0.5
    if tail in ("t", "s", "re", "ll", "ve", "m", "d"):
        scores["en"] += 0.8


@cache
def _shares() -> dict[str, dict[str, float]]:
    """Per word, each language that knows it, with its share."""
    known: dict[str, list[str]] = {}
    for lang, words in WORDS.items():
        for word in set(words.split()):
            known.setdefault(word, []).append(lang)
    return {
        word: {lang: (1.0 if len(langs) == 1 else 0.9 / len(langs)) for lang in langs} for word, langs in known.items()
    }


@cache
def _endings() -> dict[str, tuple[str, ...]]:
    return {lang: tuple(endings.split()) for lang, endings in ENDINGS.items()}


@cache
def _trigrams() -> dict[str, dict[str, int]]:
    """How often three letters stand together in the known words, by language."""
    counts: dict[str, dict[str, int]] = {}
    for lang in ENDINGS:
        own = counts.setdefault(lang, {})
        for word in WORDS[lang].split():
            for gram in _grams(word):
                own[gram] = own.get(gram, 0) + 1
    return counts


def _grams(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def _likeness(word: str) -> dict[str, float]:
    """A share for each language by how its own words look: what they are made of, and how they end."""
    logs = {}
    for lang, own in _trigrams().items():
        total = sum(own.values()) + 3000
        logs[lang] = sum(log((own.get(gram, 0) + 0.3) / total) for gram in _grams(word))
        logs[lang] += 1.0 if word.endswith(_endings()[lang]) else 0.0
    best = max(logs.values())
    weights = {lang: exp(one - best) for lang, one in logs.items()}
    whole = sum(weights.values())
    return {lang: 0.6 * weight / whole for lang, weight in weights.items()}
