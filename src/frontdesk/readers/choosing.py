"""Which of several dates or times a text is about. Pure."""

from typing import TypeVar

from frontdesk.readers.later import Later
from frontdesk.readers.reading import Found

__all__ = ["meant"]

T = TypeVar("T")

_NOT_THIS = Later(
    r"\b(?:not|instead of|rather than|except|besides|can't (?:do|make)|cannot (?:do|make)|don't want|no longer|isn't"
    r"|not on|not at)\s"
    r"(?:on\s|for\s|the\s|it\s|at\s){0,2}$"
)
_INSTEAD = Later(r"\s(?:to|until)\s(?:the\s|on\s|at\s)?$")
_MOVES = Later(
    r"\b(?:mov\w+|chang\w+|reschedul\w+|shift\w*|switch\w*|swap\w*|push\w*|postpone\w*|rebook\w*|amend\w*)\b"
)


def meant(found: list[Found[T]], folded: str) -> Found[T] | None:
    """Not one that the text rules out, and the new one where something is moved; else the first."""
    if len(found) < 2:
        return found[0] if found else None
    kept = [one for one in found if not _NOT_THIS.search(folded, 0, one.start)] or found
    if _MOVES.search(folded):
        kept = [one for one in kept[1:] if _INSTEAD.search(folded, 0, one.start)] or kept
    return kept[0]
