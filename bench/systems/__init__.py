"""The systems that are measured, by the names of the table."""

from dataclasses import dataclass
from importlib import import_module

from work import System

__all__ = ["SYSTEMS", "Entry", "make"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a system lives, whether it is a peer to be beaten, and its share of the messages (slow ones take fewer)."""

    module: str
    factory: str
    peer: bool = True
    share: float = 1.0


SYSTEMS = {
    "frontdesk": Entry("of_frontdesk", "Frontdesk", peer=False),
    "hand-written SQL, unordered": Entry("by_hand", "ByHand", peer=False),
    "pgqueuer, unordered": Entry("of_pgqueuer", "PgQueuer"),
    "procrastinate, unordered": Entry("of_procrastinate", "Procrastinate", share=0.4),
    "procrastinate, lock per conversation": Entry("of_procrastinate", "OrderedProcrastinate", share=0.4),
}


def make(name: str) -> System:
    """One system; the modules of the others are not imported."""
    entry = SYSTEMS[name]
    system: System = getattr(import_module(f"systems.{entry.module}"), entry.factory)()
    return system
