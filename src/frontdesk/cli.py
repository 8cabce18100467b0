"""The command line: `frontdesk` and its subcommands. Exit codes: 0 done, 1 refused or not set up, 2 used wrongly."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from frontdesk import __version__
from frontdesk.commands.lazily import lazy_group
from frontdesk.commands.options import Given

__all__ = ["app", "main"]

_COMMANDS = {
    "Run it": {
        "up": "frontdesk.commands.up:up",
        "serve": "frontdesk.commands.roles:serve",
        "worker": "frontdesk.commands.roles:worker",
        "scheduler": "frontdesk.commands.roles:scheduler",
        "cron": "frontdesk.commands.cron:cron",
    },
    "Set it up": {
        "init": "frontdesk.commands.starting:init",
        "settings": "frontdesk.commands.starting:settings",
        "doctor": "frontdesk.commands.checkup:doctor",
        "migrate": "frontdesk.commands.starting:migrate",
        "selftest": "frontdesk.commands.selftest:selftest",
        "simulate": "frontdesk.commands.simulate:simulate",
        "tools": "frontdesk.commands.tools:tools",
    },
    "Look inside": {
        "status": "frontdesk.commands.status:status",
        "events": "frontdesk.commands.events:events",
        "outbox": "frontdesk.commands.ledger:outbox",
        "leads": "frontdesk.commands.ledger:leads",
        "conversations": "frontdesk.commands.conversations:conversations",
        "pool": "frontdesk.commands.pool:pool",
        "alerts": "frontdesk.commands.alerts:alerts",
        "stuck": "frontdesk.commands.stuck:stuck",
        "read": "frontdesk.commands.read:read",
    },
}
"""Each command, and where it is; imported only when it is called or listed."""

app = typer.Typer(
    name="frontdesk",
    cls=lazy_group(_COMMANDS),
    help="The messaging front desk of small service businesses. To try it out: [bold]frontdesk up[/bold].",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class LogFormat(StrEnum):
    """How logs are written."""

    AUTO = "auto"
    JSON = "json"
    PRETTY = "pretty"


class LogLevel(StrEnum):
    """The least level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"frontdesk {__version__}")
        raise typer.Exit


@app.callback()
def frontdesk(
    context: typer.Context,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where the embedded PostgreSQL and the simulator keep their data [.frontdesk].")
    ] = None,
    log_format: Annotated[LogFormat | None, typer.Option(help="auto: pretty on a terminal, else JSON.")] = None,
    log_level: Annotated[LogLevel | None, typer.Option(help="The least level that is logged.")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Take the global options; the settings are read by the subcommand, once."""
    context.obj = Given(data_dir, log_format and log_format.value, log_level and log_level.value)


def main() -> None:
    """The entry point: every error that has a remedy is one sentence on stderr, and no traceback."""
    try:
        app(prog_name="frontdesk")
    except Exception as error:
        from frontdesk.commands.remedies import told

        if not told(error):
            raise
    sys.exit(1)
