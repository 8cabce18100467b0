"""Measure the inbox against its peers: same server, same work, same run, in turns.

Called by `run.py`; see README.md for what is measured and how to read it.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from rich.console import Console

from frontdesk.db.embedded import EmbeddedPostgres
from measure import Cell, measure
from report import facts, show
from systems import SYSTEMS

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    """Run all rounds and print the table; 1 when Frontdesk lost, doubled, disordered or left a message."""
    options = parse()
    names = [name for name in SYSTEMS if not options.only or any(word in name for word in options.only)]
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        dsn = server.start()
        machine = facts(dsn)
        rounds = [one_round(dsn, rotated(names, number), options) for number in range(options.rounds)]
    if options.json:
        path = write(rounds, machine, options)
        print(f"Written to {path}", file=sys.stderr)
    show(rounds, machine)
    ours = [cell for cells in rounds for cell in cells if cell.system == "frontdesk"]
    return int(any(cell.lost or cell.doubled or cell.out_of_order or not cell.whole for cell in ours))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measure the inbox against its peers.")
    parser.add_argument("--messages", type=int, default=5000, help="messages a cell (slow systems take fewer)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the table shows medians over them")
    parser.add_argument("--seconds", type=float, default=20, help="longest time of accept, and of drain, in a cell")
    parser.add_argument("--only", action="append", metavar="WORD", help="only systems with WORD in their name")
    parser.add_argument("--json", action="store_true", help="keep every cell in bench/results/ too")
    return parser.parse_args()


def rotated(names: list[str], number: int) -> list[str]:
    """Each round begins with another system, so that none always has the warm or the tired server."""
    shift = number * 2 % len(names)
    return names[shift:] + names[:shift]


def one_round(dsn: str, names: list[str], options: argparse.Namespace) -> list[Cell]:
    """Every system once, each in a fresh process and a fresh database."""
    cells = []
    with Console(stderr=True).status("") as status:
        for name in names:
            status.update(f"{name} ...")
            messages = max(100, int(options.messages * SYSTEMS[name].share))
            with scratch_database(dsn) as own, fresh_process() as process:
                cells.append(process.submit(measure, name, own, messages, options.seconds).result())
    return cells


def fresh_process() -> ProcessPoolExecutor:
    """One process that has imported nothing yet."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


@contextmanager
def scratch_database(dsn: str) -> Iterator[str]:
    """An empty database; what the one before left in memory is on disk, so that it costs this one nothing."""
    name = "bench"
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        admin.execute("CHECKPOINT")
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def write(rounds: list[list[Cell]], machine: dict[str, str], options: argparse.Namespace) -> Path:
    """Keep all cells as JSON; returns where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"inbox-{time.strftime('%Y%m%d-%H%M%S')}.json"
    content = {"machine": machine, "options": vars(options), "rounds": [[asdict(c) for c in cells] for cells in rounds]}
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
