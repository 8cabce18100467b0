"""What the limiter and the gate cost a message, beside a ledger that has neither.

    .venv/bin/python bench/limiter.py [--messages 2000] [--json]

One scratch PostgreSQL (fsync on), 1 and 4 processes. Each message is claimed, started and settled as
`steps/deliver.py` does it, with a carrier that answers at once: what is left is the desk's own time. `bare` is a ledger
of hand-written SQL with the same three commits, leases, tokens and sizes of claims, and nothing else.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any
from uuid import uuid4

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.pool import Database
from frontdesk.desk import Desk
from frontdesk.outbox import store as outbox
from frontdesk.steps.judge import Times, claim_sendable, start
from frontdesk.testing import scratch_settings

TARGET = 2.0  # ms a message in claim_sendable: its slot, its lead's counters, the gate
AT_ONCE = 32  # messages of one claim, as in steps/deliver.py
LEASE = timedelta(seconds=60)
PARTS = ("claim", "start", "settle")


@dataclass(frozen=True, slots=True)
class Case:
    """One way to send: each number's throughput, how many numbers there are, how many a claim takes of each."""

    name: str
    per_second: float
    per_minute: float
    numbers: int
    per_number: int
    bare: bool = False


def now() -> datetime:
    """Real time, for business and for leases."""
    return datetime.now(UTC)


def cases(messages: int) -> list[Case]:
    """What is measured; a reservoir remembers at most 600 slots, so that a fast number gets that many."""
    return [
        Case("bare", 1e7, 6e8, messages, 1, bare=True),
        Case("a number each", 1, 60, messages, 1),
        Case("50 fast numbers", 1e7, 6e8, 50, AT_ONCE),
        Case("one number, 600 a minute", 1e6, 600, 1, AT_ONCE),
    ]


FILL = """
WITH client AS (
    INSERT INTO clients (name, timezone, payment_active, settings, created_at)
    VALUES ('Bench', 'UTC', true, '{}', %(now)s) RETURNING id
), number AS (
    INSERT INTO sender_numbers (address, provider, next_slot_at)
    SELECT '+1202556' || lpad(n::text, 5, '0'), 'twilio', %(now)s FROM generate_series(0, %(numbers)s - 1) AS n
), lead AS (
    INSERT INTO leads (client_id, phone, status, timezone, sequence_expires_at, created_at)
    SELECT client.id, '+1202557' || lpad(n::text, 5, '0'), 'new', 'UTC', %(now)s, %(now)s
    FROM client, generate_series(0, %(messages)s - 1) AS n RETURNING id, client_id, phone
), talk AS (
    INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address, last_message_at, created_at)
    SELECT client_id, id, 'sms', '', phone, %(now)s, %(now)s FROM lead RETURNING id, client_id, lead_id, other_address
)
INSERT INTO outbound_message_log
    (conversation_id, lead_id, client_id, outbound_dedupe_key, status, provider, channel, reply_type, send_class,
     priority, day_bucket, from_address, to_address, body, correlation_id, available_at, due_at, created_at)
SELECT id, lead_id, client_id, 'k' || lead_id, 'PENDING', 'twilio', 'sms', 'question', 'reply',
       1, %(now)s::timestamptz::date,
       '+1202556' || lpad((right(other_address, 5)::int %% %(numbers)s)::text, 5, '0'), other_address,
       'text ' || lead_id, 'c', %(now)s, %(now)s, %(now)s
FROM talk
"""
BARE_CLAIM = """
WITH due AS (
    SELECT id FROM outbound_message_log WHERE status = 'PENDING' ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE outbound_message_log AS o SET status = 'SENDING', claim_token = %(token)s, leased_until = %(until)s
FROM due WHERE o.id = due.id RETURNING o.id
"""
BARE_START = "UPDATE outbound_message_log SET started_at = %(now)s WHERE id = %(id)s AND claim_token = %(token)s"
BARE_SETTLE = """
UPDATE outbound_message_log SET status = 'SENT', provider_message_id = %(sid)s, sent_at = %(now)s
WHERE id = %(id)s AND claim_token = %(token)s
"""


def main() -> int:
    """Measure all cases once and print; 1 where a message was sent twice or not at all."""
    parser = argparse.ArgumentParser(prog="bench/limiter.py", description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="frontdesk-limiter-") as folder, EmbeddedPostgres(Path(folder)) as server:
        dsn = server.start()
        asyncio.run(fill(dsn, cases(1)[0], 200))
        measure(dsn, cases(1)[0], 1, 200)  # a server that was just started is slow at first
        for case in cases(options.messages):
            messages = 600 if case.numbers == 1 else options.messages
            for processes in (1, 4):
                asyncio.run(fill(dsn, case, messages))
                found.append(measure(dsn, case, processes, messages))
    print(json.dumps(found, indent=2)) if options.json else show(found)
    return 0 if all(row["sent"] == row["messages"] for row in found) else 1


