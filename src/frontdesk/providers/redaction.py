"""What a provider was asked and what it answered, as it may be kept: no secret, no text of a message, no whole number.

An answer may hold anything, also what was sent, quoted in an error. So nothing is passed on because it looks harmless:
a field is kept for its name and only in the shape that it should have, and free text is washed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Redactor", "host_of", "json_object", "last_four", "length_of"]

LONGEST_BODY = 2000
LONGEST_TEXT = 500
LONGEST_PAGE = 200
"""Of a body that is no JSON object, as gateways send, the beginning is enough."""

_MASK = "…"
_SEEN = 20_000
"""Characters of a text that are looked at at all."""
_TELLING = 10
"""So many letters and digits in a row that also stand in the message are taken for a piece of it."""
_TOO_SHORT = 4
"""A text or secret below this length says nothing, and would be found in every word."""
# Seven digits and more, whatever stands between them: a phone number, or what could be one.
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){6,}")
# Long enough for a key or a token, too long for a word.
_KEY = re.compile(r"[A-Za-z0-9+/=_\-]{20,}")


class Redactor:
    """Washes what belongs to one request: it knows what must never be seen in it or in its answer."""

    def __init__(self, *, secrets: Iterable[str], numbers: Iterable[str], text: str) -> None:
        """`secrets` are credentials in every form that is sent, `numbers` the addresses, `text` the message's body."""
        digits = [found for number in numbers if (found := "".join(filter(str.isdigit, number)))]
        nationals = [found[-10:] for found in digits]
        hidden = {*secrets, *digits, *nationals, text, text.strip()}
        self._hidden = sorted((one for one in hidden if len(one) >= _TOO_SHORT), key=len, reverse=True)
        letters, _ = _letters(text)
        self._pieces = {letters[at : at + _TELLING] for at in range(len(letters) - _TELLING + 1)}

    def washed(self, text: str, longest: int = LONGEST_TEXT) -> str:
        """The text without anything hidden, without pieces of the message, long numbers and keys, and shortened."""
        text = self._without_hidden(_storable(text[:_SEEN]))
        text = self._without_pieces(text)
        return _NUMBER.sub(_MASK, _KEY.sub(_MASK, text))[:longest]

    def shaped(self, value: object, shape: re.Pattern[str]) -> str | int | None:
        """The value where it is a text or whole number of exactly this shape and hides nothing; else None."""
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        text = str(value) if isinstance(value, str) or abs(value) < 10**18 else ""
        hides = self._without_pieces(self._without_hidden(text)) != text
        return value if shape.fullmatch(text) and not hides else None

    def body(self, answered: bytes, shapes: Mapping[str, re.Pattern[str]], texts: Iterable[str]) -> Any:
        """Of a JSON object the fields of `shapes` that have their shape, and `texts` washed; else the washed beginning.

        At most 2,000 characters as JSON.
        """
        given = json_object(answered)
        if given is None:
            return self.washed(answered.decode("utf-8", "replace"), LONGEST_PAGE)
        kept: dict[str, Any] = {}
        for name, shape in shapes.items():
            if (value := self.shaped(given.get(name), shape)) is not None:
                kept[name] = value
        kept |= {name: self.washed(given[name]) for name in texts if isinstance(given.get(name), str) and given[name]}
        return kept if len(json.dumps(kept, ensure_ascii=False)) <= LONGEST_BODY else {"left_out": "longer than kept"}

    def _without_hidden(self, text: str) -> str:
        for one in self._hidden:
            text = text.replace(one, _MASK)
        return text

    def _without_pieces(self, text: str) -> str:
        """Mask every run that shares so many letters with the message, however the answer quotes or escapes it."""
        letters, places = _letters(text)
        marked = bytearray(len(text))
        for at in range(len(letters) - _TELLING + 1):
            if letters[at : at + _TELLING] in self._pieces:
                first, last = places[at], places[at + _TELLING - 1]
                marked[first : last + 1] = b"\x01" * (last - first + 1)
        shown = (_MASK if mark else char for char, mark in zip(text, marked, strict=True))
        return re.sub(f"{_MASK}+", _MASK, "".join(shown))


def json_object(answered: bytes) -> dict[str, Any] | None:
    """The JSON object that an answer is; None where it is none, also where it is too deep to be read."""
    try:
        given = json.loads(answered)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def last_four(address: str) -> str:
    """An address by its last 4 characters, of a short one by fewer; a channel's prefix stays: `whatsapp:…0119`."""
    channel, colon, rest = address.rpartition(":")
    seen = min(4, len(rest) // 2)
    prefix = channel + colon if channel.isascii() and channel.isalpha() else ""
    return prefix + _MASK + _storable(rest[len(rest) - seen :]) if rest else ""


def length_of(text: str) -> str:
    """How long a text is that is not to be seen."""
    return f"<{len(text)} characters>"


def host_of(url: str) -> str:
    """The host of a URL: its path and query may hold keys or names."""
    try:
        return _storable(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def _letters(text: str) -> tuple[str, list[int]]:
    """Only the letters and digits, in one case, and where each stands in the text."""
    found = [(char.lower()[0], at) for at, char in enumerate(text) if char.isalnum()]
    return "".join(char for char, _ in found), [at for _, at in found]


def _storable(text: str) -> str:
    """What a jsonb column takes: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
