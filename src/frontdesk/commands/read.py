"""`frontdesk read`: what the offline reader gets out of a text. It needs no settings and no database.

Imports of what prints for people stand inside the functions: with `--jsonl` the first answer comes within a third of a
second.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from frontdesk.readers.fields import read_fields
from frontdesk.readers.keywords import Word
from frontdesk.readers.reading import Context, Money, Reading

__all__ = ["context_of", "fields_of", "read"]


def read(
    text: Annotated[str | None, typer.Argument(help="the message; left out: all of standard input")] = None,
    field: Annotated[str | None, typer.Option(help="What was asked last: name, date, time, address …")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, for phones, postcodes and dates like 3/12.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="A service that is offered; may be repeated.")] = None,
    town: Annotated[list[str] | None, typer.Option(help="A town that is served; may be repeated.")] = None,
    now: Annotated[str | None, typer.Option(help="The moment that 'tomorrow' counts from, ISO 8601 [now].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs instead of tables for people.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Lines {"id", "text", "context"} in, a line with the fields each out.')
    ] = False,
) -> None:
    """Read a text into fields, by rules: name, service, address, date, time, budget, wishes, language."""
    if jsonl:
        raise typer.Exit(_lines())
    given = {"field": field, "country": country, "services": service or [], "towns": town or []}
    try:
        context = context_of({**given, "reference_datetime": now or datetime.now().astimezone().isoformat()})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    said = sys.stdin.read() if text is None else text
    reading = read_fields(said, context)
    _show(said, reading, as_json)


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
    return {name: _plain(found.value) for name, found in reading.found().items()}


def _lines() -> int:
    """One line out for each line in, at once and in order; 1 if a line could not be read, and said so in its place."""
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
    if not isinstance(asked.get("context") or {}, dict):
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


def _plain(value: Any) -> Any:
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


def _show(text: str, reading: Reading, as_json: bool) -> None:
    from frontdesk.commands.printing import print_json, print_table

    rows = [
        (name, _plain(found.value), text[found.start : found.end], found.start, found.end, found.confidence)
        for name, found in reading.found().items()
    ]
    if as_json:
        names = ("value", "said", "start", "end", "confidence")
        print_json({name: dict(zip(names, rest, strict=True)) for name, *rest in rows})
        return
    columns = ("Field", "Value", "Said", "Sure#")
    print_table(
        "What the text says",
        columns,
        [(name, _spoken(value), said, f"{sure:.0%}") for name, value, said, *_, sure in rows],
    )


def _spoken(value: Any) -> str:
    if not isinstance(value, dict):
        return "yes" if value is True else str(value)
    ends: Sequence[Any] = (value["min"], value["max"])
    amount = f"{ends[0]:,g}" if ends[0] == ends[1] else "–".join("" if end is None else f"{end:,g}" for end in ends)
    return f"{amount} {value['currency'] or ''}".strip()
