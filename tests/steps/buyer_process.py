"""A process that buys numbers until it may not, to be killed: `python buyer_process.py DSN API_BASE PER_DAY STEP COUNT`.

It kills itself with SIGKILL the COUNT-th time that it comes to STEP: reserved (before the order is placed) or ordered
(before the answer is written down). With the step `never` it ends by itself.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from frontdesk.desk import Desk
from frontdesk.errors import NotPossible
from frontdesk.logs import configure_logs
from frontdesk.steps.buy_numbers import Buyer
from frontdesk.testing import scratch_settings


async def main(dsn: str, api_base: str, per_day: str, step: str, count: str) -> None:
    pool = {"buy_per_day": int(per_day), "buy_budget": 1000}
    desk = Desk(scratch_settings(twilio_api_base=api_base, pool=pool), dsn)
    desk.use_providers(public_base="https://desk.example.test")
    await desk.open()
    buyer, left = Buyer(desk.db, desk.bucket, desk.clock, desk.registry, desk.settings), int(count)
    reserve, order = buyer._reserve, buyer._twilio.buy_number

    def comes_to(here: str) -> None:
        nonlocal left
        left -= here == step
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async def reserving(*given: Any) -> Any:
        reserved = await reserve(*given)
        if reserved is not None:
            comes_to("reserved")
        return reserved

    async def ordering(*given: Any) -> Any:
        bought = await order(*given)
        comes_to("ordered")
        return bought

    buyer._reserve, buyer._twilio.buy_number = reserving, ordering  # type: ignore[method-assign]
    try:
        while True:
            await buyer.buy(ordered_by=f"process {os.getpid()}")
    except NotPossible:
        pass
    await desk.close()


if __name__ == "__main__":
    configure_logs("json", "critical")
    asyncio.run(main(*sys.argv[1:]))
