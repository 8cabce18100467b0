"""The command line: every command, from the Typer app itself."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from typer.main import get_command

from frontdesk.cli import app
from generator.markdown import code, first_paragraph, page, sentence, table

__all__ = ["cli_page", "commands"]


def cli_page() -> str:
    """Every command with its arguments and options."""
    root = get_command(app)
    parts = [
        "Exit codes: 0 done, 1 refused or not set up, 2 used wrongly. What is wrong is said in one sentence on stderr. "
        "Where a command has `--json`, it writes JSON for programs instead of tables for people.",
        "Options of `frontdesk` itself stand before the command: `frontdesk --data-dir /srv/desk up`.",
        _options(root),
        *(_command(words, command) for words, command in commands(root) if words),
    ]
    return page("Command line", *parts)


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The command and all below it, each with its words after `frontdesk`."""
    yield words, command
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from commands(child, (*words, name))


def _command(words: tuple[str, ...], command: Any) -> str:
    arguments = [_metavar(p) for p in command.params if p.param_type_name == "argument"]
    usage = " ".join(["frontdesk", *words, *arguments])
    if hasattr(command, "commands"):
        parts = (f"## {usage}", sentence(command.help or ""), _options(command))
        return "\n\n".join(part for part in parts if part)
    parts = (f"### `{usage}`", sentence(first_paragraph(command.help)), _options(command))
    return "\n\n".join(part for part in parts if part)


def _options(command: Any) -> str:
    rows = []
    for one in command.params:
        if getattr(one, "hidden", False) or one.name in ("help", "install_completion", "show_completion"):
            continue
        names = _metavar(one) if one.param_type_name == "argument" else ", ".join(code(o) for o in one.opts)
        default = one.default if one.default not in (None, False, ()) and not callable(one.default) else ""
        default = default.value if isinstance(default, StrEnum) else default
        rows.append((names, sentence(getattr(one, "help", None) or ""), code(default)))
    return table(("Option", "", "Default"), rows) if rows else ""


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())
