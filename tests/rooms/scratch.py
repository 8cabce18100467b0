"""A database opened for one story."""

import asyncio
from collections.abc import Awaitable, Callable

from frontdesk.db.pool import Database
from frontdesk.testing import scratch_settings

__all__ = ["with_db"]


def with_db(dsn: str, story: Callable[[Database], Awaitable[None]]) -> None:
    """Run `story` on the database of `dsn`."""

    async def run() -> None:
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        try:
            await story(db)
        finally:
            await db.close()

    asyncio.run(run())
