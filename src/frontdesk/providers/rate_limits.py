"""The header fields `RateLimit-Policy` and `RateLimit`: how much one may still ask of a server, and from when on again.

Source: the IETF draft "RateLimit header fields for HTTP", over RFC 9651 (structured fields). A field that is malformed
counts as a whole as not sent. What they say is no promise, and `Retry-After` stands above it.
"""

import re
from dataclasses import dataclass

__all__ = ["Limit", "Policy", "parse_limits", "parse_policies"]

_STRING = r'"(?:[^"\\]|\\["\\])*"'
_VALUE = rf"(?:-?\d{{1,15}}|{_STRING}|:[A-Za-z0-9+/=]*:)"
_PARAMETER = rf"; *[a-z*][a-z0-9_.*-]*(?:={_VALUE})?"
_MEMBER = re.compile(rf"({_STRING})((?:{_PARAMETER})*)")
_LIST = re.compile(rf"{_STRING}(?:{_PARAMETER})*(?:[ \t]*,[ \t]*{_STRING}(?:{_PARAMETER})*)*")
_PARAMETERS = re.compile(rf"; *([a-z*][a-z0-9_.*-]*)(?:=({_VALUE}))?")
_LONGEST = 2000
"""Characters of a field; more is nothing that a server says."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a server grants: `quota` units in `window` seconds."""

    name: str
    quota: int
    window: int | None = None
    unit: str | None = None
    partition_key: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What is left of a policy: `remaining` units until it is full again in `reset` seconds."""

    name: str
    remaining: int
    reset: int | None = None
    partition_key: str | None = None


def parse_policies(value: str | None) -> list[Policy]:
    """The policies in a RateLimit-Policy field; none where it is malformed."""
    found = []
    for name, given in _members(value):
        quota = _number(given.get("q"))
        if quota is None:
            return []
        unit = given.get("qu")
        text = _text(unit) if unit else None
        found.append(Policy(name, quota, _number(given.get("w")), text, _key(given.get("pk"))))
    return found


def parse_limits(value: str | None) -> list[Limit]:
    """The limits in a RateLimit field; none where it is malformed."""
    found = []
    for name, given in _members(value):
        remaining = _number(given.get("r"))
        if remaining is None:
            return []
        found.append(Limit(name, remaining, _number(given.get("t")), _key(given.get("pk"))))
    return found


def _members(value: str | None) -> list[tuple[str, dict[str, str]]]:
    """The strings of a list with their parameters; none where it is no list of strings."""
    text = (value or "").strip(" ")
    if len(text) > _LONGEST or not _LIST.fullmatch(text):
        return []
    return [(_text(name), dict(_PARAMETERS.findall(rest))) for name, rest in _MEMBER.findall(text)]


def _text(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


def _key(value: str | None) -> str | None:
    """A byte sequence as it is written, in base64."""
    return value[1:-1] if value and value.startswith(":") else None
