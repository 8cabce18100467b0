"""`frontdesk outbox stop | go | switches | numbers`: what stops sending, and how fast each number goes."""

import asyncio
from typing import Annotated, Any

import typer

from frontdesk.commands.chosen import actor
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.db.pool import PUBLIC
from frontdesk.outbox.gate import Lane, Mode, Scope
from frontdesk.outbox.pace import Throughput
from frontdesk.settings import Settings
from frontdesk.steps.judge import throughputs
from frontdesk.steps.switching import Which, named, switch_off, switch_on
from frontdesk.web.outbox_shapes import Limiters, SwitchRow
from frontdesk.web.sending import read_limiters, read_switches

__all__ = ["go", "list_on", "numbers", "stop"]

Everything = Annotated[bool, typer.Option("--global", help="All sending.")]
OfClient = Annotated[str | None, typer.Option("--client", metavar="ID", help="All of this client, by its id.")]
OfNumber = Annotated[str | None, typer.Option("--number", help="All from this number of ours.")]
OfProvider = Annotated[str | None, typer.Option("--provider", help="All through this provider, such as twilio.")]
OfLane = Annotated[Lane | None, typer.Option("--lane", help="All in this lane.")]


def _which(everything: bool, client: str | None, number: str | None, provider: str | None, lane: Lane | None) -> Which:
    """The one switch that is meant. Raises BadParameter when none is, or several."""
    said = {Scope.CLIENT: client, Scope.NUMBER: number, Scope.PROVIDER: provider, Scope.LANE: lane}
    given = [(scope, str(name)) for scope, name in said.items() if name is not None]
    given += [(Scope.GLOBAL, "")] if everything else []
    if len(given) != 1:
        raise typer.BadParameter("Say what in one way: --global, --client, --number, --provider or --lane.")
    try:
        return named(*given[0])
    except ValueError as error:
        said_so = str(error)
        raise typer.BadParameter(f"{said_so[:1].upper()}{said_so[1:]}.") from error


def stop(
    context: typer.Context,
    everything: Everything = False,
    client: OfClient = None,
    number: OfNumber = None,
    provider: OfProvider = None,
    lane: OfLane = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Not to wait: block each message where it would have gone.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who find it stopped.")] = "",
    as_json: AsJson = False,
) -> None:
    """Stop sending, whole or in part, at once and in all processes; what is to go waits until `frontdesk outbox go`."""
    which = _which(everything, client, number, provider, lane)
    mode = Mode.DRY_RUN if dry_run else Mode.STOP
    held, on = asyncio.run(_stop(quiet_settings(context), which, mode, reason))
    if as_json:
        print_json({"scope": which.scope, "name": which.name, "mode": mode, "held": held, "done_by": actor()})
        return
    (switch,) = [row for row in on if (row.scope, row.name) == (which.scope, which.name)]
    say(switch.words)
    if held:
        say(f"{spoken(held, 'due message waits', 'due messages wait')} from now on.")
    say(f"To go on: `frontdesk outbox go {_option(which)}`.")


async def _stop(settings: Settings, which: Which, mode: Mode, reason: str) -> tuple[int, list[SwitchRow]]:
    async with reading(settings) as desk:
        held = await switch_on(desk.db, PUBLIC, desk.clock, which, mode=mode, reason=reason, actor=actor())
        async with desk.db.transaction() as tx:
            return held, await read_switches(tx)


def _option(which: Which) -> str:
    return "--global" if which.scope is Scope.GLOBAL else f"--{which.scope.value} {which.name}"


def go(
    context: typer.Context,
    everything: Everything = False,
    client: OfClient = None,
    number: OfNumber = None,
    provider: OfProvider = None,
    lane: OfLane = None,
    as_json: AsJson = False,
) -> None:
    """Let sending go on where `frontdesk outbox stop` stopped it."""
    which = _which(everything, client, number, provider, lane)
    released, on = asyncio.run(_go(quiet_settings(context), which))
    if as_json:
        print_json({"scope": which.scope, "name": which.name, "released": released, "done_by": actor()})
        return
    say(f"Nothing stops {which} any more; {spoken(released, 'held message is', 'held messages are')} due again.")
    for row in on:
        say(f"Still on: {row.words}")


async def _go(settings: Settings, which: Which) -> tuple[int, list[SwitchRow]]:
    async with reading(settings) as desk:
        released = await switch_off(desk.db, PUBLIC, desk.clock, which, actor=actor())
        async with desk.db.transaction() as tx:
            return released, await read_switches(tx)


def list_on(context: typer.Context, as_json: AsJson = False) -> None:
    """List the kill switches that are on."""
    rows = asyncio.run(_switches(quiet_settings(context)))
    if as_json:
        print_json({"items": [row.model_dump() for row in rows]})
        return
    print_table(
        "Switches that are on",
        ("What", "Why", "By", "Since"),
        [(row.words, row.reason, row.set_by, row.set_at) for row in rows],
        "none: everything may go",
    )


async def _switches(settings: Settings) -> list[SwitchRow]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await read_switches(tx)


def numbers(context: typer.Context, as_json: AsJson = False) -> None:
    """List our numbers with what each has under way and how fast it goes, and each account that ever failed."""
    settings = quiet_settings(context)
    found = asyncio.run(_numbers(settings))
    if as_json:
        print_json(found.model_dump())
        return
    defaults = throughputs(settings)
    print_table(
        "Numbers",
        ("Number", "Through", "Under way#", "Queued#", "Waiting#", "Sent#", "Throttled#", "Pace", "Next slot"),
        [
            (n.number, n.provider, n.executing, n.queued, n.waiting, n.done, n.throttled,
             _pace(n, defaults.get(n.provider, defaults[""])), n.next_slot_at)
            for n in found.items
        ],
        "none ever sent",
    )  # fmt: skip
    if found.circuits:
        say()
        rows = [(c.account, c.words, c.last_error, c.open_until, c.changed_at) for c in found.circuits]
        print_table("Accounts", ("Account", "State", "Last error", "Rests until", "Since"), rows)


def _pace(number: Any, default: Throughput) -> str:
    """How fast a number goes: 1 a second, 60 a minute, half as fast since a 429. Its own comes before the default."""
    second, minute = number.per_second or default.per_second, number.per_minute or default.per_minute
    slower = f", {number.slow_factor:g} times slower now" if number.slow_factor > 1 else ""
    return f"{second:g} a second, {minute:g} a minute{slower}"


async def _numbers(settings: Settings) -> Limiters:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await read_limiters(tx, desk.clock.now())
