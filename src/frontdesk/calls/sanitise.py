"""A small copy of a provider's payload for people to look at: what is large is cut, marked with what was there; what is
known of the call stays. Pure, and the same again when it is done again."""

import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

__all__ = ["FACTS", "LARGEST", "TEXT", "sanitised", "size_of"]

LARGEST = 20_000
"""Bytes that a copy never exceeds, written as ASCII with blanks after commas and colons."""
SMALL = 50_000
"""A payload of so many bytes or more comes out at most a tenth as large."""
TEXT = 500
"""Characters of a text that are kept."""

FACTS = (
    "call_id", "CallSid", "id", "state", "CallStatus", "DialCallStatus", "direction", "Direction", "event_timestamp",
    "external_number", "internal_number", "From", "To", "from_number", "to_number",
    "date_started", "date_rang", "date_first_rang", "date_queued", "date_connected", "date_ended", "Timestamp",
    "duration", "total_duration", "talk_time", "hold_time", "CallDuration", "DialCallDuration",
    "master_call_id", "entry_point_call_id", "operator_call_id", "group_id", "voicemail_recording_id",
    "was_recorded", "is_transferred", "callback_requested", "csat_score", "mos_score", "target_availability_status",
    "message_status", "message_delivery_result", "created_date",
)  # fmt: skip
"""Fields at the top of a payload that always survive, the more important ones first: ids, states, numbers, times."""

PARTIES = ("contact", "target", "entry_point_target", "proxy_target")
"""Objects of which the facts survive too: who called, who was called, and through whom."""
OF_A_PARTY = ("id", "type", "phone", "phone_number", "name", "office_id")

