"""`frontdesk simulate`: thirty virtual days of follow-ups and conversations on a scratch desk."""

from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.commands.simulated_month import simulate_days
from frontdesk.commands.simulated_outcome import Outcome
from frontdesk.commands.simulated_people import MOST_PEOPLE
from frontdesk.db.throwaway import throwaway_postgres
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
    """Let virtual days pass on a scratch desk, away from the real data, with your own texts, sequences and limits."""
    began = perf_counter()
    outcome = _simulate(quiet_settings(context, "error"), days, leads, seed)
    seconds = perf_counter() - began
    if as_json:
        print_json(_document(outcome, days, seed, seconds))
    else:
        _print(outcome, days, seed, seconds)
    if outcome.broken:
        raise typer.Exit(1)


def _simulate(settings: Settings, days: int, leads: int, seed: int) -> Outcome:
    console = Console(stderr=True)
    columns = (TextColumn("Virtual days"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with throwaway_postgres() as dsn, Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=days)
        return simulate_days(
            settings,
            dsn,
            days=days,
            people=leads,
            seed=seed,
            on_day=lambda passed: progress.update(bar, completed=int(passed)),
        )


def _document(outcome: Outcome, days: int, seed: int, seconds: float) -> dict[str, object]:
    return {
        "passed": not outcome.broken,
        "broken": outcome.broken,
        "days": days,
        "seed": seed,
        "seconds": round(seconds, 1),
        **outcome.totals,
        **outcome.counts,
        "digest": outcome.digest,
        "spent": {name: round(spent, 1) for name, spent in outcome.spent.items()},
    }


def _print(outcome: Outcome, days: int, seed: int, seconds: float) -> None:
    totals = {name: count for name, count in outcome.totals.items() if name != "moments"}
    rows = [("", name.replace("_", " ").capitalize(), count) for name, count in totals.items()]
    for name, counted in outcome.counts.items():
        titles = [_TITLES[name], *[""] * len(counted)]
        rows += [(title, which, count) for title, (which, count) in zip(titles, counted.items(), strict=False)]
    print_table(f"{spoken(days, 'virtual day')}, seed {seed}", ("What", "Which", "How many#"), rows)
    if outcome.broken:
        say()
        print_table("Broken promises", ("",), [(sentence,) for sentence in outcome.broken[:_SHOWN]])
        if len(outcome.broken) > _SHOWN:
            say(f"... and {len(outcome.broken) - _SHOWN:,} more: --json lists them all.")
    say()
    say(f"digest {outcome.digest}")
    verdict = f"{spoken(len(outcome.broken), 'promise')} broken" if outcome.broken else "All promises kept"
    say(f"{verdict}; {spoken(outcome.totals['moments'], 'moment')} in {seconds:.1f} s. The scratch desk is gone.")
