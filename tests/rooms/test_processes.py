"""Who lives, and which scheduler acts."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from scratch import with_db

from frontdesk.db.pool import PUBLIC, Database
from frontdesk.db.processes import DEAD_AFTER, ProcessRow, alive, beat, lead, leave

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LEASE = timedelta(seconds=20)


def row() -> ProcessRow:
    return ProcessRow(uuid4(), ["scheduler"], "host", 1, "0")


def test_of_many_schedulers_one_leads_and_keeps_it_while_it_renews(dsn: str) -> None:
    async def story(db: Database) -> None:
        ids = [uuid4() for _ in range(8)]
        leads = await asyncio.gather(*(lead(db, PUBLIC, one, NOW, NOW + LEASE) for one in ids))
        assert sum(leads) == 1
        leader = ids[leads.index(True)]
        later = NOW + timedelta(seconds=15)
        assert await lead(db, PUBLIC, leader, later, later + LEASE)
        assert not await lead(db, PUBLIC, ids[leads.index(False)], NOW + LEASE, NOW + LEASE * 2)

    with_db(dsn, story)


def test_a_dead_leader_is_replaced_when_its_lease_ends_and_one_that_leaves_at_once(dsn: str) -> None:
    async def story(db: Database) -> None:
        first, second, third = row(), row(), row()
        assert await lead(db, PUBLIC, first.id, NOW, NOW + LEASE)
        assert not await lead(db, PUBLIC, second.id, NOW + LEASE, NOW + LEASE * 2)
        after = NOW + LEASE + timedelta(milliseconds=1)
        assert await lead(db, PUBLIC, second.id, after, after + LEASE)
        assert not await lead(db, PUBLIC, first.id, after, after + LEASE)
        await leave(db, PUBLIC, second)
        assert await lead(db, PUBLIC, third.id, after, after + LEASE)

    with_db(dsn, story)


def test_a_process_that_is_silent_is_taken_for_dead(dsn: str) -> None:
    async def story(db: Database) -> None:
        silent, lively = row(), row()
        await beat(db, PUBLIC, silent, NOW)
        await beat(db, PUBLIC, lively, NOW)
        later = NOW + DEAD_AFTER + timedelta(seconds=1)
        await beat(db, PUBLIC, lively, later)
        assert [one.id for one in await alive(db, PUBLIC, later)] == [lively.id]
        await leave(db, PUBLIC, lively)
        assert await alive(db, PUBLIC, later) == []

    with_db(dsn, story)
