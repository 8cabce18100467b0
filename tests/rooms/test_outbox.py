"""The outbox on real PostgreSQL: one row per key, one in flight per recipient, slots, leases, fences."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from scratch import with_db

from frontdesk.db.pool import Database, Tx
from frontdesk.effects import SendClass
from frontdesk.errors import ClaimLost
from frontdesk.message import Receipt, ReceiptStatus
from frontdesk.outbox import claims
from frontdesk.outbox import store as outbox
from frontdesk.outbox.model import Claimed, Draft, LedgerStatus
from frontdesk.outbox.pace import Throughput
from frontdesk.steps.judge import Times, claim_sendable
from frontdesk.testing import scratch_settings

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LEASE = timedelta(seconds=40)
SECOND = timedelta(seconds=1)
SLOT = Throughput(1, 60).spacing


def draft(key: str, to: str = "+12025550143", sender: str = "+12025550100", **more: Any) -> Draft:
    values = {
        "dedupe_key": key, "conversation_id": None, "lead_id": None, "client_id": None, "provider": "twilio",
        "channel": "sms", "from_address": sender, "to_address": to, "body": key, "reply_type": "question",
        "question_key": None, "send_class": SendClass.ALERT, "correlation_id": "c", "available_at": NOW, "timezone": "UTC",
    }  # fmt: skip
    return Draft(**{**values, **more})


async def put(db: Database, *drafts: Draft) -> list[bool]:
    async with db.transaction() as tx:
        return [(await outbox.put(tx, one, NOW)).first for one in drafts]


async def claim(
    db: Database, at: datetime = NOW, per_number: int = 1, token: UUID | None = None, per_second: float = 1
) -> list[Claimed]:
    settings = scratch_settings(sender={"per_second": per_second, "per_minute": per_second * 60})
    async with db.transaction() as tx:
        claimed, _ = await claim_sendable(
            tx, numbers=100, per_number=per_number, token=token or uuid4(), times=Times(at, at, at + LEASE),
            settings=settings,
        )  # fmt: skip
    return claimed


async def rows(db: Database, columns: str = "*") -> Any:
    async with db.transaction() as tx:
        return await tx.all(f"SELECT {columns} FROM outbound_message_log ORDER BY id")


def test_a_key_is_taken_once_and_collisions_are_counted(dsn: str) -> None:
    async def story(db: Database) -> None:
        assert await put(db, draft("a"), draft("a"), draft("b"), draft("a")) == [True, False, True, False]
        assert [tuple(row) for row in await rows(db, "body, collision_count")] == [("a", 2), ("b", 0)]

    with_db(dsn, story)


def test_twenty_racing_to_put_the_same_reply_make_one_row(dsn: str) -> None:
    async def story(db: Database) -> None:
        firsts = await asyncio.gather(*(put(db, draft("same")) for _ in range(20)))
        assert sum(first for (first,) in firsts) == 1
        assert [row.collision_count for row in await rows(db)] == [19]

    with_db(dsn, story)


def test_a_number_sends_one_per_slot_and_never_holds_up_another(dsn: str) -> None:
    async def story(db: Database) -> None:
        await put(db, *(draft(f"a{n}", to=f"+1202555{n:04}", sender="+1a") for n in range(1000)))
        await put(db, draft("b", sender="+1b"))
        first = await claim(db)
        assert sorted(one.body for one in first) == ["a0", "b"]
        assert await claim(db) == []
        assert await claim(db, NOW + SLOT * 0.99) == []
        assert [one.body for one in await claim(db, NOW + SLOT)] == ["a1"]
        async with db.transaction() as tx:
            assert await claims.next_due(tx, NOW + SLOT) == NOW + SLOT * 2

    with_db(dsn, story)


def test_processes_that_claim_at_once_keep_the_spacing(dsn: str) -> None:
    async def story(db: Database) -> None:
        await put(db, *(draft(f"a{n}", to=f"+1202555{n:04}") for n in range(40)))
        claimed = [
            one
            for many in await asyncio.gather(*(claim(db, per_number=3, per_second=10) for _ in range(8)))
            for one in many
        ]
        slots = sorted(one.slot_at for one in claimed)
        assert len(slots) == 3
        assert [late - early for early, late in itertools.pairwise(slots)] == [Throughput(10, 600).spacing] * 2

    with_db(dsn, story)


def test_priority_goes_first(dsn: str) -> None:
    async def story(db: Database) -> None:
        limits = {"lead_id": None}
        await put(db, draft("bulk", to="+1x", send_class=SendClass.UNPROMPTED, **limits))
        await put(db, draft("reply", to="+1y", send_class=SendClass.REPLY, **limits))
        await put(db, draft("alert", to="+1z", send_class=SendClass.ALERT, **limits))
        order = [(await claim(db, NOW + SLOT * n))[0].body for n in range(3)]
        assert order == ["alert", "reply", "bulk"]

    with_db(dsn, story)


async def started(tx: Tx, one: Claimed) -> datetime | None:
    return await claims.start(tx, one, now=NOW, latest=NOW + SECOND, leased_until=NOW + LEASE)


def test_one_in_flight_per_recipient_by_rule_and_by_constraint(dsn: str) -> None:
    async def story(db: Database) -> None:
        await put(db, draft("first"), draft("second"))
        (one,) = await claim(db, per_number=10)
        assert one.body == "first"
        assert await claim(db, NOW + SECOND * 5) == []
        async with db.transaction() as tx:  # what is due and cannot go sets no alarm in the past
            assert await claims.next_due(tx, NOW + SECOND * 5) is None
        with pytest.raises(psycopg.errors.UniqueViolation):
            async with db.transaction() as tx:
                claims.mark_sending(tx, [replace(one, ledger_id=one.ledger_id + 1)], uuid4(), NOW + LEASE)
        async with db.transaction() as tx:
            assert await started(tx, one)
            assert await outbox.settle_sent(tx, one, "SM1", NOW)
        assert [two.body for two in await claim(db, NOW + SECOND * 5)] == ["second"]

    with_db(dsn, story)


def test_only_the_holder_of_the_lease_settles(dsn: str) -> None:
    async def story(db: Database) -> None:
        await put(db, draft("a"))
        (late,) = await claim(db)
        async with db.transaction() as tx:
            again, unknown = await outbox.lapse(tx, NOW + LEASE + SECOND, NOW)
            assert ([row.id for row in again], unknown) == ([late.ledger_id], [])
        (holder,) = await claim(db, NOW + LEASE)
        with pytest.raises(ClaimLost):
            async with db.transaction() as tx:
                await started(tx, late)
        async with db.transaction() as tx:
            assert not await outbox.settle_sent(tx, late, "SM1", NOW)
            assert not await outbox.settle_failed(tx, late, "x", None, NOW)
            assert not await outbox.settle_unknown(tx, late, "x", NOW)
            assert not await outbox.settle_not_sent(tx, late, "x", NOW)
            assert await started(tx, holder)
        async with db.transaction() as tx:
            again, unknown = await outbox.lapse(tx, NOW + LEASE * 3, NOW)
            assert (again, [row.id for row in unknown]) == ([], [holder.ledger_id])
        assert [row.status for row in await rows(db)] == ["UNKNOWN"]

    with_db(dsn, story)


async def receive(tx: Tx, ledger_id: int | None, status: ReceiptStatus) -> LedgerStatus | None:
    receipt = Receipt("twilio", "SM1", status, status.value, ledger_id)
    return (await outbox.apply_receipt(tx, receipt, NOW))[1]


def test_receipts_find_their_row_by_our_id_and_never_go_back(dsn: str) -> None:
    async def story(db: Database) -> None:
        await put(db, draft("a"))
        (one,) = await claim(db)
        async with db.transaction() as tx:
            await started(tx, one)
            # The receipt is faster than our own settling.
            assert await receive(tx, one.ledger_id, ReceiptStatus.DELIVERED) is LedgerStatus.DELIVERED
            assert not await outbox.settle_sent(tx, one, "SM1", NOW)
            assert await receive(tx, one.ledger_id, ReceiptStatus.SENT) is None
            assert await receive(tx, None, ReceiptStatus.SENT) is None
        (row,) = await rows(db)
        assert (row.status, row.provider_message_id) == ("DELIVERED", "SM1")

    with_db(dsn, story)


def test_a_receipt_with_anothers_id_moves_nothing(dsn: str) -> None:
    async def story(db: Database) -> None:
        await put(db, draft("a"))
        (one,) = await claim(db)
        async with db.transaction() as tx:
            await started(tx, one)
            await outbox.settle_sent(tx, one, "SM-real", NOW)
            assert await receive(tx, one.ledger_id, ReceiptStatus.DELIVERED) is None  # of SM1
        assert [row.status for row in await rows(db)] == ["SENT"]

    with_db(dsn, story)
