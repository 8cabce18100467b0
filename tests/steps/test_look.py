"""The look: who has nothing to do rests long, and nothing comes due unseen, also when NOTIFY is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg_pool import PoolClosed

from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.loop import Wake
from frontdesk.steps.look import LONGEST_LOOK, Look
from frontdesk.testing import FrozenClock, RunningDesk, running_desk

NAMES = ("inbox", "outbox", "take_back", "reconcile", "replay", "follow_up")
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LANE = "INSERT INTO inbox_lanes (lane, lane_class, ready_at, retrying, last_received_at) VALUES ('l', 'call', {}, {}, now())"
MESSAGE = (
    "INSERT INTO outbound_message_log (outbound_dedupe_key, status, provider, channel, reply_type, send_class, priority, "
    "day_bucket, from_address, to_address, body, correlation_id, available_at, created_at, claim_token, leased_until, "
    "reconcile_at) VALUES ('k', '{}', 'twilio', 'sms', 'question', 'reply', 1, '2026-11-20', '+1', '+2', 'x', 'c', {}, now(), "
    "gen_random_uuid(), {}, {})"
)
NUMBER = "INSERT INTO sender_numbers (address, provider, next_slot_at) VALUES ('+1', 'twilio', {})"
LETTER = (
    "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, attempts, "
    "code_version, died_at, replay_at) VALUES (now(), 1, 'l', 'call', 'twilio_voice', 'f', 'e', 1, '0', now(), {})"
)


def at(seconds: float) -> str:
    """Business time, as SQL."""
    return f"timestamptz '{(NOW + timedelta(seconds=seconds)).isoformat()}'"


def really(seconds: float) -> str:
    """Lease time, as SQL."""
    return f"now() + interval '{seconds} s'"


def put(*statements: str) -> Callable[[Database], Awaitable[None]]:
    async def run(db: Database) -> None:
        async with db.transaction() as tx:
            for statement in statements:
                await tx.run(statement)

    return run


@pytest.mark.parametrize(
    ("there", "paced"),
    [
        (put(), set()),
        (put(LANE.format(really(-1), "false")), {"inbox"}),
        (put(LANE.format(really(8), "true")), {"inbox"}),
        (put(LANE.format(really(3600), "true")), set()),
        (put(LANE.format("NULL", "true")), set()),
        (put(NUMBER.format(at(-1)), MESSAGE.format("PENDING", at(-1), "NULL", "NULL")), {"outbox"}),
        (put(NUMBER.format(at(3600)), MESSAGE.format("PENDING", at(-1), "NULL", "NULL")), set()),
        (put(NUMBER.format(at(-1)), MESSAGE.format("PENDING", at(3600), "NULL", "NULL")), set()),
        (put(MESSAGE.format("SENDING", at(-1), really(5), "NULL")), {"take_back"}),
        (put(MESSAGE.format("SENDING", at(-1), really(30), "NULL")), set()),
        (put(MESSAGE.format("UNKNOWN", at(-1), really(-5), at(0))), {"reconcile"}),
        (put(MESSAGE.format("UNKNOWN", at(-1), really(-5), "NULL")), set()),
        (put(LETTER.format(at(5))), {"replay"}),
        (put(LETTER.format("NULL")), set()),
    ],
)
def test_only_who_has_something_to_do_soon_keeps_its_pace(
    dsn: str, there: Callable[[Database], Awaitable[None]], paced: set[str]
) -> None:
    async def story() -> None:
        db, lease_clock = Database(dsn), LeaseClock()
        await db.open()
        await lease_clock.measure(db)
        await there(db)
        wakes = {name: Wake() for name in NAMES}
        look = Look(db, PUBLIC, FrozenClock(NOW), lease_clock, wakes)
        assert await look.step() == 0
        assert {name for name in NAMES if look.rest(name, 1.0) == 1.0} == paced
        assert {name for name, wake in wakes.items() if wake._event.is_set()} == paced
        await db.close()

    asyncio.run(story())


def test_while_nobody_can_look_every_loop_keeps_its_pace(dsn: str) -> None:
    async def story() -> None:
        wakes = {name: Wake() for name in NAMES}
        look = Look(Database(dsn), PUBLIC, FrozenClock(NOW), LeaseClock(), wakes)
        for rings in (True, False):  # who rested long is woken, once
            with pytest.raises(PoolClosed):
                await look.step()
            assert {look.rest(name, 1.0) for name in NAMES} == {1.0}
            assert {wake._event.is_set() for wake in wakes.values()} == {rings}
            for wake in wakes.values():
                wake._event.clear()

    asyncio.run(story())


def test_who_moved_something_keeps_its_pace_for_a_while(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.steps.look._AFTERWARDS", 0.2)
    moves = [0, 3]

    async def step() -> int:
        return moves.pop(0)

    async def story() -> None:
        look = Look(Database(dsn), PUBLIC, FrozenClock(NOW), LeaseClock(), {})
        noted = look.noting("inbox", step)
        assert await noted() == 0
        assert look.rest("inbox", 1.0) == 60
        assert await noted() == 3
        assert (look.rest("inbox", 1.0), look.rest("outbox", 1.0)) == (1.0, 60)
        await asyncio.sleep(0.25)
        assert look.rest("inbox", 1.0) == 60
        assert look.rest("inbox", 90.0) == 90  # whoever asked for more gets more

    asyncio.run(story())


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: Any) -> None:
    async def run() -> None:
        async with running_desk(dsn, **more) as desk:
            await story(desk)

    asyncio.run(run())


def test_work_of_which_nobody_was_told_is_found_all_the_same(dsn: str) -> None:
    """As after a process was killed between its commit and its NOTIFY."""

    async def story(desk: RunningDesk) -> None:
        async with asyncio.timeout(10):
            while not desk.service._listener.hears:
                await asyncio.sleep(0.02)
        await asyncio.sleep(1)  # all loops rest
        async with desk.desk.db.transaction() as tx:
            await tx.run(LANE.format("now()", "false"))
            await tx.run(
                "INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type) VALUES ('l', now(), 1, 'x')"
            )
        async with asyncio.timeout(LONGEST_LOOK * 1.2 + 2):
            while not await desk.rows("SELECT 1 FROM dead_letters"):
                await asyncio.sleep(0.05)

    at_desk(dsn, story)


def test_a_desk_at_rest_is_a_quiet_one(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        async with asyncio.timeout(10):
            while not desk.service._listener.hears:
                await asyncio.sleep(0.02)
        await asyncio.sleep(2)
        before = _asked(desk)
        await asyncio.sleep(6)
        assert _asked(desk) - before < 15  # a heartbeat, a look and the leader's, a few times; every loop once at most

    at_desk(dsn, story)


def _asked(desk: RunningDesk) -> int:
    """How often the desk has taken a connection from its pool."""
    return int(desk.desk.db._pool.get_stats()["requests_num"])
