"""Which of the client's services a text is about: by its label, the client's synonyms, then the words of the trade.

Pure. The label with the most words in the text wins; a label's own words count more than those of its trade.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from frontdesk.readers.folding import fold
from frontdesk.readers.reading import Found
from frontdesk.readers.service_words import CONCEPTS

__all__ = ["read_service"]

_WEAK_WORDS = frozenset(
    "service services repair repairs and or the of for a an in on care home general change room new work specialist "
    "company management maintenance help support family body other free our water fire".split()
)
"""In many labels, and in many texts that mean something else: they count only with the label's other words."""
_LABEL, _OWN, _NAME, _SYMPTOM = 6.0, 5.0, 3.0, 1.0


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    weight: float


def read_service(
    folded: str, services: Sequence[str], synonyms: Mapping[str, Sequence[str]] | None = None
) -> Found[str] | None:
    """The label of the service that the folded text is about, or None where none is, or two are alike."""
    own = synonyms or {}
    best: Found[str] | None = None
    for label in services:
        if (found := _scored(folded, label, tuple(own.get(label, ())))) is not None and (
            best is None or found.confidence > best.confidence
        ):
            best = found
    if best is None:
        return None
    return Found(best.value, best.start, best.end, min(0.97, 0.5 + best.confidence / 12))


def _scored(folded: str, label: str, own: tuple[str, ...]) -> Found[str] | None:
    """The label with its score in place of a confidence."""
    score, span = 0.0, None
    taken: list[tuple[int, int]] = []
    for rule in _rules(label, own):
        for match in rule.pattern.finditer(folded):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            score += rule.weight * (1 + 0.2 * match[0].count(" "))
            span = span or match.span()
    return Found(label, *span, score) if span and score else None


@lru_cache(maxsize=512)
def _rules(label: str, own: tuple[str, ...]) -> tuple[_Rule, ...]:
    """How a text may speak of this label, strongest first."""
    name = fold(label).strip()
    rules = [_Rule(_phrase(name), _LABEL)]
    rules += [_Rule(_phrase(fold(word)), _OWN) for word in own if word.strip()]
    words = [word for word in re.findall(r"[^\W_]+", name) if word not in _WEAK_WORDS and len(word) > 1]
    rules += [_Rule(_word(word), _NAME) for word in words]
    for names, symptoms in CONCEPTS.values():
        if any(_said(one).search(name) for one in names.split()):
            rules += [
                _Rule(_said(one), _NAME if one in names.split() else _SYMPTOM) for one in _longest_first(symptoms)
            ]
    return tuple(rules)


def _longest_first(words: str) -> list[str]:
    return sorted(words.split(), key=lambda word: (-word.count("_"), -len(word)))


def _phrase(said: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in re.findall(r"[^\s&/+,-]+", said)]
    return re.compile(
        r"(?<!\w)" + r"(?:\s|-|\s?&\s?|\sand\s|/|,\s?|\s?\+\s?)".join(parts or ["(?!)"]) + r"(?:s|es)?(?!\w)"
    )


def _word(word: str) -> re.Pattern[str]:
    """The word and its kin: "repair", "repairs", "repairing"."""
    stem = word[:5] if len(word) > 6 else word
    ending = r"\w{0,6}" if len(word) > 4 else r"s?"
    return re.compile(rf"(?<!\w){re.escape(stem)}{ending}(?!\w)")


@lru_cache(maxsize=2048)
def _said(word: str) -> re.Pattern[str]:
    """A word of the table: `_` is a blank or a hyphen, a last `*` any ending."""
    body = re.escape(word.rstrip("*")).replace("_", r"[\s-]")
    ending = r"\w*" if word.endswith("*") else ""
    return re.compile(rf"(?<!\w){body}{ending}(?!\w)")
