"""The examples run as their readers run them."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from frontdesk.simulator import Carrier, serve
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER
from ports import free_port

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def test_the_own_handler_writes_one_row_per_text(dsn: str) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES / "own_handler.py"), dsn]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "hello: one row, after 1 try",
        "twice: one row, after 1 try",
        "trip: one row, after 2 tries",
    ]


def test_the_own_flow_and_reader_are_asked(dsn: str) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES / "own_flow.py"), dsn]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "That is tyres from 80 dollars each.",
        "Hi, Ada's Plumbing here. What shall we do?",
        "Thank you! We noted: AB12 CDE; tyres please.",
        "the plate was read by: own",
    ]


def test_the_own_tool_answers_once_and_undoes_what_it_refused(dsn: str) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES / "own_tool.py"), dsn]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "leaking tap starts at 60 dollars.",
        "error: I did not understand the service; please ask for it again.",
        "error: I still need the why.",
        "Noted.",
        "Noted.",
        "error: Nobody can call back at once; please call the emergency line.",
        "one row: an offer",
    ]


def test_the_desk_in_an_app_of_ones_own_answers_below_its_path(dsn: str) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES / "mount_in_fastapi.py"), dsn]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Welcome to Ada's Plumbing.",
        "webhook: [200]",
        "delivered: Hi, thanks for contacting Ada's Plumbing! What's your name, please?",
        "page: True",
    ]


def test_the_process_of_the_how_to_runs_its_handler(dsn: str, tmp_path: Path) -> None:
    """The two blocks of the page as one program, with a carrier in this process."""
    page = (ROOT / "docs" / "how-to" / "own-handler.md").read_text(encoding="utf-8")
    program = tmp_path / "desk.py"
    program.write_text("\n\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[:2]))
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE visitor_book (event_id bigint PRIMARY KEY, phone text, said text)")
        assert asyncio.run(_text_a_process(program, dsn)) == 200
        deadline = time.monotonic() + 15
        while not (rows := connection.execute("SELECT phone, said FROM visitor_book").fetchall()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert rows == [(LEAD, "hello")]


async def _text_a_process(program: Path, dsn: str) -> int:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER])
    async with serve(carrier) as carrier_url:
        settings = {
            "DATABASE_URL": dsn,
            "PORT": str(port),
            "PUBLIC_URL": base,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_BASE": carrier_url,
        }
        carrier.hooks.sms_url = f"{base}/webhooks/twilio/sms"
        process = await asyncio.create_subprocess_exec(sys.executable, str(program), env={**os.environ, **settings})
        try:
            for _ in range(100):
                (answer,) = await carrier.text(LEAD, NUMBER, "hello", sid="SM" + "a" * 32)
                if answer == 200:
                    break
                await asyncio.sleep(0.2)
            await asyncio.sleep(1)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                assert await process.wait() in (0, -signal.SIGTERM)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await carrier.aclose()
    return answer


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.name)
def test_an_example_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 80
