"""The inbox on real PostgreSQL: kept once, in order, leased, fenced, retried, buried, replayed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from scratch import with_db

from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox import archive, dead_letters
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, ClaimedLane
from frontdesk.message import Item, LaneClass

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LEASE = timedelta(seconds=15)
PUBLIC = Bucket()


def arrival(request_id: str, lead: str = "+12025550143", our: str = "+12025550100") -> Arrival:
    item = Item("twilio_sms", request_id, our, lead, LaneClass.MESSAGE, {"Body": request_id})
    return Arrival(item, request_id.encode(), {}, uuid4().hex, timedelta(hours=24))


async def keep(db: Database, *request_ids: str, lead: str = "+12025550143", at: datetime = NOW) -> list[bool]:
    async with db.transaction() as tx:
        kept = await inbox.keep(tx, [arrival(r, lead) for r in request_ids], {}, now=at, lease_now=NOW)
    return [one.first for one in kept]


@asynccontextmanager
async def claimed(db: Database, at: datetime = NOW, lanes: int = 10) -> AsyncIterator[list[ClaimedLane]]:
    async with db.transaction() as tx:
        yield await inbox.claim(tx, lanes=lanes, per_lane=10, lease_now=at, leased_until=at + LEASE)


async def claim(db: Database, at: datetime = NOW, lanes: int = 10) -> list[ClaimedLane]:
    async with claimed(db, at, lanes) as got:
        return got


async def settle(tx: Tx, lane: ClaimedLane) -> bool:
    settled = await inbox.settle(tx, [(lane, lane.events)], NOW)
    inbox.close_lanes(tx, [lane.lane], ready_at=NOW)
    return settled == {lane.lane}


def test_first_and_duplicates_in_one_batch_and_over_batches(dsn: str) -> None:
    async def story(db: Database) -> None:
        assert await keep(db, "a", "b", "a", "a") == [True, True, False, False]
        assert await keep(db, "b", "c", "a") == [False, True, False]
        async with db.transaction() as tx:
            rows = await tx.all("SELECT request_id, duplicate_count FROM processed_webhooks ORDER BY request_id")
            assert [tuple(row) for row in rows] == [("a", 3), ("b", 1), ("c", 0)]
            assert len(await archive.list_events(tx)) == 3

    with_db(dsn, story)


def test_sixteen_at_once_with_the_same_ids_make_one_first_each(dsn: str) -> None:
    async def story(db: Database) -> None:
        results = await asyncio.gather(*(keep(db, *(f"id{n}" for n in range(20))) for _ in range(16)))
        assert [sum(firsts) for firsts in zip(*results, strict=True)] == [1] * 20

    with_db(dsn, story)


def test_a_hand_made_processed_row_needs_three_columns_only(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO processed_webhooks (request_id, function_name, parameters) VALUES ('x', 'f', '{}')"
            )
        assert await keep(db, "x") == [False]

    with_db(dsn, story)


def test_events_of_a_lane_come_in_order_even_when_a_clock_runs_behind(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "first")
        await keep(db, "second", at=NOW - timedelta(seconds=30))  # a node whose clock is late
        await keep(db, "third")
        (lane,) = await claim(db)
        assert [queued.event and queued.event.request_id for queued in lane.events] == ["first", "second", "third"]

    with_db(dsn, story)


def test_a_lane_is_claimed_by_one_until_its_lease_ends_and_then_taken_over(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a")
        (first,) = await claim(db)
        await keep(db, "b")  # what arrives for a leased lane waits
        assert await claim(db, NOW + LEASE - timedelta(seconds=1)) == []
        (second,) = await claim(db, NOW + LEASE)
        assert (first.lapses, second.lapses) == (0, 1)
        assert [q.event_id for q in second.events][0] == first.events[0].event_id
        async with db.transaction() as tx:
            assert await inbox.fence(tx, {first.lane: first.claim_token}) == set()
            assert await inbox.heartbeat(tx, {first.lane: first.claim_token}, NOW) == set()
            assert await settle(tx, second)
        assert await claim(db, NOW + timedelta(days=1)) == []

    with_db(dsn, story)


def test_a_heartbeat_keeps_the_lane(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a")
        (lane,) = await claim(db)
        async with db.transaction() as tx:
            kept = await inbox.heartbeat(tx, {lane.lane: lane.claim_token}, NOW + 2 * LEASE)
        assert kept == {lane.lane}
        assert await claim(db, NOW + LEASE) == []

    with_db(dsn, story)


def test_two_workers_never_claim_the_same_lane(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(30):
            await keep(db, f"id{n}", lead=f"+120255502{n:02}")
        async with claimed(db, lanes=10) as one, claimed(db, lanes=30) as two:
            assert len(one) == 10
            assert len(two) == 20
            assert {lane.lane for lane in one} & {lane.lane for lane in two} == set()

    with_db(dsn, story)


def test_an_event_that_arrives_while_its_lane_is_given_back_is_not_forgotten(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(40):
            await keep(db, f"first{n}")
            (lane,) = await claim(db)

            async def give_back(lane: ClaimedLane = lane) -> None:
                async with db.transaction() as tx:
                    await settle(tx, lane)

            await asyncio.gather(give_back(), keep(db, f"second{n}"))
            (again,) = await claim(db, NOW)
            assert len(again.events) == 1
            async with db.transaction() as tx:
                await settle(tx, again)
        async with db.transaction() as tx:
            assert await tx.all("SELECT * FROM inbox_lanes") == []

    with_db(dsn, story)


def test_a_failed_event_waits_first_in_its_lane_and_other_lanes_go_on(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a", "b")
        (lane,) = await claim(db)
        later = NOW + timedelta(seconds=5)
        async with db.transaction() as tx:
            await inbox.fence(tx, {lane.lane: lane.claim_token})
            await inbox.retry(tx, lane.events[0], "boom", ready_at=later, available_at=later, now=NOW)
        await keep(db, "other", lead="+12025550144")
        (other,) = await claim(db)
        assert other.lane != lane.lane
        assert await claim(db, NOW + timedelta(seconds=4)) == []
        (again,) = await claim(db, later)
        assert [q.attempts for q in again.events] == [1, 0]
        assert again.lapses == 0

    with_db(dsn, story)


def test_a_dead_letter_lets_the_lane_go_on_and_is_replayed_at_its_old_place(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a", "b")
        (lane,) = await claim(db)
        bad = lane.events[0]
        async with db.transaction() as tx:
            await inbox.fence(tx, {lane.lane: lane.claim_token})
            await dead_letters.bury(tx, bad, error="bad", fingerprint="f", code_version="1", now=NOW, lease_now=NOW)
        (after,) = await claim(db)
        assert [q.event_id for q in after.events] == [lane.events[1].event_id]
        async with db.transaction() as tx:
            shown = await archive.show_event(tx, bad.event_id)
            assert (shown.status, shown.dead_error, shown.body) == ("dead", "bad", b"a")
            assert await dead_letters.replay(tx, bad.event_id, now=NOW, lease_now=NOW)
            assert not await dead_letters.replay(tx, bad.event_id, now=NOW, lease_now=NOW)
            assert await inbox.heartbeat(tx, {after.lane: after.claim_token}, NOW + LEASE) == {after.lane}
            await settle(tx, after)
        (replayed,) = await claim(db, NOW)
        assert replayed.events[0].event_id == bad.event_id

    with_db(dsn, story)


def test_events_of_any_time_find_a_partition(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "long ago", at=datetime(1999, 1, 1, tzinfo=UTC))
        async with db.transaction() as tx:
            # The week that holds an event already stays in the default partition; the others are made.
            made = await archive.ensure_partitions(tx, datetime(1999, 1, 1, tzinfo=UTC))
            assert made == [
                f"webhook_events_{week}" for week in ("1998w52", "1999w01", "1999w02", "1999w03", "1999w04")
            ]
            assert len(await archive.ensure_partitions(tx, datetime(2030, 1, 1, tzinfo=UTC))) == 6
            assert await archive.ensure_partitions(tx, datetime(2030, 1, 1, tzinfo=UTC)) == []
        await keep(db, "later", at=datetime(2030, 1, 2, tzinfo=UTC))
        async with db.transaction() as tx:
            rows = await tx.all("SELECT tableoid::regclass::text AS t FROM webhook_events ORDER BY received_at")
        assert [row.t for row in rows] == ["webhook_events_default", "webhook_events_2030w01"]

    with_db(dsn, story)


def test_a_whole_inbox_lives_in_another_bucket(dsn: str) -> None:
    from frontdesk.db.migrate import migrate

    async def story(db: Database) -> None:
        bucket = Bucket("shard_007")
        assert await migrate(db, NOW, bucket) != []
        assert await migrate(db, NOW, bucket) == []
        async with db.transaction(bucket) as tx:
            kept = await inbox.keep(tx, [arrival("a")], {}, now=NOW, lease_now=NOW)
            assert kept[0].first
        async with db.transaction(bucket) as tx:
            (lane,) = await inbox.claim(tx, lanes=1, per_lane=1, lease_now=NOW, leased_until=NOW + LEASE)
            assert len(lane.events) == 1
        assert await claim(db) == []

    with_db(dsn, story)
