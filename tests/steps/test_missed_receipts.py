"""Messages of which no final receipt came are looked up at the carrier, over real HTTP, until it is too late to tell."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from frontdesk.db.pool import PUBLIC, Database
from frontdesk.message import Outgoing, Receipt, ReceiptStatus
from frontdesk.outbox import receipts
from frontdesk.outbox.rules import RECEIPT_DUE
from frontdesk.providers.twilio import Twilio
from frontdesk.registry import Registry
from frontdesk.simulator import Carrier, serve
from frontdesk.simulator.faults import Fault
from frontdesk.steps.missed_receipts import find_missed
from frontdesk.steps.receipts import move_by_receipt
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER, FrozenClock, scratch_settings

PUT = """
INSERT INTO outbound_message_log
    (outbound_dedupe_key, status, provider, channel, reply_type, send_class, priority, day_bucket, from_address, to_address,
     body, correlation_id, available_at, created_at, provider_message_id, sent_at, receipt_check_at)
VALUES (%(sid)s, 'SENT', %(provider)s, 'sms', 'question', 'reply', 1, %(now)s::timestamptz::date, %(ours)s, %(theirs)s,
        'hi', 'c', %(now)s, %(now)s, %(sid)s, %(now)s, %(due)s)
"""
MINUTE = timedelta(minutes=1)
TEN, HOUR, SIX, DAY = RECEIPT_DUE


@dataclass
class Place:
    """A database, a carrier that posts no receipts, and the step between them."""

    db: Database
    carrier: Carrier
    twilio: Twilio
    clock: FrozenClock

    async def send(self, number: int, provider: str = "twilio") -> list[str]:
        """So many messages that the carrier took and whose first look is due in ten minutes; their ids there."""
        sids = []
        for at in range(number):
            accepted = await self.twilio.send(Outgoing(at + 1, "sms", NUMBER, LEAD, f"text {at}"))
            sids.append(accepted.provider_message_id)
            await self.put(sids[-1], provider)
        return sids

    async def put(self, sid: str, provider: str = "twilio") -> None:
        now = self.clock.now()
        row = {"sid": sid, "provider": provider, "ours": NUMBER, "theirs": LEAD, "now": now, "due": now + TEN}
        async with self.db.transaction() as tx:
            await tx.run(PUT, row)

    async def find(self) -> int:
        return await find_missed(self.db, PUBLIC, self.clock, Registry(senders={"twilio": self.twilio}))

    async def rows(self) -> Sequence[Any]:
        async with self.db.transaction() as tx:
            return await tx.all("SELECT * FROM outbound_message_log ORDER BY id")

    async def states(self) -> list[str]:
        return [row.status for row in await self.rows()]


def at_carrier(dsn: str, story: Callable[[Place], Awaitable[None]], *, receipt_delay: float = 0.001) -> None:
    """Run the story; with a long `receipt_delay` a message stays `queued` at the carrier."""

    async def run() -> None:
        carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER], receipt_delay=receipt_delay)
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        async with serve(carrier) as url:
            twilio = Twilio(account_sid=ACCOUNT_SID, auth_tokens=[AUTH_TOKEN], api_base=url, status_callback="")
            try:
                await story(Place(db, carrier, twilio, FrozenClock()))
            finally:
                await twilio.aclose()
                await carrier.aclose()
                await db.close()

    asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize(("fault", "status"), [(None, "DELIVERED"), (Fault.UNDELIVERED, "UNDELIVERED")])
def test_what_no_receipt_told_is_found_at_the_carrier(dsn: str, fault: Fault | None, status: str) -> None:
    async def story(at: Place) -> None:
        if fault:
            at.carrier.faults.next(fault, 3)
        await at.send(3)
        await at.carrier.settled(timeout=10)
        assert await at.find() == 0  # nothing is due before its time
        assert await at.states() == ["SENT"] * 3
        at.clock.move(minutes=10)
        assert await at.find() == 3
        assert await at.states() == [status] * 3
        assert {row.error_code for row in await at.rows()} == {"30003" if fault else None}
        at.clock.move(days=2)
        assert await at.find() == 0

    at_carrier(dsn, story)


def test_a_message_that_stays_on_its_way_is_looked_up_four_times_in_a_day_and_then_no_more(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.send(1)
        began = at.clock.now()
        seen: list[tuple[timedelta, int, datetime | None]] = []
        for minute in (9, 10, 11, 59, 60, 359, 360, 361, 1439, 1440, 1441, 9999):
            at.clock.move(seconds=(began + minute * MINUTE - at.clock.now()).total_seconds())
            if await at.find():
                (row,) = await at.rows()
                next_at = row.receipt_check_at - began if row.receipt_check_at else None
                seen.append((minute * MINUTE, row.receipt_checks, next_at))
        assert seen == [(TEN, 1, HOUR), (HOUR, 2, SIX), (SIX, 3, DAY), (DAY, 4, None)]
        assert await at.states() == ["SENT"]

    at_carrier(dsn, story, receipt_delay=3600)


def test_a_desk_that_was_away_for_hours_looks_once_for_all_that_it_missed(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.send(1)
        began = at.clock.now()
        at.clock.move(hours=7)
        assert [await at.find(), await at.find()] == [1, 0]
        (row,) = await at.rows()
        assert (row.receipt_checks, row.receipt_check_at) == (1, began + DAY)
        at.clock.move(days=3)
        assert [await at.find(), await at.find()] == [1, 0]
        assert (await at.rows())[0].receipt_check_at is None

    at_carrier(dsn, story, receipt_delay=3600)


def test_one_that_fails_stops_no_other_and_its_turn_comes_again(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.send(5)
        await at.carrier.settled(timeout=10)
        at.clock.move(minutes=10)
        at.carrier.faults.next(Fault.LOOK_UP_500)
        assert await at.find() == 5
        assert sorted(await at.states()) == ["DELIVERED"] * 4 + ["SENT"]
        (left,) = [row for row in await at.rows() if row.status == "SENT"]
        assert left.receipt_checks == 0  # a look without an answer is none
        assert await at.find() == 0
        at.clock.move(minutes=10)
        assert await at.find() == 1
        assert await at.states() == ["DELIVERED"] * 5

    at_carrier(dsn, story)


# fault, how often the carrier is asked before the pass stops
@pytest.mark.parametrize(("fault", "asked"), [(Fault.LOOK_UP_500, 2), (Fault.LOOK_UP_THROTTLE, 1)])
def test_a_carrier_that_is_away_or_busy_is_left_alone_for_the_rest_of_the_pass(
    dsn: str, fault: Fault, asked: int
) -> None:
    async def story(at: Place) -> None:
        await at.send(5)
        await at.carrier.settled(timeout=10)
        at.clock.move(minutes=10)
        at.carrier.faults.next(fault, 10)
        assert await at.find() == 0  # so that the loop rests
        assert at.carrier.faults.armed(fault) == 10 - asked
        assert {(row.status, row.receipt_checks) for row in await at.rows()} == {("SENT", 0)}
        at.carrier.faults.next(fault, 0)
        at.clock.move(minutes=10)
        assert await at.find() == 5
        assert await at.states() == ["DELIVERED"] * 5

    at_carrier(dsn, story)


def test_an_account_that_is_refused_is_asked_once(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.send(3)
        at.clock.move(minutes=10)
        at.carrier.auth_token = "another"
        assert await at.find() == 0
        assert {(row.status, row.receipt_checks) for row in await at.rows()} == {("SENT", 0)}

    at_carrier(dsn, story)


def test_what_the_carrier_no_longer_has_is_looked_up_no_more(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.put("SM" + "0" * 32)
        at.clock.move(minutes=10)
        assert [await at.find(), await at.find()] == [1, 0]
        (row,) = await at.rows()
        assert (row.status, row.receipt_check_at, row.receipt_checks) == ("SENT", None, 1)

    at_carrier(dsn, story)


def test_a_provider_that_is_no_longer_set_up_holds_up_nobody_and_its_looks_end(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.put("SM" + "0" * 32, provider="gone")
        await at.send(1)
        await at.carrier.settled(timeout=10)
        at.clock.move(minutes=10)
        assert await at.find() == 2
        assert await at.states() == ["SENT", "DELIVERED"]
        at.clock.move(days=2)
        assert [await at.find(), await at.find()] == [1, 0]

    at_carrier(dsn, story)


def test_a_message_that_a_receipt_moved_to_sent_is_looked_up_too(dsn: str) -> None:
    async def story(at: Place) -> None:
        (sid,) = await at.send(1)
        async with at.db.transaction() as tx:
            await tx.run("UPDATE outbound_message_log SET status = 'UNKNOWN', receipt_check_at = NULL, sent_at = NULL")
            receipt = Receipt("twilio", sid, ReceiptStatus.QUEUED, "queued")
            await move_by_receipt(tx, at.twilio, receipt, at.clock.now())
        (row,) = await at.rows()
        assert (row.status, row.receipt_check_at) == ("SENT", at.clock.now() + TEN)

    at_carrier(dsn, story, receipt_delay=3600)


def test_two_leaders_at_once_never_claim_the_same_message(dsn: str) -> None:
    async def story(at: Place) -> None:
        for number in range(40):
            await at.put(f"SM{number:032}")
        at.clock.move(minutes=10)
        now = at.clock.now()

        async def claim() -> list[int]:
            async with at.db.transaction() as tx:
                due = await receipts.claim_missed(tx, now=now, again_at=now + MINUTE, limit=10)
            return [row.id for row in due]

        claimed = [one for ids in await asyncio.gather(*(claim() for _ in range(4))) for one in ids]
        assert len(claimed) == len(set(claimed))
        while more := await claim():
            claimed += more
        assert sorted(claimed) == [row.id for row in await at.rows()]

    at_carrier(dsn, story)


def test_a_look_that_was_overtaken_settles_nothing(dsn: str) -> None:
    async def story(at: Place) -> None:
        await at.put("SM" + "0" * 32)
        at.clock.move(minutes=10)
        now, again_at = at.clock.now(), at.clock.now() + TEN
        async with at.db.transaction() as tx:
            (row,) = await receipts.claim_missed(tx, now=now, again_at=again_at, limit=1)
        for overtaken in (
            "UPDATE outbound_message_log SET receipt_check_at = receipt_check_at + interval '1 second'",
            "UPDATE outbound_message_log SET status = 'DELIVERED', receipt_check_at = %(again_at)s",
        ):
            async with at.db.transaction() as tx:
                await tx.run(overtaken, {"again_at": again_at} if "%(" in overtaken else None)
                await receipts.after_look(tx, row.id, again_at=again_at, next_at=None)
            (left,) = await at.rows()
            assert (left.receipt_checks, left.receipt_check_at is None) == (0, False)

    at_carrier(dsn, story)
