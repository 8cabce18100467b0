"""A thousand texts, each posted three times by sixteen clients at once, to `frontdesk up --workers 3`."""

import asyncio
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.simulator import Carrier, serve
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from ports import free_port

TEXTS = ("Hi", "Ada Lovelace", "a leaking tap", "any morning")
REPLIES = ("What's your name", "What can we help", "Anything we should know", "Thank you, Ada!")


@asynccontextmanager
async def desk(data_dir: Path, carrier_url: str, port: int, workers: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real command, with limits and rate raised by settings; stopped by SIGTERM at the end."""
    environment = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_NUMBER": NUMBER,
        "TWILIO_API_BASE": carrier_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "SENDER__PER_SECOND": "1000",
        "SENDER__PER_MINUTE": "60000",
        "FLOW__DEBOUNCE_SECONDS": "0",
        "LIMITS__SECONDS_BETWEEN": "0",
        "LIMITS__REPLIES_PER_DAY": "1000",
        "LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "frontdesk", "--data-dir", str(data_dir), "up", "--workers", str(workers)]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"ready" not in await process.stdout.readline():
                assert process.returncode is None, "frontdesk up ended before it was ready"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 40)


@pytest.mark.parametrize("count", [int(os.environ.get("FRONTDESK_STORY_TEXTS", "1000"))])
def test_each_is_handled_once_in_order_with_one_reply(tmp_path: Path, count: int) -> None:
    data_dir = tmp_path / "desk"

    async def story() -> None:
        carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER], receipt_delay=0.05)
        port = free_port()
        async with (
            aclosing(carrier),
            serve(carrier) as carrier_url,
            desk(data_dir, carrier_url, port, workers=3),
        ):
            carrier.hooks.sms_url = f"http://127.0.0.1:{port}/webhooks/twilio/sms"
            leads = asyncio.Queue[str]()
            for number in range(count // len(TEXTS)):
                leads.put_nowait(f"+1202556{number:04}")

            async def client() -> None:
                while not leads.empty():
                    lead = leads.get_nowait()
                    for text in TEXTS:
                        assert await carrier.text(lead, NUMBER, text, times=3) == [200, 200, 200]

            began = time.monotonic()
            await asyncio.gather(*(client() for _ in range(16)))
            posted = time.monotonic() - began
            await carrier.wait_for(count, timeout=120)
            replied = time.monotonic() - began
            await carrier.settled(60)
            print(
                f"{count} texts × 3 acknowledged in {posted:.1f} s ({3 * count / posted:.0f}/s), replied in {replied:.1f} s"
            )
            await asyncio.sleep(1.0)  # a reply too many would come now
            check_replies(carrier, count)
            with EmbeddedPostgres(data_dir) as postgres:
                check_database(postgres.start(), count)

    asyncio.run(story())


def check_replies(carrier: Carrier, count: int) -> None:
    by_lead: dict[str, list[str]] = defaultdict(list)
    for message in carrier.sent:
        by_lead[message.to].append(message.body)
    assert len(carrier.sent) == count
    for bodies in by_lead.values():
        assert len(bodies) == len(REPLIES)
        assert all(expected in body for expected, body in zip(REPLIES, bodies, strict=True))


def check_database(dsn: str, count: int) -> None:
    with psycopg.connect(dsn) as db:
        events = db.execute(
            "SELECT count(*), count(*) FILTER (WHERE status = 'done') FROM webhook_events WHERE webhook_type = 'twilio_sms'"
        ).fetchone()
        assert events == (count, count)
        repeats = db.execute(
            "SELECT sum(duplicate_count) FROM processed_webhooks WHERE webhook_type = 'twilio_sms'"
        ).fetchone()
        assert repeats == (2 * count,)
        out_of_order = db.execute(
            "SELECT count(*) FROM (SELECT id, lag(id) OVER (PARTITION BY lane ORDER BY processed_at, received_at) AS before "
            "FROM webhook_events WHERE webhook_type = 'twilio_sms') AS e WHERE before > id"
        ).fetchone()
        assert out_of_order == (0,)
