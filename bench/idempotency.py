"""What the idempotency check costs at the server, by EXPLAIN ANALYZE of the very statement that `keep` sends."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import uvloop
from psycopg import AsyncConnection

from frontdesk.clients import store as clients
from frontdesk.db.pool import Tx
from frontdesk.inbox import store as inbox

from .server import Server, in_fresh_process, scratch_database
from .systems.of_frontdesk import Frontdesk, arrival
from .work import OURS, Message, messages

__all__ = ["Cell", "check"]

KNOWN = 1_000_000  # ids in the table: a day of 11 webhooks a second
TIMES = 300
BATCHES = (1, 16)

FILL = """
INSERT INTO processed_webhooks (request_id, webhook_type, function_name, parameters, received_at, expires_at)
SELECT 'SM' || md5(n::text), 'twilio_sms', '', '{"lane": "message:sms:+12025550100:+12025550143"}', now(),
       now() + interval '1 day'
FROM generate_series(1, %s) AS n
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Milliseconds at the server: the check itself (its node of the plan), and the whole statement that it is in."""

    what: str
    batch: int
    known_ids: int
    times: int
    check_p50: float
    check_p99: float
    statement_p50: float


class Listener:
    """A transaction that remembers the statement which touches `processed_webhooks`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.said: tuple[str, Any] = ("", None)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._tx, name)

        def listen(query: str, params: Any = None) -> Any:
            if "INTO processed_webhooks" in query:
                self.said = (query, params)
            return method(query, params)

        return listen if name in ("all", "one", "run", "put") else method


def check(server: Server, known: int = KNOWN) -> list[dict[str, Any]]:
    """New ids and redelivered ones, singly and in a batch, beside many known ids."""
    with scratch_database(server) as dsn:
        return [asdict(cell) for cell in in_fresh_process(measure, dsn, known)]


def measure(dsn: str, known: int) -> list[Cell]:
    """All cells."""
    return uvloop.run(_measure(dsn, known))


async def _measure(dsn: str, known: int) -> list[Cell]:
    system = Frontdesk(1)
    await system.install(dsn)
    await system.open(dsn)
    async with await AsyncConnection.connect(dsn, autocommit=True) as admin:
        await admin.execute("SET synchronous_commit = off")
        await admin.execute(FILL, (known,))
        await admin.execute("VACUUM ANALYZE")
        await admin.execute("CHECKPOINT")
    cells = []
    for batch in BATCHES:
        coming = messages(TIMES * batch)
        groups = [coming[first : first + batch] for first in range(0, len(coming), batch)]
        for what in ("new", "redelivered"):
            plans = [await _explain(system, group) for group in groups]
            cells.append(_cell(what, batch, known, plans[TIMES // 10 :]))
    await system.close()
    return cells


async def _explain(system: Frontdesk, group: list[Message]) -> dict[str, Any]:
    """Keep a group for good; beforehand explain the same statement, in a transaction that is undone."""
    desk = system.desk
    arrivals = [arrival(message) for message in group]
    async with desk.db.transaction(desk.bucket) as tx:
        served = await clients.served_on(tx, [OURS])
        listener: Any = Listener(tx)
        async with tx.connection.transaction(force_rollback=True):
            await inbox.keep(listener, arrivals, served, now=desk.clock.now(), lease_now=desk.lease_clock.now())
        query, params = listener.said
        async with tx.connection.transaction(force_rollback=True):
            cursor = await tx.connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".encode(), params)
            found = await cursor.fetchone()
        await inbox.keep(tx, arrivals, served, now=desk.clock.now(), lease_now=desk.lease_clock.now())
    assert found is not None
    plan: dict[str, Any] = found[0][0]
    return plan


def _cell(what: str, batch: int, known: int, plans: list[dict[str, Any]]) -> Cell:
    checks = sorted(_of_check(plan["Plan"]) for plan in plans)
    p99 = checks[int(len(checks) * 0.99)]
    whole = median(plan["Execution Time"] for plan in plans)
    return Cell(what, batch, known, len(plans), round(median(checks), 3), round(p99, 3), round(whole, 3))


def _of_check(plan: dict[str, Any]) -> float:
    """Milliseconds until the node that writes `processed_webhooks` was through with all its rows."""
    (node,) = (
        node for node in _nodes(plan) if node.get("Relation Name") == "processed_webhooks" and "Operation" in node
    )
    return float(node["Actual Total Time"]) * float(node["Actual Loops"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
