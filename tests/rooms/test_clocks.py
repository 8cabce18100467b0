"""The two times: the database's own for leases, the desk's for business, which may be virtual."""

from datetime import UTC, datetime, timedelta

from scratch import with_db

from frontdesk.db.clock import LeaseClock, VirtualClock, read_virtual_time
from frontdesk.db.pool import Database

START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_host_with_a_wrong_clock_agrees_with_the_database(dsn: str) -> None:
    async def story(db: Database) -> None:
        clock = LeaseClock()
        clock._origin -= timedelta(hours=3)  # a host three hours late
        round_trip = await clock.measure(db)
        async with db.transaction() as tx:
            row = await tx.one("SELECT clock_timestamp() AS at")
        assert abs((clock.now() - row.at).total_seconds()) < round_trip + 0.5
        assert clock.now() <= clock.now()

    with_db(dsn, story)


def test_virtual_time_is_shared_and_never_goes_back(dsn: str) -> None:
    async def story(db: Database) -> None:
        assert await read_virtual_time(db) is None
        one, two = VirtualClock(START), VirtualClock(START)
        assert await one.move_to(db, START + DAY)
        assert two.now() == START
        assert await two.refresh(db) == START + DAY
        assert await two.move_to(db, START)  # an earlier moment moves nothing back
        assert two.now() == START + DAY

    with_db(dsn, story)


def test_virtual_time_stands_still_while_anything_is_claimed(dsn: str) -> None:
    async def story(db: Database) -> None:
        clock = VirtualClock(START)
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO inbox_lanes (lane, lane_class, ready_at, claim_token, last_received_at) "
                "VALUES ('l', 'message', %(at)s, '00000000-0000-0000-0000-000000000001', %(at)s)",
                {"at": START},
            )
        assert not await clock.move_to(db, START + DAY)
        assert clock.now() == START
        async with db.transaction() as tx:
            await tx.run("UPDATE inbox_lanes SET claim_token = NULL")
        assert await clock.move_to(db, START + DAY)
        assert clock.now() == START + DAY

    with_db(dsn, story)
