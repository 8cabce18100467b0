"""`frontdesk pool list | add | buy | purchases | check | release`: the numbers that clients are served on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from frontdesk.clients import pool as numbers
from frontdesk.clients import purchases
from frontdesk.clients.pool_check import Compared
from frontdesk.commands.chosen import actor
from frontdesk.commands.database import Reading, reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, as_rows, print_json, print_table, say, spoken
from frontdesk.commands.running import settings_of_role
from frontdesk.commands.writing import phone
from frontdesk.db.pool import PUBLIC
from frontdesk.desk import Desk
from frontdesk.errors import SendError, SetupError, Unknown
from frontdesk.settings import Settings
from frontdesk.steps.buy_numbers import Buyer, Offer
from frontdesk.steps.number_pool import add_numbers, check_pool, release_number

__all__ = ["pool"]

pool = typer.Typer(
    no_args_is_help=True, help="The pool of numbers: list, add, buy, check against the provider, release."
)

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


@pool.command("buy")
def buy(
    context: typer.Context,
    area_code: Annotated[
        str, typer.Option("--area-code", help="Three digits, in the US or Canada; without it as pool.area_code says.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be bought, and buy nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Buy a number at the provider and put it into the pool, within pool.buy_per_day and pool.buy_budget."""
    if area_code and not (area_code.isascii() and area_code.isdigit() and len(area_code) == 3):
        raise typer.BadParameter("three digits, such as 415.", param_hint="--area-code")
    settings = quiet_settings(context)
    price = f"{settings.pool.number_price} {settings.pool.number_currency}"
    if dry_run:
        _show_offer(asyncio.run(_offer(settings, area_code)), price, as_json)
        return
    if not yes:
        typer.confirm(f"Buy a number, for about {price} a month?", abort=True)
    number = asyncio.run(_buy(settings, area_code))
    if as_json:
        print_json({"bought": number, "done_by": actor()})
        return
    say(f"Bought {number}, for about {price} a month. It is free in the pool, and its texts and calls come here.")


def _show_offer(offer: Offer, price: str, as_json: bool) -> None:
    first, spent, caps = offer.numbers[0] if offer.numbers else None, offer.spent, offer.caps
    if as_json:
        sums = {"today": spent.today, "monthly": spent.monthly}
        print_json({"would_buy": first, "why_not": offer.why_not, "price": caps.price, "spent": sums})
        return
    if first is None:
        say(f"Nothing would be bought: {offer.why_not or 'no such number is for sale; try another --area-code'}.")
    else:
        say(f"{first} would be bought, for about {price} a month, or another one if somebody is quicker.")
    say(f"Bought within 24 hours: {spent.today} of {caps.per_day}.")
    say(f"What all that were bought cost: {spent.monthly:.2f} of {caps.budget:.2f} {caps.currency} a month.")


async def _offer(settings: Settings, area_code: str) -> Offer:
    async with _with_carrier(settings) as (here, desk):
        try:
            return await Buyer(here.db, PUBLIC, here.clock, desk.registry, desk.settings).offer(area_code)
        except SendError as error:
            raise SetupError(f"{error} Mend that, then run this again.") from error


async def _buy(settings: Settings, area_code: str) -> str:
    async with _with_carrier(settings) as (here, desk):
        buyer = Buyer(here.db, PUBLIC, here.clock, desk.registry, desk.settings)
        try:
            return await buyer.buy(ordered_by=actor(), area_code=area_code)
        except Unknown as error:
            raise SetupError(
                f"{error} It counts as bought until the account tells: a scheduler that runs (`frontdesk up`) asks for "
                "that, and `frontdesk pool purchases` shows it. Do not buy again before."
            ) from error
        except SendError as error:
            raise SetupError(f"{error} No money was spent.") from error


@pool.command("purchases")
def list_purchases(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the numbers that the desk bought, or set out to buy, and what became of each order."""
    rows = asyncio.run(_purchases(quiet_settings(context), limit))
    if as_json:
        print_json({"items": as_rows(rows)})
        return
    print_table(
        "Purchases",
        ("Ordered", "Number", "State", "A month", "By", "Why not"),
        [(r.reserved_at, r.phone_e164, r.state, f"{r.price:.2f} {r.currency}", r.ordered_by, r.error) for r in rows],
        "none: `frontdesk pool buy` buys one, and pool.buy lets the desk do it by itself",
    )


async def _purchases(settings: Settings, limit: int) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await purchases.list_purchases(tx, limit)


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
    async with _with_carrier(settings) as (here, desk):
        try:
            return await check_pool(
                here.db, PUBLIC, here.clock, desk.registry, desk.settings, desk.registry.public_base
            )
        except SendError as error:
            raise SetupError(f"{error} Nothing was changed: mend that, then run this again.") from error


@asynccontextmanager
async def _with_carrier(settings: Settings) -> AsyncIterator[tuple[Reading, Desk]]:
    """The database, and a desk for its carrier alone: nothing is migrated and no loop is started."""
    settings, base = settings_of_role(settings)
    async with reading(settings) as here:
        desk = Desk(settings, here.db.dsn)
        desk.use_providers(public_base=base)
        try:
            yield here, desk
        finally:
            for provider in desk.registry.providers.values():
                await provider.aclose()
