"""The calls' statements as functions; steps open the transactions."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from frontdesk.calls.model import Call, CallStatus, Leg, Outcome
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["legs_of", "lock", "note_text_back", "save", "save_leg"]

Q = load_queries("frontdesk.calls")


async def lock(
    tx: Tx, *, provider: str, provider_call_id: str, related: Sequence[str], client_id: int | None, now: datetime
) -> Call:
    """The call that a leg and its `related` ones belong to, made if it is new, locked for the transaction.

    Legs that turn out to be of one call make one of it: the earliest row goes on, the others point to it.
    """
    ids = sorted({provider_call_id, *related})
    legs = await tx.all(Q.lock_legs, {"provider": provider, "ids": ids})
    named = sorted({leg.call_id for leg in legs if leg.call_id is not None})
    if not named and (found := await tx.one(Q.find_call, {"provider": provider, "ids": ids})):
        named = [found.id]
    if not named:
        made = {"provider": provider, "provider_call_id": provider_call_id, "client_id": client_id, "now": now}
        named = [(await tx.one(Q.add_call, made)).id]
    calls = await _locked(tx, named)
    others = [row.id for row in calls[1:]]
    if others or any(leg.call_id is None for leg in legs):
        await tx.run(Q.join_legs, {"call_id": calls[0].id, "provider": provider, "ids": ids, "others": others})
    call = _call(calls)
    if others:
        await tx.run(Q.join_calls, {"call_id": call.id, "others": others})
        if call.text_back is not None:
            texted = next(row for row in calls if row.text_back is not None)
            await note_text_back(tx, call.id, texted.text_back, texted.text_back_id)
    return call


async def _locked(tx: Tx, ids: Sequence[int]) -> list[Any]:
    """The rows of these calls, or of those that they were joined to meanwhile, in order of id."""
    rows = await tx.all(Q.lock_calls, {"ids": list(ids)})
    while gone := [row for row in rows if row.joined_to is not None]:
        onward = {row.id for row in rows} - {row.id for row in gone} | {row.joined_to for row in gone}
        rows = await tx.all(Q.lock_calls, {"ids": sorted(onward)})
    return list(rows)


def _call(rows: Sequence[Any]) -> Call:
    """The first of some rows, with what only the others know: whose call it is, and whether it was texted back."""
    *values, _, _ = rows[0]
    known = dict(zip(Call.__slots__, values, strict=True))
    for name in ("client_id", "lead_id", "text_back"):
        known[name] = next((value for row in rows if (value := getattr(row, name)) is not None), None)
    return Call(**{**known, "status": CallStatus(known["status"])})


async def legs_of(tx: Tx, call_id: int) -> dict[str, Leg]:
    """The legs of a call that were heard of, by the provider's id."""
    rows = await tx.all(Q.legs_of, {"call_id": call_id})
    return {
        row.provider_call_id: Leg(
            row.provider_call_id,
            CallStatus(row.status),
            Outcome(row.outcome) if row.outcome else None,
            row.rang,
            row.talked,
            row.heard_at,
        )
        for row in rows
    }


async def save_leg(tx: Tx, provider: str, leg: Leg) -> None:
    """Write what a leg that `lock` locked was heard to say."""
    outcome = leg.outcome.value if leg.outcome else None
    await tx.run(Q.save_leg, {"provider": provider, **asdict(leg), "status": leg.status.value, "outcome": outcome})


async def save(tx: Tx, call: Call, raw_payload: str) -> None:
    """Write a call that `lock` locked; `raw_payload` is JSON that jsonb takes."""
    row = {name: getattr(call, name) for name in Call.__slots__}
    words = {name: str(row[name]) if row[name] else None for name in ("direction", "outcome")}
    await tx.run(Q.save_call, {**row, **words, "status": call.status.value, "raw_payload": raw_payload})


async def note_text_back(tx: Tx, call_id: int, text_back: str, text_back_id: int | None = None) -> None:
    """Keep whether a call was answered by text, or the reason why not; the first word stays."""
    await tx.run(Q.note_text_back, {"id": call_id, "text_back": text_back, "text_back_id": text_back_id})
