"""The processes of a desk under attack: each is started again whenever it ends, until the crew is dismissed."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

AGAIN_AFTER = 0.2  # seconds
STILL = 0.05  # seconds until what a held process had under way has ended at the database
PATIENCE = 30.0  # seconds that a process gets to end by itself


@dataclass(slots=True)
class Post:
    """One place in the crew and who holds it. `name` counts the lives: worker-1.3 is the third."""

    place: str
    command: Sequence[str]
    name: str = ""
    process: asyncio.subprocess.Process | None = None
    frozen: bool = False


@dataclass(slots=True)
class Crew:
    """Processes with one environment. What they say goes to one file each in `folder`."""

    folder: Path
    environment: Mapping[str, str]
    posts: dict[str, Post] = field(default_factory=dict)
    killed: list[tuple[str, float]] = field(default_factory=list)
    frozen: list[tuple[float, float]] = field(default_factory=list)
    _keepers: list[asyncio.Task[None]] = field(default_factory=list)
    _dismissed: bool = False

    def hire(self, place: str, *command: str) -> None:
        """Keep `command` running. It finds its name in the environment as CREW_NAME."""
        post = self.posts[place] = Post(place, command)
        self._keepers.append(asyncio.create_task(self._keep(post)))

    @property
    def workers(self) -> list[str]:
        """The places of those that handle events."""
        return [place for place in self.posts if place.startswith("worker")]

    async def _keep(self, post: Post) -> None:
        life = 0
        with (self.folder / f"{post.place}.log").open("ab") as log:
            while not self._dismissed:
                life += 1
                post.name = f"{post.place}.{life}"
                environment = {**self.environment, "CREW_NAME": post.name}
                post.process = await asyncio.create_subprocess_exec(
                    *post.command, env=environment, cwd=self.folder, stdout=log, stderr=log
                )
                if self._dismissed:  # while it was being started
                    self._signal(post, signal.SIGTERM)
                await post.process.wait()
                await asyncio.sleep(AGAIN_AFTER)

    def kill(self, place: str) -> None:
        """End it with -9, and note when."""
        post = self.posts[place]
        if self._signal(post, signal.SIGKILL):
            self.killed.append((post.name, time.monotonic()))

    async def kill_if(self, place: str, guilty: Callable[[str], bool]) -> bool:
        """Hold it still, look, and end it or let it go on; true when it was ended."""
        post = self.posts[place]
        if not self._signal(post, signal.SIGSTOP):
            return False
        await asyncio.sleep(STILL)
        if guilty(post.name):
            self.kill(place)
            return True
        self._signal(post, signal.SIGCONT)
        return False

    async def freeze(self, place: str, seconds: float) -> None:
        """Stop it in the middle of whatever it does, and let it go on later, as after a long pause of its machine."""
        post, began = self.posts[place], time.monotonic()
        if post.frozen or not self._signal(post, signal.SIGSTOP):
            return
        post.frozen = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._signal(post, signal.SIGCONT)
            post.frozen = False
            self.frozen.append((began, time.monotonic()))

    def _signal(self, post: Post, number: signal.Signals) -> bool:
        if post.process is None or post.process.returncode is not None:
            return False
        post.process.send_signal(number)
        return True

    async def dismiss(self) -> None:
        """Ask all to end, and end those that do not."""
        self._dismissed = True
        for post in self.posts.values():
            self._signal(post, signal.SIGTERM)
        _, late = await asyncio.wait(self._keepers, timeout=PATIENCE)
        if late:
            for post in self.posts.values():
                self._signal(post, signal.SIGKILL)
            await asyncio.wait(late)

    def last_words(self, lines: int = 15) -> str:
        """The end of what each said."""
        said = []
        for place in self.posts:
            with contextlib.suppress(OSError):
                text = (self.folder / f"{place}.log").read_text(errors="replace")
                said.append(f"--- {place}\n" + "\n".join(text.splitlines()[-lines:]))
        return "\n".join(said)


def inherited() -> dict[str, str]:
    """The part of this process's environment that the crew may see."""
    names = ("PATH", "HOME", "TMPDIR", "PYTHONPATH", "DATABASE_PREPARE")
    return {name: os.environ[name] for name in names if name in os.environ} | {"LANG": "C.UTF-8"}
