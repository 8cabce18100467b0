"""The circuit breakers' statements as functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.outbox.circuit import Circuit, Sign, State, after, state_of

__all__ = ["begin_probe", "end_probe", "list_circuits", "lock_for_probe", "not_closed", "note"]

Q = load_queries("frontdesk.outbox", "circuits.sql")


async def not_closed(tx: Tx, now: datetime) -> dict[str, State]:
    """The accounts whose circuits are open or half-open."""
    rows = await tx.all(Q.not_closed)
    return {row.account: state_of(Circuit(row.failures, row.opened, row.open_until), now) for row in rows}


async def lock_for_probe(tx: Tx, account: str, lease_now: datetime) -> bool:
    """Lock a half-open account for a try; false when another has it, or tries it just now."""
    return await tx.one(Q.lock_for_probe, {"account": account, "lease_now": lease_now}) is not None


async def begin_probe(tx: Tx, account: str, probe_until: datetime) -> None:
    """One message tries the account; nobody else does until it has its answer, or until `probe_until`."""
    await tx.run(Q.begin_probe, {"account": account, "probe_until": probe_until})


async def end_probe(tx: Tx, account: str) -> None:
    """The message that was to try does not go after all."""
    await tx.run(Q.end_probe, {"account": account})


async def note(tx: Tx, account: str, sign: Sign, error: str | None, now: datetime) -> State | None:
    """Count what one outcome says of an account; returns its new state when that changed."""
    if sign is Sign.ALIVE:
        return State.CLOSED if await tx.run(Q.alive, {"account": account, "now": now}) else None
    await tx.run(Q.ensure_circuit, {"account": account, "now": now})
    row = await tx.one(Q.lock_circuit, {"account": account})
    before = Circuit(row.failures, row.opened, row.open_until)
    circuit = after(before, sign, now)
    if circuit == before:
        return None
    saved = {"failures": circuit.failures, "opened": circuit.opened, "open_until": circuit.open_until}
    await tx.run(Q.save_circuit, {"account": account, **saved, "last_error": error, "now": now})
    return State.OPEN if circuit.open_until != before.open_until else None


async def list_circuits(tx: Tx) -> Sequence[Any]:
    """All circuits that ever had a failure."""
    return await tx.all(Q.list_circuits)
