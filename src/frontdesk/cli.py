"""The command line: `frontdesk` and its subcommands. Exit codes: 0 done, 1 refused or not set up, 2 used wrongly."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import psycopg
import structlog
import typer

from frontdesk import __version__
from frontdesk.commands import checkup, cron, events, ledger, roles, selftest, starting, status, tools, up
from frontdesk.commands.given import Given
from frontdesk.commands.printing import complain, say
from frontdesk.db.pool import DatabaseGone
from frontdesk.errors import FrontdeskError

__all__ = ["app", "main"]

log = structlog.get_logger(__name__)

app = typer.Typer(
    name="frontdesk",
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
        say(f"frontdesk {__version__}")
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


_RUN, _SET_UP, _LOOK = "Run it", "Set it up", "Look inside"
for panel, commands in {
    _RUN: (up.up, roles.serve, roles.worker, roles.scheduler),
    _SET_UP: (starting.init, starting.settings, checkup.doctor, starting.migrate, selftest.selftest, tools.tools),
    _LOOK: (status.status,),
}.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
for name, group in {"events": events.events, "outbox": ledger.outbox, "leads": ledger.leads}.items():
    app.add_typer(group, name=name, rich_help_panel=_LOOK)


app.add_typer(cron.cron, name="cron", rich_help_panel=_RUN)


def main() -> None:
    """The entry point: every error that has a remedy is one sentence on stderr, and no traceback."""
    try:
        app(prog_name="frontdesk")
    except FrontdeskError as error:
        complain(str(error))
    except DatabaseGone as error:
        complain(f"The database went away ({_first_line(error)}): see that it runs, then try again.")
    except psycopg.Error as error:
        complain(f"The database refused ({_first_line(error)}): `frontdesk doctor` tells more.")
    sys.exit(1)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
