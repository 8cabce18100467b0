"""How long the inbox is kept: expired request ids go in small steps, old weeks whole, and nothing that is unsettled."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from scratch import with_db

from frontdesk.db.migrate import migrate
from frontdesk.db.pool import PUBLIC, Bucket, Database, Tx
from frontdesk.inbox import archive, dead_letters, retention
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, ClaimedLane
from frontdesk.inbox.retention import BEGINNING, Place, Week
from frontdesk.message import Item, LaneClass
from frontdesk.setting_parts import RetentionSettings
from frontdesk.steps.batches import next_size
from frontdesk.steps.retire import Retired, kept_weeks, retire
from frontdesk.testing import FrozenClock

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
OLD = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)  # a Tuesday of the week 2026w20, more than 90 days ago
WEEK = Week("webhook_events_2026w20", datetime(2026, 5, 11, tzinfo=UTC), datetime(2026, 5, 18, tzinfo=UTC))
KEEP = RetentionSettings()
LEASE = timedelta(seconds=15)
ASHORE = {"error": "bad", "fingerprint": "f", "code_version": "1", "now": NOW, "lease_now": NOW}


async def keep(db: Database, *ids: str, at: datetime = NOW, bucket: Bucket = PUBLIC, lead: str = "+12025550143") -> int:
    """Webhooks that come in at a time; returns how many were firsts."""
    items = [Item("twilio_sms", one, "+12025550100", lead, LaneClass.MESSAGE, {"Body": one}) for one in ids]
    arrivals = [Arrival(item, b"body", {}, uuid4().hex, timedelta(hours=24)) for item in items]
    async with db.transaction(bucket) as tx:
        kept = await inbox.keep(tx, arrivals, {}, now=at, lease_now=NOW)
    return sum(one.first for one in kept)


async def claim(db: Database) -> list[ClaimedLane]:
    async with db.transaction() as tx:
        return await inbox.claim(tx, lanes=100, per_lane=100, lease_now=NOW, leased_until=NOW + LEASE)


async def settle(db: Database) -> None:
    """Handle all that waits."""
    async with db.transaction() as tx:
        await tx.run("DELETE FROM inbox_queue")
        await tx.run("DELETE FROM inbox_lanes")
        await tx.run("UPDATE webhook_events SET status = 'done' WHERE status = 'waiting'")


async def bury(tx: Tx, lane: ClaimedLane) -> None:
    await inbox.fence(tx, {lane.lane: lane.claim_token})
    assert await dead_letters.bury(tx, lane.events[0], **ASHORE)  # type: ignore[arg-type]


async def old_week(db: Database, *ids: str) -> None:
    """A weekly partition of long ago with these webhooks in it, waiting."""
    async with db.transaction() as tx:
        await archive.ensure_partitions(tx, OLD, weeks_ahead=0)
    await keep(db, *ids, at=OLD)


async def a_pass(db: Database, **more: Any) -> Retired:
    return await retire(db, more.pop("bucket", PUBLIC), FrozenClock(NOW), KEEP, **more)


async def column(db: Database, query: str) -> list[Any]:
    async with db.transaction() as tx:
        return [row[0] for row in await tx.all(query)]


IDS = "SELECT request_id FROM processed_webhooks ORDER BY request_id"
WEEKS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'webhook_events'::regclass ORDER BY 1"
EVENTS = "SELECT request_id FROM webhook_events ORDER BY request_id"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


# Request ids ------------------------------------------------------------------------------------------------------------


def test_expired_request_ids_go_and_those_without_an_expiry_stay(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, *(f"old{n}" for n in range(25)), at=NOW - timedelta(days=2))
        await keep(db, "new")
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO processed_webhooks (request_id, function_name, parameters) VALUES ('by hand', 'f', '{}')"
            )
            await tx.run(
                "INSERT INTO processed_webhooks (request_id, expires_at) VALUES ('for ever', 'infinity'), ('ancient', '-infinity')"
            )
        done = await a_pass(db)
        assert (done.deleted_request_ids, done.finished) == (26, True)
        assert await column(db, IDS) == ["by hand", "for ever", "new"]
        assert (await a_pass(db)).deleted_request_ids == 0

    with_db(dsn, story)


def test_each_batch_is_bounded_and_goes_on_where_the_last_one_ended(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(5):
            await keep(db, *(f"old{n}{digit}" for digit in range(5)), at=NOW - timedelta(days=2, minutes=n))
        place, gone = BEGINNING, []
        for _ in range(4):
            async with db.transaction() as tx:
                batch = await retention.forget_requests(tx, NOW, place, 10)
            assert (batch.last == place) == (batch.found == 0)
            place, gone = batch.last, [*gone, batch.gone]
        assert gone == [10, 10, 5, 0]
        await keep(db, "behind", at=NOW - timedelta(days=3))
        async with db.transaction() as tx:
            assert (await retention.forget_requests(tx, NOW, place, 10)).found == 0
            assert (await retention.forget_requests(tx, NOW, BEGINNING, 10)).gone == 1

    with_db(dsn, story)


def test_a_pass_that_is_told_to_stop_says_that_it_is_not_finished(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, *(f"old{n}" for n in range(700)), at=NOW - timedelta(days=2))
        answers = iter([True, False, False, False])
        first = await a_pass(db, goes_on=lambda: next(answers))
        assert (first.deleted_request_ids, first.batches, first.finished) == (200, 1, False)
        assert (await a_pass(db, seconds=0)).finished is False
        second = await a_pass(db, seconds=25)
        assert (second.deleted_request_ids, second.finished) == (500, True)
        assert second.longest_batch_ms > 0

    with_db(dsn, story)


@pytest.mark.parametrize(
    ("size", "seconds", "then"),
    [(200, 0.001, 400), (400, 0.001, 500), (500, 0.02, 500), (500, 0.04, 250), (500, 0.2, 50), (50, 2, 50), (200, 0, 400)],
)  # fmt: skip
def test_the_next_batch_fits_what_the_disk_can_do(size: int, seconds: float, then: int) -> None:
    assert next_size(size, seconds) == then


def test_eight_clean_ups_at_once_share_the_rows_and_delete_each_once(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO processed_webhooks (request_id, expires_at) "
                "SELECT md5(n::text), %(now)s::timestamptz - n * '1 ms'::interval FROM generate_series(1, 20000) AS n",
                {"now": NOW},
            )
        await keep(db, "new")
        passes = await asyncio.gather(*(a_pass(db) for _ in range(8)))
        assert sum(one.deleted_request_ids for one in passes) == 20000
        assert sum(one.deleted_request_ids > 0 for one in passes) > 1
        assert await column(db, IDS) == ["new"]

    with_db(dsn, story)


def test_clean_ups_and_redeliveries_of_the_same_ids_neither_deadlock_nor_lose_one(dsn: str) -> None:
    async def story(db: Database) -> None:
        ids = [f"id{n:03}" for n in range(300)]
        firsts = await keep(db, *ids, at=NOW - timedelta(days=2))
        for _ in range(3):
            results = await asyncio.gather(
                *(a_pass(db) for _ in range(4)),
                *(keep(db, *ids[n::3], *ids[::-7], at=NOW - timedelta(days=2)) for n in range(3)),
                *(keep(db, one, lead="+12025550144", at=NOW - timedelta(days=2)) for one in ids[::50]),
            )
            firsts += sum(one for one in results if isinstance(one, int))
        assert firsts == len(await column(db, EVENTS))  # each was counted, or stored as a first, and no third thing
        await a_pass(db)
        assert await column(db, IDS) == []
        assert await column(db, DEADLOCKS) == [0]

    with_db(dsn, story)


def test_a_clean_up_waits_for_no_redelivery_and_leaves_its_row(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a", "b", "c", at=NOW - timedelta(days=2))
        async with db.transaction() as tx:
            await tx.run("UPDATE processed_webhooks SET duplicate_count = 1 WHERE request_id = 'b'")
            async with asyncio.timeout(2):
                assert (await a_pass(db)).deleted_request_ids == 2
        assert await column(db, IDS) == ["b"]

    with_db(dsn, story)


def test_a_redelivery_that_meets_the_deletion_of_its_id_waits_for_it_and_is_a_first(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a", at=NOW - timedelta(days=2))
        async with db.transaction() as tx:
            assert (await retention.forget_requests(tx, NOW, BEGINNING, 10)).gone == 1
            again = asyncio.create_task(keep(db, "a"))
            await asyncio.sleep(0.1)
            assert not again.done()
        assert await again == 1

    with_db(dsn, story)


# Weeks ------------------------------------------------------------------------------------------------------------------


def test_an_old_week_goes_once_everything_in_it_is_settled(dsn: str) -> None:
    async def story(db: Database) -> None:
        await old_week(db, "a", "b")
        await keep(db, "new")
        before = await a_pass(db)
        assert before.dropped_partitions == ["webhook_events_2026w19"]
        (kept,) = before.kept_partitions
        assert (kept.week, kept.waiting) == ("2026w20", 2)
        assert kept.why == "2 events that are not handled; retry or park them"
        await settle(db)
        after = await a_pass(db)
        assert (after.dropped_partitions, after.kept_partitions) == (["webhook_events_2026w20"], [])
        assert await column(db, EVENTS) == ["new"]

    with_db(dsn, story)


def test_open_dead_letters_keep_their_week_until_they_are_replayed_or_dismissed(dsn: str) -> None:
    async def story(db: Database) -> None:
        await old_week(db, "a")
        await keep(db, "b", at=OLD, lead="+12025550144")
        for lane in await claim(db):
            async with db.transaction() as tx:
                await bury(tx, lane)
        (kept,) = (await a_pass(db)).kept_partitions
        assert kept.why == "2 open dead letters; replay or dismiss them"
        async with db.transaction() as tx:
            assert [week.week for week in await kept_weeks(tx, NOW, KEEP)] == ["2026w20"]
            await tx.run("UPDATE dead_letters SET dismissed_at = %(now)s WHERE lane LIKE '%%44'", {"now": NOW})
            await tx.run("UPDATE dead_letters SET replay_at = %(now)s WHERE lane LIKE '%%43'", {"now": NOW})
        (kept,) = (await a_pass(db)).kept_partitions
        assert kept.why == "1 open dead letter; replay or dismiss it"
        await replay_all(db)
        (kept,) = (await a_pass(db)).kept_partitions
        assert kept.why == "1 event that is not handled; retry or park it"
        await settle(db)
        assert (await a_pass(db)).dropped_partitions == ["webhook_events_2026w20"]
        async with db.transaction() as tx:
            assert await kept_weeks(tx, NOW, KEEP) == []

    with_db(dsn, story)


async def replay_all(db: Database) -> None:
    events = await column(db, "SELECT event_id FROM dead_letters WHERE dismissed_at IS NULL AND replayed_at IS NULL")
    async with db.transaction() as tx:
        for event_id in events:
            assert await dead_letters.replay(tx, event_id, now=NOW, lease_now=NOW)


@pytest.mark.parametrize(
    ("at", "days", "oldest_left"),
    [
        (NOW, 90, "2026w34"),  # its last day is 89 days ago
        (NOW, 7, "2026w46"),
        (datetime(2026, 11, 16, tzinfo=UTC), 7, "2026w46"),  # a Monday, 00:00: last week is 7 days long and stays
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), 7, "2026w46"),
    ],
)
def test_weeks_go_by_their_last_day_and_what_is_made_every_hour_never(
    dsn: str, at: datetime, days: int, oldest_left: str
) -> None:
    async def story(db: Database) -> None:
        for weeks in range(0, 30, 4):
            async with db.transaction() as tx:
                await archive.ensure_partitions(tx, at - timedelta(weeks=weeks))
        await retire(db, PUBLIC, FrozenClock(at), RetentionSettings(webhook_events_days=days))
        assert (await column(db, WEEKS))[0] == f"webhook_events_{oldest_left}"
        async with db.transaction() as tx:
            assert await archive.ensure_partitions(tx, at) == []

    with_db(dsn, story)


def test_a_partition_that_a_person_made_is_left_to_them(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.run(
                "CREATE TABLE archive_of_2020 PARTITION OF webhook_events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
            )
            # Room across it cannot be made, and that stops nobody.
            assert await archive.ensure_partitions(tx, datetime(2020, 6, 1, tzinfo=UTC)) == []
        done = await a_pass(db)
        assert (done.dropped_partitions, done.kept_partitions) == ([], [])
        assert "archive_of_2020" in await column(db, WEEKS)

    with_db(dsn, story)


async def lock(db: Database) -> Week | None:
    """The second look, as if the first had found nothing."""
    async with db.transaction() as tx:
        return await retention.lock_week(tx, WEEK)


def test_a_burial_between_the_two_looks_keeps_the_week(dsn: str) -> None:
    async def story(db: Database) -> None:
        await old_week(db, "a")
        (lane,) = await claim(db)
        async with db.transaction() as tx:
            await bury(tx, lane)
            held = await lock(db)  # in flight: it has the archive's lock until it is over
            assert held is not None
            assert held.in_use
        held = await lock(db)
        assert held is not None
        assert (held.open_dead_letters, held.in_use) == (1, False)

    with_db(dsn, story)


def test_a_replay_that_has_not_come_to_the_archive_yet_keeps_the_week(dsn: str) -> None:
    async def story(db: Database) -> None:
        await old_week(db, "a")
        (lane,) = await claim(db)
        async with db.transaction() as tx:
            await bury(tx, lane)
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type) "
                "SELECT lane, event_received_at, event_id, webhook_type FROM dead_letters"
            )
            held = await lock(db)
            assert held is not None
            assert (held.waiting, held.open_dead_letters) == (0, 1)
        await replay_all(db)
        held = await lock(db)
        assert held is not None
        assert (held.waiting, held.open_dead_letters) == (1, 0)

    with_db(dsn, story)


def test_the_lock_gives_all_back_when_a_part_of_it_cannot_be_had(dsn: str) -> None:
    async def story(db: Database) -> None:
        await old_week(db)
        async with await psycopg.AsyncConnection.connect(dsn) as reader, db.transaction() as tx:
            await reader.execute("LOCK TABLE ONLY webhook_events_2026w20 IN ACCESS SHARE MODE")
            held = await retention.lock_week(tx, WEEK)
            assert held is not None
            assert held.in_use
            assert "the next pass tries again" in held.why
            async with asyncio.timeout(1):
                assert await keep(db, "a") == 1  # while the transaction that asked is still open

    with_db(dsn, story)


def test_webhooks_do_not_wait_behind_a_backup_for_every_old_week(dsn: str) -> None:
    async def story(db: Database) -> None:
        await old_week(db)
        async with await psycopg.AsyncConnection.connect(dsn) as backup:
            await backup.execute("LOCK TABLE webhook_events IN ACCESS SHARE MODE")
            passing = asyncio.create_task(a_pass(db))
            await asyncio.sleep(0.1)
            async with asyncio.timeout(2):
                assert await keep(db, "a") == 1
            done = await passing
        assert (done.dropped_partitions, [week.in_use for week in done.kept_partitions]) == ([], [True])
        assert len((await a_pass(db)).dropped_partitions) == 2

    with_db(dsn, story)


def test_ten_passes_at_once_drop_each_week_once(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            made = await archive.ensure_partitions(tx, OLD)
        passes = await asyncio.gather(*(a_pass(db) for _ in range(10)))
        dropped = [name for one in passes for name in one.dropped_partitions]
        assert sorted(dropped) == sorted(made)
        assert all(one.finished for one in passes)

    with_db(dsn, story)


# The default partition ----------------------------------------------------------------------------------------------------


def test_old_settled_events_of_the_default_partition_go_and_unsettled_ones_stay(dsn: str) -> None:
    async def story(db: Database) -> None:
        ages_ago = datetime(1999, 1, 1, tzinfo=UTC)
        await keep(db, *(f"settled{n:03}" for n in range(450)), at=ages_ago)
        await settle(db)
        await keep(db, "dead", at=ages_ago, lead="+12025550144")
        (lane,) = await claim(db)
        async with db.transaction() as tx:
            await bury(tx, lane)
        await keep(db, "waiting", at=ages_ago, lead="+12025550145")
        await keep(db, "not so old", at=NOW - timedelta(days=89), lead="+12025550146")
        done = await a_pass(db)
        assert (done.deleted_old_events, done.finished) == (450, True)
        assert await column(db, EVENTS) == ["dead", "not so old", "waiting"]
        await settle(db)
        await replay_all(db)
        await settle(db)
        assert (await a_pass(db)).deleted_old_events == 2
        assert await column(db, EVENTS) == ["not so old"]

    with_db(dsn, story)


def test_clean_ups_at_once_delete_each_old_event_once(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO webhook_events (webhook_type, request_id, lane, correlation_id, body, payload, headers, received_at) "
                "SELECT 'twilio_sms', n::text, 'l', '', '', '{}', '{}', '1999-01-01'::timestamptz + n / 100 * '1 s'::interval "
                "FROM generate_series(1, 5000) AS n"
            )
        passes = await asyncio.gather(*(a_pass(db) for _ in range(8)))
        assert sum(one.deleted_old_events for one in passes) == 5000
        assert await column(db, DEADLOCKS) == [0]

    with_db(dsn, story)


# Elsewhere ------------------------------------------------------------------------------------------------------------------


def test_another_bucket_has_weeks_and_request_ids_of_its_own(dsn: str) -> None:
    async def story(db: Database) -> None:
        bucket = Bucket("shard_007")
        await migrate(db, NOW, bucket)
        await old_week(db)
        await keep(db, "here", at=NOW - timedelta(days=2))
        async with db.transaction(bucket) as tx:
            await archive.ensure_partitions(tx, OLD, weeks_ahead=0)
        await keep(db, "there", at=NOW - timedelta(days=2), bucket=bucket)
        done = await a_pass(db, bucket=bucket)
        assert (done.deleted_request_ids, len(done.dropped_partitions)) == (1, 2)
        assert await column(db, IDS) == ["here"]
        assert "webhook_events_2026w20" in await column(db, WEEKS)

    with_db(dsn, story)


def test_places_are_the_databases_own_words(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.run("SET LOCAL timezone TO 'Asia/Kolkata'")
            await tx.run("INSERT INTO processed_webhooks (request_id, expires_at) VALUES ('a', '2026-01-01 12:00+00')")
            batch = await retention.forget_requests(tx, NOW, BEGINNING, 1)
        assert batch.last == Place("2026-01-01 17:30:00+05:30", 0)

    with_db(dsn, story)
