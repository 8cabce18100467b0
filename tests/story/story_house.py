"""The real command line in real processes, each on its own port and data directory."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ports import free_port

PATIENCE = 60.0  # seconds for anything that takes one on an idle machine


def eventually(look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The first truthy answer of `look`; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(0.1)
    return pytest.fail(f"waited {seconds:.0f} s for {what}")


@dataclass
class House:
    """One data directory with the commands run in it; nothing of the surrounding environment gets in."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def data_dir(self) -> Path:
        """Where this desk lives."""
        return self.folder / "desk"

    def environment(self, **more: str) -> dict[str, str]:
        """What commands see."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH") if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", "DATA_DIR": str(self.data_dir), "PORT": str(self.port), **more}

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One command, run to its end."""
        return subprocess.run(
            [sys.executable, "-m", "frontdesk", *words],
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )

    def json(self, *words: str, **environment: str) -> Any:
        """The one JSON document that a command prints with --json; its exit code must be 0."""
        done = self.run(*words, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def lines(self, *words: str, **environment: str) -> list[Any]:
        """The JSON lines that a command prints with --json."""
        done = self.run(*words, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, *words: str, ready: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command that runs on, and wait for a line on stdout that begins with `ready`."""
        number = len(self.running)
        out, err = (self.folder / f"{number}.{name}" for name in ("out", "err"))
        with out.open("w") as stdout, err.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "frontdesk", *words],
                cwd=self.folder,
                env=self.environment(**environment),
                stdout=stdout,
                stderr=stderr,
                text=True,
            )
        self.running.append(process)

        def is_ready() -> bool:
            assert process.poll() is None, f"it ended with {process.returncode}: {err.read_text()}"
            return any(line.startswith(ready) for line in out.read_text().splitlines())

        eventually(is_ready, f"{' '.join(words)} to be ready")
        return process

    def up(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """`frontdesk up`, ready."""
        return self.start("up", *words, ready="Frontdesk is ready", **environment)

    def log(self, number: int = -1) -> str:
        """What a started command wrote to stderr."""
        return (self.folder / f"{number % len(self.running)}.err").read_text()

    def stop(self, process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
        """Ask a started command to stop; returns its exit code."""
        process.send_signal(how)
        return process.wait(timeout=PATIENCE)

    def end_all(self) -> None:
        """End everything that was started here."""
        for process in self.running:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def postgres_pid(self) -> int | None:
        """The process of the embedded server, None when it does not run."""
        try:
            pid = int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return None
        return pid

    @property
    def dsn(self) -> str:
        """The embedded database."""
        return f"host={self.data_dir / 'socket'} port=5432 user=frontdesk dbname=frontdesk"

    def simulator(self) -> str:
        """The base URL of the simulated carrier of the desk that is up."""
        return str(self.json("status")["desk"]["simulator"])

    def text(self, body: str, *, times: int = 1, phone: str = "+12025550143") -> list[int]:
        """A phone texts the desk through its simulated carrier; the status of each post."""
        order = {"from": phone, "to": "+12025550100", "body": body, "times": times}
        answer = httpx2.post(f"{self.simulator()}/simulator/texts", json=order, timeout=30)
        statuses: list[int] = answer.json()["statuses"]
        return statuses
