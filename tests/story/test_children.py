"""Worker processes beside `frontdesk up`: what cannot be started now is started later."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from frontdesk.commands.children import Children


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def test_a_worker_that_cannot_be_started_is_tried_again_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, started = tmp_path / "python", tmp_path / "started"
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr("frontdesk.backoff.delay", lambda attempt, **more: 0.05)

    async def story() -> None:
        children = Children(1, {})
        with capture_logs() as said:
            children.start()
            await until(lambda: len(said) >= 3)
            assert {entry["event"] for entry in said} == {"worker_not_started"}
            python.write_text(f"#!/bin/sh\ntouch {started}\nexec sleep 60\n")
            python.chmod(0o755)
            await until(started.exists)
            await children.stop()
        assert "worker_started" in {entry["event"] for entry in said}
        assert not {entry["event"] for entry in said} & {"worker_died", "children_did_not_stop"}

    asyncio.run(story())


def test_a_stop_does_not_wait_for_the_next_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("frontdesk.backoff.delay", lambda attempt, **more: 60.0)

    async def story() -> None:
        children = Children(2, {})
        with capture_logs() as said:
            children.start()
            await until(lambda: len(said) == 2)
            async with asyncio.timeout(1):
                await children.stop()

    asyncio.run(story())
