"""The leads' statements as functions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.leads.model import Lead
from frontdesk.leads.rules import columns

__all__ = [
    "close_expired",
    "correct",
    "count_from",
    "edit",
    "ensure",
    "ensure_person",
    "fill",
    "get",
    "list_leads",
    "lock_counters",
    "lock_next",
    "mark_not_textable",
    "mark_status",
    "mark_textable",
    "refund",
    "reopen",
    "set_counters",
    "show",
]

Q = load_queries("frontdesk.leads")

EXPIRED = "Sequence expired"
"""How the reason of a lead begins that was closed because nothing came of it."""


async def ensure(tx: Tx, *, client_id: int, phone: str, sequence_expires_at: datetime, now: datetime) -> Lead:
    """The lead of this number, made if it is new; its row is locked for the rest of the transaction."""
    row = {"client_id": client_id, "phone": phone, "sequence_expires_at": sequence_expires_at, "now": now}
    return Lead(*await tx.one(Q.ensure, row))


async def ensure_person(
    tx: Tx, *, client_id: int, phone: str | None, email: str | None, sequence_expires_at: datetime, now: datetime
) -> Lead:
    """The lead of a number or an e-mail address (one may be None), made if new; its row is locked.

    A lead that was known by its address alone gets the number. The caller locked the client. A text from the same new
    number at the same moment makes a unique violation, and the next try finds its lead.
    """
    who = {"client_id": client_id, "phone": phone, "email": email}
    if (row := await tx.one(Q.find_person, who)) is None:
        return Lead(*await tx.one(Q.add_person, {**who, "sequence_expires_at": sequence_expires_at, "now": now}))
    if row.phone is None and phone is not None:
        await tx.run(Q.give_phone, {"lead_id": row.id, "phone": phone})
        row = row._replace(phone=phone)
    return Lead(*row)


async def get(tx: Tx, *, client_id: int, phone: str) -> Lead | None:
    """The lead of this number, or None."""
    row = await tx.one(Q.get, {"client_id": client_id, "phone": phone})
    return Lead(*row) if row else None


async def fill(tx: Tx, lead_id: int, values: Mapping[str, str]) -> bool:
    """Fill empty columns from field values; false, and no row touched, when nothing was empty or given."""
    return await tx.run(Q.fill, {"lead_id": lead_id, **columns(values)}) > 0


async def correct(tx: Tx, lead_id: int, values: Mapping[str, str], previous: Mapping[str, str]) -> bool:
    """Replace columns that still hold what stood before in the conversation; what a person wrote since stays."""
    new, old = columns({key: values[key] for key in previous}), columns(previous)
    row = {f"new_{name}": value for name, value in new.items()} | {f"old_{name}": value for name, value in old.items()}
    return await tx.run(Q.correct, {"lead_id": lead_id, **row}) > 0


async def show(tx: Tx, lead_id: int) -> Any:
    """One lead with the label of its service, or None."""
    return await tx.one(Q.show, {"lead_id": lead_id})


async def edit(tx: Tx, lead_id: int, columns: Mapping[str, str]) -> Any:
    """Write what a person says; returns the four columns as they are then, or None where there is no such lead."""
    given = dict.fromkeys(("first_name", "last_name", "email", "service_type_enum")) | dict(columns)
    return await tx.one(Q.edit, {"lead_id": lead_id, **given})


async def mark_status(tx: Tx, lead_id: int, status: str, *, from_statuses: Sequence[str]) -> bool:
    """Move a lead's status forward; false when it is not in one of `from_statuses`."""
    row = {"lead_id": lead_id, "status": status, "from_statuses": list(from_statuses)}
    return await tx.run(Q.mark_status, row) > 0


async def reopen(tx: Tx, lead: Lead, *, sequence_expires_at: datetime) -> bool:
    """Let a lead who was closed because nothing came of it be one again, now that they wrote; false for all others."""
    if lead.status != "lost":
        return False
    row = {"lead_id": lead.id, "sequence_expires_at": sequence_expires_at, "closed_reason": f"{EXPIRED} (%"}
    return await tx.run(Q.reopen, row) > 0


async def close_expired(tx: Tx, *, days: int, now: datetime, limit: int) -> list[int]:
    """Close up to `limit` leads whose time is over as lost; returns their ids. Those without an expiry stay."""
    row = {"closed_reason": f"{EXPIRED} ({days} days)", "now": now, "limit": limit}
    return [closed.id for closed in await tx.all(Q.close_expired, row)]


async def mark_not_textable(tx: Tx, lead_id: int, why: str, now: datetime) -> bool:
    """Keep that no text reaches this lead, and why; false when it was known."""
    return await tx.run(Q.mark_not_textable, {"lead_id": lead_id, "why": why, "now": now}) > 0


async def mark_textable(tx: Tx, lead_id: int) -> bool:
    """Forget that no text reaches this lead; false when nothing of the kind was known."""
    return await tx.run(Q.mark_textable, {"lead_id": lead_id}) > 0


async def lock_counters(tx: Tx, lead_ids: Sequence[int]) -> dict[int, Any]:
    """Lock leads in order of id; returns last_sms_at, sms_count_today, sms_count_reset_at by lead id."""
    return {row.id: row for row in await tx.all(Q.lock_counters, {"lead_ids": list(lead_ids)})}


def set_counters(
    tx: Tx, lead_id: int, last_sms_at: datetime | None, sms_count_today: int, sms_count_reset_at: datetime | None
) -> None:
    """Write the counters of a lead that `lock_counters` locked, before the statement that comes next."""
    row = {"last_sms_at": last_sms_at, "sms_count_today": sms_count_today, "sms_count_reset_at": sms_count_reset_at}
    tx.put(Q.set_counters, {"lead_id": lead_id, **row})


def lock_next(tx: Tx, lead_id: int) -> None:
    """Lock one lead for the rest of the transaction, before the statement that comes next."""
    tx.put(Q.lock_one, {"lead_id": lead_id})


def count_from(tx: Tx, lead_id: int, *, claimed_at: datetime, went_at: datetime) -> None:
    """Let the lead's next minute begin at `went_at`, unless another text was counted since; sent with the commit."""
    tx.put(Q.count_from, {"lead_id": lead_id, "claimed_at": claimed_at, "went_at": went_at})


async def refund(tx: Tx, lead_id: int, *, claimed_at: datetime, previous_sms_at: datetime | None) -> None:
    """Take back what `set_counters` counted at `claimed_at`, because nothing was sent."""
    row = {"lead_id": lead_id, "claimed_at": claimed_at, "previous_sms_at": previous_sms_at}
    await tx.run(Q.refund, row)


async def list_leads(tx: Tx, limit: int = 50) -> Sequence[Any]:
    """The newest leads."""
    return await tx.all(Q.list_leads, {"limit": limit})
