"""Arrays made by hand arrive in PostgreSQL as the driver's own would."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from scratch import with_db

from frontdesk.db.arrays import BigintArray, ByteaArray, TextArray, TimeArray
from frontdesk.db.pool import Database

LONDON = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (TextArray(["", "a", 'with "quotes", \\ and {braces}', "Zoë 🛁", "NULL"]), "text[]"),
        (ByteaArray([b"", b"\x00\xff", b"x" * 70_000]), "bytea[]"),
        (BigintArray([0, 1, -1, 2**63 - 1, -(2**63)]), "bigint[]"),
        (
            TimeArray(
                [
                    datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC),
                    datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
                    datetime(2026, 7, 1, 12, tzinfo=LONDON),
                ]
            ),
            "timestamptz[]",
        ),
        (TextArray(), "text[]"),
        (BigintArray(), "bigint[]"),
    ],
)
def test_an_array_arrives_as_it_was(dsn: str, array: list[Any], kind: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            row = await tx.one(
                f"SELECT %(a)b::{kind} AS ours, %(b)b::{kind} AS theirs, array_length(%(a)b::{kind}, 1) AS length",
                {"a": array, "b": list(array)},
            )
        assert list(row.ours) == list(row.theirs) == list(array)
        assert (row.length or 0) == len(array)

    with_db(dsn, story)
