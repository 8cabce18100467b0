"""A storm over the senders alone: many messages in the ledger, processes that are killed, a carrier in trouble."""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from crew import Crew, inherited
from sends_oracle import Limits, Meant, Went, judge_sends

from frontdesk.db.pool import lost_a_race
from frontdesk.effects import SendClass
from frontdesk.outbox import store as outbox
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared
from frontdesk.simulator.faults import Fault
from frontdesk.steps.judge import judge_put
from frontdesk.testing import RunningDesk, running_desk, scratch_settings

SCRIPT = str(Path(__file__).with_name("sender_process.py"))
TROUBLE = {
    "drop_after_accept": 0.1,
    "http_500_after_accept": 0.1,
    "hang_after_accept": 0.1,
    "duplicates": 0.1,
    "reorder_receipts": 0.1,
    "lose_receipt": 0.3,
}
LIMITS = Limits(per_second=2, per_minute=60, seconds_between=3, unasked_a_day=4, texts_a_day=7)
LEADS = """
WITH client AS (
    INSERT INTO clients (name, timezone, payment_active, settings, created_at)
    VALUES ('Storm', 'UTC', true, '{}', %(now)s) RETURNING id
), lead AS (
    INSERT INTO leads (client_id, phone, status, timezone, sequence_expires_at, created_at)
    SELECT client.id, '+1202557' || lpad(n::text, 4, '0'), 'new', %(timezone)s, %(now)s, %(now)s
    FROM client, generate_series(0, %(leads)s - 1) AS n
    RETURNING id, client_id, phone
)
INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address, last_message_at, created_at)
SELECT client_id, id, 'sms', '+1202556' || right(phone, 4), phone, %(now)s, %(now)s FROM lead
RETURNING id, client_id, lead_id, other_address
"""
LEDGER = """
SELECT outbound_dedupe_key AS token, from_address AS number, lead_id AS lead, send_class = 'unprompted' AS unasked, segments,
       status
FROM outbound_message_log
"""
ATTEMPTS = """
SELECT o.outbound_dedupe_key AS token, extract(epoch FROM a.started_at)::double precision AS at,
       o.status IN ('SENT', 'DELIVERED') AND a.number = max(a.number) OVER (PARTITION BY o.id) AS accepted
FROM outbound_attempts AS a JOIN outbound_message_log AS o ON o.id = a.outbound_id
"""
STUCK = "SELECT id FROM outbound_message_log WHERE status = 'UNKNOWN' AND reason = 'needs_a_person'"
LEFT = """
SELECT (SELECT count(*) FROM outbound_message_log WHERE status IN ('PENDING', 'SENDING', 'UNKNOWN')) AS sends,
       (SELECT count(*) FROM inbox_lanes) AS lanes
"""


def at_noon() -> str:
    """A time zone in which it is about noon, so that the day does not end meanwhile."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. Half of the messages go to leads, under their limits; the others to anybody."""

    seed: int
    messages: int = 3000
    numbers: int = 40
    leads: int = 150
    senders: int = 3
    rages: float = 50
    """Seconds in which processes are killed and the carrier is in trouble."""
    strikes: tuple[float, float] = (1.0, 2.0)
    limits: Limits = LIMITS
    patience: float = 120

    def settings(self, carrier_url: str) -> dict[str, Any]:
        """The scratch desk's."""
        limits = self.limits
        return {
            "twilio_api_base": carrier_url,
            "worker": {"first_retry_seconds": 0.1, "poll_seconds": 0.2, "lease_seconds": 3},
            "sender": {"per_second": limits.per_second, "per_minute": limits.per_minute, "lease_seconds": 4},
            "limits": {
                "seconds_between": limits.seconds_between,
                "per_day": limits.unasked_a_day,
                "replies_per_day": limits.texts_a_day,
            },
        }


