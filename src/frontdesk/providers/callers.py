"""Who a caller is by the number that a provider names: a number that can be texted, or a word for one that is withheld.

Source: Twilio, "Anonymous callers": withheld numbers come as placeholders that spell a word on a dial pad, or as words.
"""

import re

__all__ = ["WITHHELD_NUMBERS", "caller", "is_number", "plain_number"]

WITHHELD_NUMBERS = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE. They look like numbers, and some may be somebody's."""

_WITHHELD_WORDS = frozenset("anonymous restricted blocked unknown unavailable private withheld hidden".split())  # noqa: SIM905
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST = 64


def caller(given: object) -> str:
    """The other party's address as it is kept; empty where it was withheld, or is nothing that can be kept."""
    address = plain_number(given)
    bare = re.sub(r"^sip:|@.*$", "", address.lower())
    return "" if address in WITHHELD_NUMBERS or bare in _WITHHELD_WORDS else address


def plain_number(given: object) -> str:
    """A number without the blanks and brackets of people; any other address trimmed; empty for anything else."""
    if not isinstance(given, str):
        return ""
    trimmed = given.strip()
    bare = re.sub(r"[\s().-]", "", trimmed)
    if is_number(bare):
        return bare
    return trimmed if len(trimmed) <= _LONGEST and trimmed.isprintable() else ""


def is_number(address: str) -> bool:
    """True for a phone number as E.164 writes it."""
    return _E164.fullmatch(address) is not None
