"""The read-only queries of pages and API as functions; each transaction can write nothing."""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from frontdesk.db.migrate import CODE_VERSION
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.desk import Desk
from frontdesk.inbox.dead_letters import list_letters
from frontdesk.inbox.model import Selection
from frontdesk.outbox import attempts, by_hand
from frontdesk.outbox.gate import FOR_A_PERSON
from frontdesk.web.depth import Depth, KeptDepths

__all__ = [
    "CAP",
    "NEWEST",
    "Cursor",
    "HealthFacts",
    "Wanted",
    "calls",
    "collisions",
    "conversation",
    "conversations",
    "dead_letters",
    "events",
    "health_facts",
    "message",
    "messages",
    "next_cursor",
    "numbers",
    "oldest_due",
    "opted_out",
    "outbox",
    "phone_ledger",
    "processes",
    "reading",
    "receipts",
    "status_counts",
]

Q = load_queries("frontdesk.web", "views.sql")

CAP = 10_000
"""Counts go no further than this."""

_RECEIPT_WORDS = ["accepted", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list that goes by (time, id), newest first: what comes next is older than this."""

    at: str
    id: int

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` gave. Raises ValueError for anything else."""
        try:
            at, row_id = orjson.loads(base64.urlsafe_b64decode(text.encode()))
            datetime.fromisoformat(at)
            if not 0 <= int(row_id) < 2**63:
                raise ValueError
            return cls(at, int(row_id))
        except (binascii.Error, TypeError, ValueError) as error:
            raise ValueError("this is not a cursor of this list; take nextCursor from an answer") from error

    def __str__(self) -> str:
        """The cursor as it travels: opaque, safe in a URL."""
        return base64.urlsafe_b64encode(orjson.dumps([self.at, self.id])).decode()


NEWEST = Cursor("infinity", 2**63 - 1)
"""Before the first row."""


def next_cursor(rows: Sequence[Any], limit: int, time_column: str) -> str | None:
    """The cursor of what follows the first `limit` of `rows`, or None at the end; `rows` is asked one longer."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return str(Cursor(getattr(last, time_column).isoformat(), last.id))


@asynccontextmanager
async def reading(desk: Desk) -> AsyncIterator[Tx]:
    """A transaction that can write nothing. Raises one of DatabaseGone."""
    async with desk.db.transaction(desk.bucket) as tx:
        await tx.one(Q.only_read)
        yield tx


def _place(after: Cursor, limit: int) -> dict[str, Any]:
    return {"before_at": after.at, "before_id": after.id, "limit": limit}


async def conversations(tx: Tx, after: Cursor, limit: int, *, held: bool = False) -> Sequence[Any]:
    """Conversations with lead and last message, the one written in last first; `held`: those that a person has."""
    return await tx.all(Q.list_conversations, {**_place(after, limit), "held": held})


async def conversation(tx: Tx, conversation_id: int) -> Any:
    """One conversation with its lead and client, or None."""
    return await tx.one(Q.show_conversation, {"conversation_id": conversation_id})


async def messages(tx: Tx, conversation_id: int, after: Cursor, limit: int) -> Sequence[Any]:
    """Messages of a conversation, newest first, each with its webhook or its ledger row."""
    place = {**_place(after, limit), "for_a_person": FOR_A_PERSON}
    return await tx.all(Q.list_messages, {"conversation_id": conversation_id, **place})


async def receipts(tx: Tx, carrier_ids: Sequence[str]) -> dict[str, list[Any]]:
    """The receipts that came for these messages, by the carrier's id, in order of arrival."""
    found: dict[str, list[Any]] = {}
    if carrier_ids:
        for row in await tx.all(Q.list_receipts, {"carrier_ids": list(carrier_ids), "words": _RECEIPT_WORDS}):
            found.setdefault(row.carrier_id, []).append(row)
    return found


async def phone_ledger(tx: Tx, *, phone: str, our_number: str, limit: int) -> Sequence[Any]:
    """Ledger rows for one phone, newest first."""
    asked = {"phone": phone, "our_number": our_number, "for_a_person": FOR_A_PERSON}
    return await tx.all(Q.list_phone_ledger, {**asked, "limit": limit})


async def opted_out(tx: Tx, *, phone: str, our_number: str) -> bool:
    """Whether this phone opted out of this number of ours."""
    row = await tx.one(Q.opted_out, {"phone": phone, "our_number": our_number})
    return bool(row and row.opted_out)


async def events(tx: Tx, after: Cursor, limit: int, status: str | None) -> Sequence[Any]:
    """Webhook events, newest first."""
    return await tx.all(Q.list_events, {**_place(after, limit), "status": status})


async def calls(
    tx: Tx, after: Cursor, limit: int, *, status: str | None = None, client_id: int | None = None
) -> Sequence[Any]:
    """Calls, newest first, each with its lead and what became of its text-back."""
    return await tx.all(Q.list_calls, {**_place(after, limit), "status": status, "client_id": client_id})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ledger rows are wanted: those that fit all that is given."""

    status: str | None = None
    reason: str | None = None
    to_address: str | None = None
    client_id: int | None = None
    needs_a_person: bool = False


async def outbox(tx: Tx, after: Cursor, limit: int, wanted: Wanted | None = None) -> Sequence[Any]:
    """Ledger rows, newest first; `available_at` is None for what waits for a person."""
    wanted = wanted or Wanted()
    asked = {"reason": wanted.reason, "to_address": wanted.to_address, "client_id": wanted.client_id}
    if wanted.needs_a_person and wanted.status not in (None, "UNKNOWN"):
        return []
    if wanted.needs_a_person or wanted.status == "UNKNOWN":
        return await tx.all(Q.list_unknown, {**_place(after, limit), **asked, "needs_a_person": wanted.needs_a_person})
    rest = {"status": wanted.status, "for_a_person": FOR_A_PERSON}
    return await tx.all(Q.list_outbox, {**_place(after, limit), **asked, **rest})


async def message(tx: Tx, ledger_id: int) -> tuple[Any, Sequence[Any]]:
    """One ledger row with what it may be waiting for, and its attempts; (None, []) where there is none."""
    row = await by_hand.standing(tx, ledger_id)
    return row, await attempts.attempts_of(tx, ledger_id) if row is not None else []


async def collisions(tx: Tx, conversation_ids: Sequence[int]) -> dict[int, int]:
    """How often each conversation was to say what stood in the ledger already."""
    rows = await tx.all(Q.conversation_collisions, {"ids": list(conversation_ids)})
    return {row.conversation_id: int(row.collisions) for row in rows}


async def numbers(tx: Tx, now: datetime, *, only: str | None = None, limit: int = 200) -> Sequence[Any]:
    """Our sender numbers, or one of them, with what each has under way, due and waiting, counted up to the cap."""
    return await tx.all(Q.list_numbers, {"now": now, "cap": CAP, "only": only, "limit": limit})


async def dead_letters(tx: Tx, after: Cursor, limit: int, selection: Selection | None = None) -> Sequence[Any]:
    """Open dead letters, the one that died last first."""
    return await list_letters(tx, selection or Selection(), **_place(after, limit))


async def status_counts(tx: Tx) -> tuple[dict[str, int], int]:
    """Ledger rows by state, and how often a key stood already."""
    rows = await tx.all(Q.outbox_counts, {"cap": CAP})
    return {row.status: row.messages for row in rows}, sum(int(row.collisions) for row in rows)


async def processes(tx: Tx) -> Sequence[Any]:
    """The processes of the last hour, the one seen last first."""
    return await tx.all(Q.list_processes)


async def oldest_due(tx: Tx, now: datetime) -> datetime | None:
    """Since when the oldest message that may go has been waiting, or None."""
    at: datetime | None = (await tx.one(Q.oldest_due, {"now": now})).at
    return at


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """What a verdict about health looks at."""

    schema_version: int
    processes: Sequence[Any]
    inbox: Sequence[Depth] | None
    """None: too deep to be counted in time."""
    outbox: dict[str, int]
    oldest_due: datetime | None
    dead_letters: int
    monitored_at: datetime | None = None


async def health_facts(desk: Desk, depths: KeptDepths) -> HealthFacts:
    """Read all facts; of an empty database only that it is empty. Raises one of DatabaseGone."""
    async with reading(desk) as tx:
        if not (await tx.one(Q.schema_there)).there:
            return HealthFacts(0, [], [], {}, None, 0)
        counts, _ = await status_counts(tx)
        version = (await tx.one(Q.schema_version)).version
        # While an upgrade rolls, the newest tables may not be there yet.
        run = await tx.one(Q.monitor_run) if version >= CODE_VERSION else None
        facts = HealthFacts(
            schema_version=version,
            processes=await processes(tx),
            inbox=[],
            outbox=counts,
            oldest_due=await oldest_due(tx, desk.clock.now()),
            dead_letters=(await tx.one(Q.open_dead_letters, {"cap": CAP})).letters,
            monitored_at=run.finished_at if run else None,
        )
    return replace(facts, inbox=await depths.get())  # kept for a while: a deep inbox must not be counted for each probe
