"""`frontdesk simulate`: thirty virtual days of follow-ups and conversations on a scratch desk."""

import asyncio
from typing import Annotated

import typer
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from frontdesk.commands.database import opened
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.commands.simulated_desk import Outcome, simulate_days
from frontdesk.commands.simulated_people import MOST_PEOPLE
from frontdesk.settings import Settings

__all__ = ["simulate"]

Days = Annotated[int, typer.Option(min=1, max=366, help="How many virtual days pass.")]
Leads = Annotated[int, typer.Option(min=1, max=MOST_PEOPLE, help="How many people write.")]
Seed = Annotated[int, typer.Option(help="The same seed ends in the same state.")]

_SHOWN = 20
_TITLES = {
    "leads": "Leads",
    "texts_sent": "Texts sent",
    "texts_blocked": "Texts blocked",
    "steps_sent": "Follow-ups sent",
    "enrolments_ended": "Follow-ups ended by",
}


def simulate(
    context: typer.Context, days: Days = 30, leads: Leads = 1000, seed: Seed = 1, as_json: AsJson = False
) -> None:
    """Let virtual days pass on a scratch desk beside the real data, with your own texts, sequences and limits."""
    outcome = asyncio.run(_simulate(quiet_settings(context, "error"), days, leads, seed))
    if as_json:
        print_json(_document(outcome))
    else:
        _print(outcome)
    if outcome.broken:
        raise typer.Exit(1)


async def _simulate(settings: Settings, days: int, leads: int, seed: int) -> Outcome:
    console = Console(stderr=True)
    columns = (TextColumn("Virtual days"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with opened(settings) as database:
        dsn = database.dsn
        if database.server is not None:  # made-up data that is dropped at the end need not reach the disk
            dsn = make_conninfo(dsn, options="-c synchronous_commit=off")
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task("", total=days)
            return await simulate_days(
                settings,
                dsn,
                days=days,
                people=leads,
                seed=seed,
                on_day=lambda day: progress.update(bar, completed=day),
            )


def _document(outcome: Outcome) -> dict[str, object]:
    return {
        "passed": not outcome.broken,
        "broken": outcome.broken,
        "days": outcome.days,
        "seed": outcome.seed,
        "seconds": round(outcome.seconds, 1),
        "moments": outcome.moments,
        **_totals(outcome),
        **outcome.end.counts(),
        "digest": outcome.end.digest,
        "spent": {name: round(seconds, 1) for name, seconds in outcome.spent.items()},
    }


def _totals(outcome: Outcome) -> dict[str, int]:
    return {
        "people": outcome.people,
        "texts_in": outcome.texts_in,
        "texts_out": outcome.texts_out,
        "opt_outs": outcome.opt_outs,
        "bookings": outcome.bookings,
        "hand_overs": outcome.end.hand_overs,
        "expired": sum(row.closed_reason is not None for row in outcome.end.leads),
    }


def _print(outcome: Outcome) -> None:
    rows = [("", name.replace("_", " ").capitalize(), count) for name, count in _totals(outcome).items()]
    for name, counted in outcome.end.counts().items():
        titles = [_TITLES[name], *[""] * len(counted)]
        rows += [(title, which, count) for title, (which, count) in zip(titles, counted.items(), strict=False)]
    days = spoken(outcome.days, "virtual day")
    print_table(f"{days}, seed {outcome.seed}", ("What", "Which", "How many#"), rows)
    if outcome.broken:
        say()
        print_table("Broken promises", ("",), [(sentence,) for sentence in outcome.broken[:_SHOWN]])
        if len(outcome.broken) > _SHOWN:
            say(f"... and {len(outcome.broken) - _SHOWN:,} more: --json lists them all.")
    say()
    say(f"digest {outcome.end.digest}")
    verdict = f"{spoken(len(outcome.broken), 'promise')} broken" if outcome.broken else "All promises kept"
    say(f"{verdict}; {spoken(outcome.moments, 'moment')} in {outcome.seconds:.1f} s. The scratch desk is gone.")
