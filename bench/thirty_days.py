"""How long thirty virtual days of a thousand leads take, and what they are spent on.

    .venv/bin/python bench/thirty_days.py [--leads 1000] [--days 30] [--seed 1]

One scratch PostgreSQL, without waiting for its disk, as `frontdesk simulate` has it. Beside the seconds on the wall,
the seconds of this process's CPU: on a machine that others use too, the second tells more.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import structlog
from psycopg.conninfo import make_conninfo

from frontdesk.commands.simulated_desk import Outcome, simulate_days
from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.settings import Settings

TARGET = 60.0  # seconds


def main() -> int:
    """Measure and print; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="bench/thirty_days.py", description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(prefix="frontdesk-days-") as folder, EmbeddedPostgres(Path(folder)) as server:
        dsn = make_conninfo(server.start(), options="-c synchronous_commit=off")
        settings = Settings(tz="America/New_York")
        began = time.process_time()
        outcome = asyncio.run(simulate_days(settings, dsn, days=options.days, people=options.leads, seed=options.seed))
        report(outcome, time.process_time() - began)
    return 1 if outcome.broken else 0


def report(outcome: Outcome, cpu: float) -> None:
    """Print the seconds, in all and by what they were spent on."""
    mark = "" if outcome.seconds < TARGET else f"  ✗ over {TARGET:g}"
    print(f"{outcome.people} leads, {outcome.days} virtual days{outcome.seconds:>10.1f} s{mark}")
    print(f"{'of this process CPU':<34}{cpu:>6.1f} s; load of the machine {os.getloadavg()[0]:.1f}")
    for name, seconds in sorted(outcome.spent.items(), key=lambda pair: -pair[1]):
        print(f"  {name:<32}{seconds:>6.1f} s")
    turns = outcome.texts_in + outcome.texts_out
    print(f"{outcome.texts_in} texts in, {outcome.texts_out} out, {outcome.moments} moments", end="; ")
    print(f"{outcome.seconds / turns * 1000:.1f} ms a text; digest {outcome.end.digest[:16]}")
    for sentence in outcome.broken[:10]:
        print(f"  broken: {sentence}")


if __name__ == "__main__":
    sys.exit(main())
