"""The sequences' statements as functions."""

from collections.abc import Sequence as Many
from datetime import datetime, timedelta
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.sequences.model import EndReason
from frontdesk.sequences.rules import End, PutStep

__all__ = ["advance", "claim_due", "end_of_leads", "enroll", "list_enrolments", "withdraw"]

Q = load_queries("frontdesk.sequences")

_LATELY = timedelta(days=3)  # longer than the last text of a sequence may wait


async def enroll(
    tx: Tx,
    *,
    client_id: int,
    lead_id: int,
    conversation_id: int,
    provider: str,
    sequence: str,
    due_at: datetime,
    now: datetime,
) -> bool:
    """Enrol a lead; false when it is in that sequence already."""
    row = {"client_id": client_id, "lead_id": lead_id, "conversation_id": conversation_id, "provider": provider}
    return await tx.one(Q.enroll, {**row, "sequence": sequence, "due_at": due_at, "now": now}) is not None


async def withdraw(tx: Tx, lead_id: int, reason: EndReason, now: datetime) -> int:
    """End all enrolments of a lead, and hold back what they have put; returns how many there were."""
    return await tx.run(Q.withdraw, {"lead_id": lead_id, "reason": reason.value, "now": now, "since": now - _LATELY})


async def claim_due(tx: Tx, now: datetime, limit: int) -> list[int]:
    """Lock up to `limit` enrolments that are due; returns their ids, the earliest first."""
    return [row.id for row in await tx.all(Q.claim_due, {"now": now, "limit": limit})]


async def advance(tx: Tx, moves: Many[tuple[int, int, PutStep | End]], now: datetime) -> None:
    """Move enrolments that `claim_due` locked on: (id, number of its next step, what was decided)."""
    ends = [_end(move) for _, _, move in moves]
    await tx.run(
        Q.advance,
        {
            "ids": [enrolment_id for enrolment_id, _, _ in moves],
            "next_steps": [step + isinstance(move, PutStep) for _, step, move in moves],
            "due_at": [move.next_due if isinstance(move, PutStep) else None for _, _, move in moves],
            "ended_at": [now if end is not None else None for end in ends],
            "end_reasons": [end.value if end is not None else None for end in ends],
        },
    )


def _end(move: PutStep | End) -> EndReason | None:
    if isinstance(move, End):
        return move.reason
    return EndReason.FINISHED if move.next_due is None else None


async def end_of_leads(tx: Tx, lead_ids: Many[int], reason: EndReason, now: datetime) -> None:
    """End what these leads are still enrolled in."""
    await tx.run(Q.end_of_leads, {"lead_ids": list(lead_ids), "reason": reason.value, "now": now})


async def list_enrolments(tx: Tx, *, lead_id: int | None = None, limit: int = 50) -> Many[Any]:
    """The newest enrolments, of one lead or of all."""
    return await tx.all(Q.list_enrolments, {"lead_id": lead_id, "limit": limit})
