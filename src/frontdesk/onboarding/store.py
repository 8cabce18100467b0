"""The statements of onboarding as functions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.onboarding_states import TURNS, State, Turn

__all__ = [
    "Standing",
    "add_text",
    "changed",
    "count_waiting",
    "ensure",
    "lock",
    "save",
    "silent",
    "state_of",
    "waiting",
]

Q = load_queries("frontdesk.onboarding")

_CLIENTS_TURN = [state.value for state, turn in TURNS.items() if turn is Turn.CLIENT]


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of `onboarding_states`: what stands there, and what the desk last recorded of it."""

    client_id: int
    current_state: State
    entered_at: datetime | None
    completed_at: datetime | None
    recorded_state: State | None
    recorded_completed_at: datetime | None
    recorded_paid: bool | None
    returns_to: State | None
    ready_at: datetime | None
    asked_at: datetime | None
    reminders: int
    turns: int


async def ensure(tx: Tx, client_id: int, *, complete: bool, paid: bool, now: datetime) -> None:
    """Begin onboarding where it was not; `complete`: the client is served already."""
    state = State.COMPLETE if complete else State.S0_WELCOME
    row = {"client_id": client_id, "state": state, "completed_at": now if complete else None}
    await tx.run(Q.ensure, {**row, "paid": paid, "now": now})


async def lock(tx: Tx, client_id: int) -> Standing | None:
    """Where a client stands, locked for the rest of the transaction; None without onboarding.

    Lock the client's row first: payments do.
    """
    row = await tx.one(Q.lock, {"client_id": client_id})
    if row is None:
        return None
    states = {name: State(given) if (given := getattr(row, name)) else None for name in _STATES}
    return Standing(**{**row._asdict(), **states})


_STATES = ("current_state", "recorded_state", "returns_to")


async def save(tx: Tx, standing: Standing) -> None:
    """Write a row that `lock` locked, and record it as what the desk knows."""
    await tx.run(Q.save, asdict(standing))


async def add_text(
    tx: Tx, *, request_id: str, client_id: int, state: State, body: str, event_id: int, received_at: datetime
) -> bool:
    """Keep a text of an owner; false where it is there already."""
    row = {"request_id": request_id, "client_id": client_id, "state": state, "body": body.replace("\x00", "")}
    return await tx.run(Q.add_text, {**row, "event_id": event_id, "received_at": received_at}) > 0


async def changed(tx: Tx, limit: int) -> list[int]:
    """The clients whose row is not what the desk last recorded."""
    return [row.client_id for row in await tx.all(Q.changed, {"limit": limit})]


async def waiting(tx: Tx, limit: int) -> list[int]:
    """The clients that wait for a number, the longest first."""
    return [row.client_id for row in await tx.all(Q.waiting, {"limit": limit})]


async def count_waiting(tx: Tx) -> Any:
    """How many clients wait for a number, and since when the first does."""
    return await tx.one(Q.count_waiting)


async def silent(tx: Tx, asked_before: Sequence[datetime], limit: int) -> list[tuple[int, int]]:
    """Clients whose owner owes an answer, with the reminders so far; the n-th is due if asked before the n-th time."""
    rows = await tx.all(Q.silent, {"states": _CLIENTS_TURN, "asked_before": list(asked_before), "limit": limit})
    return [(row.client_id, row.reminders) for row in rows]


async def state_of(tx: Tx, client_id: int) -> State | None:
    """Where a client stands, without a lock."""
    row = await tx.one(Q.state_of, {"client_id": client_id})
    return State(row.current_state) if row else None
