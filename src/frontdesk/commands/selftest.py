"""`frontdesk selftest`: the desk's promises tried on a scratch desk in the same database, in seconds."""

import asyncio
import time
from dataclasses import dataclass

import typer
from rich.text import Text

from frontdesk.commands.database import opened
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.commands.promises import PROMISES, Broken
from frontdesk.commands.scratch import scratch
from frontdesk.settings import Settings

__all__ = ["selftest"]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How one check went."""

    name: str
    kept: bool
    seen: str
    seconds: float


def selftest(context: typer.Context, as_json: AsJson = False) -> None:
    """Try the desk's promises on a scratch desk beside the real data: duplicates, order, limits, expiry."""
    start = time.monotonic()
    outcomes = asyncio.run(_try_all(quiet_settings(context, "error")))
    seconds = time.monotonic() - start
    broken = sum(not outcome.kept for outcome in outcomes)
    if as_json:
        checks = [{"name": o.name, "kept": o.kept, "seen": o.seen, "seconds": round(o.seconds, 3)} for o in outcomes]
        print_json({"passed": not broken, "seconds": round(seconds, 2), "checks": checks})
    else:
        print_table("Self-test", ("", "Promise", "Seen", "Seconds#"), [_row(outcome) for outcome in outcomes])
        say()
        say(
            f"{spoken(broken, 'promise')} broken."
            if broken
            else f"All kept, in {seconds:.1f} s; the scratch desk is gone."
        )
    if broken:
        raise typer.Exit(1)


def _row(outcome: _Outcome) -> tuple[Text, str, str, str]:
    mark = Text("✓", "green") if outcome.kept else Text("✗", "bold red")
    return mark, outcome.name, outcome.seen, f"{outcome.seconds:.2f}"


async def _try_all(settings: Settings) -> list[_Outcome]:
    outcomes = []
    async with opened(settings) as database, scratch(settings, database.dsn) as desk:
        for name, promise in PROMISES.items():
            start = time.monotonic()
            try:
                kept, seen = True, await promise(desk)
            except Broken as broken:
                kept, seen = False, str(broken)
            except TimeoutError:
                kept, seen = (
                    False,
                    f"nothing happened for {time.monotonic() - start:.0f} s (--log-level warning tells why)",
                )
            outcomes.append(_Outcome(name, kept, seen, time.monotonic() - start))
    return outcomes
