"""LISTEN on a connection of its own: rings at once what would else be found by looking. Proven, not believed.

A pooler in transaction mode takes LISTEN without a word, and nothing is ever heard. So whoever listens says something
to itself through the pool first; where that does not arrive it lets go of the connection, and polling does the work.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from psycopg import AsyncConnection, OperationalError

from frontdesk import backoff
from frontdesk.db.pool import NOTICE_SILENCE, Bucket, Database, is_gone
from frontdesk.db.queries import load_queries
from frontdesk.loop import Wake
from frontdesk.reporting import report

__all__ = ["Listener", "comes_through"]

Q = load_queries("frontdesk.db")
log = structlog.get_logger(__name__)

_PATIENCE = 2.0  # seconds in which our own words come back, twice
_PROVE_AGAIN = 300.0  # seconds; a failover may leave us listening to a server that nobody writes to
_WHY = "NOTIFY does not come through: DATABASE_DIRECT_URL leads past a pooler in transaction mode"


class Listener:
    """Rings `wakes` by the payload of each NOTIFY. Ends only when it is cancelled."""

    def __init__(
        self,
        db: Database,
        bucket: Bucket,
        dsn: str,
        wakes: Mapping[str, Wake],
        on_change: Callable[[bool], None] = lambda hears: None,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._dsn = dsn
        self._wakes = wakes
        self._on_change = on_change
        self._silent = 0  # tries in a row that heard nothing
        self.hears = False
        """True while NOTIFY is known to come through: polling may rest longer."""

    async def run(self) -> None:
        """Listen for ever; whatever goes wrong is tried again, with growing rests."""
        failures = 0
        while True:
            try:
                await self._listen()
                failures = 0
                self._say_silent()
                rest = backoff.delay(self._silent, first=30, longest=_PROVE_AGAIN)
            except Exception as error:
                failures = 1 if self.hears else failures + 1
                rest = backoff.delay(failures, first=0.5, longest=30)
                if is_gone(error) or isinstance(error, OperationalError):
                    log.debug("listen_interrupted", error=str(error))
                else:
                    log.exception("listen_failed", again_in=round(rest, 1))
                    report(error, component="listen")
            finally:
                self._change(hears=False)
            await asyncio.sleep(rest)

    async def _listen(self) -> None:
        """Ring until nothing comes through any more. Raises what the connection raises."""
        connection = await connect(self._dsn)
        async with connection:
            await connection.execute("LISTEN frontdesk")
            for wake in self._wakes.values():
                wake.ring()  # whatever was said while nobody listened
            prove = partial(hears_itself, connection, self._db, self._bucket, self._ring)
            while await prove() or (self.hears and await prove()):
                self._silent = 0
                self._change(hears=True)
                async for notice in connection.notifies(timeout=_PROVE_AGAIN):
                    self._ring(notice.payload)
            # The pooler's connection outlives ours, and would go on listening for whoever gets it next.
            await connection.execute("UNLISTEN *")

    def _ring(self, payload: str) -> None:
        if (heard := self._wakes.get(payload)) is not None:
            heard.ring()

    def _change(self, *, hears: bool) -> None:
        if hears == self.hears:
            return
        self.hears = hears
        log.debug("listening" if hears else "not_listening")
        self._on_change(hears)

    def _say_silent(self) -> None:
        self._silent += 1
        if self._silent == 1:
            log.info("polling_alone", why=_WHY)


async def connect(dsn: str) -> AsyncConnection[Any]:
    """A connection that only listens."""
    return await AsyncConnection.connect(dsn, autocommit=True, application_name="frontdesk listen", **NOTICE_SILENCE)


async def hears_itself(
    connection: AsyncConnection[Any], db: Database, bucket: Bucket, others: Callable[[str], None]
) -> bool:
    """Whether what `db` notifies arrives at a connection that listens; what else arrives meanwhile goes to `others`."""
    proof = uuid4().hex
    async with db.transaction(bucket, single=True) as tx:
        await tx.all(Q.notify, {"channel": proof})
    until, heard = monotonic() + _PATIENCE, False
    while not heard and (left := until - monotonic()) > 0:
        # Stopped after a packet, never within one: what else is in it would be lost.
        async for notice in connection.notifies(timeout=left, stop_after=1):
            heard = heard or notice.payload == proof
            others(notice.payload)
    return heard


async def comes_through(db: Database, bucket: Bucket, dsn: str) -> bool:
    """Whether who listens at `dsn` hears what `db` says. Raises one of DatabaseGone where no connection comes."""
    connection = await connect(dsn)
    async with connection:
        await connection.execute("LISTEN frontdesk")
        heard = await hears_itself(connection, db, bucket, lambda payload: None)
        await connection.execute("UNLISTEN *")
    return heard
