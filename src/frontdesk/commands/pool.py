"""`frontdesk pool list | add | check | release`: the numbers that clients are served on."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from frontdesk.clients import pool as numbers
from frontdesk.clients.pool_check import Compared
from frontdesk.commands.chosen import actor
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, as_rows, print_json, print_table, say, spoken
from frontdesk.commands.running import settings_of_role
from frontdesk.commands.writing import phone
from frontdesk.db.pool import PUBLIC
from frontdesk.desk import Desk
from frontdesk.errors import SendError, SetupError
from frontdesk.settings import Settings
from frontdesk.steps.number_pool import add_numbers, check_pool, release_number

__all__ = ["pool"]

pool = typer.Typer(no_args_is_help=True, help="The pool of numbers: list, add, check against the provider, release.")

Day = Annotated[
    datetime | None, typer.Option("--paid-until", formats=["%Y-%m-%d"], help="Until when they are paid for, in UTC.")
]


@pool.command("list")
def list_numbers(context: typer.Context, as_json: AsJson = False) -> None:
    """List our numbers: which are free, whom each serves, which rest."""
    rows = asyncio.run(_list(quiet_settings(context)))
    if as_json:
        print_json({"items": as_rows(rows)})
        return
    print_table(
        "Numbers of the pool",
        ("Number", "State", "Client", "Since", "Rests until", "Paid until", "Trouble"),
        [
            (r.phone_e164, r.status, r.client_name, r.assigned_at, r.quarantined_until, r.paid_until, r.trouble)
            for r in rows
        ],
        "none: add some with `frontdesk pool add +12025550100`",
    )


async def _list(settings: Settings) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await numbers.list_numbers(tx)


@pool.command("add")
def add(
    context: typer.Context,
    given: Annotated[list[str], typer.Argument(metavar="NUMBER…", help="With country code, such as +12025550100.")],
    paid_until: Day = None,
    as_json: AsJson = False,
) -> None:
    """Put numbers of your account into the pool; owners who wait for one are served within seconds."""
    phones = [phone(one) for one in given]
    until = paid_until.replace(tzinfo=UTC) if paid_until else None
    added = asyncio.run(_add(quiet_settings(context), phones, until))
    if as_json:
        print_json({"added": added, "done_by": actor()})
        return
    say(f"{spoken(len(added), 'number is', 'numbers are')} new in the pool and free: {', '.join(added)}.")
    say(
        "Point their webhooks here too: `frontdesk doctor` shows the addresses, `frontdesk pool check` what is missing."
    )


async def _add(settings: Settings, phones: list[str], until: datetime | None) -> list[str]:
    async with reading(settings) as desk:
        return await add_numbers(desk.db, PUBLIC, desk.clock, phones, paid_until=until, actor=actor())


@pool.command("release")
def release(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A number that serves a client.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a number back from its client; it rests before another client may get it."""
    asked = phone(number)
    if not yes:
        say(f"Texts and calls to {asked} will not be answered any more.")
        typer.confirm("Release it?", abort=True)
    client_id, until = asyncio.run(_release(quiet_settings(context), asked))
    if as_json:
        print_json({"number": asked, "client_id": client_id, "until": until, "done_by": actor()})
        return
    say(f"{asked} no longer serves client {client_id}, and rests until {until:%Y-%m-%d %H:%M} UTC.")


async def _release(settings: Settings, number: str) -> tuple[int, datetime]:
    async with reading(settings) as desk:
        return await release_number(desk.db, PUBLIC, desk.clock, settings, number, actor=actor())


@pool.command("check")
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the pool with the numbers of your account at the provider; exit code 1 where something is wrong."""
    found = asyncio.run(_check(quiet_settings(context)))
    if as_json:
        print_json({"checked": len(found.troubles), "wrong": found.wrong, "not_in_the_pool": found.unknown})
    else:
        _report(found)
    if found.wrong:
        raise typer.Exit(1)


def _report(found: Compared) -> None:
    say(f"{spoken(len(found.troubles), 'number')} of the pool compared with the account.")
    for number, trouble in found.wrong.items():
        say(f"{number}: {trouble}.")
    for number in found.unknown:
        say(f"{number} is in the account, not in the pool: `frontdesk pool add {number}` if new clients may get it.")
    if not found.wrong:
        say("Nothing is wrong with those in the pool.")


async def _check(settings: Settings) -> Compared:
    settings, base = settings_of_role(settings)
    async with reading(settings) as here:
        desk = Desk(settings, here.db.dsn)  # for its carrier alone: nothing is migrated and no loop is started
        desk.use_providers(public_base=None)
        try:
            return await check_pool(here.db, PUBLIC, here.clock, desk.registry, settings, base)
        except SendError as error:
            raise SetupError(f"{error} Nothing was changed: mend that, then run this again.") from error
        finally:
            for provider in desk.registry.providers.values():
                await provider.aclose()
