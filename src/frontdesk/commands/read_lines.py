"""`frontdesk read --jsonl`: lines of JSON in, lines of fields out, for programs.

It imports the readers and the standard library alone: the first answer comes before a command line would be set up.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from frontdesk.readers.fields import read_fields
from frontdesk.readers.keywords import Word
from frontdesk.readers.reading import Context, Money, Reading

__all__ = ["context_of", "fields_of", "json_value", "read_lines"]


def context_of(given: Mapping[str, Any]) -> Context:
    """The reader's context from JSON: field, question, reference_datetime, timezone, country, services, towns.

    `services` is a list of labels, or maps each to its synonyms. Raises ValueError on what is none of that.
    """
    services = given.get("services") or ()
    synonyms = services if isinstance(services, Mapping) else {}
    return Context(
        field=_text(given, "field"),
        question=_text(given, "question"),
        now=_moment(given),
        country=(_text(given, "country") or "").upper() or None,
        services=_texts(list(services), "services"),
        synonyms={label: _texts(words, "services") for label, words in synonyms.items()},
        towns=_texts(given.get("towns") or (), "towns"),
    )


def fields_of(reading: Reading) -> dict[str, Any]:
    """The fields as JSON values: dates ISO 8601, times HH:MM, money with min, max and currency, opt_out true."""
    return {name: json_value(found.value) for name, found in reading.found().items()}


def read_lines() -> int:
    """Standard input to standard output, a line for each line, at once; 1 if one could not be read, as it says then."""
    failed = 0
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            answer = fields_of(read_fields(_said(asked), context_of(asked.get("context") or {})))
        except (ValueError, RecursionError) as error:
            failed, answer = 1, {"error": f"not a line of the contract: {error}"}
        sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
        sys.stdout.flush()
    return failed


def _said(asked: Any) -> str:
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        raise ValueError('give an object with a "text" that is a string')
    if not isinstance(asked.get("context"), dict | None):
        raise ValueError('"context" must be an object')
    return str(asked["text"])


def _moment(given: Mapping[str, Any]) -> datetime | None:
    said = _text(given, "reference_datetime")
    if said is None:
        return None
    moment = datetime.fromisoformat(said)
    zone = _text(given, "timezone")
    try:
        return moment.astimezone(ZoneInfo(zone)) if zone and moment.tzinfo else moment
    except (OSError, KeyError) as error:
        raise ValueError(f"{zone!r} is not a time zone; use a name like Europe/London") from error


def _text(given: Mapping[str, Any], key: str) -> str | None:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{key}" must be a string')
    return value or None


def _texts(given: Any, key: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise ValueError(f'"{key}" must be a list of strings')
    return tuple(given)


def json_value(value: Any) -> Any:
    """The value of a field as JSON shows it."""
    match value:
        case Money():
            return {"min": value.least, "max": value.most, "currency": value.currency}
        case Word():
            return True
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
    return value
