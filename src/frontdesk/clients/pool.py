"""The pool of numbers: which are free, which serve a client, which rest before another gets them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["add", "counts", "end_quarantine", "list_numbers", "note_check", "release", "take"]

Q = load_queries("frontdesk.clients", "pool.sql")


async def take(tx: Tx, client_id: int, *, calling_code: str, reserved: Sequence[str], now: datetime) -> str | None:
    """Give the client a free number that begins with `calling_code` (+1, or "" for any); None where none is free.

    `reserved` are numbers that serve the desk itself. Lock the client's row before.
    """
    row = {"client_id": client_id, "like": f"{calling_code}%", "reserved": list(reserved), "now": now}
    found = await tx.one(Q.take, row)
    return str(found.phone_e164) if found else None


async def add(tx: Tx, phone: str, paid_until: datetime | None) -> bool:
    """Put a number into the pool; false where it is there already, in whatever state."""
    return await tx.run(Q.add, {"phone": phone, "paid_until": paid_until}) > 0


async def release(tx: Tx, phone: str, *, until: datetime, now: datetime) -> int | None:
    """Take a number back from its client, to rest until then; returns the client, None where it serves none."""
    row = await tx.one(Q.release, {"phone": phone, "until": until, "now": now})
    return int(row.released_from) if row else None


async def end_quarantine(tx: Tx, *, until: datetime, now: datetime) -> list[str]:
    """Free the numbers that have rested long enough; those without a time rest until `until`. Returns the freed."""
    await tx.run(Q.date_quarantine, {"until": until})
    return [row.phone_e164 for row in await tx.all(Q.end_quarantine, {"now": now})]


async def counts(tx: Tx, reserved: Sequence[str]) -> Any:
    """How many numbers are available, assigned, quarantined and retired."""
    return await tx.one(Q.counts, {"reserved": list(reserved)})


async def list_numbers(tx: Tx, status: str | None = None) -> Sequence[Any]:
    """The numbers of the pool, with the client that each serves."""
    return await tx.all(Q.list_numbers, {"status": status})


async def note_check(tx: Tx, troubles: Mapping[str, str], now: datetime) -> None:
    """Keep what is wrong with each number as the provider has it; blank: nothing."""
    await tx.run(Q.note_check, {"phones": list(troubles), "troubles": list(troubles.values()), "now": now})
