"""`frontdesk doctor`: every setting and service looked at, with how to mend what is not well."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import typer
from rich.text import Text

from frontdesk.commands.checks import (
    Check,
    State,
    check_account,
    check_admission,
    check_cron_secret,
    check_data_dir,
    check_dialpad,
    check_forms,
    check_public_url,
    check_stripe,
    check_vapi,
)
from frontdesk.commands.checks_alerts import ask_channels, check_admin_phone, check_alert_settings
from frontdesk.commands.checks_model import ask_model_once, check_model
from frontdesk.commands.checks_onboarding import check_buying, check_onboarding
from frontdesk.commands.checks_whatsapp import check_whatsapp
from frontdesk.commands.database import opened, schema_version
from frontdesk.commands.described import described
from frontdesk.commands.faults import Fault, find_faults
from frontdesk.commands.given import given_by
from frontdesk.commands.options import Given
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.commands.sources import in_toml, read_toml, source_of, toml_path
from frontdesk.commands.waking import check_waking
from frontdesk.db.clock import LeaseClock
from frontdesk.db.connect import try_to_connect, where
from frontdesk.db.migrate import CODE_VERSION
from frontdesk.db.pool import Database
from frontdesk.db.queries import load_queries
from frontdesk.errors import SetupError
from frontdesk.logs import configure_logs
from frontdesk.payments import store as payments
from frontdesk.settings import Settings
from frontdesk.steps.invariants import INVARIANTS, find_violations
from frontdesk.steps.retire import kept_weeks

__all__ = ["doctor"]

Q = load_queries("frontdesk.commands", "views.sql")

_MARKS = {State.OK: Text("✓", "green"), State.WARN: Text("!", "yellow"), State.FAIL: Text("✗", "bold red")}
_OLDEST = 15  # of PostgreSQL
_SHOWN = 10  # payments of nobody, the newest


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check settings, database, data directory and carrier, and say how to mend what is not well."""
    given = given_by(context)
    configure_logs("auto", given.log_level or "error")
    checks = list(_checks(given))
    failed = sum(check.state is State.FAIL for check in checks)
    if as_json:
        print_json({"healthy": not failed, "checks": [_as_data(check) for check in checks]})
    else:
        rows = [(_MARKS[check.state], check.name, check.found, check.todo) for check in checks]
        print_table("Frontdesk's check-up", ("", "What", "Found", "What to do"), rows)
        say()
        say(f"{spoken(failed, 'thing')} to mend." if failed else "All is well: start with `frontdesk up`.")
    if failed:
        raise typer.Exit(1)


def _as_data(check: Check) -> dict[str, str]:
    return {"name": check.name, "state": check.state.value, "found": check.found, "todo": check.todo}


def _checks(given: Given) -> Iterator[Check]:
    try:
        settings, faults = find_faults(given.values)
    except SetupError as error:  # no setting can be read before this is mended
        yield Check("Settings", State.FAIL, str(error))
        return
    yield from _settings(settings, faults, given.values)
    yield check_admission(settings)
    yield from check_cron_secret(settings)
    yield from check_data_dir(settings.data_dir)
    yield from asyncio.run(_database(settings))
    yield from check_account(settings)
    yield from check_onboarding(settings)
    yield from check_buying(settings)
    yield from check_whatsapp(settings)
    yield from check_public_url(settings)
    yield from check_vapi(settings)
    yield from check_stripe(settings)
    yield from check_forms(settings)
    yield from check_dialpad(settings)
    yield from check_alert_settings(settings)
    yield from asyncio.run(ask_channels(settings))
    of_model = list(check_model(settings))
    yield from of_model
    if not any(check.state is State.FAIL for check in of_model):
        yield from asyncio.run(ask_model_once(settings))


