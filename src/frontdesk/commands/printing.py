"""How commands speak: Rich tables for people, orjson for programs, one sentence on stderr when it goes wrong."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = [
    "AsJson",
    "ago",
    "as_rows",
    "complain",
    "plain",
    "print_json",
    "print_lines",
    "print_record",
    "print_table",
    "say",
    "spoken",
]

AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs instead of tables for people.")]

_VERBATIM = frozenset({"payload", "headers", "request", "response"})  # a provider's own names are shown as they came
_WIDE = 180  # columns that a table gets in a pipe or a file, which have no width of their own


def say(line: str = "") -> None:
    """One line on stdout, at once; any markup in it is text."""
    print(line, flush=True)  # noqa: T201


def complain(sentence: str) -> None:
    """One sentence per line on stderr, marked red on a terminal."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for line in sentence.splitlines():
        console.print(Text.assemble(("frontdesk: ", "bold red"), line))


def print_json(value: Any) -> None:
    """One document on stdout."""
    sys.stdout.write(orjson.dumps(plain(value), option=orjson.OPT_INDENT_2).decode() + "\n")


def print_lines(values: Iterable[Any]) -> None:
    """One JSON document a line on stdout."""
    for value in values:
        sys.stdout.write(orjson.dumps(plain(value)).decode() + "\n")


def plain(value: Any, key: str = "") -> Any:
    """`value` as JSON shows it: camelCase names, ids as text, bytes as text, times in ISO 8601."""
    match value:
        case _ if key in _VERBATIM:
            return value
        case Mapping():
            return {_camel(str(name)): plain(part, str(name)) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(part) for part in value]
        case bytes() | memoryview():
            return bytes(value).decode("utf-8", "replace")
        case int() if key == "id" or key.endswith("_id"):
            return str(value)
        case str() | int() | float() | None:
            return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _camel(name: str) -> str:
    if not name.islower() or "." in name:  # a constant such as PENDING, or the name of a setting
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def as_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Named tuples from the database as mappings."""
    return [row._asdict() for row in rows]


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str = "none") -> None:
    """A table with a title; `empty` is said instead where there are no rows. Columns that end in # are numbers."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name.rstrip("#"), justify="right" if name.endswith("#") else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if not table.row_count:
        console.print(Text.assemble((title, "bold"), f": {empty}"))
        return
    if sys.stdout.isatty():
        console.print(table)
        return
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        say(line.rstrip())  # tables are padded, which is noise to a program


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, datetime):
        return Text(value.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    return Text("" if value is None else str(value))


def ago(seconds: float | timedelta | None) -> str:
    """An age in the two largest units: 4 s, 3 min, 2 h 5 min, 6 d."""
    if seconds is None:
        return ""
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if total < 60:
        return f"{max(total, 0)} s"
    minutes, hours, days = total // 60, total // 3600, total // 86400
    if minutes < 60:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if days == 0 else f"{days} d {hours % 24} h"


def spoken(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 event, 2 events."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def print_record(title: str, record: Mapping[str, Any]) -> None:
    """One row, a line per field; what is empty is left out."""
    rows = [(name, _readable(value)) for name, value in record.items() if value not in (None, "", b"")]
    print_table(title, ("Field", "Value"), rows)


def _readable(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Mapping | list):
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return value
