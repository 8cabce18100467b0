"""`frontdesk read`: what the offline reader gets out of a text. It needs no settings and no database."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from frontdesk.commands.printing import print_json, print_table
from frontdesk.commands.read_lines import context_of, json_value, read_lines
from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Reading

__all__ = ["read"]


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
        raise typer.Exit(read_lines())
    given = {"field": field, "country": country, "services": service or [], "towns": town or []}
    try:
        context = context_of({**given, "reference_datetime": now or datetime.now().astimezone().isoformat()})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    said = sys.stdin.read() if text is None else text
    reading = read_fields(said, context)
    _show(said, reading, as_json)


def _show(text: str, reading: Reading, as_json: bool) -> None:
    rows = [
        (name, json_value(found.value), text[found.start : found.end], found.start, found.end, found.confidence)
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
