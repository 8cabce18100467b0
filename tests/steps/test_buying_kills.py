"""kill -9 of real processes that buy numbers at once: the cap holds, and each number that was paid for is found."""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontdesk.desk import Desk
from frontdesk.simulator import Carrier, serve
from frontdesk.steps.buy_numbers import Buyer
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, FrozenClock, scratch_settings

CAP = 7
PROCESS = Path(__file__).with_name("buyer_process.py")
PAIRS = [("reserved", 1), ("ordered", 1)], [("reserved", 2), ("ordered", 2)]


async def _buy(dsn: str, api_base: str, step: str, count: int) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), dsn, api_base, str(CAP), step, str(count)
    )
    return await process.wait()


def test_processes_that_are_killed_while_they_buy_neither_overspend_nor_lose_a_number(dsn: str) -> None:
    async def run() -> None:
        carrier, clock = Carrier(ACCOUNT_SID, AUTH_TOKEN), FrozenClock(datetime.now(UTC))
        async with serve(carrier) as api_base:
            settings = scratch_settings(twilio_api_base=api_base, pool={"buy_per_day": CAP, "buy_budget": 1000})
            desk = Desk(settings, dsn, clock=clock)
            desk.use_providers(public_base="https://desk.example.test")
            await desk.open()

            async def states() -> list[str]:
                async with desk.db.transaction() as tx:
                    rows: Any = await tx.all("SELECT state FROM number_purchases WHERE state <> 'FAILED' ORDER BY 1")
                return [row.state for row in rows]

            for pair in PAIRS:
                ends = await asyncio.gather(*(_buy(dsn, api_base, *fate) for fate in pair))
                assert -signal.SIGKILL in ends
                assert len(await states()) <= CAP
                assert len(carrier.shop.bought) <= CAP
            assert "RESERVED" in await states()  # else the kills came to nothing
            assert await _buy(dsn, api_base, "never", 1) == 0
            assert len(await states()) == CAP
            buyer = Buyer(desk.db, desk.bucket, desk.clock, desk.registry, desk.settings)
            for _ in range(2):
                clock.move(minutes=62)
                await buyer.look()
            assert set(await states()) == {"BOUGHT"}
            async with desk.db.transaction() as tx:
                pool = {row.phone_e164 for row in await tx.all("SELECT phone_e164 FROM twilio_number_pool")}
            assert pool == set(carrier.shop.bought)
            assert len(pool) == len(await states()) < CAP  # those that were killed before the order cost nothing
            await desk.close()
        await carrier.aclose()

    asyncio.run(run())
