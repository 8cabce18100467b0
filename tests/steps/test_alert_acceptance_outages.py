"""Alerts while something of the desk itself is away: its PostgreSQL, the process that spooled them, or the monitor."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alarmed_desk import Alarmed, Post, alarmed
from raisers import raiser
from starlette.applications import Starlette
from starlette.routing import Route

from frontdesk.alerts.model import Decision
from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.pool import DatabaseGone
from frontdesk.simulator.server import serve_app
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from open_house import House, open_house

SENDER = Path(__file__).with_name("alert_sender_process.py")
EVERY = 3.0  # seconds between two passes of a monitor in a hurry


def test_alerts_of_an_outage_leave_the_caller_unharmed_and_are_sent_after_it(tmp_path: Path) -> None:
    async def story(desk: Alarmed, postgres: EmbeddedPostgres) -> None:
        spool = tmp_path / "desk" / "alerts"
        await asyncio.to_thread(postgres.stop)
        began = time.monotonic()
        with pytest.raises(DatabaseGone):  # the caller's own work: it fails by itself, and by nothing else
            async with desk.running.desk.db.transaction() as tx:
                await tx.run("DELETE FROM leads")
        assert await desk.raises() == Decision.SPOOLED
        assert await desk.raises() == Decision.SPOOLED
        assert await desk.raises("Ben: stuck") == Decision.SPOOLED
        assert time.monotonic() - began < 15
        assert len(list(spool.glob("*.json"))) == 2  # one a condition
        assert desk.texts == []
        await asyncio.to_thread(postgres.start)
        async with asyncio.timeout(40):
            while not desk.texts:
                with contextlib.suppress(*DatabaseGone):
                    await desk.goes_on()
                await asyncio.sleep(0.1)
        assert desk.texts[0].startswith("HIGH: 2 clients stuck: ")
        assert not list(spool.glob("*"))
        await desk.goes_on(minutes=3)
        assert len(desk.texts) == 1

    async def run() -> None:
        with EmbeddedPostgres(tmp_path / "postgres") as postgres:
            async with alarmed(postgres.start(), data_dir=tmp_path / "desk") as desk:
                await story(desk, postgres)

    asyncio.run(run())


def test_what_a_process_spooled_before_it_was_killed_is_sent_by_the_next_one(tmp_path: Path) -> None:
    async def run() -> None:
        post, folder = Post(), tmp_path / "desk"
        with EmbeddedPostgres(tmp_path / "postgres") as postgres:
            dsn = postgres.start()
            async with (
                serve_app(Starlette(routes=[Route("/slack", post.take, methods=["POST"])])) as url,
                raiser(dsn, folder) as one,
            ):
                assert await one.raises("disk 1") == ["sent"]
                await asyncio.to_thread(postgres.stop)
                assert await one.raises("disk 2", "disk 1", "disk 2") == ["spooled"] * 3
                assert len(list((folder / "alerts").glob("*.json"))) == 2
                one.process.send_signal(signal.SIGKILL)
                code, told = await one.ends()
                assert code == -signal.SIGKILL
                (first, *_) = [
                    line for line in map(json.loads, told.splitlines()) if line["event"] == "alert_not_written"
                ]
                assert (first["level"], first["title"], first["kept"]) == ("critical", "disk 2: is full", True)
                await asyncio.to_thread(postgres.start)
                sends = [sys.executable, str(SENDER), dsn, f"{url}/slack", "never", "1"]
                process = await asyncio.create_subprocess_exec(*sends, env={**os.environ, "DATA_DIR": str(folder)})
                assert await process.wait() == 0
        told_of = [sent["text"].splitlines()[0] for sent in post.taken]
        assert len(told_of) == 1, told_of
        assert "disk 1" in told_of[0]
        assert "disk 2" in told_of[0]
        assert not list((folder / "alerts").glob("*"))

    asyncio.run(run())


@contextlib.contextmanager
def _hangs(house: House) -> Iterator[None]:
    """The monitor waits for a table that somebody has locked, and ends no pass."""
    with psycopg.connect(house.desk.db.dsn) as connection:
        connection.execute("LOCK TABLE onboarding_stays IN ACCESS EXCLUSIVE MODE")
        yield


@contextlib.contextmanager
def _dies(house: House) -> Iterator[None]:
    """The monitor's loop ends, and nothing begins it anew."""

    async def end() -> None:
        (loop,) = [task for task in asyncio.all_tasks() if task.get_name() == "monitor"]
        loop.cancel()

    house.portal.call(end)
    yield


@pytest.mark.parametrize("fate", [_hangs, _dies])
def test_a_dead_monitor_is_told_by_readyz_within_three_intervals_and_livez_does_not_mind(
    dsn: str, fate: Callable[[House], contextlib.AbstractContextManager[None]]
) -> None:
    with open_house(dsn, monitor={"every_minutes": EVERY / 60}) as house:
        house.until("SELECT count(*) > 0 FROM monitor_runs WHERE name = 'monitor'", timeout=40)
        deadline = time.monotonic() + 20
        while house.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline, house.get("/readyz").text
            time.sleep(0.1)
        with fate(house):
            died = time.monotonic()
            while (answer := house.get("/readyz")).status_code == 200:
                assert time.monotonic() - died < 3 * EVERY + 1
                time.sleep(0.1)
            assert time.monotonic() - died > EVERY  # one late pass is no death
            assert answer.status_code == 503
            assert "The monitor does not run (the last pass ended" in answer.json()["reasons"][0]
            assert house.get("/livez").status_code == 200
        while fate is _hangs and house.get("/readyz").status_code != 200:  # it goes on by itself
            assert time.monotonic() - died < 12 * EVERY
            time.sleep(0.1)


def _scheduler(dsn: str, folder: Path) -> tuple["subprocess.Popen[bytes]", Callable[[], int]]:
    """`frontdesk scheduler` in a process of its own, and how many passes of the monitor it made."""
    folder.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    own = {
        "DATABASE_URL": dsn, "DATA_DIR": str(folder), "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_NUMBER": NUMBER, "TWILIO_API_BASE": "http://127.0.0.1:9", "MONITOR__EVERY_MINUTES": "0.02",
    }  # fmt: skip
    log = folder / "log"
    command = [sys.executable, "-m", "frontdesk", "--log-format", "json", "scheduler"]
    with log.open("wb") as told:
        process = subprocess.Popen(command, env={**kept, **own}, cwd=folder, stdout=told, stderr=told)

    def passes() -> int:
        lines: list[Any] = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        return sum(line["event"] == "monitored" for line in lines)

    return process, passes


def _until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_of_two_schedulers_one_monitors_and_the_other_takes_over_where_it_is_killed(dsn: str, tmp_path: Path) -> None:
    first, first_passes = _scheduler(dsn, tmp_path / "first")
    try:
        _until(lambda: first_passes() >= 1, 40)
        second, second_passes = _scheduler(dsn, tmp_path / "second")
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                seen = "SELECT count(*) = 2 FROM processes"
                _until(lambda: connection.execute(seen).fetchone() == (True,), 40)
            before = first_passes()
            _until(lambda: first_passes() >= before + 4, 40)
            assert second_passes() == 0  # it stands by
            first.kill()
            first.wait()
            _until(lambda: second_passes() >= 2, 45)  # its lease ran out
        finally:
            second.kill()
            second.wait()
    finally:
        first.kill()
        first.wait()
