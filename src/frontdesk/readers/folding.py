"""A text as the rules look at it: lower case, no accents, one kind of quote, dash and blank, each sign in its place.

The folded text is as long as the text itself, so that a place found in one is a place in the other. Pure.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["HIDDEN", "MANY", "READ", "fold", "hide"]

READ = 4000
"""Characters that are looked at; a text message has at most 1,600."""

MANY = 20
"""So many dates or times are kept of one text; one is meant."""

HIDDEN = "\x1f"
"""Stands for each character that another field has taken: no letter, no digit, no blank."""

_SAME = {
    **dict.fromkeys("‘’ʼ´`′＇‛ʹ‵ʻ", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict(zip("łøđıßæœ", "lodisao", strict=True)),
    **dict.fromkeys("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85", " "),
    "\u200b": " ",
    "\ufeff": " ",
}


@lru_cache(maxsize=4096)
def _one(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    if char.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", char)[:1].lower()
    plain = _SAME.get(plain, plain)
    return plain if len(plain) == 1 else char


def fold(text: str) -> str:
    """The first characters of `text` as the rules look at them, one for one; a line break stays one."""
    text = text[:READ]
    if text.isascii() and text.isprintable():
        return text.lower()
    return "".join("\n" if char == "\n" else _one(char) for char in text)


def hide(folded: str, spans: Iterable[tuple[int, int]]) -> str:
    """`folded` with these places hidden, so that no other rule reads them again."""
    for start, end in spans:
        folded = folded[:start] + HIDDEN * (end - start) + folded[end:]
    return folded
