"""A storm over a whole desk: its processes killed and frozen at random, its database restarted, its senders insistent.

serve and scheduler are the real commands; the workers run one of the handlers of desk_process.py. Afterwards the oracle
judges what the senders know against what the database, and with `texts` the carrier, holds.
"""

import asyncio
import itertools
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from crew import Crew, inherited
from desk_process import LEASE, TABLE
from oracle import Begun, Effect, Seen, Stored, judge, take_overs
from plan import TEXTS, Plan, Report, judge_replies
from senders import Senders

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.simulator import Carrier, serve
from frontdesk.simulator.faults import Fault, Faults
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, NUMBER, scratch_settings
from ports import free_port

SCRIPT = str(Path(__file__).with_name("desk_process.py"))
WORKERS = 3
AWAY = 2.5  # seconds that the database is left stopped


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A database server to be killed, its DSN, and the one by which a desk is to connect."""

    postgres: EmbeddedPostgres
    direct: str
    dsn: str

    @property
    def pooled(self) -> bool:
        """Whether a pooler stands before it."""
        return self.dsn != self.direct


@dataclass(slots=True)
class CountedFaults(Faults):
    """A carrier's faults that remember how often they struck."""

    struck: int = 0

    def strikes(self, fault: Fault) -> bool:
        """Whether it strikes now."""
        does = Faults.strikes(self, fault)
        self.struck += does
        return does


