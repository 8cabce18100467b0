"""Processes that raise the same keys at the same moment: `python alert_crowd_process.py DSN PROCESSES KEYS`.

One interpreter forks them, as so many that start at once would keep a small machine busy for a minute. Each connects,
waits for the others, raises key after key, and prints what was decided of each as a line of JSON. Ends with the number
of those that failed.
"""

import asyncio
import json
import os
import sys

from frontdesk.alerts.model import Decision
from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.effects import Alert, Severity
from frontdesk.logs import configure_logs
from frontdesk.steps.raise_alert import raise_alert
from frontdesk.testing import scratch_settings


async def raise_all(dsn: str, keys: int, there: int, go: int) -> list[Decision]:
    """One process of the crowd: `there` is written once it is connected, `go` is closed when all are."""
    db, clock = Database(dsn, size=1, prepare=scratch_settings().database_prepare), LeaseClock()
    await db.open()
    os.write(there, b".")
    await asyncio.to_thread(os.read, go, 1)
    alerts = [Alert("DISK_FULL", f"disk {n}", Severity.HIGH, f"disk {n}: is full", "It is true.") for n in range(keys)]
    decided = [await raise_alert(db, PUBLIC, clock, alert) for alert in alerts]
    await db.close()
    return decided


def main(dsn: str, processes: int, keys: int) -> int:
    there, go = os.pipe(), os.pipe()
    for _ in range(processes):
        if os.fork() == 0:
            os.close(go[1])
            decided = asyncio.run(raise_all(dsn, keys, there[1], go[0]))
            os.write(1, f"{json.dumps(decided)}\n".encode())  # short enough to be written whole
            os._exit(0)
    for _ in range(processes):
        os.read(there[0], 1)
    os.close(go[1])
    return sum(os.wait()[1] != 0 for _ in range(processes))


if __name__ == "__main__":
    configure_logs("json", "warning")
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
