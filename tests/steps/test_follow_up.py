"""Follow-ups: put once each, held back as soon as the lead writes, and leads who do not answer closed in time."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from frontdesk.steps.follow_up import FollowedUp, follow_up
from frontdesk.testing import LEAD, NUMBER, FrozenClock, RunningDesk, running_desk, scratch_settings

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STEPS = [{"after": "2h", "text": "Hi {first_name}, {business} again."}, {"after": "1d at 09:00", "text": "Last note."}]
SEQUENCES = {"no_answer": {"on": "no_answer", "steps": STEPS}}
ENROLMENTS = "SELECT sequence, next_step, end_reason, due_at FROM sequence_enrolments ORDER BY id"


def at_desk(dsn: str, story: Callable[[RunningDesk, FrozenClock], Awaitable[None]], **changes: Any) -> None:
    async def run() -> None:
        clock = FrozenClock(NOON)
        settings = scratch_settings(sequences=SEQUENCES, **changes)
        async with running_desk(dsn, settings=settings, clock=clock) as desk:
            await story(desk, clock)

    asyncio.run(run())


async def later(desk: RunningDesk, clock: FrozenClock, **by: float) -> list[str]:
    """What is said in the meantime."""
    before = len(desk.carrier.sent)
    clock.move(**by)
    async with asyncio.timeout(30):
        while await desk.rows(
            "SELECT 1 FROM sequence_enrolments WHERE ended_at IS NULL AND due_at <= %(now)s", now=clock.now()
        ):
            await asyncio.sleep(0.05)
    await desk.settled()
    return [message.body for message in desk.carrier.sent[before:]]


def test_who_leaves_a_question_unanswered_is_followed_up_and_then_left_alone(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        assert await later(desk, clock, minutes=119) == []
        assert await later(desk, clock, minutes=1) == ["Hi, Ada's Plumbing again."]
        assert await later(desk, clock, hours=18) == []
        assert await later(desk, clock, hours=2) == ["Last note."]
        assert await later(desk, clock, days=20) == []
        (enrolment,) = await desk.rows(ENROLMENTS)
        assert (enrolment.next_step, enrolment.end_reason, enrolment.due_at) == (2, "finished", None)
        keys = await desk.rows(
            "SELECT correlation_id FROM outbound_message_log WHERE reply_type = 'sequence' ORDER BY id"
        )
        assert [row.correlation_id for row in keys] == ["seq:1:0", "seq:1:1"]

    at_desk(dsn, story)


def test_an_answer_ends_it_and_the_next_question_begins_it_anew(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        clock.move(hours=1)
        await desk.text("Grace Hopper")
        await desk.settled()
        assert await later(desk, clock, hours=1) == []
        assert await later(desk, clock, hours=1) == ["Hi Grace, Ada's Plumbing again."]
        assert [row.end_reason for row in await desk.rows(ENROLMENTS)] == ["reply", None]

    at_desk(dsn, story)


@pytest.mark.parametrize(("word", "reason"), [("STOP", "opt_out"), ("please stop texting me", "opt_out")])
def test_an_opt_out_ends_it(dsn: str, word: str, reason: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        await desk.text(word)
        await desk.settled()
        assert await later(desk, clock, days=3) == []
        assert [row.end_reason for row in await desk.rows(ENROLMENTS)] == [reason]

    at_desk(dsn, story)


def test_a_text_that_waits_for_the_morning_is_held_back_once_the_lead_writes(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        clock.move(hours=13)  # eight in the evening where the number is from: two hours later is night
        await desk.text("Hi")
        await desk.settled()
        assert await later(desk, clock, hours=2) == []
        (waits,) = await desk.rows("SELECT status, reason FROM outbound_message_log WHERE reply_type = 'sequence'")
        assert tuple(waits) == ("PENDING", "quiet_hours")
        clock.move(minutes=10)
        await desk.text("Grace Hopper")
        await desk.settled()
        assert await later(desk, clock, hours=11) == ["Hi Grace, Ada's Plumbing again."]
        (held,) = await desk.rows(
            "SELECT status, reason FROM outbound_message_log WHERE reply_type = 'sequence' AND correlation_id = 'seq:1:0'"
        )
        assert tuple(held) == ("BLOCKED", "withdrawn")

    at_desk(dsn, story, quiet={"start": "21:00", "end": "08:00"}, tz="UTC")


@pytest.mark.parametrize(
    ("status", "expired", "closed"),
    [
        ("new", timedelta(), True),
        ("qualifying", timedelta(days=3), True),
        ("qualified", timedelta(), True),
        ("qualifying", timedelta(minutes=-1), False),
        ("qualifying", None, False),
        ("booked", timedelta(), False),
        ("won", timedelta(), False),
    ],
)
def test_leads_whose_time_is_over_are_closed_with_the_reason_and_all_others_stay(
    dsn: str, status: str, expired: timedelta | None, closed: bool
) -> None:
    expiry = None if expired is None else NOON - expired
    row = {"status": status, "expiry": expiry}

    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        async with desk.desk.db.transaction() as tx:
            await tx.run(
                "INSERT INTO leads (client_id, phone, status, sequence_expires_at) "
                "VALUES (1, '+12025550190', %(status)s, %(expiry)s)",
                row,
            )
        await _pass(desk)
        (lead,) = await desk.rows("SELECT status, closed_reason, closed_at FROM leads")
        expected = ("lost", "Sequence expired (30 days)", clock.now()) if closed else (status, None, None)
        assert tuple(lead) == expected

    at_desk(dsn, story)


async def _pass(desk: RunningDesk) -> FollowedUp:
    parts = desk.desk
    return await follow_up(parts.db, parts.bucket, parts.clock, parts.settings)


def test_who_was_closed_and_writes_again_is_a_lead_again(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        clock.move(days=31)
        await _pass(desk)
        (lead,) = await desk.rows("SELECT status FROM leads")
        assert lead.status == "lost"
        await desk.text("Sorry, still there?")
        await desk.settled()
        (lead,) = await desk.rows("SELECT status, closed_reason, sequence_expires_at FROM leads")
        assert tuple(lead) == ("qualifying", None, clock.now() + timedelta(days=30))

    at_desk(dsn, story, follow_up={"expires_days": 30})


FILL = """
WITH client AS (
    INSERT INTO clients (name, payment_active) VALUES ('Ada', true) RETURNING id
), lead AS (
    INSERT INTO leads (client_id, phone, status, sequence_expires_at)
    SELECT client.id, '+1202556' || lpad(n::text, 4, '0'), 'qualifying', %(expiry)s
    FROM client, generate_series(1, %(leads)s) AS n RETURNING id, client_id, phone
), talk AS (
    INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address)
    SELECT client_id, id, 'sms', '+12025550100', phone FROM lead RETURNING id, client_id, lead_id
)
INSERT INTO sequence_enrolments (client_id, lead_id, conversation_id, provider, sequence, due_at, enrolled_at)
SELECT client_id, lead_id, id, 'twilio', 'no_answer', %(due)s, %(due)s FROM talk
"""


def test_a_cron_that_ten_processes_run_at_once_puts_each_step_once(dsn: str) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            FILL.encode(), {"leads": 900, "due": now - timedelta(hours=1), "expiry": now + timedelta(days=9)}
        )
    environment = {**os.environ, "DATABASE_URL": dsn, "LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "frontdesk", "cron", "process-followups", "--json"]
    crowd = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(10)]
    passes = [json.loads(process.communicate(timeout=120)[0]) for process in crowd]
    assert [process.returncode for process in crowd] == [0] * 10
    assert sum(one["put"] for one in passes) == 900
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT count(*), count(DISTINCT (lead_id, correlation_id)), sum(collision_count) FROM outbound_message_log"
        ).fetchone()
        assert rows == (900, 900, 0)
        steps = connection.execute("SELECT DISTINCT next_step, due_at > now() FROM sequence_enrolments").fetchall()
        assert steps == [(1, True)]
        texts = connection.execute("SELECT count(DISTINCT conversation_id), count(*) FROM messages").fetchone()
        assert texts == (900, 900)


def test_a_step_that_was_put_and_not_noted_is_not_put_again(dsn: str) -> None:
    """As after a restore of the enrolments alone: the ledger's key keeps the promise, whatever the enrolment says."""

    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        assert await later(desk, clock, hours=2) == ["Hi, Ada's Plumbing again."]
        async with desk.desk.db.transaction() as tx:
            await tx.run("UPDATE sequence_enrolments SET next_step = 0, due_at = %(due)s", {"due": clock.now()})
        assert await later(desk, clock, minutes=1) == []
        (row,) = await desk.rows("SELECT collision_count FROM outbound_message_log WHERE reply_type = 'sequence'")
        assert row.collision_count == 1
        assert [message.to for message in desk.carrier.sent] == [LEAD, LEAD]
        assert {message.from_ for message in desk.carrier.sent} == {NUMBER}

    at_desk(dsn, story)
