"""A worker process of its own, to be killed: `python desk_process.py DSN CARRIER_URL HOOKS_URL [hang]`.

With `hang` every event is held between claim and settle: the handler says so on standard output and waits.
"""

import asyncio
import sys
from functools import partial

from frontdesk.desk import Desk
from frontdesk.inbox.model import Event
from frontdesk.logs import configure_logs
from frontdesk.registry import Commit, Handler
from frontdesk.testing import scratch_settings


async def hang(handler: Handler, event: Event) -> Commit:
    commit = await handler(event)
    print("claimed", event.id, flush=True)
    await asyncio.sleep(600)
    return commit


async def main(dsn: str, carrier_url: str, hooks_url: str, *how: str) -> None:
    settings = scratch_settings(
        twilio_api_base=carrier_url,
        worker={"lease_seconds": 2, "handler_seconds": 600, "first_retry_seconds": 0.1, "poll_seconds": 0.2},
        sender={"per_second": 1e7, "per_minute": 6e8, "lease_seconds": 2},
    )
    desk = Desk(settings, dsn)
    await desk.open()
    desk.use_twilio(public_base=hooks_url)
    if "hang" in how:
        desk.registry.handlers["twilio_sms"] = partial(hang, desk.registry.handlers["twilio_sms"])
    service = desk.service("worker")
    await service.start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logs("json", "warning")
    asyncio.run(main(*sys.argv[1:]))