_KNOWN = (*FACTS, *PARTIES, *(name for name in OF_A_PARTY if name not in FACTS))
_BELOW = 20  # keys of an object that is not the whole payload
_CUT = "_cut"
_WAS = re.compile(r"…\[(cut|removed): [a-z0-9, ]{1,80}\]")
_MARK = re.compile(rf"(?s:.{{0,{TEXT}}}){_WAS.pattern}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\r\n-]+")
_DATA_URI = re.compile(r"data:[\w.+-]*/?[\w.+-]*[;,]", re.IGNORECASE)
_ENCODED_FROM = 200  # characters without a blank: no word, number or id is so long
_LOOKED_AT = 2000  # characters of a text, to tell what it is
_LONGEST_KEY = 64
_FACT_BYTES = 40
_LARGEST_NUMBER = 2**64


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much is kept: characters of a text, items of an array, keys of an object, levels."""

    text: int
    items: int
    keys: int
    levels: int


_STEPS = (
    _Limits(TEXT, 10, 80, 5),
    _Limits(TEXT, 10, 20, 5),
    _Limits(300, 5, 12, 4),
    _Limits(120, 3, 10, 3),
    _Limits(60, 2, 8, 3),
)
"""Ever tighter, until the copy is small enough. The first is all that most payloads need."""


class _TooLarge(Exception):
    pass


def sanitised(payload: Any) -> Any:
    """A copy of JSON in which texts have at most 500 characters, arrays 10 items, and nesting 5 levels.

    What encodes binary data is removed, large objects are sampled, each cut says what was there. At most LARGEST bytes;
    at most a tenth of a payload of SMALL bytes or more. Any JSON will do; `sanitised(sanitised(x)) == sanitised(x)`.
    """
    size = _compact_size(payload)
    most = min(LARGEST, size // 10) if size >= SMALL else LARGEST
    for limits in _STEPS:
        try:
            copy = _Copy(limits, most).of(payload, 1)
        except _TooLarge:
            continue
        if size_of(copy) <= most:
            return copy
    return _facts_of(payload, most)


def size_of(value: Any) -> int:
    """The bytes of a value as the widest of the usual writers of JSON makes it."""
    return len(json.dumps(value))


class _Copy:
    """One pass over a payload; gives up when what is kept is surely too large."""

    def __init__(self, limits: _Limits, room: int) -> None:
        self._limits = limits
        self._room = room

    def of(self, value: Any, level: int) -> Any:
        # Never more than it takes: what was found small enough once is found so again.
        self._room -= 1
        kept: Any
        if isinstance(value, str):
            kept = _text(value, self._limits.text)
            self._room -= len(kept) + 1
        elif isinstance(value, list):
            kept = self._array(value, level)
        elif isinstance(value, dict):
            kept = self._object(value, level)
        else:
            kept = _number(value)
        if self._room < 0:
            raise _TooLarge
        return kept

    def _array(self, value: Any, level: int) -> Any:
        if level > self._limits.levels:
            return f"…[cut: array of {len(value)} items]"
        most, count = self._limits.items, len(value)
        if count <= most or (count == most + 1 and _is_mark(value[-1])):
            return [self.of(item, level + 1) for item in value]
        return [*(self.of(item, level + 1) for item in value[:most]), f"…[cut: {count - most} more items of {count}]"]

    def _object(self, value: dict[Any, Any], level: int) -> Any:
        if level > self._limits.levels:
            return f"…[cut: object of {len(value)} keys]"
        names = _sample(value, self._limits.keys, at_the_top=level == 1)
        copy: dict[str, Any] = {}
        for name in names:
            key = _key(name)
            self._room -= len(key) + 4
            copy[key] = self.of(value[name], level + 1)
        if len(names) < len(value):
            copy[_CUT] = f"…[cut: {len(value) - len(names)} more keys of {len(value)}]"
        return copy


def _text(value: str, most: int) -> str:
    """A text as it is kept. One that was cut before stays as it is."""
    count = len(value)
    if count <= 100:  # most texts of most payloads
        return value if "\x00" not in value else f"…[removed: binary, {count} characters]"
    if count <= TEXT + 100 and _is_mark(value):
        return value
    head = value[:_LOOKED_AT]
    if "\x00" in head:
        return f"…[removed: binary, {count} characters]"
    if _DATA_URI.match(head) or (count >= _ENCODED_FROM and _BASE64.fullmatch(head) and not head.isdigit()):
        return f"…[removed: base64, {count} characters]"
    return value if count <= most else f"{value[:most]}…[cut: was {count} characters]"


def _is_mark(value: Any) -> bool:
    return isinstance(value, str) and _MARK.fullmatch(value) is not None


def _number(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
        return "…[removed: number of more than 64 bits]"
    return value


def _key(name: Any) -> str:
    text = str(name)
    return text if len(text) <= _LONGEST_KEY else f"{text[:24]}…[cut: was {len(text)} characters]"


def _sample(value: dict[Any, Any], most: int, *, at_the_top: bool) -> list[Any]:
    """The keys of an object that are kept: all of a small one, else what is known of a call and then the first others.

    At the top the known ones are kept beside `most` others; further down the objects are smaller.
    """
    if len(value) <= (most := most if at_the_top else min(most, _BELOW)):
        return list(value)
    known = [name for name in _KNOWN if name in value]
    most += len(known) if at_the_top else 0
    if len(value) - (_CUT in value) <= most:
        return list(value)
    chosen = dict.fromkeys(known[:most])
    for name in value:
        if len(chosen) >= most:
            break
        if name != _CUT:
            chosen[name] = None
    return list(chosen)


def _facts_of(payload: Any, most: int) -> Any:
    """The facts alone, as many as there is room for, the more important ones first."""
    if not isinstance(payload, dict):
        return f"…[cut: {'array' if isinstance(payload, list) else 'text'} too large to be sampled]"
    copy: dict[str, Any] = {}
    room = most - 200
    for name in (*FACTS, *PARTIES):
        if name in payload and (fact := _fact(payload[name], name in PARTIES)) is not None:
            room -= size_of({name: fact})
            if room < 0:
                break
            copy[name] = fact
    copy[_CUT] = f"…[cut: {max(0, len(payload) - len(copy))} more keys of {len(payload)}]"
    return copy


def _fact(value: Any, party: bool) -> Any:
    if party and isinstance(value, dict):
        return {name: fact for name in OF_A_PARTY if (fact := _fact(value.get(name), party=False)) is not None}
    if isinstance(value, str):
        return (
            value if len(value) <= _FACT_BYTES and value.isprintable() and size_of(value) <= _FACT_BYTES + 2 else None
        )
    return _number(value) if isinstance(value, bool | int | float) else None


def _compact_size(payload: Any) -> int:
    try:
        return len(orjson.dumps(payload))
    except (TypeError, ValueError):  # numbers over 64 bits, lone surrogates
        return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")))
