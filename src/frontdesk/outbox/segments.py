"""How many segments a text takes on its way, and the text in its cheapest wording. Pure.

Source: 3GPP TS 23.038 (the GSM 7 bit default alphabet and its extension table) and TS 23.040 (concatenation).
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

__all__ = ["Count", "Encoding", "Prepared", "cost", "count", "prepared", "unsegmented"]


class Encoding(StrEnum):
    """How the characters of a text travel."""

    GSM7 = "gsm7"  # septets; the extension table's characters take two
    UCS2 = "ucs2"  # UTF-16 units; characters beyond U+FFFF, such as emoji, take two


@dataclass(frozen=True, slots=True)
class Count:
    """What a text takes: `units` are septets or UTF-16 units, without what a long text's parts lose to padding."""

    encoding: Encoding
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text as it will be sent, and what it takes."""

    body: str
    count: Count

    @property
    def segments(self) -> int:
        """How many segments it takes, 1 at least."""
        return self.count.segments


_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION

# Alone, and in each part of several: a part's header, which puts them together again, takes 6 of its 140 octets.
_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}

# NUL is what PostgreSQL refuses in a text; half a surrogate pair is what no UTF-8 can carry.
_NEVER = re.compile("[\0\ud800-\udfff]")

# Hints for line breaks that nobody sees: ZERO WIDTH SPACE, WORD JOINER, the byte order mark, SOFT HYPHEN.
_UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x00AD), "")
_SPACES = (0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_PLAIN = str.maketrans(
    {
        **_UNSEEN,
        # Joiners, directions, variation selectors: they shape letters and emoji, so they go only where neither is left.
        **dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), ""),
        **dict.fromkeys((0xFE0E, 0xFE0F), ""),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys((0x0B, 0x85, 0x2028, 0x2029), "\n"),
        **dict.fromkeys("‘’‚‛‹›′´`ʼ", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−•", "-"),
        "‥": "..",
        "…": "...",
        "⁄": "/",
    }
)


def count(text: str) -> Count:
    """What `text` takes; the empty text goes as one segment too."""
    encoding = Encoding.GSM7 if _GSM7.issuperset(text) else Encoding.UCS2
    sizes = [_units(character, encoding) for character in text]
    alone, part = _ROOM[encoding]
    units = sum(sizes)
    return Count(encoding, units, 1 if units <= alone else _parts(sizes, part))


def _units(character: str, encoding: Encoding) -> int:
    two = character in _EXTENSION if encoding is Encoding.GSM7 else character > "\uffff"
    return 2 if two else 1


def _parts(sizes: list[int], room: int) -> int:
    """A pair (an escape and its character, two surrogates) is never split: the part before it ends one unit early."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


def prepared(body: str) -> Prepared:
    """`body` as it will be sent: typographic punctuation becomes plain ASCII only where that saves a segment.

    Letters with accents and emoji stay as they are. What was prepared is left alone when it is prepared again.
    """
    body = _NEVER.sub("", body)
    wordings = {body: None, body.translate(_UNSEEN): None}  # in this order; mostly they are one
    if _GSM7.issuperset(plain := body.translate(_PLAIN)):  # else no quote that is made plain saves anything
        wordings[plain] = None
    # The first of the cheapest: what is nearer to the writer's own text wins a tie.
    return min((Prepared(wording, count(wording)) for wording in wordings), key=lambda each: each.segments)


def unsegmented(body: str) -> Prepared:
    """`body` for a channel that knows no segments: as it was written, and one message whatever its length."""
    body = _NEVER.sub("", body)
    return Prepared(body, replace(count(body), segments=1))


def cost(segments: int, price_per_segment: Decimal) -> Decimal:
    """What so many segments cost, in the currency of the price."""
    return price_per_segment * segments
