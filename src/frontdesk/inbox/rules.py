"""The decisions of the inbox: what jsonb can hold, who may claim how much, what failures lead to, what dies alike."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

__all__ = [
    "Dead",
    "Held",
    "Retry",
    "Room",
    "after_failure",
    "fingerprint",
    "jsonb_safe",
    "jsonb_text",
    "room_for",
    "storable",
]

_NUL_MARK = "�"
_DEEPEST = 200  # levels; beyond 254 the writer of JSON gives up
_VARIABLE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\b[A-Z]{2}[0-9a-f]{32}\b|\+?\d+", re.IGNORECASE)


def jsonb_text(value: Any) -> str:
    """`value` as JSON that jsonb takes, see `jsonb_safe`. Nearly every payload can be written as it is, and is."""
    try:
        text = orjson.dumps(value)
    except TypeError:  # lone surrogates, keys that are not text
        text = orjson.dumps(jsonb_safe(value))
    if b"\\u0000" in text:
        text = orjson.dumps(jsonb_safe(value))
    return text.decode()


def jsonb_safe(value: Any) -> Any:
    """`value` as jsonb can hold it: NUL and lone surrogates become U+FFFD, and a mapping so changed says so.

    The raw body in the archive keeps what was replaced. Source: PostgreSQL, JSON types: jsonb rejects \\u0000.
    """
    cleaned, changed = _clean(value)
    if changed and isinstance(cleaned, dict):
        cleaned["_replaced"] = "characters that jsonb cannot hold; the body has them"
    return cleaned


def _clean(value: Any, depth: int = 0) -> tuple[Any, bool]:
    if depth > _DEEPEST:
        return "…", True
    if isinstance(value, str):
        cleaned = value.replace("\x00", _NUL_MARK).encode("utf-8", "replace").decode("utf-8")
        return cleaned, cleaned != value
    if isinstance(value, Mapping):
        pairs = [(_clean(str(key)), _clean(item, depth + 1)) for key, item in value.items()]
        return {key[0]: item[0] for key, item in pairs}, any(key[1] or item[1] for key, item in pairs)
    if isinstance(value, list | tuple):
        items = [_clean(item, depth + 1) for item in value]
        return [item for item, _ in items], any(changed for _, changed in items)
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value), True  # as text; the writer of JSON knows no more than 64 bits
    return value, False


def storable(text: str) -> str:
    """An error's text as a column can hold it: at most 2,000 characters, no NUL, no lone surrogate."""
    return str(_clean(text[:2000])[0])


@dataclass(frozen=True, slots=True)
class Retry:
    """Try the event again; its lane waits."""


@dataclass(frozen=True, slots=True)
class Dead:
    """Bury the event as a dead letter; its lane goes on."""


@dataclass(frozen=True, slots=True)
class Held:
    """Leave the event first in its lane, and the lane to a person."""


def after_failure(tries: int, *, max_tries: int, hopeless: bool, hold: bool = False) -> Retry | Dead | Held:
    """What a failed try leads to. `tries` includes the failed one; `hopeless` means that no retry can help.

    With `hold` (a setting per webhook type) the lane waits for a person instead of going on without the event.
    """
    if not hopeless and tries < max_tries:
        return Retry()
    return Held() if hold else Dead()


@dataclass(frozen=True, slots=True)
class Room:
    """How much a worker may claim: lanes in all, how many of them retries, and how many one client may have in hand."""

    lanes: int
    retries: int
    share: int


def room_for(concurrency: int, in_hand: int, retries_in_hand: int, *, client_share: float, retry_share: float) -> Room:
    """The room that is left of `concurrency` lanes.

    Every worker keeps both shares for itself, so that they hold over all of them: no client has more than its share of
    all workers, and retries always leave most of them to first tries. Each share is at least one lane.
    """
    lanes = max(0, concurrency - in_hand)
    retries = max(1, int(concurrency * retry_share)) - retries_in_hand
    return Room(lanes, max(0, min(lanes, retries)), max(1, int(concurrency * client_share)))


def fingerprint(webhook_type: str, kind: str, message: str) -> str:
    """The group that a dead letter belongs to: numbers and ids in the message do not count.

    `kind` is the error's class with the place where it was raised. Returns 16 hex digits.
    """
    normalised = _VARIABLE.sub("#", message)
    return hashlib.sha256(f"{webhook_type}\n{kind}\n{normalised}".encode()).hexdigest()[:16]
