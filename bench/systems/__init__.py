"""The systems that are measured, by the names of the tables."""

from dataclasses import dataclass
from importlib import import_module

from frontdesk.commands.running import calm_garbage_collection

from ..work import System

__all__ = ["BY_HAND", "SYSTEMS", "US", "Entry", "opened"]

US = "frontdesk"
BY_HAND = "hand-written SQL, unordered"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a system lives, whether it is a peer to be beaten, and its share of the messages (slow ones take fewer)."""

    module: str
    factory: str
    peer: bool = True
    share: float = 1.0


SYSTEMS = {
    US: Entry("of_frontdesk", "Frontdesk", peer=False),
    BY_HAND: Entry("by_hand", "ByHand", peer=False),
    "pgqueuer, unordered": Entry("of_pgqueuer", "PgQueuer"),
    "procrastinate, unordered": Entry("of_procrastinate", "Procrastinate", share=0.4),
    "procrastinate, lock per conversation": Entry("of_procrastinate", "OrderedProcrastinate", share=0.4),
    "dbos, unordered": Entry("of_dbos", "Dbos"),
    "dbos, partition per conversation": Entry("of_dbos", "OrderedDbos"),
}


async def opened(name: str, dsn: str, in_flight: int, *, installed: bool = False) -> System:
    """One system, connected, its tables made unless `installed`; the modules of the others are not imported."""
    entry = SYSTEMS[name]
    system: System = getattr(import_module(f".{entry.module}", __name__), entry.factory)(in_flight)
    if not installed:
        await system.install(dsn)
    await system.open(dsn)
    calm_garbage_collection()  # as the desk's own processes do; it helps every system
    return system
