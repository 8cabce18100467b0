"""Sending at the level of the database: a test says what is put, who claims, when it starts, and what the carrier said."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from frontdesk.db.pool import Database
from frontdesk.effects import SendClass
from frontdesk.errors import ClaimLost
from frontdesk.outbox import claims
from frontdesk.outbox import store as outbox
from frontdesk.outbox.consents import ConsentScope, record_consent
from frontdesk.outbox.gate import Verdict
from frontdesk.outbox.model import Claimed, Draft
from frontdesk.settings import Settings
from frontdesk.steps.judge import Go, Times, claim_sendable, judge_put, start
from frontdesk.testing import scratch_settings

__all__ = ["LEASE", "NOW", "OURS", "SECOND", "Outbox", "Person", "counted", "draft", "limited", "says", "states"]

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=40)
OURS = "+12025550100"
"""The number that a client is served on."""

PERSON = """
WITH client AS (
    INSERT INTO clients (name, timezone, payment_active, settings, created_at)
    VALUES ('Ada', 'UTC', true, '{}', %(now)s) RETURNING id
), lead AS (
    INSERT INTO leads (client_id, phone, status, timezone, sequence_expires_at, created_at)
    SELECT id, %(phone)s, 'new', %(timezone)s, %(now)s, %(now)s FROM client RETURNING id, client_id
)
INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address, last_message_at, created_at)
SELECT client_id, id, 'sms', %(ours)s, %(phone)s, %(now)s, %(now)s FROM lead RETURNING id, client_id, lead_id
"""


def draft(key: str, to: str = "+12025550143", sender: str = OURS, **more: Any) -> Draft:
    """A message of which only what the test is about is said; its text is its key."""
    values = {
        "dedupe_key": key, "conversation_id": None, "lead_id": None, "client_id": None, "provider": "twilio",
        "channel": "sms", "from_address": sender, "to_address": to, "body": key, "reply_type": "question",
        "question_key": None, "send_class": SendClass.MANUAL, "correlation_id": key, "available_at": NOW, "timezone": "UTC",
    }  # fmt: skip
    return Draft(**{**values, **more})


@dataclass(frozen=True, slots=True)
class Person:
    """A lead of a client of its own, with the conversation."""

    conversation_id: int
    client_id: int
    lead_id: int
    phone: str

    def draft(self, key: str, send_class: SendClass = SendClass.REPLY, **more: Any) -> Draft:
        """A message to this lead."""
        row = {"conversation_id": self.conversation_id, "client_id": self.client_id, "lead_id": self.lead_id}
        return draft(key, **{"to": self.phone, "send_class": send_class, **row, **more})


@dataclass(slots=True)
class Outbox:
    """One database's outbox with its settings."""

    db: Database
    settings: Settings = field(default_factory=scratch_settings)

    @classmethod
    def at(cls, db: Database, per_second: float = 1, per_minute: float = 60, **more: Any) -> "Outbox":
        """One whose numbers send so many segments a second and a minute."""
        return cls(db, scratch_settings(sender={"per_second": per_second, "per_minute": per_minute}, **more))

    async def person(self, phone: str = "+12025550143", timezone: str = "UTC") -> Person:
        """A new lead of a new client."""
        (row,) = await self.rows(PERSON, phone=phone, timezone=timezone, ours=OURS, now=NOW)
        return Person(row.id, row.client_id, row.lead_id, phone)

    async def put(self, *drafts: Draft, at: datetime = NOW) -> list[int]:
        """Put without asking the gate; returns the ledger ids."""
        async with self.db.transaction() as tx:
            return [(await outbox.put(tx, one, at)).ledger_id for one in drafts]

    async def put_judged(self, one: Draft, at: datetime = NOW) -> Verdict:
        """Put, and ask the gate at once, as every step does."""
        async with self.db.transaction() as tx:
            put = await outbox.put(tx, one, at)
            return await judge_put(tx, put.ledger_id, now=at, settings=self.settings)

    async def claim(self, at: datetime = NOW, per_number: int = 1, numbers: int = 100) -> list[Claimed]:
        """What goes at `at`: business time and lease time are the same here."""
        async with self.db.transaction() as tx:
            claimed, _ = await claim_sendable(
                tx,
                numbers=numbers,
                per_number=per_number,
                token=uuid4(),
                times=Times(at, at, at + LEASE),
                settings=self.settings,
            )
        return claimed

    async def start(self, one: Claimed, at: datetime) -> Go | None:
        """The last word before the request is written."""
        try:
            async with self.db.transaction(pipelined=True) as tx:
                return await start(tx, one, now=at, leased_until=at + LEASE, settings=self.settings)
        except ClaimLost:
            return None

    async def sent(self, one: Claimed, at: datetime) -> bool:
        """The carrier took it."""
        async with self.db.transaction() as tx:
            return await outbox.settle_sent(tx, one, f"SM{one.ledger_id}", at)

    async def go(self, one: Claimed, at: datetime | None = None) -> datetime | None:
        """From its slot, or later, to the carrier's yes; returns when it started, None if it was not let go."""
        go = await self.start(one, max(one.slot_at, at or one.slot_at))
        if go is None:
            return None
        assert await self.sent(go.claimed, go.turn)
        return go.turn

    async def next_due(self, at: datetime) -> datetime | None:
        """When a sender would look again."""
        async with self.db.transaction() as tx:
            return await claims.next_due(tx, at)

    async def rows(self, query: str = "SELECT * FROM outbound_message_log ORDER BY id", **params: Any) -> Any:
        """Rows of any SQL, for a test to look at."""
        async with self.db.transaction() as tx:
            return await tx.all(query, params or None)

    async def run(self, query: str, **params: Any) -> None:
        """Any SQL, for a test to bring about what it is about."""
        async with self.db.transaction() as tx:
            await tx.run(query, params or None)


LIMITS = {"seconds_between": 60, "per_day": 5, "replies_per_day": 20}


def limited(db: Database, **limits: object) -> Outbox:
    """Numbers as fast as one likes, and limits per lead."""
    fast = {"per_second": 1e7, "per_minute": 6e8}
    return Outbox(db, scratch_settings(limits={**LIMITS, **limits}, sender=fast))


async def says(box: Outbox, person: Person, kind: str, scope: ConsentScope | None = None, at: datetime = NOW) -> None:
    """The lead says STOP or START."""
    async with box.db.transaction() as tx:
        await record_consent(
            tx, address=person.phone, our_address=OURS, client_id=person.client_id, kind=kind, source="text",
            evidence={}, now=at, scope=scope,
        )  # fmt: skip


async def counted(box: Outbox) -> tuple[datetime | None, int]:
    """What is counted against the one lead."""
    (row,) = await box.rows("SELECT last_sms_at, sms_count_today FROM leads")
    return row.last_sms_at, row.sms_count_today


async def states(box: Outbox) -> dict[str, tuple[str, str | None]]:
    """Each message's state and reason, by its text."""
    return {row.body: (row.status, row.reason) for row in await box.rows()}
