"""Bookings on a real database: the constraint that keeps two from overlapping, and what it answers."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.errors import CheckViolation, ExclusionViolation, UniqueViolation
from scratch import with_db

from frontdesk.bookings import store as bookings
from frontdesk.bookings.model import Booking
from frontdesk.db.pool import Database, Tx

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROW = "INSERT INTO bookings (client_id, lead_id, starts_at, ends_at, status, cancelled_at, source, cause, created_at) VALUES "


def populate(dsn: str, leads: int = 3) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("INSERT INTO clients (name) VALUES ('A'), ('B')")
        connection.execute(
            "INSERT INTO leads (client_id, phone) SELECT 1, '+1202555' || n FROM generate_series(1000, 999 + %s) AS n",
            [leads],
        )


async def book(tx: Tx, lead: int, start: datetime, *, client: int = 1, length: timedelta = HOUR) -> Booking | None:
    return await bookings.book(
        tx, client_id=client, lead_id=lead, starts_at=start, ends_at=start + length, service=None, note="", source="vapi",
        cause=f"c:{lead}:{start}", now=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ("(1, 2, '2026-11-23 15:30Z', '2026-11-23 16:30Z', 'booked', NULL, 'x', 'c', now())", ExclusionViolation),
        ("(1, 1, '2026-11-23 15:00Z', '2026-11-23 15:30Z', 'booked', NULL, 'x', 'c', now())", (ExclusionViolation, UniqueViolation)),
        ("(1, 1, '2026-11-23 18:00Z', '2026-11-23 18:00Z', 'booked', NULL, 'x', 'c', now())", CheckViolation),
        ("(1, 1, '2026-11-23 18:00Z', '2026-11-23 19:00Z', 'cancelled', NULL, 'x', 'c', now())", CheckViolation),
        ("(1, 1, '2026-11-23 18:00Z', '2026-11-23 19:00Z', 'perhaps', NULL, 'x', 'c', now())", CheckViolation),
    ],
)  # fmt: skip
def test_the_database_itself_refuses_what_cannot_be(dsn: str, values: str, error: type[Exception]) -> None:
    populate(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        first = "(1, 1, '2026-11-23 15:00Z', '2026-11-23 16:00Z', 'booked', NULL, 'x', 'c', now())"
        connection.execute(f"{ROW}{first}".encode())
        with pytest.raises(error):
            connection.execute(f"{ROW}{values}".encode())


def test_an_overlap_books_nothing_and_leaves_the_transaction_whole(dsn: str) -> None:
    populate(dsn)

    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            assert await book(tx, 1, AT) is not None
            assert await book(tx, 2, AT + timedelta(minutes=59)) is None
            assert await book(tx, 1, AT) is None
            assert await book(tx, 2, AT + HOUR) is not None  # one ends as the other begins
            assert await book(tx, 3, AT, client=2) is not None  # another business
        async with db.transaction() as tx:
            standing = await bookings.standing(tx, 1, since=AT, until=AT + 3 * HOUR)
            assert [(one.lead_id, one.starts_at) for one in standing] == [(1, AT), (2, AT + HOUR)]

    with_db(dsn, story)


def test_a_cancelled_time_is_free_again_and_is_cancelled_once(dsn: str) -> None:
    populate(dsn)

    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            booked = await book(tx, 1, AT)
            assert booked is not None
            assert await bookings.cancel(tx, booked.id, AT)
            assert not await bookings.cancel(tx, booked.id, AT + HOUR)
            assert await bookings.ahead_of(tx, 1, AT) == []
            assert await book(tx, 2, AT) is not None
            assert await book(tx, 1, AT) is None

    with_db(dsn, story)


def test_twenty_transactions_at_once_book_a_time_once_and_overlapping_ones_never(dsn: str) -> None:
    populate(dsn, leads=20)

    async def story(db: Database) -> None:
        async def one(lead: int) -> bool:
            async with db.transaction() as tx:
                booked = await book(tx, lead, AT + timedelta(minutes=lead % 4 * 15))
                await asyncio.sleep(0.02)  # the others wait for this one's commit
                return booked is not None

        assert sum(await asyncio.gather(*map(one, range(1, 21)))) == 1
        async with db.transaction() as tx:
            assert len(await bookings.standing(tx, 1, since=AT - HOUR, until=AT + 3 * HOUR)) == 1

    with_db(dsn, story)


def test_who_waited_for_a_booking_that_was_undone_gets_the_time(dsn: str) -> None:
    populate(dsn)

    async def story(db: Database) -> None:
        begun, undo = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async with db.transaction() as tx:
                assert await book(tx, 1, AT) is not None
                begun.set()
                await undo.wait()
                raise RuntimeError

        async def second() -> Booking | None:
            await begun.wait()
            async with db.transaction() as tx:
                return await book(tx, 2, AT)

        waiting = asyncio.create_task(first()), asyncio.create_task(second())
        await asyncio.sleep(0.2)
        assert not waiting[1].done()
        undo.set()
        with pytest.raises(RuntimeError):
            await waiting[0]
        booked = await waiting[1]
        assert booked is not None
        assert booked.lead_id == 2

    with_db(dsn, story)
