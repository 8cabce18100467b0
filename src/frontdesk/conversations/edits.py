"""A person's edit of what is known of a lead: what may be written, and how it is locked in known fields. Pure.

A column of `leads` and a key of `known_fields` say the same in other words: `name` is first and last name together,
`service` is service_type_enum. Flows with questions of their own keys for them have those locked as well, once known.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from frontdesk.conversations.fields import MAX_CANDIDATES

__all__ = ["COLUMNS", "as_columns", "keys_of", "locked"]

COLUMNS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "service": "service_type_enum",
}
"""What a person may edit, by the column that holds it."""

_WORDS = {"first_name": "first name", "last_name": "last name", "email": "e-mail address", "service": "service"}
_LONGEST = {"email": 254}
_MOST = 100
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


def as_columns(given: Mapping[str, str]) -> dict[str, str]:
    """The columns that an edit writes. Raises ValueError, in one sentence, for what cannot be."""
    if "phone" in given:
        raise ValueError("The phone number is not edited: it is who the lead is. A new one that texts is a new lead")
    if unknown := sorted(set(given) - set(COLUMNS)):
        raise ValueError(f"There is no {unknown[0][:40]} to edit: edit the {', the '.join(_WORDS.values())}")
    if not given:
        raise ValueError(f"Nothing to change: give at least one of {', '.join(_WORDS.values())}")
    return {COLUMNS[name]: _checked(name, value) for name, value in given.items()}


def _checked(name: str, value: str) -> str:
    words, text = _WORDS[name], " ".join(value.split())
    if not text:
        raise ValueError(f"The {words} is empty, and nothing is wiped: write what is right, or leave it out")
    if not text.isprintable():
        raise ValueError(f"The {words} has characters in it that cannot be shown: write it anew")
    if len(text) > (longest := _LONGEST.get(name, _MOST)):
        raise ValueError(f"The {words} has {len(text)} characters, and {longest} are kept: make it shorter")
    if name == "email" and (_EMAIL.fullmatch(text) is None or ".." in text):
        raise ValueError(f"{text[:60]!r} is no e-mail address: write it like ada@example.com")
    return text


def keys_of(columns: Collection[str], known: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """The keys of known fields that columns stand for, each with the columns that it is made of.

    `first_name` and `last_name` are keys only where a flow asked for them: where `known` has them.
    """
    keys: dict[str, tuple[str, ...]] = {}
    if "first_name" in columns or "last_name" in columns:
        keys["name"] = ("first_name", "last_name")
    for column in ("first_name", "last_name"):
        if column in columns and column in known:
            keys[column] = (column,)
    if "email" in columns:
        keys["email"] = ("email",)
    if "service_type_enum" in columns:
        keys["service"] = ("service_type_enum",)
    return keys


def locked(
    known: Mapping[str, Any], lead: Mapping[str, str | None], columns: Collection[str], *, by: str, at: str
) -> dict[str, Any]:
    """`known_fields` once a person wrote these columns: `lead` has them all as they are now, `at` is ISO 8601.

    What stood before is kept among the candidates. A last name alone is no `name`: by that a lead is greeted, and it
    would never be asked for.
    """
    after = dict(known)
    for key, parts in keys_of(columns, known).items():
        value = " ".join(part for column in parts if (part := lead[column]))
        own = "last_name" if key == "name" and not lead["first_name"] else key
        after[own] = _entry(known.get(own), value, by, at)
    return after


def _entry(before: Any, value: str, by: str, at: str) -> dict[str, Any]:
    entry = {"value": value, "reader": "person", "at": at, "event_id": None, "by": by, "locked": True}
    if before is None:
        return entry
    had = before if isinstance(before, Mapping) else {"value": before}
    others = [one for one in had.get("candidates", ()) if one["value"] != value]
    if had.get("value") != value:
        others.append({name: had.get(name) for name in ("value", "reader", "event_id", "at")})
    return entry | ({"candidates": others[-MAX_CANDIDATES:]} if others else {})
