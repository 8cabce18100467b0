"""A process that raises an alert for each line of stdin, its key, and says what was decided: `… DSN`, with DATA_DIR set.

It says "ready" first, so that several can be let go at once. It is ended by the end of stdin, or killed.
"""

import asyncio
import sys

from frontdesk.desk import Desk
from frontdesk.logs import configure_logs
from frontdesk.testing import scratch_settings


async def main(dsn: str) -> None:
    desk = Desk(scratch_settings(), dsn, connections=2)
    await desk.open()
    print("ready", flush=True)
    while key := (await asyncio.to_thread(sys.stdin.readline)).strip():
        decision = await desk.raise_alert("DISK_FULL", "HIGH", f"{key}: is full", "It is true.", key=key)
        print(decision, flush=True)
    await desk.close()


if __name__ == "__main__":
    configure_logs("json", "warning")
    asyncio.run(main(*sys.argv[1:]))
