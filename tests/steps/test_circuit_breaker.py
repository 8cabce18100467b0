"""The circuit breaker over real HTTP: an account that is down is left alone, nothing is lost, and one message tries it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from frontdesk.db.pool import PUBLIC
from frontdesk.desk import Desk
from frontdesk.effects import SendClass
from frontdesk.outbox import store as outbox
from frontdesk.outbox.circuit import FAILURES
from frontdesk.outbox.model import Draft
from frontdesk.service import Service
from frontdesk.simulator import Carrier, serve
from frontdesk.simulator.faults import Fault
from frontdesk.steps.reconcile import resolve_unknown
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, FrozenClock, scratch_settings
from ports import free_port

STATUSES = "SELECT status, count(*) AS n FROM outbound_message_log GROUP BY 1"
CIRCUIT = "SELECT * FROM provider_circuits"


@dataclass
class Senders:
    """Several desks on one database and one clock: what they claim is in each one's own hand, as in processes."""

    dsn: str
    port: int
    clock: FrozenClock
    services: list[Service] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    put_so_far: int = 0

    async def join(self, token: str = AUTH_TOKEN) -> Service:
        """One more desk, with these credentials."""
        settings = scratch_settings(
            twilio_api_base=f"http://127.0.0.1:{self.port}",
            twilio_auth_token=token,
            sender={"per_second": 1, "per_minute": 60},
        )
        desk = Desk(settings, self.dsn, clock=self.clock, connections=4)
        await desk.open()
        desk.use_twilio(public_base=None)
        self.desks.append(desk)
        self.services.append(desk.service("worker"))
        return self.services[-1]

    async def put(self, number: int) -> None:
        """So many messages, each from a number of its own, so that no number's pace holds any up."""
        async with self.desks[0].db.transaction() as tx:
            for _ in range(number):
                self.put_so_far += 1
                n = f"{self.put_so_far:04}"
                draft = Draft(
                    dedupe_key=n, conversation_id=None, lead_id=None, client_id=None, provider="twilio", channel="sms",
                    from_address=f"+1202556{n}", to_address=f"+1202555{n}", body=f"text {n}", reply_type="manual",
                    question_key=None, send_class=SendClass.MANUAL, correlation_id=n, available_at=self.clock.now(),
                    timezone="UTC",
                )  # fmt: skip
                await outbox.put(tx, draft, self.clock.now())

    async def send(self, *services: Service) -> int:
        """All senders, or these, look once at the same time and settle what they took; returns how many went."""
        chosen = services or self.services
        moved = await asyncio.gather(*(service.delivering.step() for service in chosen))
        await asyncio.gather(*(service.delivering.drain() for service in chosen))
        return sum(moved)

    async def send_all(self) -> None:
        """Until every message went, as time passes."""
        for _ in range(60):
            await self.send()
            await resolve_unknown(self.desks[0].db, PUBLIC, self.clock, self.desks[-1].registry)
            self.clock.move(seconds=21)
        assert await self.statuses() == {"SENT": self.put_so_far}

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.desks[0].db.transaction() as tx:
            return await tx.all(query)

    async def statuses(self) -> dict[str, int]:
        return {row.status: row.n for row in await self.rows(STATUSES)}

    async def rested(self) -> None:
        """Move to the moment at which the circuit may be tried."""
        (row,) = await self.rows(CIRCUIT)
        self.clock.move(seconds=(row.open_until - self.clock.now()).total_seconds())


@asynccontextmanager
async def a_carrier(senders: Senders) -> AsyncIterator[Carrier]:
    """The carrier is there for the block; nobody listens at its address before and after."""
    carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN)
    async with serve(carrier, port=senders.port):
        yield carrier
        await carrier.aclose()


def with_senders(
    dsn: str, story: Callable[[Senders], Awaitable[None]], number: int = 2, token: str = AUTH_TOKEN
) -> None:
    async def run() -> None:
        senders = Senders(dsn, free_port(), FrozenClock())
        async with AsyncExitStack() as stack:
            for _ in range(number):
                await senders.join(token)
                stack.push_async_callback(senders.desks[-1].close)
            await story(senders)

    with capture_logs():
        asyncio.run(asyncio.wait_for(run(), 60))


def each_once(carrier: Carrier, senders: Senders) -> bool:
    bodies = sorted(message.body for message in carrier.sent)
    return bodies == [f"text {n + 1:04}" for n in range(senders.put_so_far)]


def test_nobody_answers_the_door_and_after_five_failures_nobody_knocks_until_one_may_try(dsn: str) -> None:
    async def story(senders: Senders) -> None:
        await senders.put(FAILURES)
        assert await senders.send() == FAILURES
        await senders.put(10)
        senders.clock.move(seconds=9)
        assert await senders.send() == 0
        attempts = await senders.rows("SELECT outcome FROM outbound_attempts")
        assert [row.outcome for row in attempts] == ["unreachable"] * FAILURES
        assert await senders.statuses() == {"PENDING": senders.put_so_far}
        async with a_carrier(senders) as carrier:
            await senders.rested()
            assert await senders.send() == 1  # of fifteen that are due, by both senders
            assert len(carrier.sent) == 1
            assert (await senders.rows(CIRCUIT))[0].open_until is None
            senders.clock.move(seconds=60)
            assert await senders.send() == senders.put_so_far - 1
            assert each_once(carrier, senders)

    with_senders(dsn, story)


