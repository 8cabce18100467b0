"""Sender processes killed, a carrier in trouble, everybody at once: what the carrier got is judged by its own log."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from crew import Crew
from plan import seed_of_today
from sends import ATTEMPTS, SCRIPT, Plan, Storm, hired
from structlog.testing import capture_logs

from frontdesk.effects import SendClass
from frontdesk.outbox import store as outbox
from frontdesk.outbox.gate import Scope
from frontdesk.outbox.model import Draft
from frontdesk.steps.switching import Which, switch_off, switch_on
from frontdesk.testing import RunningDesk, running_desk, scratch_settings


@pytest.fixture(autouse=True)
def in_quiet() -> Iterator[None]:
    """Callers that are killed in the middle of their requests, and thousands of receipts, are no news here."""
    server = logging.getLogger("uvicorn.error")
    before = server.level
    server.setLevel(logging.CRITICAL)
    with capture_logs():
        yield
    server.setLevel(before)


def test_a_storm_over_the_senders_doubles_nothing_loses_nothing_and_breaks_no_limit(dsn: str, tmp_path: Path) -> None:
    storm = Storm(Plan(seed=seed_of_today()), dsn, tmp_path)
    breaches = asyncio.run(storm.run())
    print(storm.table(), *breaches, sep="\n")
    assert breaches == []
    assert storm.killed >= 10


def at_work(
    dsn: str, folder: Path, senders: int, story: Callable[[RunningDesk, Crew], Awaitable[None]], **sender: float
) -> None:
    """Run `story` beside so many sender processes; the carrier and the desk's webhooks are here."""
    settings = {"sender": {"lease_seconds": 10, **sender}, "worker": {"poll_seconds": 0.2}}

    async def run() -> None:
        async with running_desk(dsn, settings=scratch_settings(**settings), roles=()) as desk:
            desk.carrier.numbers = []
            given = {**settings, "twilio_api_base": desk.desk.settings.twilio_api_base}
            async with hired(desk, folder, given, senders) as crew:
                await story(desk, crew)

    asyncio.run(asyncio.wait_for(run(), 120))


async def put(desk: RunningDesk, *sends: tuple[str, str]) -> None:
    """Messages by the number that they go from and the token in their text, each to a phone of its own."""
    now = desk.desk.clock.now()
    async with desk.desk.db.transaction() as tx:
        for n, (number, token) in enumerate(sends):
            draft = Draft(
                dedupe_key=token, conversation_id=None, lead_id=None, client_id=None, provider="twilio", channel="sms",
                from_address=number, to_address=f"+1202558{n:04}", body=token, reply_type="manual", question_key=None,
                send_class=SendClass.MANUAL, correlation_id=token, available_at=now, timezone="UTC",
            )  # fmt: skip
            await outbox.put(tx, draft, now)


def test_four_processes_send_from_one_number_once_a_second_and_from_another_at_once(dsn: str, tmp_path: Path) -> None:
    busy, free = "+12025560001", "+12025560002"

    async def story(desk: RunningDesk, crew: Crew) -> None:
        await put(desk, *((busy, f"busy {n}") for n in range(14)))
        await desk.carrier.wait_for(4, timeout=60)
        await put(desk, (free, "free"))
        await desk.carrier.wait_for(15, timeout=60)
        order = [one.from_ for one in desk.carrier.arrivals]
        assert order.index(free) < 8  # a few of the busy one's may be on their way; not all of them
        heard = [one.clock for one in desk.carrier.arrivals if one.from_ == busy]
        noted = [row.at for row in await desk.rows(ATTEMPTS) if row.token != "free"]
        assert len(heard) == len(noted) == 14
        assert min(late - early for early, late in pairwise(sorted(noted))) >= 1
        assert min(late - early for early, late in pairwise(heard)) >= 0.5  # what the way there takes differs
        assert heard[-1] - heard[0] >= 13 - 0.5

    at_work(dsn, tmp_path, 4, story, per_second=1, per_minute=60)


def test_twenty_racing_in_four_processes_to_say_the_same_make_one_message(dsn: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with running_desk(dsn, roles=()) as desk:
            given = json.dumps({"twilio_api_base": desk.desk.settings.twilio_api_base})
            command = (sys.executable, SCRIPT, desk.desk.db.dsn, desk.base_url, "worker", given, "race")
            pipe = asyncio.subprocess.PIPE
            racers = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(4)]
            try:
                for words in (b"ready\n", b"put\n"):
                    assert await asyncio.gather(*(said(racer) for racer in racers)) == [words] * 4
                    for racer in racers:
                        assert racer.stdin is not None
                        racer.stdin.write(b"go\n")
                await desk.settled()
            finally:
                for racer in racers:
                    racer.terminate()
                    await racer.wait()
            (row,) = await desk.rows("SELECT status, collision_count, attempts FROM outbound_message_log")
            assert (row.status in ("SENT", "DELIVERED"), row.collision_count, row.attempts) == (True, 19, 1)
            assert len(desk.carrier.arrivals) == 1

    asyncio.run(asyncio.wait_for(run(), 60))


async def said(racer: asyncio.subprocess.Process) -> bytes:
    assert racer.stdout is not None
    return await racer.stdout.readline()


def test_a_kill_switch_holds_in_all_processes_within_two_seconds_and_lifted_it_lets_all_go(
    dsn: str, tmp_path: Path
) -> None:
    sends = [(f"+1202556{n % 10:04}", f"m{n}") for n in range(150)]

    async def story(desk: RunningDesk, crew: Crew) -> None:
        parts = (desk.desk.db, desk.desk.bucket, desk.desk.clock, Which(Scope.GLOBAL))
        await put(desk, *sends)
        await desk.carrier.wait_for(20, timeout=60)
        assert await switch_on(*parts, actor="ada") > 0
        turned = time.monotonic()
        await asyncio.sleep(2)
        before = len(desk.carrier.arrivals)
        await asyncio.sleep(2)
        assert len(desk.carrier.arrivals) == before < len(sends)
        assert all(one.clock < turned + 2 for one in desk.carrier.arrivals)
        (left,) = await desk.rows("SELECT count(*) AS n FROM outbound_message_log WHERE status = 'PENDING'")
        assert left.n == len(sends) - before
        await switch_off(*parts, actor="ada")
        await desk.carrier.wait_for(len(sends), timeout=60)
        assert sorted(one.body for one in desk.carrier.arrivals) == sorted(token for _, token in sends)

    at_work(dsn, tmp_path, 3, story, per_second=3, per_minute=180)
