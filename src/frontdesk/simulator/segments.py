"""How many segments the carrier counts for a text.

Source: Twilio, SMS character limits; 3GPP TS 23.038, default alphabet and its extension table. Written apart from the
desk's own count on purpose: one mistake cannot hide in both.
"""

__all__ = ["count_segments"]

_PLAIN = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = set("\f^{}\\[~]|€")
"""Two septets each."""


def count_segments(text: str) -> int:
    """Segments of one text, at least 1: GSM-7 where every character is in it, else UCS-2 in UTF-16 units."""
    if set(text) <= _PLAIN | _ESCAPED:
        return _parts([1 + (char in _ESCAPED) for char in text], alone=160, joined=153)
    return _parts([len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text], alone=70, joined=67)


def _parts(sizes: list[int], *, alone: int, joined: int) -> int:
    """Parts that hold so many units: no character is cut in two."""
    if sum(sizes) <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return parts