@pytest.mark.parametrize("fault", [Fault.HTTP_500_BEFORE_ACCEPT, Fault.HTTP_500_AFTER_ACCEPT, Fault.DROP_AFTER_ACCEPT])
def test_an_account_that_fails_is_left_alone_and_all_is_found_out_and_sent_once_when_it_is_back(
    dsn: str, fault: Fault
) -> None:
    async def story(senders: Senders) -> None:
        async with a_carrier(senders) as carrier:
            carrier.faults.next(fault, FAILURES)
            await senders.put(FAILURES)
            await senders.send()
            await senders.put(10)
            assert await senders.send() == 0
            assert len(carrier.arrivals) == FAILURES
            assert await senders.statuses() == {"UNKNOWN": FAILURES, "PENDING": 10}
            await senders.send_all()
            assert each_once(carrier, senders)

    with_senders(dsn, story)


def test_while_one_message_tries_no_sender_sends_another(dsn: str) -> None:
    async def story(senders: Senders) -> None:
        await senders.put(FAILURES)
        await senders.send()
        await senders.put(20)
        async with a_carrier(senders) as carrier:
            carrier.faults.delay_seconds = 3
            await senders.rested()
            trying = asyncio.create_task(senders.send())
            await carrier.wait_for(1, timeout=10)
            for service in senders.services:  # whose other messages are due all the time
                assert await service.delivering.step() == 0
            assert await trying == 1
            assert len(carrier.arrivals) == 1
            carrier.faults.delay_seconds = 0
            await senders.send_all()
            assert each_once(carrier, senders)

    with_senders(dsn, story, number=4)


def test_a_try_that_fails_shuts_it_for_twice_as_long_and_costs_one_message_at_a_time(dsn: str) -> None:
    async def story(senders: Senders) -> None:
        await senders.put(FAILURES + 10)
        await senders.send()
        rests = []
        before = len(await senders.rows("SELECT 1 FROM outbound_attempts"))
        for n in range(1, 8):
            await senders.rested()
            senders.clock.move(seconds=61)  # whatever backs off is due again
            assert await senders.send() == 1
            (row,) = await senders.rows(CIRCUIT)
            rests.append((row.open_until - senders.clock.now()).total_seconds())
            assert len(await senders.rows("SELECT 1 FROM outbound_attempts")) == before + n
        assert rests == [20, 40, 80, 160, 300, 300, 300]
        assert await senders.statuses() == {"PENDING": senders.put_so_far}

    with_senders(dsn, story)


def test_wrong_credentials_shut_the_account_at_once_and_lose_nothing(dsn: str) -> None:
    async def story(senders: Senders) -> None:
        async with a_carrier(senders) as carrier:
            await senders.put(1)
            assert await senders.send() == 1
            await senders.put(10)
            senders.clock.move(seconds=59)
            assert await senders.send() == 0
            assert await senders.statuses() == {"PENDING": 11}
            (tried,) = await senders.rows("SELECT outcome FROM outbound_attempts")
            assert tried.outcome == "refused"
            (row,) = await senders.rows(CIRCUIT)
            assert row.last_error
            await senders.rested()
            mended = await senders.join()  # started again with the right token
            assert await senders.send(mended) == 1
            senders.clock.move(seconds=60)
            assert await senders.send(mended) == 10
            assert each_once(carrier, senders)
            await senders.desks[-1].close()

    with_senders(dsn, story, number=1, token="wrong")


@pytest.mark.parametrize("trouble", ["refused for its own fault", "throttled"])
def test_what_an_account_that_is_alive_refuses_shuts_nothing(dsn: str, trouble: str) -> None:
    async def story(senders: Senders) -> None:
        async with a_carrier(senders) as carrier:
            if trouble == "throttled":
                carrier.faults.next(Fault.THROTTLE, FAILURES * 2)
            else:
                carrier.numbers = ["+12025550000"]  # none of those that are sent from
            await senders.put(FAILURES * 2)
            await senders.send()
            assert len(carrier.arrivals) == FAILURES * 2
            carrier.numbers = []
            await senders.put(1)
            assert await senders.send() == 1
            assert len(carrier.sent) == 1
            assert not any(row.open_until for row in await senders.rows(CIRCUIT))

    with_senders(dsn, story)


def test_four_failures_and_one_that_goes_through_shut_nothing(dsn: str) -> None:
    async def story(senders: Senders) -> None:
        async with a_carrier(senders) as carrier:
            for _ in range(3):
                carrier.faults.next(Fault.HTTP_500_BEFORE_ACCEPT, FAILURES - 1)
                await senders.put(FAILURES - 1)
                await senders.send()
                await senders.put(1)
                assert await senders.send() == 1
            assert len(carrier.sent) == 3

    with_senders(dsn, story)
