"""Backlogs: for each system whose own call claims work, a deep queue to claim from."""

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

__all__ = ["BACKLOGS", "CLAIM", "Backlog", "Scene", "make_backlog"]

CLAIM = 16  # lanes, or jobs, that one claim takes where a system takes several


@dataclass(frozen=True, slots=True)
class Scene:
    """What waits: `events` ready ones, `per_lane` to a lane, and `before` others that cannot be claimed now."""

    events: int
    per_lane: int = 1
    before: int = 0
    why: str = ""  # busy, backed off, flood: why those cannot be claimed


class Backlog(Protocol):
    """A database of one system in which much waits."""

    async def open(self, dsn: str) -> None:
        """Create the tables, and connect."""

    async def fill(self, scene: Scene) -> None:
        """Let all of it wait."""

    async def claim(self) -> int:
        """Claim once, by the system's own call; returns how many events or jobs it got."""

    async def give_back(self) -> None:
        """Undo what would make the backlog smaller, where that matters."""

    async def churn(self, events: int) -> None:
        """Handle so many and let as many come, which leaves dead rows."""

    async def close(self) -> None:
        """Disconnect."""


BACKLOGS = {
    "frontdesk": "of_frontdesk",
    "hand-written SQL, unordered": "by_hand",
    "pgqueuer, unordered": "of_pgqueuer",
    "procrastinate, unordered": "of_procrastinate",
    "procrastinate, lock per conversation": "of_procrastinate",
}


def make_backlog(name: str) -> Backlog:
    """The backlog of one system; the modules of the others are not imported."""
    backlog: Backlog = import_module(f".{BACKLOGS[name]}", __name__).Waiting(name)
    return backlog
