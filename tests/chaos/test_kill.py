"""kill -9 at the two moments that matter, and PostgreSQL restarted under load: nothing lost, nothing twice."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storm import SCRIPT, OwnServer, restart

from frontdesk.settings import Settings
from frontdesk.testing import RunningDesk, running_desk, scratch_settings

LEASE = 2.0


def brisk() -> Settings:
    """Settings with short leases."""
    return scratch_settings(
        worker={"lease_seconds": LEASE, "first_retry_seconds": 0.1, "poll_seconds": 0.2},
        sender={"per_second": 1e7, "per_minute": 6e8, "lease_seconds": LEASE},
    )


@asynccontextmanager
async def worker(desk: RunningDesk, *how: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process; it is killed at the end if it still lives."""
    arguments = [SCRIPT, desk.desk.db.dsn, desk.desk.settings.twilio_api_base, desk.base_url, *how]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        assert await said(process) == "ready"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


async def until(desk: RunningDesk, query: str, seconds: float = 15) -> float:
    """Wait until `query` has a row; returns how long that took."""
    began = time.monotonic()
    while not await desk.rows(query):
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {query}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def test_a_worker_killed_between_claim_and_settle_is_taken_over_within_the_lease(dsn: str) -> None:
    async def story() -> None:
        async with running_desk(dsn, settings=brisk(), roles=()) as desk:
            async with worker(desk, "hang") as victim:
                await desk.text("Hi")
                assert (await said(victim)).startswith("claimed")
                async with worker(desk):
                    victim.send_signal(signal.SIGKILL)
                    took = await until(desk, "SELECT 1 FROM webhook_events WHERE status = 'done'")
                    await until(desk, "SELECT 1 FROM outbound_message_log WHERE status = 'DELIVERED'")
            assert took <= LEASE + 2
            assert len(desk.carrier.sent) == 1
            (event,) = await desk.rows("SELECT * FROM webhook_events WHERE webhook_type = 'twilio_sms'")
            assert event.attempts == 1
            messages = await desk.rows("SELECT direction FROM messages ORDER BY id")
            assert [row.direction for row in messages] == ["inbound", "outbound"]

    asyncio.run(story())


def test_a_sender_killed_after_the_carrier_took_it_leaves_unknown_and_the_receipt_resolves_it(dsn: str) -> None:
    async def story() -> None:
        async with running_desk(dsn, settings=brisk(), roles=("scheduler",)) as desk:
            desk.carrier.faults.delay_seconds = 30  # accepts, and then does not answer
            desk.carrier.receipt_delay = 6  # the receipts come late
            async with worker(desk) as victim:
                await desk.text("Hi")
                await desk.carrier.wait_for(1, timeout=10)
                victim.send_signal(signal.SIGKILL)
                await victim.wait()
            desk.carrier.faults.delay_seconds = 0
            async with worker(desk):
                await until(desk, "SELECT 1 FROM outbound_message_log WHERE status = 'UNKNOWN'", LEASE + 4)
                (shown,) = await desk.rows("SELECT status FROM messages WHERE direction = 'outbound'")
                assert shown.status == "unknown"
                (lead,) = await desk.rows("SELECT sms_count_today FROM leads")
                assert lead.sms_count_today == 1  # unknown counts as sent
                await until(desk, "SELECT 1 FROM outbound_message_log WHERE status = 'DELIVERED'", 25)
            assert len(desk.carrier.sent) == 1
            (row,) = await desk.rows("SELECT provider_message_id FROM outbound_message_log")
            assert row.provider_message_id == desk.carrier.sent[0].sid

    asyncio.run(story())


def test_an_answer_that_got_lost_is_unknown_and_never_sent_again(dsn: str) -> None:
    async def story() -> None:
        async with running_desk(dsn) as desk:
            for number, fault in enumerate(("drop_after_accept", "http_500_after_accept")):
                desk.carrier.faults.next(fault)
                await desk.text("Hi", lead=f"+1202555030{number}")
            await desk.settled()
            await until(desk, "SELECT 1 FROM outbound_message_log HAVING bool_and(status = 'DELIVERED')")
            assert len(desk.carrier.sent) == 2

    asyncio.run(story())


def test_what_surely_was_not_sent_goes_again_and_counts_once(dsn: str) -> None:
    async def story() -> None:
        async with running_desk(dsn) as desk:
            desk.carrier.faults.next("throttle", 2)
            desk.carrier.faults.retry_after = 0.5
            await desk.text("Hi")
            await desk.settled()
            await until(desk, "SELECT 1 FROM outbound_message_log WHERE status = 'DELIVERED'")
            (row,) = await desk.rows("SELECT attempts FROM outbound_message_log")
            assert row.attempts == 3
            (lead,) = await desk.rows("SELECT sms_count_today FROM leads")
            assert lead.sms_count_today == 1
            assert len(desk.carrier.sent) == 1

    asyncio.run(story())


def test_postgresql_restarted_under_load_loses_nothing_and_needs_no_restart_of_the_desk(own_server: OwnServer) -> None:
    async def story() -> None:
        async with running_desk(own_server.dsn, settings=brisk()) as desk:
            answers: list[int] = []

            async def post(number: int) -> None:
                sid = f"SM{number:032x}"
                while True:  # as Twilio does with #rc=5&rp=all
                    (answer,) = await desk.text("Hi", lead=f"+1202556{number:04}", sid=sid)
                    answers.append(answer)
                    if answer == 200:
                        return
                    await asyncio.sleep(0.3)

            async def load() -> None:
                for start in range(0, 200, 8):
                    await asyncio.gather(*(post(number) for number in range(start, start + 8)))

            loading = asyncio.create_task(load())
            for how in (signal.SIGKILL, signal.SIGINT):
                await asyncio.sleep(1.0)
                await asyncio.to_thread(restart, own_server.postgres, how)
            await loading
            await desk.settled(60)
            # A send that was under way when the database went is taken back, and looked up at the carrier.
            await until(desk, "SELECT 1 FROM outbound_message_log HAVING bool_and(status IN ('SENT', 'DELIVERED'))", 30)
            assert set(answers) == {200, 503}
            assert answers.count(200) == 200
            (events,) = await desk.rows(
                "SELECT count(*) AS n, count(*) FILTER (WHERE status = 'done') AS done "
                "FROM webhook_events WHERE webhook_type = 'twilio_sms'"
            )
            assert tuple(events) == (200, 200)
            sent = [message.to for message in desk.carrier.sent]
            assert len(sent) == len(set(sent))
            (ledger,) = await desk.rows(
                "SELECT count(*) AS n, count(*) FILTER (WHERE status IN ('SENT', 'DELIVERED')) AS sent "
                "FROM outbound_message_log"
            )
            assert ledger.n == 200
            assert ledger.sent == len(sent) == 200

    asyncio.run(story())