@dataclass(slots=True)
class Storm:
    """One storm; what its processes say is kept in `folder`."""

    plan: Plan
    dsn: str
    folder: Path
    given_up: int = 0
    killed: int = 0
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)

    async def run(self) -> list[str]:
        """Raise it, wait for calm; every breach in words."""
        began, plan = time.monotonic(), self.plan
        settings = scratch_settings(**plan.settings("http://127.0.0.1:1"))
        async with running_desk(self.dsn, settings=settings, roles=()) as desk:
            desk.carrier.numbers = []
            desk.carrier.faults.set(TROUBLE)
            desk.carrier.receipt_delay = 0.2
            async with hired(
                desk, self.folder, plan.settings(desk.desk.settings.twilio_api_base), plan.senders
            ) as crew:
                rage = asyncio.create_task(self._rage(desk, crew))
                await self._put_all(desk)
                await rage
                desk.carrier.faults.clear()
                await self._calm(desk, crew)
                await desk.carrier.settled(60)
            breaches = await self._judge(desk)
        self.killed, self.seconds = len(crew.killed), time.monotonic() - began
        return breaches

    def table(self) -> str:
        """What it was, for people."""
        rows = {"seed": self.plan.seed, "seconds": round(self.seconds), "kill -9": self.killed, **self.statuses}
        return "\n".join(f"{name:<34}{value:,}" for name, value in {**rows, "left to a person": self.given_up}.items())

    async def _put_all(self, desk: RunningDesk) -> None:
        """Every batch twice at the same time, as by two handlers of the same events."""
        now, plan = desk.desk.clock.now(), self.plan
        talks = await desk.rows(LEADS, now=now, leads=plan.leads, timezone=at_noon())
        drafts = [self._draft(n, talks[n // 2 % plan.leads] if n % 2 else None, now) for n in range(plan.messages)]
        for start in range(0, plan.messages, 100):
            batch = sorted(drafts[start : start + 100], key=lambda one: one.dedupe_key)
            await asyncio.gather(self._put(desk, batch), self._put(desk, batch))

    async def _put(self, desk: RunningDesk, drafts: list[Draft]) -> None:
        """Again where the database undid it for the sake of another, as handlers do: receipts lock many rows too."""
        while True:
            try:
                async with desk.desk.db.transaction() as tx:
                    for draft in drafts:
                        put = await outbox.put(tx, draft, desk.desk.clock.now())
                        if put.first:
                            await judge_put(tx, put.ledger_id, now=desk.desk.clock.now(), settings=desk.desk.settings)
                return
            except psycopg.Error as error:
                if not lost_a_race(error):
                    raise

    def _draft(self, n: int, talk: Any, now: datetime) -> Draft:
        dice = random.Random(f"{self.plan.seed} {n}")
        token = f"m{n:06}"
        text = prepared(f"{token} " + "x" * (200 if dice.random() < 0.1 else 20))
        kind = dice.choice((SendClass.REPLY,) * 4 + (SendClass.UNPROMPTED,)) if talk else SendClass.MANUAL
        number = int(talk.other_address[-4:]) if talk else n // 2
        return Draft(
            dedupe_key=token,
            conversation_id=talk.id if talk else None,
            lead_id=talk.lead_id if talk else None,
            client_id=talk.client_id if talk else None,
            provider="twilio",
            channel="sms",
            from_address=f"+1202556{number % self.plan.numbers:04}",
            to_address=talk.other_address if talk else f"+1202558{n:04}",
            body=text.body,
            segments=text.segments,
            reply_type="question",
            question_key=token,
            send_class=kind,
            correlation_id=token,
            available_at=now,
            timezone="UTC",
        )

    async def _rage(self, desk: RunningDesk, crew: Crew) -> None:
        dice, ends = random.Random(self.plan.seed), time.monotonic() + self.plan.rages
        bursts = [time.monotonic() + self.plan.rages * part for part in (0.2, 0.5, 0.8)]
        while time.monotonic() < ends:
            await asyncio.sleep(dice.uniform(*self.plan.strikes))
            crew.kill(dice.choice(crew.workers))
            if bursts and time.monotonic() > bursts[0]:
                bursts.pop(0)
                desk.carrier.faults.retry_after = dice.choice((None, 1))
                desk.carrier.faults.next(Fault.THROTTLE, 8)

    async def _calm(self, desk: RunningDesk, crew: Crew) -> None:
        deadline = time.monotonic() + self.plan.patience
        while any(left := (await desk.rows(LEFT))[0]):
            if time.monotonic() > deadline:
                print(f"{left} after {self.plan.patience:g} s\n{crew.last_words()}")
                return
            for row in await desk.rows(STUCK):  # what the desk leaves to a person, a person gives up here
                async with desk.desk.db.transaction() as tx:
                    self.given_up += await outbox.cancel(tx, row.id)
            await asyncio.sleep(0.5)

    async def _judge(self, desk: RunningDesk) -> list[str]:
        meant = [Meant(*row) for row in await desk.rows(LEDGER)]
        self.statuses = {status: sum(one.status == status for one in meant) for status in {one.status for one in meant}}
        heard = [Went(one.body.split()[0], one.clock, one.sid is not None) for one in desk.carrier.arrivals]
        noted = [Went(*row) for row in await desk.rows(ATTEMPTS)]
        breaches = judge_sends(meant, heard, self.plan.limits)
        # What the processes note stands on one clock, the database's: nothing is forgiven them.
        paces = [words for words in judge_sends(meant, noted, self.plan.limits, early=0.0) if words.startswith("too ")]
        breaches += [f"by the ledger's own notes, {words}" for words in paces]
        (row,) = await desk.rows("SELECT count(*) AS n, sum(collision_count)::int AS twice FROM outbound_message_log")
        if (row.n, row.twice) != (self.plan.messages, self.plan.messages):
            breaches.append(f"miscounted: {row.n} rows, {row.twice} collisions of {self.plan.messages}")
        return breaches


@asynccontextmanager
async def hired(desk: RunningDesk, folder: Path, settings: Mapping[str, Any], senders: int) -> AsyncIterator[Crew]:
    """So many sender processes and a scheduler, kept alive for the block."""
    crew = Crew(folder, inherited())
    text = json.dumps(settings)
    for n in range(senders):
        crew.hire(f"worker-{n + 1}", sys.executable, SCRIPT, desk.desk.db.dsn, desk.base_url, "worker", text)
    crew.hire("scheduler", sys.executable, SCRIPT, desk.desk.db.dsn, desk.base_url, "scheduler", text)
    try:
        yield crew
    finally:
        await crew.dismiss()
