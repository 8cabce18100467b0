"""What follows a transaction: once, when it is committed and its connection is free again; never when it is undone."""

import pytest
from scratch import with_db

from frontdesk.db.pool import PUBLIC, Bucket, Database


@pytest.mark.parametrize("kind", [{}, {"single": True}, {"pipelined": True}])
def test_what_follows_sees_what_was_committed(dsn: str, kind: dict[str, bool]) -> None:
    async def story(db: Database) -> None:
        seen: list[object] = []

        async def count(again: Database, bucket: Bucket) -> None:
            async with again.transaction(bucket) as tx:
                seen.append((await tx.one("SELECT count(*) AS n FROM clients WHERE name = 'Bo'")).n)

        async with db.transaction(PUBLIC, **kind) as tx:
            tx.afterwards(count)
            await tx.run("INSERT INTO clients (name) VALUES ('Bo')")
            assert seen == []
        assert seen == [1]

    with_db(dsn, story)


def test_nothing_follows_what_was_undone(dsn: str) -> None:
    async def story(db: Database) -> None:
        seen: list[object] = []

        async def note(again: Database, bucket: Bucket) -> None:
            seen.append(bucket)

        async def fail(query: str) -> None:
            async with db.transaction() as tx:
                tx.afterwards(note)
                await tx.one(query)
                raise LookupError

        with pytest.raises(LookupError):
            await fail("SELECT 1 AS one")
        with pytest.raises(Exception, match="division by zero"):
            await fail("SELECT 1 / 0 AS nothing")
        assert seen == []

    with_db(dsn, story)
