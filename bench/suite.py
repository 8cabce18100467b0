"""The suite: measure what is asked for, print it, and with `--write` keep the results and write the report.

Started by `run.py`; see README.md for what is measured and how to read it.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from . import accept_drain, claims, idempotency, latency, where, workers
from .server import Server, embedded, facts
from .systems import SYSTEMS, US

RESULTS = Path(__file__).resolve().parent / "results"

Cells = list[dict[str, Any]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: for a quick look, or for the report."""

    rounds: int
    messages: int
    seconds: float  # the longest that an accept or a drain takes
    idle: int
    loaded: float  # seconds under load
    claim_sizes: tuple[int, ...]
    claims_of_all: bool
    passes: int  # over all claims
    backlog: int
    repeats: int  # of each number of worker processes
    known: int


QUICK = Size(2, 3000, 8, 100, 3, claims.SIZES[:2], False, 1, 10_000, 1, 100_000)
WHOLE = Size(4, 20_000, 20, 200, 6, claims.SIZES, True, 2, 30_000, 3, idempotency.KNOWN)
MEASURES = ("accept_drain", "latency", "claims", "workers", "idempotency", "where")


def main() -> int:
    """Measure and tell; 1 when Frontdesk lost, doubled, disordered or left a message."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server goes too
    kept = stored()
    if not options.report:
        kept = measured(options, kept)
    if options.write or options.report:
        from .report.page import write  # draws, which takes a while to load

        for path in write(kept):
            print(f"Written: {path.relative_to(Path.cwd())}", file=sys.stderr)
    ours = [c for one in kept.values() for c in one["cells"] if c.get("system", US) == US and "lost" in c]
    return int(any(c["lost"] or c["doubled"] or c["out_of_order"] or not c.get("whole", True) for c in ours))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measure the inbox, beside its peers.")
    parser.add_argument("--all", action="store_true", help="the whole suite at full size, not a quick look")
    parser.add_argument("--write", action="store_true", help="keep the results and write docs/benchmarks.md")
    parser.add_argument("--report", action="store_true", help="measure nothing; write the report from the kept results")
    parser.add_argument("--measure", action="append", choices=MEASURES, help="only this; may be given again")
    parser.add_argument("--only", action="append", metavar="WORD", help="only systems with WORD in their name")
    parser.add_argument("--rounds", type=int, help="rounds of accept and drain")
    parser.add_argument("--messages", type=int, help="messages a cell of accept and drain (slow systems take fewer)")
    return parser.parse_args()


def stored() -> dict[str, dict[str, Any]]:
    """The results that were kept, by measure."""
    found = {name: RESULTS / f"{name}.json" for name in MEASURES}
    return {name: json.loads(path.read_text()) for name, path in found.items() if path.exists()}


def measured(options: argparse.Namespace, kept: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Measure what is asked for, print it as it comes, keep it if told to; returns it, with `--write` all there is."""
    size = WHOLE if options.all else QUICK
    names = [name for name in SYSTEMS if not options.only or any(word in name for word in options.only)]
    command = " ".join(["python3 bench/run.py", *sys.argv[1:]])
    console = Console(width=None if sys.stdout.isatty() else 170)
    new: dict[str, dict[str, Any]] = {}
    with embedded() as server:
        machine = facts(server)
        for name in options.measure or MEASURES:
            begun = time.monotonic()
            with Console(stderr=True).status("") as status:
                cells = _measure(name, server, names, size, options, {**kept, **new}, status.update)
            if not cells:
                continue
            seconds = round(time.monotonic() - begun)
            new[name] = {"taken": time.strftime("%Y-%m-%d %H:%M"), "command": command, "seconds": seconds}
            new[name] |= {"machine": machine, "cells": (cells := rounded(cells))}
            show(console, name, cells)
            if options.write:
                RESULTS.mkdir(exist_ok=True)
                (RESULTS / f"{name}.json").write_text(json.dumps(new[name], indent=1) + "\n")
    show_targets(console, {name: one["cells"] for name, one in new.items()})
    console.print("; ".join(f"{name}: {value}" for name, value in machine.items()))
    return {**kept, **new} if options.write else new


def _measure(
    name: str,
    server: Server,
    names: list[str],
    size: Size,
    options: argparse.Namespace,
    known: Mapping[str, Mapping[str, Any]],
    say: Say,
) -> Cells:
    if name == "accept_drain":
        return rounds(
            server, names, options.rounds or size.rounds, options.messages or size.messages, size.seconds, say
        )
    if name == "latency":
        return latency.all_systems(server, half_rates(server, names, known, say), size.idle, size.loaded, say)
    if name == "claims":
        asked = names if size.claims_of_all else [US]
        return claims.all_scenes(server, asked, size.claim_sizes, size.passes, say)
    alone: dict[str, Callable[[], Cells]] = {
        "workers": partial(workers.all_sizes, server, size.backlog, size.repeats, say),
        "idempotency": partial(idempotency.check, server, size.known),
        "where": partial(where.both, server, options.messages or size.messages, say),
    }
    say(name)
    return alone[name]() if US in names else []


def rounds(server: Server, names: list[str], number: int, messages: int, seconds: float, say: Say) -> Cells:
    """Accept and drain in turns: each round begins with another system, so that none always has the tired server."""
    cells: Cells = []
    for one in range(number):
        shift = one * 2 % len(names)
        for name in names[shift:] + names[:shift]:
            say(f"round {one + 1} of {number}: {name}")
            cells += [{"round": one, **cell} for cell in accept_drain.one_system(server, name, messages, seconds)]
    return cells


def half_rates(server: Server, names: list[str], known: Mapping[str, Mapping[str, Any]], say: Say) -> dict[str, float]:
    """Half of the rate of Frontdesk and of each peer, from this run or an earlier one, or else measured quickly now."""
    asked = [name for name in names if name == US or SYSTEMS[name].peer]
    cells = list(known.get("accept_drain", {}).get("cells", ()))
    if missing := [name for name in asked if name not in {cell["system"] for cell in cells}]:
        cells += rounds(server, missing, 1, QUICK.messages, QUICK.seconds, say)
    found = {}
    for name in asked:
        drained = [cell for cell in cells if cell["system"] == name and cell["drain"]]
        accepts, drains = (median(cell[part]["rate"] for cell in drained) for part in ("accept", "drain"))
        found[name] = latency.half(accepts, drains)
    return found


def show(console: Console, name: str, cells: Cells) -> None:
    """Print the tables of one measure."""
    from .report.page import tables_of

    for table in tables_of(name, cells):
        console.print(table.rich())


def show_targets(console: Console, results: Mapping[str, Cells]) -> None:
    """Print the targets that were measured."""
    from .report.targets import table

    console.print(table(results).rich())


def rounded(value: Any) -> Any:
    """The same with numbers of four digits that count, which keeps the files small."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