def _settings(settings: Settings, faults: list[Fault], given: Mapping[str, Any]) -> Iterator[Check]:
    for fault in faults:
        name = fault.setting.upper()
        yield Check(name, State.FAIL, fault.sentence.removeprefix(f"{name} "))
    toml = read_toml()
    own = [row for row in described(settings) if source_of(row.path, given, toml) != "default"]
    wrong = {fault.setting for fault in faults}
    right = [row.name for row in own if row.path[0] not in wrong]
    yield Check(
        "Settings", State.OK, f"{', '.join(right)} set; all others at their defaults" if right else "all defaults"
    )
    for name in toml:
        if name not in Settings.model_fields:
            guess = name.lower() if name.lower() in Settings.model_fields else "a name that `frontdesk settings` lists"
            yield Check(name, State.WARN, f"not read from {toml_path()}: no setting has that name", f"write {guess}")
    for row in own:
        if row.secret and in_toml(row.path, toml):
            todo = f"move it to the environment, or to a file that {row.name}_FILE names"
            yield Check(row.name, State.WARN, f"a secret stands in {toml_path()}", todo)


async def _database(settings: Settings) -> list[Check]:
    if settings.database_url is None and not (settings.data_dir / "postgres").is_dir():
        return [Check("Database", State.OK, "embedded PostgreSQL, made at the first `frontdesk up`")]
    try:
        async with opened(settings) as database:
            await try_to_connect(database.dsn)
            db = Database(database.dsn, size=1, prepare=settings.database_prepare)
            await db.open()
            try:
                schema = [
                    *await _schema(db),
                    *await _retention(db, settings),
                    *await _payments(db),
                    *await _promises(db),
                    *await _admin_phone(db, settings),
                ]
                return [await _version(db, settings), *schema, await check_waking(db, settings)]
            finally:
                await db.close()
    except SetupError as error:
        return [Check("Database", State.FAIL, str(error))]


async def _version(db: Database, settings: Settings) -> Check:
    async with db.transaction() as tx:
        server = await tx.one(Q.server_version)
    kind = "embedded" if settings.database_url is None else f"at {where(db.dsn)}"
    found = f"PostgreSQL {server.version.split()[0]}, {kind}"
    if server.number < _OLDEST * 10000:
        return Check("Database", State.FAIL, found, f"use PostgreSQL {_OLDEST} or newer")
    return Check("Database", State.OK, found)


async def _schema(db: Database) -> list[Check]:
    version, needed = await schema_version(db) or (0, 0)
    if needed > CODE_VERSION:
        todo = "install the newer Frontdesk that migrated it"
        return [Check("Schema", State.FAIL, f"it needs schema code {needed}, and this is {CODE_VERSION}", todo)]
    if version < CODE_VERSION:
        todo = "run `frontdesk migrate`; `frontdesk up` does it too"
        return [Check("Schema", State.WARN, f"version {version} of {CODE_VERSION}", todo)]
    return [Check("Schema", State.OK, f"version {version}, the newest")]


async def _retention(db: Database, settings: Settings) -> list[Check]:
    version, _ = await schema_version(db) or (0, 0)
    if version < CODE_VERSION:
        return []
    clock = LeaseClock()
    await clock.measure(db, rounds=1)
    async with db.transaction() as tx:
        kept = await kept_weeks(tx, clock.now(), settings.retention)
    return [Check("Retention", State.WARN, f"week {week.week} is kept: {week.why}") for week in kept]


async def _promises(db: Database) -> list[Check]:
    version, _ = await schema_version(db) or (0, 0)
    if version < CODE_VERSION:
        return []
    clock = LeaseClock()
    await clock.measure(db, rounds=1)
    async with db.transaction() as tx:
        violations = await find_violations(tx, clock.now())
    if not violations:
        return [Check("Promises", State.OK, f"all {len(INVARIANTS)} checks hold")]
    todo = "stop what writes such rows, then mend them (docs/how-to/watching.md)"
    return [Check(one.name, State.FAIL, one.words, todo) for one in violations]


async def _admin_phone(db: Database, settings: Settings) -> list[Check]:
    version, _ = await schema_version(db) or (0, 0)
    if version < CODE_VERSION:
        return []
    async with db.transaction() as tx:
        return await check_admin_phone(tx, settings)


async def _payments(db: Database) -> list[Check]:
    version, _ = await schema_version(db) or (0, 0)
    if version < CODE_VERSION:
        return []
    async with db.transaction() as tx:
        nobodys = await payments.of_nobody(tx, _SHOWN)
    if not nobodys:
        return []
    refs = ", ".join(payment.payment_ref for payment in nobodys)
    todo = "say whose they are (docs/how-to/go-live-stripe.md); give client_reference_id with the next"
    return [Check("Payments", State.WARN, f"nobody knows for which client: {refs}", todo)]