async def fill(dsn: str, case: Case, messages: int) -> None:
    """Empty tables, and so many replies that are due."""
    desk = Desk(scratch_settings(), dsn)
    await desk.open()
    async with desk.db.transaction() as tx:
        await tx.run("TRUNCATE clients, sender_numbers, outbound_message_log, leads, conversations CASCADE")
        await tx.run(FILL, {"now": now(), "numbers": min(case.numbers, messages), "messages": messages})
        await tx.run("ANALYZE")
    await desk.close()


def measure(dsn: str, case: Case, processes: int, messages: int) -> dict[str, Any]:
    """All messages through so many processes: milliseconds of a process's time a message, by part."""
    with ProcessPoolExecutor(processes) as pool:
        spent = list(pool.map(send_all, [dsn] * processes, [case] * processes))
    lasted = max(one["ended"] for one in spent) - min(one["began"] for one in spent)
    sent = sum(one["sent"] for one in spent)
    parts = {part: round(sum(one[part] for one in spent) / max(sent, 1) * 1000, 2) for part in PARTS}
    row = {"case": case.name, "processes": processes, "messages": messages, "sent": round(sent), **parts}
    return {**row, "total": round(sum(parts.values()), 2), "a_second": round(sent / max(lasted, 1e-9))}


def send_all(dsn: str, case: Case) -> dict[str, float]:
    """One process: send until nothing is due."""
    return asyncio.run(_send_all(dsn, case))


async def _send_all(dsn: str, case: Case) -> dict[str, float]:
    db = Database(dsn, size=2)
    await db.open()
    sender: Any = Bare(db) if case.bare else Desks(db, case)
    spent, empty = dict.fromkeys((*PARTS, "sent"), 0.0), 0
    spent["began"] = spent["ended"] = monotonic()
    while empty < 3:
        began = perf_counter()
        claimed: Sequence[Any] = await sender.claim()
        if claimed:
            spent["claim"] += perf_counter() - began
        else:  # others may hold what is left
            await asyncio.sleep(0.05)
        empty = 0 if claimed else empty + 1
        for one in claimed:
            for part in PARTS[1:]:
                began = perf_counter()
                await getattr(sender, part)(one)
                spent[part] += perf_counter() - began
            spent["sent"] += 1
            spent["ended"] = monotonic()
    await db.close()
    return spent


class Desks:
    """As the desk does it."""

    def __init__(self, db: Database, case: Case) -> None:
        self._db = db
        self._numbers, self._per_number = AT_ONCE // case.per_number, case.per_number
        limits = {"seconds_between": 60, "per_day": 5, "replies_per_day": 20}
        sender = {"per_second": case.per_second, "per_minute": case.per_minute}
        self._settings = scratch_settings(limits=limits, sender=sender)

    async def claim(self) -> Sequence[Any]:
        """What may go."""
        async with self._db.transaction() as tx:
            claimed, _ = await claim_sendable(
                tx, numbers=self._numbers, per_number=self._per_number, token=uuid4(),
                times=Times(now(), now(), now() + LEASE), settings=self._settings,
            )  # fmt: skip
        return claimed

    async def start(self, one: Any) -> None:
        """The last word before the request."""
        async with self._db.transaction(pipelined=True) as tx:
            assert await start(tx, one, now=now(), leased_until=now() + LEASE, settings=self._settings)

    async def settle(self, one: Any) -> None:
        """The carrier took it."""
        async with self._db.transaction() as tx:
            assert await outbox.settle_sent(tx, one, f"SM{one.ledger_id}", now())


class Bare:
    """The ledger alone."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._token = uuid4()

    async def claim(self) -> Sequence[Any]:
        """Whatever is due."""
        async with self._db.transaction() as tx:
            return await tx.all(BARE_CLAIM, {"limit": AT_ONCE, "token": self._token, "until": now() + LEASE})

    async def start(self, one: Any) -> None:
        """Note that it begins."""
        async with self._db.transaction() as tx:
            assert await tx.run(BARE_START, {"id": one.id, "token": self._token, "now": now()})

    async def settle(self, one: Any) -> None:
        """Note that it went."""
        async with self._db.transaction() as tx:
            assert await tx.run(BARE_SETTLE, {"id": one.id, "token": self._token, "sid": f"SM{one.id}", "now": now()})


def show(found: Sequence[dict[str, Any]]) -> None:
    """A table for people; `more` is what a message costs beyond the bare ledger."""
    bare = {row["processes"]: row["total"] for row in found if row["case"] == "bare"}
    heads = "".join(f"{head:>10}" for head in ("processes", *PARTS, "total", "more", "a second"))
    print(f"{'ms a message':<28}{heads}")
    for row in found:
        parts = "".join(f"{row[part]:>10.2f}" for part in (*PARTS, "total"))
        more = row["total"] - bare[row["processes"]]
        mark = "" if row["claim"] < TARGET else f"  ✗ claim over {TARGET:g}"
        print(f"{row['case']:<28}{row['processes']:>10}{parts}{more:>10.2f}{row['a_second']:>10}{mark}")
        if row["sent"] != row["messages"]:
            print(f"  ✗ {row['sent']} of {row['messages']} went")


if __name__ == "__main__":
    sys.exit(main())
