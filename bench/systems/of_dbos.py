"""dbos as its guides have it: a client that enqueues under an id of ours, and a process that listens to the queue.

It works in threads; how many, and what else was tried, stands beside each choice.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS, DBOSClient, DBOSConfig
from dbos import EnqueueOptions as Options
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool
from sqlalchemy import URL

from ..work import INSERT, Message, Tally, place

QUEUE = "inbox"
SENDERS = 8  # threads and connections that enqueue; 2, 4, 8, 16 and one per delivery were tried, asyncpg in one too
THREADS = 8  # that run workflows; 4, 8, 16, 32 and no limit were tried, and async workflows
POLL = 0.01  # seconds; 1 is the default. Its queues are polled: its LISTEN/NOTIFY serves other things


class Dbos:
    """Dedupe by workflow id, for good. The row is written by the workflow itself, not by a step: its best case."""

    waiting = "SELECT count(*) FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'PENDING')"
    ordered = False

    def __init__(self, in_flight: int) -> None:
        self.senders = ThreadPoolExecutor(SENDERS)

    async def install(self, dsn: str) -> None:
        def make() -> None:
            DBOS(config=_config(dsn))
            DBOS.listen_queues([])
            DBOS.launch()
            DBOS.register_queue(QUEUE, polling_interval_sec=POLL, partition_concurrency=1 if self.ordered else None)
            DBOS.destroy()

        await asyncio.get_running_loop().run_in_executor(self.senders, make)

    async def open(self, dsn: str) -> None:
        self.dsn = dsn
        self.client = DBOSClient(system_database_url=_url(dsn), system_database_pool_size=SENDERS)

    async def accept(self, message: Message) -> None:
        options: Options = {"queue_name": QUEUE, "workflow_name": "handle", "workflow_id": message.id}
        if self.ordered:
            options["queue_partition_key"] = message.form["From"]
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.senders, self.client.enqueue, options, message.form)

    async def drain(self, tally: Tally) -> None:
        rows = ConnectionPool(self.dsn, min_size=THREADS, max_size=THREADS, kwargs={"autocommit": True}, open=True)
        DBOS(config=_config(self.dsn))

        @DBOS.workflow(name="handle")
        def handle(form: dict[str, str]) -> None:
            at = tally.begin(place(form))
            with rows.connection() as connection:
                connection.execute(INSERT, at)

        DBOS.launch()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.get_running_loop().run_in_executor(self.senders, DBOS.destroy)
            rows.close()

    async def close(self) -> None:
        self.senders.shutdown()
        self.client.destroy()


class OrderedDbos(Dbos):
    """The same with a partition per conversation, of which one workflow runs at a time."""

    ordered = True


def _config(dsn: str) -> DBOSConfig:
    return {
        "name": "bench",
        "system_database_url": _url(dsn),
        "application_version": "1",
        "max_executor_threads": THREADS,
        "log_level": "ERROR",
    }


def _url(dsn: str) -> str:
    parts = conninfo_to_dict(dsn)
    place = {"host": str(parts["host"]), "port": str(parts["port"])}
    url = URL.create("postgresql", username=str(parts["user"]), database=str(parts["dbname"]), query=place)
    return url.render_as_string()
