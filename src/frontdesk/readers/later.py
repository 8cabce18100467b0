"""A pattern that is compiled when a text first may hold it, so that reading one short text starts quickly. Pure."""

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from sys import maxsize

__all__ = ["DIGITS", "Later"]

DIGITS = tuple("0123456789")


class Later:
    """A regular expression with `needs`: parts of which a text has at least one, or the pattern cannot be in it."""

    def __init__(self, pattern: str, needs: Collection[str] = ()) -> None:
        self._pattern = pattern
        self._needs = tuple(needs)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern)

    def may_be_in(self, text: str) -> bool:
        """False where the text lacks all that the pattern needs."""
        return not self._needs or any(one in text for one in self._needs)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every place in `text`, as `re.Pattern.finditer`."""
        return self._compiled.finditer(text) if self.may_be_in(text) else iter(())

    def search(self, text: str, pos: int = 0, endpos: int = maxsize) -> re.Match[str] | None:
        """The first place in `text`, as `re.Pattern.search`."""
        return self._compiled.search(text, pos, endpos) if self.may_be_in(text) else None

    def match(self, text: str, pos: int = 0, endpos: int = maxsize) -> re.Match[str] | None:
        """The pattern at `pos`, as `re.Pattern.match`."""
        return self._compiled.match(text, pos, endpos) if self.may_be_in(text) else None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The pattern as the whole text, as `re.Pattern.fullmatch`."""
        return self._compiled.fullmatch(text) if self.may_be_in(text) else None
