"""The watching room's statements as functions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.watching.moving import Survival
from frontdesk.watching.stays import Change, note

__all__ = ["note_run", "note_stays", "stays_since", "survival"]

Q = load_queries("frontdesk.watching")

_NEWEST = 2000  # stays of each state that an estimate rests on


async def note_stays(tx: Tx, now: datetime) -> int:
    """Write down who moved since the last look, and begin the clock of states that a person wrote; returns how many."""
    changes = [Change(*row) for row in await tx.all(Q.changes)]
    noted = [(change, note(change, now)) for change in changes]
    hand = [(c.client_id, c.state, c.entered_at) for c, n in noted if n.by_hand]
    ends = [(c.client_id, c.noted_state, n.ended_at) for c, n in noted if n.ended_at and c.noted_state]
    corrections = [(c.client_id, c.state, n.begins_at) for c, n in noted if n.correct]
    begins = [(c.client_id, c.state, n.begins_at) for c, n in noted if n.begins_at and not n.correct]
    if hand:
        await tx.run(Q.begin_anew, {**_columns(hand, "entered_at"), "now": now})
    if ends:
        await tx.run(Q.end_stays, _columns(ends, "left_at"))
    if corrections:
        await tx.run(Q.correct_stays, _columns(corrections, "entered_at"))
    if begins:
        await tx.run(Q.begin_stays, _columns(begins, "entered_at"))
    return len(changes)


def _columns(rows: Sequence[tuple[Any, Any, Any]], third: str) -> dict[str, list[Any]]:
    ids, states, times = zip(*rows, strict=True)
    return {"client_ids": list(ids), "states": list(states), third: list(times)}


async def survival(tx: Tx, states: Collection[str], now: datetime) -> dict[str, Survival]:
    """How long stays in each of these states last, from the newest of each."""
    stays: dict[str, list[tuple[timedelta, bool]]] = defaultdict(list)
    for row in await tx.all(Q.newest_stays, {"states": sorted(states), "newest": _NEWEST}):
        lasted = max((row.left_at or now) - row.entered_at, timedelta())
        stays[row.state].append((lasted, row.left_at is not None))
    return {state: Survival(of_one) for state, of_one in stays.items()}


async def stays_since(tx: Tx, states: Collection[str], since: datetime) -> Sequence[Any]:
    """Stays that began since then: state, entered_at, left_at, and the client's timezone and hours."""
    return await tx.all(Q.stays_since, {"states": sorted(states), "since": since})


async def note_run(
    tx: Tx, name: str, *, finished_at: datetime, clean: bool, took_ms: float, found: Mapping[str, Any]
) -> None:
    """Write down that a pass has come to its end; `finished_at` is lease time."""
    row = {"name": name, "finished_at": finished_at, "clean": clean, "took_ms": took_ms}
    await tx.run(Q.note_run, {**row, "found": orjson.dumps(dict(found)).decode()})
