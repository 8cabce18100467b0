"""A process that sends alerts, to be killed: `python alert_sender_process.py DSN SLACK_URL STEP COUNT`.

It kills itself with SIGKILL the COUNT-th time that it comes to STEP: closing (in the middle of the transaction), closed,
claimed, posted (before that is written down) or settled. With the step `never` it says "idle" once nothing is due.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from frontdesk.alerts import sending
from frontdesk.desk import Desk
from frontdesk.logs import configure_logs
from frontdesk.steps import tell
from frontdesk.testing import scratch_settings


class Fate:
    """Counts down to the end."""

    def __init__(self, step: str, count: int) -> None:
        self.step = step
        self.left = count

    def comes_to(self, step: str) -> None:
        if step == self.step:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def watched(desk: Desk, fate: Fate) -> tell.Telling:
    """A sender that comes to its fate."""
    telling = tell.Telling(desk.db, desk.bucket, desk.clock, desk.lease_clock, desk.settings)
    close, post, take = telling._close_one, telling._channels.post, telling._post
    closing = sending.close_message

    async def close_message(*args: Any) -> None:
        await closing(*args)
        fate.comes_to("closing")

    async def close_one() -> int:
        moved = await close()
        fate.comes_to("closed")
        return moved

    async def posting(*args: Any) -> Any:
        posted = await post(*args)
        fate.comes_to("posted")
        return posted

    async def in_hand(claim: Any) -> None:
        fate.comes_to("claimed")
        await take(claim)
        fate.comes_to("settled")

    sending.close_message = close_message  # type: ignore[assignment]
    telling._close_one, telling._channels.post, telling._post = close_one, posting, in_hand  # type: ignore[method-assign]
    return telling


async def main(dsn: str, slack_url: str, step: str, count: str) -> None:
    tell._LEASE = timedelta(seconds=1)
    desk = Desk(scratch_settings(slack_webhook_url=slack_url), dsn)
    await desk.open()
    telling = watched(desk, Fate(step, int(count)))
    idle = 0
    while idle < 30:
        if await telling.step():
            idle = 0
        else:
            idle += 1
            await asyncio.sleep(0.05)
    print("idle", flush=True)
    await telling.aclose()
    await desk.close()


if __name__ == "__main__":
    configure_logs("json", "critical")
    asyncio.run(main(*sys.argv[1:]))
