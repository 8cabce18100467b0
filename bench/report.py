"""The table, and the ratios that it is for."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from statistics import median

import psycopg
from rich.console import Console
from rich.table import Table

from measure import Cell
from systems import SYSTEMS
from work import CONVERSATIONS, IN_FLIGHT

__all__ = ["facts", "show"]

US = "frontdesk"
BY_HAND = next(name for name in SYSTEMS if name.startswith("hand-written"))
NOW = {"accept": 2.0, "drain": 3.0}
LATER = 5.0
OF_BY_HAND = 0.7

Round = list[Cell]


def facts(dsn: str) -> dict[str, str]:
    """The machine, in words."""
    with psycopg.connect(dsn) as connection:
        version, fsync, commit = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')"
        ).fetchone() or ("?", "?", "?")
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "postgresql": f"{version}, fsync {fsync}, synchronous_commit {commit}",
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
    }


def show(rounds: list[Round], machine: dict[str, str]) -> None:
    """Print medians over the rounds; every ratio is taken within a round first."""
    console = Console(width=None if sys.stdout.isatty() else 130)
    console.print(_table(rounds))
    for part in ("accept", "drain"):
        if line := _verdict(rounds, part):
            console.print(line)
    console.print(f"Machine: {machine['cores']} cores, PostgreSQL {machine['postgresql']}, Python {machine['python']}")


def _table(rounds: list[Round]) -> Table:
    table = Table(
        title=f"Inbox: {CONVERSATIONS:,} conversations, every tenth message delivered twice, {IN_FLIGHT} in flight; "
        f"median of {len(rounds)} round{'s' * (len(rounds) > 1)}",
        caption="× = Frontdesk's rate over this system's; * = stopped by the clock before all was done",
    )
    table.add_column("system")
    for heading in ("messages", "accept/s", "×", "drain/s", "×", "lost", "doubled", "out of order"):
        table.add_column(heading, justify="right")
    for name in SYSTEMS:
        if cells := [cell for cells in rounds for cell in cells if cell.system == name]:
            table.add_row(*_line(name, cells, rounds))
    return table


def _line(name: str, cells: list[Cell], rounds: list[Round]) -> Iterator[str]:
    yield name
    yield f"{cells[0].messages:,}{'' if all(cell.whole for cell in cells) else '*'}"
    for part in ("accept", "drain"):
        yield f"{median(getattr(cell, part) for cell in cells):,.0f}"
        ratios = _ratios(rounds, part, lambda cell: cell.system == name)
        yield f"{median(ratios):.1f}" if ratios and name != US else ""
    for wrong in ("lost", "doubled", "out_of_order"):
        yield f"{max(getattr(cell, wrong) for cell in cells):,}"


def _verdict(rounds: list[Round], part: str) -> str:
    best = _ratios(rounds, part, lambda cell: SYSTEMS[cell.system].peer)
    if not best:
        return ""
    spread = f"{min(best):.1f} to {max(best):.1f} over the rounds"
    met = "[green]met[/]" if median(best) >= NOW[part] else "[red]missed[/]"
    line = f"{part}: {median(best):.1f} × the best peer ({spread}); target ≥ {NOW[part]:g} × {met}, later ≥ {LATER:g} ×"
    if part == "drain" and (hand := _ratios(rounds, part, lambda cell: cell.system == BY_HAND)):
        line += f"; {median(hand):.0%} of hand-written SQL, target ≥ {OF_BY_HAND:.0%}"
    return line


def _ratios(rounds: list[Round], part: str, against: Callable[[Cell], bool]) -> list[float]:
    """Per round: Frontdesk's rate over the best of those that `against` picks."""
    ratios = []
    for cells in rounds:
        ours = [getattr(cell, part) for cell in cells if cell.system == US]
        theirs = [getattr(cell, part) for cell in cells if against(cell)]
        if ours and theirs:
            ratios.append(ours[0] / max(theirs))
    return ratios
