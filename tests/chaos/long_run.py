"""`make chaos`: the storm at full length, in three rounds, with a plain report of each; exits 1 on any breach.

Kills alone to measure take-overs, then a user's handler, then the desk's own answers with trouble at the carrier.
FRONTDESK_CHAOS_SEED repeats a run as far as dice go: what the kernel schedules stays its own.
"""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from plan import TEXTS, Plan, Report, calm_kills, seed_of_today
from storm import OwnServer, Storm

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.logs import configure_logs

PATIENCE = 240.0  # seconds: what is unknown at the carrier is looked up after its indexing delay


def main() -> int:
    """Run all rounds; returns the exit code."""
    given = _arguments()
    configure_logs("pretty", "error")
    # The simulated carrier loses callers in the middle of their requests all the time.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    seed, restarts = given.seed, (signal.SIGKILL, signal.SIGINT)
    few, short = given.events * 2 // 5, given.seconds / 3
    plans = {
        "Workers killed one at a time": replace(calm_kills(seed), events=1500, seconds=60),
        "A user's handler": Plan(seed, few, few // 20, short, restarts=restarts, patience=PATIENCE),
        "The desk's own answers": Plan(
            seed, given.events, given.events // len(TEXTS), given.seconds, "texts", restarts * 2, patience=PATIENCE
        ),
    }
    began, breaches = time.monotonic(), []
    for name, plan in plans.items():
        print(f"\n{name}: {plan.events:,} events within about {plan.seconds:g} s ...", flush=True)
        report = _round(plan)
        print(report.table())
        for breach in report.breaches:
            print(f"  ✗ {breach}")
        breaches += report.breaches
    print(f"\n{len(breaches)} promises broken, in {time.monotonic() - began:.0f} s.")
    return 1 if breaches else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=seed_of_today())
    parser.add_argument("--events", type=int, default=10_000, help="in the last round, and two fifths of it before")
    parser.add_argument("--seconds", type=float, default=270, help="how long they keep coming there")
    return parser.parse_args()


def _round(plan: Plan) -> Report:
    with tempfile.TemporaryDirectory(prefix="frontdesk-chaos-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "desk") as postgres:
            direct = postgres.start()
            return asyncio.run(Storm(plan, OwnServer(postgres, direct, direct), folder).run())


if __name__ == "__main__":
    sys.exit(main())
