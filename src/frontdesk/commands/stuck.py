"""`frontdesk stuck`: new clients who stay too long in a step of their set-up, and thresholds tried on the past."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, ago, print_json, print_table, say, spoken
from frontdesk.effects import Severity
from frontdesk.onboarding_states import State, Turn
from frontdesk.settings import Settings
from frontdesk.steps.backtest import Backtest, backtest
from frontdesk.steps.stuck import find_stuck, with_hope
from frontdesk.watching.model import Stuck
from frontdesk.watching.rules import THRESHOLDS
from frontdesk.web.stuck import chosen, stuck_clients

__all__ = ["stuck"]

_TURNS = {Turn.DESK: "the desk's", Turn.CLIENT: "the owner's"}

stuck = typer.Typer(invoke_without_command=True)


@stuck.callback()
def show(
    context: typer.Context,
    severity: Annotated[Severity | None, typer.Option(case_sensitive=False, help="Those of this severity.")] = None,
    terminal: Annotated[bool, typer.Option("--terminal", help="Those who will never move by themselves.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show new clients who stay too long in a step of their set-up, whose turn it is, and what to do."""
    if context.invoked_subcommand is not None:
        return
    now, found = asyncio.run(_find(quiet_settings(context)))
    listed = chosen(found, severity=severity, terminal=True if terminal else None)
    if as_json:
        print_json(stuck_clients(listed, now).model_dump(by_alias=True))
        return
    print_table(
        "Stuck clients",
        ("Client", "State", "For#", "Too long after#", "Severity", "Whose turn", "Moves in 6 h#"),
        [_row(one) for one in listed],
        "none" if not (severity or terminal) else "none of these",
    )
    for one in listed:
        say()
        say(f"{one.name} ({one.client_id}): {one.reason}")
        say(f"  Do: {one.suggested_action}")
    if any(one.terminal for one in listed):
        say()
        say("Terminal: it will never move by itself, a person has to act.")


def _row(one: Stuck) -> tuple[Any, ...]:
    name = f"{one.name} ({one.client_id})"
    severity = f"{one.severity}, terminal" if one.terminal else one.severity
    hope = "" if one.moves_within_6h is None else f"{one.moves_within_6h:.0%}"
    waited = (ago(one.stuck_for_minutes * 60.0), ago(one.threshold_minutes * 60.0))
    return (name, one.state, *waited, severity, _TURNS[one.whose_turn], hope)


async def _find(settings: Settings) -> tuple[datetime, list[Stuck]]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        now = desk.clock.now()
        return now, await with_hope(tx, await find_stuck(tx, now, settings), now)


@stuck.command("backtest")
def backtest_thresholds(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="One state, such as S4_HOURS; else all.")] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="Try this threshold instead of the present one.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far to look back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Say how often a threshold would have fired lately, and how many of those moved by themselves afterwards."""
    if state is not None and state not in THRESHOLDS:
        raise typer.BadParameter(f"{state} is no state; take one of {', '.join(THRESHOLDS)}", param_hint="--state")
    found = asyncio.run(_backtest(quiet_settings(context), state, minutes, days))
    if as_json:
        print_json([one.as_data() for one in found])
        return
    for one in found:
        if one.stays:
            say(
                f"{one.state}: {ago(one.minutes * 60.0)} would have fired {spoken(one.fired, 'time')} "
                f"in {spoken(days, 'day')}, of {spoken(one.stays, 'stay')}; "
                f"{one.moved} moved by themselves, {one.still} still there."
            )
    if not any(one.stays for one in found):
        say("No stay is known of that time yet: the monitor notes them as clients move.")


async def _backtest(settings: Settings, state: str | None, minutes: int | None, days: int) -> list[Backtest]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        now = desk.clock.now()
        states = [State(state)] if state else list(THRESHOLDS)
        return await backtest(tx, now, settings, states=states, minutes=minutes, since=now - timedelta(days=days))
