"""A table of phrases, looked up by the first letters of their first word, so that a text is read in one walk. Pure.

Trying every pattern at every letter would take ten milliseconds for a long text; this takes less than one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["CLAUSE_START", "Phrase", "Table"]

CLAUSE_START = r"(?<![^|] )"
"""Before a first word: nothing, or the end of another clause."""
_KEY = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say it: one of the words of `first` (`*`: any ending) and `then`, a pattern.

    `before` is a look-behind. What follows is bounded, so that no text makes it slow.
    """

    first: str
    then: str = ""
    before: str = ""


class Table:
    """Phrases that mean the same, each for one language (ISO 639-1)."""

    def __init__(self, phrases: Mapping[str, Sequence[Phrase]]) -> None:
        ordered: dict[str, dict[str, list[str]]] = {}
        for lang, ones in phrases.items():
            for one in ones:
                for word in one.first.split():
                    pattern = one.before + word.replace("*", r"\w*") + r"\b" + one.then
                    ordered.setdefault(word.rstrip("*")[:_KEY], {}).setdefault(lang, []).append(pattern)
        self._phrases = ordered
        self._patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # compiled when a text first needs them

    def find(self, said: str) -> tuple[str, re.Match[str]] | None:
        """The language and the place of the first phrase in `said`, as `plain` leaves it."""
        at = 0
        for word in said.split(" "):
            if (key := word[:_KEY]) in self._phrases:
                for lang, pattern in self._patterns.get(key) or self._compiled(key):
                    if (match := pattern.match(said, at)) is not None:
                        return lang, match
            at += len(word) + 1
        return None

    def _compiled(self, key: str) -> list[tuple[str, re.Pattern[str]]]:
        """Compiling all at import would cost a command a tenth of a second, for words that most texts have none of."""
        self._patterns[key] = [
            (lang, re.compile("|".join(f"(?:{one})" for one in many))) for lang, many in self._phrases[key].items()
        ]
        return self._patterns[key]