class Storm:
    """One storm over a desk on `server`; what its processes say and note is kept in `folder`."""

    def __init__(self, plan: Plan, server: OwnServer, folder: Path) -> None:
        self.plan = plan
        self._server = server
        self._folder = folder
        self._dice = random.Random(plan.seed)
        self._restarts = 0
        self._given_up: list[tuple[str, str]] = []
        self._port = free_port()
        self._base = f"http://127.0.0.1:{self._port}"

    async def run(self) -> Report:
        """Raise it, wait for calm, judge."""
        began, plan = time.monotonic(), self.plan
        await self._prepare()
        carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER], seed=plan.seed, receipt_delay=0.2)
        self._trouble(carrier)
        hooks = f"{self._base}/webhooks/twilio/sms"
        texts = {"bodies": TEXTS} if plan.handler == "texts" else {}
        senders = Senders(hooks, plan.lanes, plan.events // plan.lanes, plan.seconds, plan.seed, **texts)
        async with serve(carrier) as carrier_url:
            crew = self._hire(carrier_url)
            try:
                await self._rage(crew, senders)
                await self._calm(crew)
                await senders.send_again(min(50, plan.events // 10))
                await self._calm(crew)
                await carrier.settled(60)
            finally:
                await crew.dismiss()
                await senders.aclose()
                await carrier.aclose()
        report = self._report(crew, senders, carrier)
        report.seconds = time.monotonic() - began
        return report

    async def _prepare(self) -> None:
        desk = Desk(scratch_settings(), self._server.direct)
        await desk.open()
        await desk.serve_first_client(NUMBER)
        await desk.close()
        with psycopg.connect(self._server.direct, autocommit=True) as connection:
            connection.execute(TABLE.encode())
            connection.execute("CREATE INDEX ON effects (lane)")
        (self._folder / "begun").touch()

    def _trouble(self, carrier: Carrier) -> None:
        """A tenth of the sends goes wrong at the carrier, and receipts come late, twice and in the wrong order."""
        if self.plan.handler == "texts":
            carrier.faults = CountedFaults(seed=self.plan.seed)
            faults = {"drop_after_accept": 0.04, "http_500_after_accept": 0.04, "throttle": 0.02}
            carrier.faults.set({**faults, "reorder_receipts": 0.1, "duplicates": 0.05, "retry_after": 0.5})

    def _hire(self, carrier_url: str) -> Crew:
        environment = {
            **inherited(),
            "BEGUN": str(self._folder / "begun"),
            "DATABASE_URL": self._server.dsn,
            "DATABASE_DIRECT_URL": self._server.direct,
            "DATA_DIR": str(self._folder),
            "PORT": str(self._port),
            "PUBLIC_URL": self._base,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_BASE": carrier_url,
            "LOG_LEVEL": "warning",
        }
        crew = Crew(self._folder, environment)
        for number in range(WORKERS):
            crew.hire(
                f"worker-{number + 1}",
                sys.executable,
                SCRIPT,
                self._server.dsn,
                carrier_url,
                self._base,
                self.plan.handler,
            )
        crew.hire("serve", sys.executable, "-m", "frontdesk", "serve")
        crew.hire("scheduler", sys.executable, "-m", "frontdesk", "scheduler")
        return crew

    async def _rage(self, crew: Crew, senders: Senders) -> None:
        strikes = asyncio.create_task(self._strike(crew))
        restarts = asyncio.create_task(self._restart())
        try:
            async with asyncio.timeout(self.plan.seconds + self.plan.patience):
                await asyncio.gather(senders.send_all(), strikes, restarts)
        except TimeoutError:
            raise AssertionError(
                f"the senders were not heard within {self.plan.patience:g} s\n{crew.last_words()}"
            ) from None
        finally:
            strikes.cancel()
            restarts.cancel()
            await asyncio.gather(strikes, restarts, return_exceptions=True)

    async def _strike(self, crew: Crew) -> None:
        """Mostly a worker; every fifth time one is frozen until after its lease, to come back and find it gone.

        Ends when all should have been sent, so that a slow machine gets calm to finish in.
        """
        ends = time.monotonic() + self.plan.seconds
        async with asyncio.TaskGroup() as freezing:
            for turn in itertools.count(1):
                await asyncio.sleep(self._dice.uniform(*self.plan.strikes))
                if time.monotonic() > ends:
                    return
                victim = self._dice.choice([place for place in crew.workers if not crew.posts[place].frozen])
                if self.plan.only_kills:
                    await self._kill_in_the_act(crew, victim, ends)
                elif turn % 5 == 0:
                    freezing.create_task(crew.freeze(victim, LEASE + self._dice.uniform(0.5, 2)))
                else:
                    crew.kill(self._dice.choice((victim, victim, victim, "serve", "scheduler")))

    async def _kill_in_the_act(self, crew: Crew, victim: str, latest: float) -> None:
        """Kill it with an event in hand, which it gets soon enough: a kill of an idle one would show nothing."""

        def has_one_in_hand(name: str) -> bool:
            with psycopg.connect(self._server.direct, autocommit=True) as connection:
                rows = connection.execute("SELECT id FROM webhook_events WHERE status <> 'done'").fetchall()
            unsettled = {event_id for (event_id,) in rows}
            return any(one.worker == name and one.event_id in unsettled for one in read_begun(self._folder / "begun"))

        while not await crew.kill_if(victim, has_one_in_hand) and time.monotonic() < latest:
            await asyncio.sleep(0.1)

    async def _restart(self) -> None:
        """At even distances, each in its own way."""
        for how in self.plan.restarts:
            await asyncio.sleep(self.plan.seconds / (len(self.plan.restarts) + 1) - AWAY)
            await asyncio.to_thread(restart, self._server.postgres, how)
            self._restarts += 1

    async def _calm(self, crew: Crew) -> None:
        """Wait until nothing waits: neither in a lane nor, of texts, on its way out."""
        query = (
            "SELECT (SELECT count(*) FROM inbox_lanes), (SELECT count(*) FROM outbound_message_log "
            "WHERE status IN ('PENDING', 'SENDING', 'UNKNOWN'))"
        )
        deadline = time.monotonic() + self.plan.patience
        with psycopg.connect(self._server.direct, autocommit=True) as connection:
            while any(left := connection.execute(query).fetchone() or ()):
                if time.monotonic() > deadline:
                    print(f"{left} lanes and messages are left after {self.plan.patience:g} s\n{crew.last_words()}")
                    return
                await self._be_the_person(crew, connection)
                await asyncio.sleep(0.25)

    async def _be_the_person(self, crew: Crew, connection: psycopg.Connection[Any]) -> None:
        """Give up what the desk leaves to a person, by the command that a person would use."""
        query = "SELECT id, to_address, body FROM outbound_message_log WHERE status = 'UNKNOWN' AND reason = 'needs_a_person'"
        for ledger_id, phone, body in connection.execute(query).fetchall():
            words = (sys.executable, "-m", "frontdesk", "outbox", "cancel", str(ledger_id))
            cancelling = await asyncio.create_subprocess_exec(*words, env=crew.environment, cwd=self._folder)
            assert await cancelling.wait() == 0
            self._given_up.append((phone, body))

    def _report(self, crew: Crew, senders: Senders, carrier: Carrier) -> Report:
        kills = [kill for kill in crew.killed if kill[0].startswith("worker")]
        with psycopg.connect(self._server.direct, autocommit=True) as connection:
            seen = look(connection)
            ids = dict(connection.execute("SELECT request_id, id FROM webhook_events").fetchall())
            ledger = connection.execute("SELECT status, count(*) FROM outbound_message_log GROUP BY 1 ORDER BY 1")
            report = Report(
                plan=self.plan,
                verdict=judge(senders.sent, seen),
                redelivered=senders.redelivered,
                answers=sum((one.answers for one in senders.sent), Counter()),
                kills=len(crew.killed),
                freezes=len(crew.frozen),
                restarts=self._restarts,
                taken_over=take_overs(
                    kills,
                    read_begun(self._folder / "begun"),
                    {ids[effect.sid]: (effect.worker, effect.at) for effect in seen.effects if effect.sid in ids},
                ),
                replies=carrier.accepted,
                for_a_person=len(self._given_up),
                faults=carrier.faults.struck if isinstance(carrier.faults, CountedFaults) else 0,
                ledger=dict(ledger.fetchall()),
            )
        if self.plan.handler == "texts":
            phones = sorted({one.lane for one in senders.sent})
            judge_replies(phones, carrier.sent, self._given_up, report.ledger, report.verdict)
        return report


def look(connection: psycopg.Connection[Any]) -> Seen:
    """The inbox at the end, texts alone: their receipts have lanes of their own."""
    texts = "webhook_type = 'twilio_sms'"
    stored = connection.execute(f"SELECT request_id, lane, received_at, id, status FROM webhook_events WHERE {texts}")
    effects = connection.execute("SELECT sid, number, earlier, worker, at FROM effects")
    repeats = connection.execute(f"SELECT request_id, duplicate_count FROM processed_webhooks WHERE {texts}")
    left = {
        table: connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        for table in ("inbox_queue", "inbox_lanes", "dead_letters")
    }
    unsettled = "SELECT count(*) FROM webhook_events WHERE status <> 'done'"
    left["unsettled events"] = connection.execute(unsettled).fetchone()
    return Seen(
        [Stored(*row) for row in stored],
        [Effect(*row) for row in effects],
        dict(repeats.fetchall()),
        {table: row[0] if row else 0 for table, row in left.items()},
    )


def read_begun(path: Path) -> list[Begun]:
    """What the workers noted."""
    lines = (line.split() for line in path.read_text().splitlines())
    return [Begun(worker, lane, int(event_id), float(at)) for worker, lane, event_id, at in lines]


def restart(postgres: EmbeddedPostgres, how: signal.Signals) -> None:
    """Stop the server as `how` says, leave it away for a moment, start it again."""
    assert postgres.pid is not None
    os.kill(postgres.pid, how)
    time.sleep(AWAY)
    postgres.start()
