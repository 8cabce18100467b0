"""Alerts that are over are forgotten after a quarter of a year, whole; what holds or is on its way stays."""

from datetime import datetime

from scratch import with_db

from frontdesk.alerts.retention import KINDS_OF_ROW, forget
from frontdesk.alerts.store import raise_alert, resolve_alert
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.effects import Alert, Severity
from frontdesk.steps.raise_again import forget_old_alerts
from frontdesk.testing import FrozenClock

TABLES = (
    "alert_raises", "alert_logs", "alert_links", "alert_deliveries", "alert_messages", "alert_episodes", "alert_silences", "alerts",
)  # fmt: skip


async def counts(db: Database) -> dict[str, int]:
    async with db.transaction() as tx:
        return {table: (await tx.one(f"SELECT count(*) AS n FROM {table}")).n for table in TABLES}


async def raises(db: Database, key: str, now: datetime) -> str:
    async with db.transaction() as tx:
        return (await raise_alert(tx, Alert("DISK", key, Severity.HIGH, f"{key}: full", "Empty it."), now)).decision


async def told_and_over(db: Database, key: str, now: datetime) -> None:
    """A condition that was told of by SMS, with a link and a silence, and is over."""
    await raises(db, key, now)
    async with db.transaction() as tx:
        await tx.run("UPDATE alert_messages SET status = 'delivered', closed_at = %(now)s", {"now": now})
        await tx.run(
            "INSERT INTO alert_deliveries (message_id, channel, position, status, next_at, created_at) "
            "SELECT id, 'sms', 0, 'delivered', created_at, created_at FROM alert_messages ON CONFLICT DO NOTHING"
        )
        await tx.run(
            "INSERT INTO alert_links (token_hash, message_id, act, recipient, expires_at) "
            "SELECT sha256(id::text::bytea), id, 'ack', 'sms', created_at FROM alert_messages ON CONFLICT DO NOTHING"
        )
        await tx.run(
            "INSERT INTO alert_silences (author, comment, starts_at, ends_at, created_at) "
            "VALUES ('Al', 'x', %(now)s, %(now)s, %(now)s)",
            {"now": now},
        )
        await resolve_alert(tx, "DISK", key, now, tell=False)


def test_what_is_over_goes_whole_and_the_same_condition_is_news_again(dsn: str) -> None:
    async def story(db: Database) -> None:
        clock = FrozenClock()
        await told_and_over(db, "a", clock.now())
        before = await counts(db)
        assert all(before.values()), before
        clock.move(days=91)
        assert await forget_old_alerts(db, PUBLIC, clock) == 0
        clock.move(days=2)
        assert await forget_old_alerts(db, PUBLIC, clock) == sum(before.values())
        assert set((await counts(db)).values()) == {0}
        assert await raises(db, "a", clock.now()) == "sent"

    with_db(dsn, story)


def test_what_holds_stays_and_so_does_a_message_on_its_way(dsn: str) -> None:
    async def story(db: Database) -> None:
        clock = FrozenClock()
        await raises(db, "b", clock.now())  # its message gathers still, and it holds
        clock.move(days=200)
        await forget_old_alerts(db, PUBLIC, clock)
        left = await counts(db)
        assert (left["alerts"], left["alert_messages"], left["alert_logs"], left["alert_episodes"]) == (1, 1, 1, 1)
        assert left["alert_raises"] == 0

    with_db(dsn, story)


def test_a_condition_whose_code_may_still_be_answered_stays(dsn: str) -> None:
    async def story(db: Database) -> None:
        clock = FrozenClock()
        await told_and_over(db, "c", clock.now())
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO alert_codes (code, alert_id, episode, held_until) SELECT 1, id, 1, 'infinity' FROM alerts"
            )
        clock.move(days=200)
        await forget_old_alerts(db, PUBLIC, clock)
        assert (await counts(db))["alerts"] == 1

    with_db(dsn, story)


def test_a_batch_takes_no_more_than_it_may(dsn: str) -> None:
    async def story(db: Database) -> None:
        clock = FrozenClock()
        for key in "defgh":
            await told_and_over(db, key, clock.now())
        later = clock.move(days=200)
        for kind in KINDS_OF_ROW:
            async with db.transaction() as tx:
                assert await forget(tx, kind, later, 2) <= 2, kind
        assert await forget_old_alerts(db, PUBLIC, clock) > 0
        assert set((await counts(db)).values()) == {0}

    with_db(dsn, story)
