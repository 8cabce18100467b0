"""Raises: decided in one statement, over any number of connections; told once in six hours; logged with the decision."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg_pool import PoolTimeout

from frontdesk.alerts.model import Decision
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.effects import Alert, Severity
from frontdesk.steps.raise_again import raise_again
from frontdesk.steps.raise_alert import raise_alert, resolve_alert
from frontdesk.testing import FrozenClock, scratch_settings

Story = Callable[["Alarm"], Awaitable[None]]


class Alarm:
    """A database and a clock, to raise things on."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = FrozenClock()

    async def raises(
        self, key: str = "ada", severity: Severity = Severity.HIGH, alert_type: str = "STUCK_CLIENT"
    ) -> Decision:
        alert = Alert(alert_type, key, severity, f"{key}: stuck", "for hours")
        return await raise_alert(self.db, PUBLIC, self.clock, alert)

    async def over(self, key: str = "ada", alert_type: str = "STUCK_CLIENT") -> bool:
        return await resolve_alert(self.db, PUBLIC, self.clock, alert_type, key)

    async def again(self) -> int:
        return await raise_again(self.db, PUBLIC, self.clock)

    async def rows(self, query: str) -> list[Any]:
        async with self.db.transaction() as tx:
            return list(await tx.all(query))

    async def close(self) -> None:
        async with self.db.transaction() as tx:
            await tx.run("UPDATE alert_messages SET status = 'ready'")

    async def silence(self, hours: float, alert_type: str | None = None, like: str = "%") -> None:
        async with self.db.transaction() as tx:
            now = self.clock.now()
            ends = self.clock.move(hours=hours)
            self.clock.move(hours=-hours)
            await tx.run(
                "INSERT INTO alert_silences (alert_type, key_like, author, comment, starts_at, ends_at, created_at) "
                "VALUES (%(type)s, %(like)s, 'Ann', 'known', %(now)s, %(ends)s, %(now)s)",
                {"type": alert_type, "like": like, "now": now, "ends": ends},
            )


def told(dsn: str, story: Story, tmp_path: Path | None = None) -> None:
    async def run() -> None:
        db = Database(dsn, size=20, prepare=scratch_settings().database_prepare)
        db.spool = tmp_path
        await db.open()
        try:
            await story(Alarm(db))
        finally:
            await db.close()

    asyncio.run(run())


