"""The bookings' statements as functions."""

from collections.abc import Sequence
from datetime import datetime

from frontdesk.bookings.model import Booking
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["ahead_of", "book", "cancel", "standing"]

Q = load_queries("frontdesk.bookings")


async def book(
    tx: Tx,
    *,
    client_id: int,
    lead_id: int,
    starts_at: datetime,
    ends_at: datetime,
    service: str | None,
    note: str | None,
    source: str,
    cause: str,
    now: datetime,
) -> Booking | None:
    """Book the time; None where something that stands overlaps it, be it booked in this very moment."""
    row = {"client_id": client_id, "lead_id": lead_id, "starts_at": starts_at, "ends_at": ends_at, "now": now}
    about = {"service": service or None, "note": note or None, "source": source, "cause": cause}
    booked = await tx.one(Q.book, {**row, **about})
    return Booking(*booked) if booked else None


async def standing(tx: Tx, client_id: int, *, since: datetime, until: datetime) -> Sequence[Booking]:
    """What a client has booked between two moments, in order."""
    rows = await tx.all(Q.standing, {"client_id": client_id, "since": since, "until": until})
    return [Booking(*row) for row in rows]


async def ahead_of(tx: Tx, lead_id: int, now: datetime) -> Sequence[Booking]:
    """What a lead has booked and not had yet, in order."""
    return [Booking(*row) for row in await tx.all(Q.ahead_of, {"lead_id": lead_id, "now": now})]


async def cancel(tx: Tx, booking_id: int, now: datetime) -> bool:
    """Cancel a booking; false when it was cancelled before."""
    return await tx.run(Q.cancel, {"id": booking_id, "now": now}) == 1
