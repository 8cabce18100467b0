"""A process that sends, to be killed: `python sender_process.py DSN HOOKS_URL ROLES SETTINGS [race]`.

ROLES is worker or scheduler; SETTINGS is JSON for a scratch desk. With `race` it waits for a line on standard input, and
then puts one and the same reply over five connections at once, as handlers do that were given the same webhook.
"""

import asyncio
import json
import signal
import sys
from datetime import datetime, timedelta

from frontdesk.desk import Desk
from frontdesk.effects import SendClass
from frontdesk.logs import configure_logs
from frontdesk.outbox import circuit, unknown
from frontdesk.outbox import store as outbox
from frontdesk.outbox.model import Draft
from frontdesk.steps import reconcile
from frontdesk.testing import LEAD, NUMBER, scratch_settings

CONNECTIONS = 5


def hurry() -> None:
    """The simulated carrier lists at once, and comes back at once: seconds stand in for what is minutes elsewhere."""
    unknown.INDEXING_DELAY = timedelta(seconds=5)
    reconcile._LOOK_AGAIN = timedelta(seconds=2)
    circuit._FIRST = timedelta(seconds=1)


def the_reply(now: datetime) -> Draft:
    """What everybody wants to say."""
    return Draft(
        dedupe_key="the same", conversation_id=None, lead_id=None, client_id=None, provider="twilio", channel="sms",
        from_address=NUMBER, to_address=LEAD, body="Hi!", reply_type="greeting", question_key=None,
        send_class=SendClass.REPLY, correlation_id="c", available_at=now, timezone="UTC",
    )  # fmt: skip


async def race(desk: Desk) -> None:
    async def one() -> None:
        async with desk.db.transaction() as tx:
            now = desk.clock.now()
            await outbox.put(tx, the_reply(now), now)

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))


async def main(dsn: str, hooks_url: str, roles: str, settings: str, how: str = "") -> None:
    hurry()
    desk = Desk(scratch_settings(**json.loads(settings)), dsn)
    await desk.open()
    desk.use_twilio(public_base=hooks_url)
    service, asked = desk.service(roles), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    await service.start()
    print("ready", flush=True)
    if how == "race":
        await asyncio.to_thread(sys.stdin.readline)
        await race(desk)
        print("put", flush=True)
    await asked.wait()
    await service.stop()
    await desk.close()


if __name__ == "__main__":
    configure_logs("json", "warning")
    asyncio.run(main(*sys.argv[1:]))