def test_sixteen_raises_at_once_are_one_notification_for_each_of_fifty_keys(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        decisions: list[Decision] = []
        for n in range(50):
            decisions += await asyncio.gather(*(alarm.raises(f"key {n}") for _ in range(16)))
        assert Decision.SPOOLED not in decisions
        assert sum(one in (Decision.SENT, Decision.BUNDLED) for one in decisions) == 50
        assert decisions.count(Decision.WITHIN_WINDOW) == 50 * 15
        assert (await alarm.rows("SELECT count(*) AS rows, count(DISTINCT alert_id) AS keys FROM alert_logs"))[0] == (
            50,
            50,
        )
        assert (await alarm.rows("SELECT count(*) FROM alert_messages"))[0].count == 1

    told(dsn, story)


def test_the_window_slides_and_a_rise_or_a_recurrence_goes_through(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        seen = [await alarm.raises(severity=Severity.MEDIUM)]
        alarm.clock.move(hours=5, minutes=59)
        seen.append(await alarm.raises(severity=Severity.MEDIUM))
        await alarm.close()
        alarm.clock.move(minutes=2)
        seen.append(await alarm.raises(severity=Severity.MEDIUM))
        alarm.clock.move(hours=1)
        seen.append(await alarm.raises(severity=Severity.MEDIUM))
        await alarm.close()
        seen.append(await alarm.raises(severity=Severity.HIGH))
        seen.append(await alarm.raises(severity=Severity.MEDIUM))  # no fall in severity is told
        await alarm.close()
        alarm.clock.move(hours=2)
        assert await alarm.over()
        assert not await alarm.over()
        seen.append(await alarm.raises(severity=Severity.MEDIUM))
        assert seen == ["sent", "within_window", "sent", "within_window", "sent", "within_window", "sent"]
        keys = [row.alert_key for row in await alarm.rows("SELECT alert_key FROM alert_logs ORDER BY id")]
        assert keys == ["ada#1", "ada#2", "ada#3", "ada#4"]
        assert len(await alarm.rows("SELECT 1 FROM alert_raises")) == len(seen)

    told(dsn, story)


def test_what_comes_within_two_minutes_of_a_message_of_its_group_goes_with_the_next_one(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        assert await alarm.raises("ada") == Decision.SENT
        assert await alarm.raises("ben") == Decision.BUNDLED
        await alarm.close()
        alarm.clock.move(seconds=30)
        assert await alarm.raises("cyd") == Decision.BUNDLED
        assert await alarm.raises("dan", alert_type="POOL_EMPTY") == Decision.SENT
        alarm.clock.move(seconds=5)
        (waits,) = await alarm.rows(
            "SELECT due_at FROM alert_messages WHERE status = 'gathering' AND alert_type = 'STUCK_CLIENT'"
        )
        assert 80 < (waits.due_at - alarm.clock.now()).total_seconds() <= 90

    told(dsn, story)


def test_low_is_written_down_and_a_silence_or_a_greater_trouble_holds_back(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        assert await alarm.raises("low", Severity.LOW) == Decision.LOGGED
        await alarm.silence(2, "STUCK_CLIENT", "ad%")
        assert await alarm.raises("ada") == Decision.SILENCED
        assert await alarm.raises("ben") == Decision.SENT
        assert await alarm.raises("x", alert_type="PROVIDER_DOWN") == Decision.SENT
        assert await alarm.raises("x", alert_type="OUTBOX_STALLED") == Decision.INHIBITED
        (log,) = await alarm.rows("SELECT detail FROM alert_raises WHERE decision = 'inhibited'")
        assert log.detail == "PROVIDER_DOWN"
        assert await alarm.again() == 0
        await alarm.over("x", "PROVIDER_DOWN")
        assert await alarm.again() == 1
        assert await alarm.raises("x", alert_type="OUTBOX_STALLED") == Decision.WITHIN_WINDOW

    told(dsn, story)


def test_a_silence_that_ends_while_it_is_true_tells_once(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        await alarm.silence(1)
        assert await alarm.raises() == Decision.SILENCED
        assert await alarm.again() == 0
        alarm.clock.move(hours=1, minutes=1)
        assert sum(await asyncio.gather(*(alarm.again() for _ in range(5)))) >= 1
        (row,) = await alarm.rows("SELECT why, alert_key FROM alert_logs")
        assert row.why == "silence_over"

    told(dsn, story)


def test_medium_rises_after_twelve_hours_unless_somebody_has_it_in_hand(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        await alarm.raises("ada", Severity.MEDIUM)
        await alarm.raises("ben", Severity.MEDIUM)
        async with alarm.db.transaction() as tx:
            until = alarm.clock.move(hours=13)
            alarm.clock.move(hours=-13)
            await tx.run("UPDATE alerts SET ack_until = %(until)s WHERE alert_key = 'ben'", {"until": until})
        alarm.clock.move(hours=12, minutes=1)
        assert await alarm.raises("ben", Severity.MEDIUM) == Decision.ACKNOWLEDGED
        assert await alarm.again() == 1
        rows = await alarm.rows("SELECT alert_key, severity FROM alerts ORDER BY alert_key")
        assert [tuple(row) for row in rows] == [("ada", "HIGH"), ("ben", "MEDIUM")]
        alarm.clock.move(hours=1)
        assert await alarm.again() == 1  # the acknowledgement is over, and it was opened more than twelve hours ago
        assert await alarm.again() == 0
        (ben,) = await alarm.rows("SELECT severity, ack_until FROM alerts WHERE alert_key = 'ben'")
        assert tuple(ben) == ("HIGH", None)

    told(dsn, story)


def test_a_callers_rollback_leaves_the_alert_and_a_caller_in_trouble_gets_no_more_of_it(dsn: str) -> None:
    async def story(alarm: Alarm) -> None:
        async def caller() -> None:
            async with alarm.db.transaction() as tx:
                await tx.run("DELETE FROM leads")
                await alarm.raises()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await caller()
        assert len(await alarm.rows("SELECT 1 FROM alerts")) == 1

    told(dsn, story)


def test_without_a_database_an_alert_is_a_file_and_one_for_each_condition(tmp_path: Path) -> None:
    async def story() -> None:
        db = Database("postgresql://127.0.0.1:1/nothing", size=1, wait=0.2)
        db.spool = tmp_path / "alerts"
        with pytest.raises(PoolTimeout):
            await db.open()
        alarm = Alarm(db)
        assert await alarm.raises() == Decision.SPOOLED
        assert await alarm.raises() == Decision.SPOOLED
        assert not await alarm.over()
        assert len(list(db.spool.glob("*.json"))) == 1
        await db.close()

    asyncio.run(story())


def test_alerts_are_muted_in_code_and_restored_once(dsn: str) -> None:
    from frontdesk.alerting import Muted

    async def story(alarm: Alarm) -> None:
        restore = Muted(alarm.db)
        with Muted(alarm.db):
            assert await alarm.raises() == Decision.SILENCED
        assert await alarm.raises() == Decision.SILENCED
        assert await alarm.again() == 0  # no silence that a person set is over
        restore()
        restore()
        assert await alarm.raises() == Decision.SENT

    told(dsn, story)
