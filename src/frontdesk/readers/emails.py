"""E-mail addresses, typed or spelt out: ada@example.com, "ada dot love at example dot com". Pure.

Source of the limits: RFC 5321 section 4.5.3.1 (64 before the @, 255 after it).
"""

import re

from frontdesk.readers.later import Later
from frontdesk.readers.reading import Found

__all__ = ["read_email"]

_LOCAL = r"[a-z0-9!#$%&*+/=?^_{|}~-]{1,64}"
_TYPED = Later(
    rf"(?<![\w.+@-])({_LOCAL}(?:\.{_LOCAL}){{0,8}})\s?@\s?"
    r"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24}\b|\[\d{1,3}(?:\.\d{1,3}){3}\])(?![@])",
    ("@",),
)
_DOT = r"(?:\s?[(\[]\s?dot\s?[)\]]\s?|\sdot\s|\.)"
_AT = r"(?:\s?[(\[]\s?at\s?[)\]]\s?|\sat\s|\s?@\s?)"
_TLD = (
    r"(?:com|net|org|edu|gov|io|co|us|uk|ca|au|nz|ie|de|fr|es|it|pt|nl|be|ch|at|in|info|biz|me|eu|app|dev|br|mx|pl|se)"
)
_PIECE = r"[a-z0-9][a-z0-9_+-]{0,40}"
_SPELT = Later(
    rf"(?<![\w.+@-])({_PIECE}(?:(?:{_DOT}|\s(?:underscore|dash|hyphen|plus)\s){_PIECE}){{0,5}}){_AT}"
    rf"({_PIECE}(?:{_DOT}{_PIECE}){{0,2}}{_DOT}{_TLD})\b(?!\.?\w)",
    ("dot", "@", "at"),
)
_SIGNS = ((" underscore ", "_"), (" dash ", "-"), (" hyphen ", "-"), (" plus ", "+"))
_MAILBOXES = frozenset({"gmail", "googlemail", "hotmail", "outlook", "yahoo", "icloud", "aol", "live", "gmx", "proton"})
_ADDRESSED = Later(r"\b(?:e-?mail|mail|address|reach|contact|write|send|inbox)\b")
_NOT_A_MAILBOX = frozenset({"me", "us", "it", "is", "are", "be", "look", "you", "him", "her", "them", "available"})


def read_email(folded: str, asked: bool = False) -> Found[str] | None:
    """The first e-mail address in the folded text, in lower case."""
    for match in _TYPED.finditer(folded):
        local, domain = match[1], match[2]
        if "@" in match[0] and len(local) <= 64 and len(domain) <= 255:
            return Found(f"{local}@{domain}", match.start(), match.end(), 0.99)
    for match in _SPELT.finditer(folded):
        local, domain = _written(match[1]), _written(match[2])
        spelt_at = "@" not in match[0]
        if spelt_at and not (asked or _is_meant(folded, match, domain)):
            continue  # "meet us at booking.com"
        return Found(f"{local}@{domain}", match.start(), match.end(), 0.9)
    return None


def _is_meant(folded: str, match: re.Match[str], domain: str) -> bool:
    if match[1].split()[-1] in _NOT_A_MAILBOX:
        return False
    whole_text = match.end() - match.start() >= len(folded.strip(" .!")) - 1
    spelt_out = " dot " in match[2] or "(" in match[0] or "[" in match[0]
    return (
        whole_text
        or spelt_out
        or domain.split(".")[0] in _MAILBOXES
        or bool(_ADDRESSED.search(folded, 0, match.start()))
    )


def _written(said: str) -> str:
    for word, sign in _SIGNS:
        said = said.replace(word, sign)
    return re.sub(_DOT, ".", said).replace(" ", "")
