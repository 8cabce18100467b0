"""Real processes that raise alerts when a test tells them to, and may be killed."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

__all__ = ["Raiser", "raiser"]

_PROCESS = Path(__file__).with_name("alert_raiser_process.py")


class Raiser:
    """One such process, connected to its database."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def raises(self, *keys: str) -> list[str]:
        """Raise one after the other, as fast as it goes; what was decided of each."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{key}\n" for key in keys).encode())
        return [await self.says() for _ in keys]

    async def says(self) -> str:
        """Its next line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            return (await self.process.stdout.readline()).decode().strip()

    async def ends(self) -> tuple[int, str]:
        """Let it end, or see it ended; its exit code and all that it wrote on the console."""
        _, told = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, told.decode()


@asynccontextmanager
async def raiser(dsn: str, data_dir: Path) -> AsyncIterator[Raiser]:
    """A process that is ready to raise, for the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_PROCESS), dsn, stdin=PIPE, stdout=PIPE, stderr=PIPE,
        env={**os.environ, "DATA_DIR": str(data_dir)},
    )  # fmt: skip
    try:
        one = Raiser(process)
        assert await one.says() == "ready"
        yield one
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
