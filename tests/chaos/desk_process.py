"""A worker process of its own, to be killed: `python desk_process.py DSN CARRIER_URL HOOKS_URL [hang|effects|texts]`.

hang      every event is held between claim and settle: the handler says so on standard output and waits
effects   a handler as a user registers it: one row per text in a table that would not mind two
texts     the desk's own answers, with such a row beside them

The last two note in the file BEGUN which event they begin with, and when; CREW_NAME is this process's name there.
"""

import asyncio
import os
import random
import signal
import sys
import time
from functools import partial

from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.inbox.model import Event
from frontdesk.logs import configure_logs
from frontdesk.registry import Commit, Handler
from frontdesk.testing import scratch_settings

LEASE = 3.0
TABLE = """
CREATE TABLE effects (
    number  bigint GENERATED ALWAYS AS IDENTITY,
    sid     text NOT NULL,
    lane    text NOT NULL,
    earlier bigint NOT NULL,
    worker  text NOT NULL,
    at      double precision NOT NULL
)
"""
WRITE = """
INSERT INTO effects (sid, lane, earlier, worker, at)
SELECT %(sid)s, %(lane)s, (SELECT count(*) FROM effects WHERE lane = %(lane)s), %(worker)s, %(at)s
"""


async def hang(handler: Handler, event: Event) -> Commit:
    commit = await handler(event)
    print("claimed", event.id, flush=True)
    await asyncio.sleep(600)
    return commit


async def write_effect(event: Event, tx: Tx) -> None:
    """What a user's handler may do: half of them wait for the answer."""
    values = {"sid": event.request_id, "lane": event.lane, "worker": os.environ["CREW_NAME"], "at": time.monotonic()}
    if event.id % 2:
        tx.put(WRITE, values)
    else:
        await tx.run(WRITE, values)


async def begin(handler: Handler, event: Event) -> Commit:
    """Note the beginning where a kill cannot undo it; now and then take as long as a model that reads the text."""
    line = f"{os.environ['CREW_NAME']} {event.lane} {event.id} {time.monotonic()}\n"
    note = os.open(os.environ["BEGUN"], os.O_WRONLY | os.O_APPEND)
    os.write(note, line.encode())
    os.close(note)
    if random.random() < 0.7:
        await asyncio.sleep(random.uniform(0, 1))
    return await handler(event)


async def with_effect(handler: Handler, event: Event) -> Commit:
    commit = await handler(event)

    async def both(tx: Tx) -> None:
        await commit(tx)
        await write_effect(event, tx)

    return both


async def main(dsn: str, carrier_url: str, hooks_url: str, how: str = "") -> None:
    in_storm = how in ("effects", "texts")
    lease, longest = (LEASE, 20) if in_storm else (2, 600)
    settings = scratch_settings(
        twilio_api_base=carrier_url,
        worker={"lease_seconds": lease, "handler_seconds": longest, "first_retry_seconds": 0.1, "poll_seconds": 0.2},
        sender={"per_second": 1e7, "per_minute": 6e8, "lease_seconds": 10 if in_storm else lease},
    )
    desk = Desk(settings, dsn)
    await desk.open()
    desk.use_twilio(public_base=hooks_url)
    handlers = desk.registry.handlers
    if how == "hang":
        handlers["twilio_sms"] = partial(hang, handlers["twilio_sms"])
    if how == "effects":
        desk.on("twilio_sms")(write_effect)
        handlers["twilio_sms"] = partial(begin, handlers["twilio_sms"])
    if how == "texts":
        handlers["twilio_sms"] = partial(begin, partial(with_effect, handlers["twilio_sms"]))
    service, asked = desk.service("worker"), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    await service.start()
    print("ready", flush=True)
    await asked.wait()
    await service.stop()
    await desk.close()


if __name__ == "__main__":
    configure_logs("json", "warning")
    asyncio.run(main(*sys.argv[1:]))
