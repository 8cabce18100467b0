"""`frontdesk init | migrate | settings`: what one does before the first start."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from frontdesk.commands.database import opened, schema_version
from frontdesk.commands.described import Described, described, described_section
from frontdesk.commands.given import given_by, quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.commands.sources import read_toml, source_of, toml_path
from frontdesk.db.connect import try_to_connect
from frontdesk.db.migrate import load_migrations
from frontdesk.db.pool import Database
from frontdesk.desk import Desk
from frontdesk.errors import SetupError
from frontdesk.setting_channels import FormSettings
from frontdesk.settings import Settings

__all__ = ["init", "migrate", "settings"]

Force = Annotated[bool, typer.Option("--force", help="Write over files that are there already.")]

_TOML_HEAD = """\
# The settings of this desk that are not secret. A line such as #port = 3001 holds its default: take the # away to
# change it. The same settings can come from the environment, which wins: PORT=3001, and LIMITS__PER_DAY=5 for one in
# a section. `frontdesk settings` shows what counts and where it came from; `frontdesk doctor` checks it.
"""
_ENV_HEAD = """\
# The secrets of this desk. Copy this file to .env, fill in what you use, keep it out of version control, and load it:
#   set -a; . ./.env; set +a; frontdesk up          (or Docker's --env-file, or systemd's EnvironmentFile)
# Each may also come from a file: TWILIO_AUTH_TOKEN_FILE=/run/secrets/twilio holds the path instead of the value.
# All are optional: without the two of Twilio a simulated carrier stands in.
"""


def init(force: Force = False) -> None:
    """Write frontdesk.toml with every setting explained, and .env.example for the secrets."""
    settings = Settings.model_construct()
    rows = list(described(settings))
    files = {toml_path(): _toml(rows), Path(".env.example"): _env(rows)}
    there = [str(path) for path in files if path.exists()]
    if there and not force:
        raise SetupError(f"Here already: {' and '.join(there)}. Move them away, or write over them with --force.")
    for path, text in files.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise SetupError(f"{path} cannot be written ({error.strerror}): choose another directory.") from error
        say(f"Wrote {path}.")
    say("Everything in them is optional. Next: `frontdesk up`, or after a change `frontdesk doctor`.")


def _toml(rows: list[Described]) -> str:
    lines, section = [_TOML_HEAD], ""
    for row in rows:
        if row.secret or row.path == ("forms",):
            continue
        if len(row.path) > 1 and ".".join(row.path[:-1]) != section:
            section = ".".join(row.path[:-1])
            # An entry of a table, such as one sequence, stands there only once it is filled in.
            lines.append(f"\n{'#' if len(row.path) > 2 else ''}[{section}]")
        lines += [f"# {row.help}"] if row.help else []
        lines.append(f"#{row.path[-1]} = {_toml_value(row)}".rstrip())
    return "\n".join([*lines, *_form_example()]) + "\n"


def _form_example() -> Iterator[str]:
    """A source of lead forms as it would stand in the file, without its secrets: an example, not defaults."""
    yield "\n# Sources of lead forms, each with a section of its own and a secret in the environment, such as"
    yield "# FORMS__WEBSITE__SECRET. Without the first character of each line:"
    yield "# [forms.website]"
    for row in described_section(("forms", "website"), FormSettings()):
        if not row.secret and not row.path[-1].endswith("_file"):
            yield f"# {row.path[-1]} = …  # {row.help}"


def _toml_value(row: Described) -> str:
    value = row.shown
    if value is None:
        return ""
    if isinstance(value, list) and value:
        parts = [_inline(part) for part in value]
        return "[\n" + "".join(f"#    {part},\n" for part in parts) + "#]"
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return orjson.dumps(value, default=float).decode()  # what is no decimal is written alike in TOML


def _env(rows: list[Described]) -> str:
    entries = [f"# {row.help}\n#{row.name}=" for row in rows if row.secret or row.name == "TWILIO_ACCOUNT_SID"]
    return _ENV_HEAD + "\n" + "\n\n".join(entries) + "\n"


def settings(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every setting: its value, where it came from, what it does. Secrets are masked."""
    now, given, toml = quiet_settings(context), given_by(context).values, read_toml()
    rows = [(row, source_of(row.path, given, toml)) for row in described(now)]
    if as_json:
        print_json(
            [{"name": r.name, "value": r.shown, "source": s, "secret": r.secret, "help": r.help} for r, s in rows]
        )
        return
    print_table(
        "Settings", ("Name", "Value", "From", "What it does"), [(r.name, _value(r), s, r.help) for r, s in rows]
    )
    say()
    say(f"Set one in the environment under its name, or in {toml_path()} (`frontdesk init` writes one to start from).")
    if unused := _unused(now):
        say(f"Not read, as no setting has that name: {', '.join(unused)} in {toml_path()}.")


def _value(row: Described) -> str:
    if row.path[-1] == "questions":
        return "; ".join(f"{question['key']}: {question['text']}" for question in row.shown)
    if row.shown in (None, []):
        return ""
    return str(row.shown).lower() if isinstance(row.shown, bool) else str(row.shown)


def _unused(now: Settings) -> list[str]:
    return sorted(name for name in read_toml() if name not in type(now).model_fields)


def migrate(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the database up to this version; safe at any time, also twice or at once."""
    applied = asyncio.run(_migrate(quiet_settings(context)))
    if as_json:
        print_json({"applied": applied, "version": len(load_migrations())})
    elif applied:
        say(f"Applied {spoken(len(applied), 'migration')}: {', '.join(applied)}.")
    else:
        say(f"Nothing to do: the schema is at version {len(load_migrations())}, the newest that this code knows.")


async def _migrate(settings: Settings) -> list[str]:
    async with opened(settings) as database:
        desk = Desk(settings, database.dsn)
        before = await _version(database.dsn)
        try:
            await desk.open()  # also makes room for the coming weeks
        finally:
            await desk.close()
    return [f"{m.version:04}_{m.name}" for m in load_migrations() if m.version > before]


async def _version(dsn: str) -> int:
    await try_to_connect(dsn)
    db = Database(dsn, size=1)
    await db.open()
    try:
        return (await schema_version(db) or (0, 0))[0]
    finally:
        await db.close()
