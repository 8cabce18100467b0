"""kill -9 of a real process that sends alerts, at each step: none is lost, and no more come twice than were killed."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

from alarmed_desk import Post
from starlette.applications import Starlette
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.simulator.server import serve_app
from frontdesk.testing import scratch_settings

ALERTS = 300
PROCESS = Path(__file__).with_name("alert_sender_process.py")
KILLS = [(step, count) for count in (3, 11) for step in ("closing", "closed", "claimed", "posted", "settled")]


async def _send(dsn: str, url: str, step: str, count: int) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, str(PROCESS), dsn, url, step, str(count))
    return await process.wait()


def test_three_hundred_alerts_survive_kills_at_each_step(dsn: str) -> None:
    async def run() -> None:
        post = Post()
        async with serve_app(Starlette(routes=[Route("/slack", post.take, methods=["POST"])])) as url:
            desk = Desk(scratch_settings(), dsn)
            await desk.open()
            for number in range(ALERTS):  # types of their own: nothing is bundled
                await desk.raise_alert(f"TYPE_{number}", "HIGH", f"alert {number}:", "It is true.")
            await asyncio.sleep(2)
            ends = [await _send(dsn, f"{url}/slack", step, count) for step, count in KILLS]
            assert ends == [-signal.SIGKILL] * len(KILLS)
            assert await _send(dsn, f"{url}/slack", "never", 1) == 0
            async with desk.db.transaction() as tx:
                rows = await tx.all("SELECT count(*) AS told FROM alert_logs WHERE delivered_at IS NOT NULL")
                left = await tx.all("SELECT id FROM alert_deliveries WHERE status <> 'delivered'")
            await desk.close()
        came = Counter(one["text"].splitlines()[0] for one in post.taken)
        assert len(came) == ALERTS
        assert rows[0].told == ALERTS
        assert left == []
        twice = sum(count - 1 for count in came.values())
        assert twice <= len(KILLS)
        assert twice >= 2  # killed between post and note: else the kills came to nothing

    asyncio.run(run())
