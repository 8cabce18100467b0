"""/readyz tells the truth: false while PostgreSQL is stopped or no worker beats, and true again without a restart."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.processes import DEAD_AFTER
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, NUMBER

House = Callable[..., AbstractContextManager[Any]]


@contextmanager
def worker(dsn: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`frontdesk worker` in a process of its own; killed at the end if it still lives."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    own = {
        "DATABASE_URL": dsn,
        "DATA_DIR": str(folder / "worker"),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_NUMBER": NUMBER,
        "TWILIO_API_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "frontdesk", "--log-level", "error", "worker"]
    process = subprocess.Popen(command, env={**kept, **own}, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def becomes(house: Any, ready: bool, seconds: float) -> dict[str, Any]:
    """Ask until /readyz says so; returns what it said."""
    deadline = time.monotonic() + seconds
    while (answer := house.get("/readyz")).status_code != (200 if ready else 503):
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)
    said: dict[str, Any] = answer.json()
    assert said["ready"] is ready
    return said


def test_postgresql_stopped_and_started_again(tmp_path: Path, house_on: House) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as postgres, house_on(postgres.start()) as house:
        becomes(house, True, 20)
        pid = postgres.pid
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)  # at once, as a crash is
        said = becomes(house, False, 15)
        assert said["status"] == "down"
        assert "The database does not answer" in said["reasons"][0]
        assert house.get("/livez").status_code == 200
        assert house.text("Hi") == [503]
        postgres.start()
        becomes(house, True, 30)
        assert house.text("Hi", lead="+12025550177") == [200]
        house.delivered("+12025550177")


def test_the_only_worker_killed_and_started_again(dsn: str, tmp_path: Path, house_on: House) -> None:
    direct = os.environ.get("DATABASE_DIRECT_URL", dsn)
    with house_on(dsn, roles=("scheduler",)) as house:
        assert "No worker is alive" in becomes(house, False, 5)["reasons"][0]
        with worker(direct, tmp_path) as victim:
            becomes(house, True, 30)
            victim.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            said = becomes(house, False, DEAD_AFTER.total_seconds() + 10)
            assert time.monotonic() - killed > DEAD_AFTER.total_seconds() / 2  # not for one late heartbeat
        assert "No worker is alive (the last one was seen" in said["reasons"][0]
        assert house.text("Hi") == [200]  # kept meanwhile
        with worker(direct, tmp_path):
            becomes(house, True, 30)
            house.until("SELECT status = 'done' FROM webhook_events WHERE webhook_type = 'twilio_sms'")


def test_probes_need_no_token(dsn: str, house_on: House) -> None:
    with house_on(dsn, roles=(), admin_token="a-long-token") as house:
        answers = {path: house.get(path).status_code for path in ("/livez", "/readyz", "/api/health")}
        assert answers == {"/livez": 200, "/readyz": 503, "/api/health": 200}  # nobody works here
