"""What a writer is given beside the template. Pure values."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

__all__ = ["Bounds", "Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a writer knows: nothing of the lead but the language (ISO 639-1), and that where it is known."""

    business: str
    tone: str
    known: tuple[str, ...] = ()
    """Sentences about the business that a reply may use."""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How a draft is looked at by what other rooms know, so that this one imports none of them.

    `fits` tells whether a text is short enough; `claims` what days, times, amounts and addresses a text names, in words
    of any kind as long as equal ones are equal; `language_of` the language of a text, None where it cannot tell.
    """

    fits: Callable[[str], bool]
    claims: Callable[[str], Collection[str]]
    language_of: Callable[[str], str | None]
