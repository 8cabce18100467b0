"""How long thirty virtual days of a thousand leads take, and what they are spent on.

    .venv/bin/python bench/thirty_days.py [--leads 1000] [--days 30] [--seed 1]

On a PostgreSQL that is thrown away and does not wait for its disk, as `frontdesk simulate` has it. Beside the
seconds on the wall, those of CPU in the desks' processes: on a machine that others use too, the second tells more. What
the desks spent adds up over desks that run side by side.
"""

import argparse
import os
import sys
import time

from frontdesk.commands.simulated_month import simulate_days
from frontdesk.commands.simulated_outcome import Outcome
from frontdesk.db.throwaway import throwaway_postgres
from frontdesk.settings import Settings

TARGET = 60.0  # seconds


def main() -> int:
    """Measure and print; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="bench/thirty_days.py", description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with throwaway_postgres() as dsn:
        settings = Settings(tz="America/New_York")
        began = time.perf_counter()
        outcome = simulate_days(settings, dsn, days=options.days, people=options.leads, seed=options.seed)
        report(outcome, options.days, time.perf_counter() - began)
    return 1 if outcome.broken else 0


def report(outcome: Outcome, days: int, seconds: float) -> None:
    """Print the seconds, in all and by what they were spent on."""
    mark = "" if seconds < TARGET else f"  ✗ over {TARGET:g}"
    totals = outcome.totals
    print(f"{totals['people']} leads, {days} virtual days{seconds:>10.1f} s{mark}")
    print(f"{'of CPU in the desks':<34}{outcome.cpu:>6.1f} s; load of the machine {os.getloadavg()[0]:.1f}")
    for name, spent in sorted(outcome.spent.items(), key=lambda pair: -pair[1]):
        print(f"  {name:<32}{spent:>6.1f} s")
    turns = totals["texts_in"] + totals["texts_out"]
    print(f"{totals['texts_in']} texts in, {totals['texts_out']} out, {totals['moments']} moments", end="; ")
    print(f"{outcome.cpu / turns * 1000:.1f} ms of CPU a text; digest {outcome.digest[:16]}")
    for sentence in outcome.broken[:10]:
        print(f"  broken: {sentence}")


if __name__ == "__main__":
    sys.exit(main())
