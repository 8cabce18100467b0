"""Stuck clients: found, logged once, told of once, over when they move on; and nobody who moved in the meantime."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from frontdesk.db.pool import PUBLIC, Database
from frontdesk.effects import Severity
from frontdesk.settings import Settings
from frontdesk.steps.stuck import find_stuck, with_hope
from frontdesk.steps.watch import alert_for, look, tell_of, watch
from frontdesk.testing import FrozenClock, scratch_settings
from frontdesk.watching.model import Stuck

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


class Town:
    """Clients on a scratch database, by hand, and the watch over them."""

    def __init__(self, db: Database, dsn: str, settings: Settings) -> None:
        self.db, self.dsn, self.settings, self.clock = db, dsn, settings, FrozenClock(MONDAY)

    def sql(self, query: str, **params: Any) -> list[Any]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def client(self, name: str, state: str, minutes: float | None = None, *, paid: bool = False) -> int:
        """A client in a state for so many minutes."""
        since = None if minutes is None else self.clock.now() - timedelta(minutes=minutes)
        ((made,),) = self.sql(
            "WITH c AS (INSERT INTO clients (name, phone_number, payment_active) VALUES (%(name)s, %(phone)s, %(paid)s) RETURNING id) "
            "INSERT INTO onboarding_states (client_id, current_state, entered_at) SELECT id, %(state)s, %(since)s FROM c "
            "RETURNING client_id",
            name=name, phone=f"+1202555{9000 + len(self.sql('SELECT id FROM clients'))}", paid=paid, state=state, since=since,
        )  # fmt: skip
        return int(made)

    async def watch(self) -> tuple[Any, list[str]]:
        """One pass, and whom it logged, as client:state:severity."""
        with capture_logs() as lines:
            done = await watch(self.db, PUBLIC, self.clock, self.settings)
        found = [line for line in lines if line["event"] == "STUCK_CLIENT_DETECTED"]
        return done, [f"{line['client_id']}:{line['state']}:{line['severity']}" for line in found]

    def alerts(self) -> list[tuple[str, str, str, bool]]:
        """Every alert: type, key, severity, and whether it is open."""
        return self.sql("SELECT alert_type, alert_key, severity, resolved_at IS NULL FROM alerts ORDER BY 1, 2")

    async def stuck(self) -> dict[str, Stuck]:
        """Who is stuck now, by name."""
        async with self.db.transaction() as tx:
            found = await find_stuck(tx, self.clock.now(), self.settings)
            return {one.name: one for one in await with_hope(tx, found, self.clock.now())}


def in_town(dsn: str, story: Callable[[Town], Awaitable[None]], **changes: Any) -> None:
    async def run() -> None:
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        try:
            await story(Town(db, dsn, scratch_settings(**changes)))
        finally:
            await db.close()

    asyncio.run(run())


def test_the_worst_come_first_and_each_with_its_alert(dsn: str) -> None:
    async def story(town: Town) -> None:
        late = town.client("Late", "S0_WELCOME", 30)
        later = town.client("Later", "S0_WELCOME", 60)
        high = town.client("High", "S6_ASSIGN_NUMBER", 31)
        unpaid = town.client("Unpaid", "S5_CONFIRM_LIVE", 121)
        paid = town.client("Paid", "S5_CONFIRM_LIVE", 250, paid=True)
        call = town.client("Call", "S9_TEST_CALL", 1500)
        town.client("Fresh", "S0_WELCOME", 29)
        town.client("Done", "COMPLETE", 90_000)
        done, logged = await town.watch()
        assert (done.moved, done.stuck, done.logged, done.raised) == (7, 6, 6, 5)
        assert logged == [
            f"{call}:S9_TEST_CALL:HIGH", f"{unpaid}:S5_CONFIRM_LIVE:HIGH", f"{high}:S6_ASSIGN_NUMBER:HIGH",
            f"{paid}:S5_CONFIRM_LIVE:MEDIUM", f"{later}:S0_WELCOME:MEDIUM", f"{late}:S0_WELCOME:LOW",
        ]  # fmt: skip
        assert town.alerts() == [
            ("PAYMENT_BLOCK", f"{unpaid}:S5_CONFIRM_LIVE", "HIGH", True),
            ("STUCK_CLIENT", f"{later}:S0_WELCOME", "MEDIUM", True),
            ("STUCK_CLIENT", f"{high}:S6_ASSIGN_NUMBER", "MEDIUM", True),
            ("STUCK_CLIENT", f"{paid}:S5_CONFIRM_LIVE", "MEDIUM", True),
            ("STUCK_CLIENT", f"{call}:S9_TEST_CALL", "HIGH", True),
        ]

    in_town(dsn, story)


def test_one_line_a_state_and_six_hours_however_often_it_is_looked(dsn: str) -> None:
    async def story(town: Town) -> None:
        client = town.client("Ada", "S6_ASSIGN_NUMBER", 31)
        lines = [(await town.watch())[1] for _ in range(3)]
        assert lines == [[f"{client}:S6_ASSIGN_NUMBER:HIGH"], [], []]
        town.clock.move(hours=5, minutes=59)
        assert (await town.watch())[1] == []
        town.clock.move(minutes=1)
        assert len((await town.watch())[1]) == 1
        town.sql(
            "UPDATE onboarding_states SET current_state = 'S7_FORWARDING', entered_at = %(at)s", at=town.clock.now()
        )
        town.clock.move(days=5)
        assert len((await town.watch())[1]) == 1  # another state: at once, though a line was written lately
        town.sql(
            "UPDATE onboarding_states SET current_state = 'S9_TEST_CALL', entered_at = %(at)s", at=town.clock.now()
        )
        town.clock.move(hours=24)
        at_once = await asyncio.gather(*(watch(town.db, PUBLIC, town.clock, town.settings) for _ in range(8)))
        assert sum(one.logged for one in at_once) == 1

    in_town(dsn, story)


def test_it_is_over_when_they_move_on_and_begins_anew(dsn: str) -> None:
    async def story(town: Town) -> None:
        client = town.client("Ada", "S6_ASSIGN_NUMBER", 31)
        await town.watch()
        town.clock.move(minutes=5)
        town.sql(
            "UPDATE onboarding_states SET current_state = 'S7_FORWARDING', entered_at = %(at)s", at=town.clock.now()
        )
        done, _ = await town.watch()
        assert (done.moved, done.stuck, done.resolved) == (1, 0, 1)
        assert town.alerts() == [("STUCK_CLIENT", f"{client}:S6_ASSIGN_NUMBER", "MEDIUM", False)]
        town.clock.move(minutes=1)
        town.sql(
            "UPDATE onboarding_states SET current_state = 'S6_ASSIGN_NUMBER', entered_at = %(at)s", at=town.clock.now()
        )
        town.clock.move(minutes=30)
        assert (await town.watch())[0].raised == 1
        assert town.alerts() == [("STUCK_CLIENT", f"{client}:S6_ASSIGN_NUMBER", "MEDIUM", True)]

    in_town(dsn, story)


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE onboarding_states SET current_state = 'S7_FORWARDING', entered_at = %(at)s",
        "UPDATE onboarding_states SET entered_at = %(at)s",  # left and came back
        "UPDATE onboarding_states SET completed_at = %(at)s",
        "DELETE FROM onboarding_states",
    ],
)
def test_who_moves_between_the_look_and_the_word_is_not_alerted(dsn: str, meanwhile: str) -> None:
    async def story(town: Town) -> None:
        town.client("Ada", "S9_TEST_CALL", 1500)
        _, stuck = await look(town.db, PUBLIC, town.clock, town.settings)
        assert len(stuck) == 1
        town.sql(meanwhile, at=town.clock.now())
        assert await tell_of(town.db, PUBLIC, town.clock, town.settings, stuck) == (0, 0, 0)
        assert town.alerts() == []

    in_town(dsn, story)


def test_a_state_that_a_person_wrote_begins_when_it_is_seen(dsn: str) -> None:
    async def story(town: Town) -> None:
        client = town.client("Ada", "S6_ASSIGN_NUMBER", 31)
        await town.watch()
        town.clock.move(hours=3)
        town.sql("UPDATE onboarding_states SET current_state = 'S0_WELCOME'")
        assert await town.stuck() == {}  # also before the monitor came by
        done, logged = await town.watch()
        assert (done.moved, logged) == (1, [])
        now = town.clock.now()
        assert town.sql("SELECT entered_at, stuck_detected_at FROM onboarding_states") == [(now, None)]
        assert town.sql("SELECT state, entered_at, left_at FROM onboarding_stays ORDER BY id") == [
            ("S6_ASSIGN_NUMBER", MONDAY - timedelta(minutes=31), now),
            ("S0_WELCOME", now, None),
        ]
        town.clock.move(minutes=29)
        assert (await town.watch())[1] == []
        town.clock.move(minutes=1)
        assert (await town.watch())[1] == [f"{client}:S0_WELCOME:LOW"]

    in_town(dsn, story)


def test_a_row_without_a_time_is_given_one_and_a_time_put_back_counts(dsn: str) -> None:
    async def story(town: Town) -> None:
        client = town.client("Ada", "S9_TEST_CALL")
        await town.watch()
        assert town.sql("SELECT entered_at FROM onboarding_states") == [(MONDAY,)]
        town.sql("UPDATE onboarding_states SET entered_at = %(at)s", at=MONDAY - timedelta(hours=24))
        assert (await town.watch())[1] == [f"{client}:S9_TEST_CALL:HIGH"]
        assert town.sql("SELECT entered_at, left_at FROM onboarding_stays") == [(MONDAY - timedelta(hours=24), None)]

    in_town(dsn, story)


def test_a_weekend_does_not_count_for_who_is_closed(dsn: str) -> None:
    async def story(town: Town) -> None:
        town.clock = FrozenClock(
            datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
        )  # Friday; the desk's hours are 08:00 to 18:00
        client = town.client("Ada", "S1_BUSINESS_NAME", 0)
        assert (await town.watch())[1] == []
        town.clock.move(days=2, hours=17, minutes=59)  # Monday, 09:59: 3 h 59 min
        assert (await town.watch())[1] == []
        town.clock.move(minutes=1)
        assert (await town.watch())[1] == [f"{client}:S1_BUSINESS_NAME:LOW"]
        town.sql("UPDATE clients SET settings = %(own)s", own='{"hours": {"sun": "08:00-18:00"}}')
        assert (await town.stuck())["Ada"].severity is Severity.MEDIUM  # its own hours: ten of Sunday

    in_town(dsn, story)


TEXT = (
    "INSERT INTO outbound_message_log (outbound_dedupe_key, status, error, failed_at, reason, provider, provider_message_id, "
    "channel, reply_type, send_class, priority, day_bucket, from_address, to_address, body, correlation_id, available_at, "
    "created_at) SELECT gen_random_uuid(), %(status)s, 'e', %(at)s, 'opted_out', 'twilio', 'SM1', 'sms', 'onboarding', 'reply', "
    "1, '2026-11-16', '+12025550100', phone_number, 'x', 'c', %(at)s, %(at)s FROM clients"
)


@pytest.mark.parametrize(
    ("status", "minutes", "reason"),
    [
        ("DELIVERED", 20, None),  # asked, and an answer is waited for
        ("SENT", 25, None),
        ("PENDING", 60, None),  # on its way
        ("UNDELIVERED", 20, "did not arrive"),
        ("FAILED", 20, "did not arrive"),
        ("BLOCKED", 20, "did not arrive"),
        ("DELIVERED", 60, "nothing was asked since"),
    ],
)
def test_who_cannot_be_expected_to_answer_is_found_at_once(
    dsn: str, status: str, minutes: int, reason: str | None
) -> None:
    async def story(town: Town) -> None:
        town.client("Ada", "S1_BUSINESS_NAME", 20)
        assert await town.stuck() == {}  # brought by hand: no text ever went, and the threshold alone counts
        town.sql(TEXT, status=status, at=MONDAY - timedelta(minutes=minutes))
        stuck = await town.stuck()
        if reason is None:
            assert stuck == {}
            return
        assert (stuck["Ada"].severity, stuck["Ada"].terminal, stuck["Ada"].moves_within_6h) == (Severity.HIGH, True, 0)
        assert reason in stuck["Ada"].reason

    in_town(dsn, story)


def test_an_owner_who_sent_stop_is_called_and_not_waited_for(dsn: str) -> None:
    async def story(town: Town) -> None:
        town.client("Ada", "S1_BUSINESS_NAME", 20)
        consent = (
            "INSERT INTO consents (address, our_address, kind, source, created_at) "
            "SELECT phone_number, '+12025550100', %(kind)s, 'text', %(at)s FROM clients"
        )
        town.sql(consent, kind="opt_out", at=MONDAY - timedelta(minutes=9))
        assert "sent STOP" in (await town.stuck())["Ada"].reason
        town.sql(consent, kind="opt_in", at=MONDAY - timedelta(minutes=5))
        assert await town.stuck() == {}

    in_town(dsn, story)


def test_hope_comes_from_how_long_others_stayed(dsn: str) -> None:
    async def story(town: Town) -> None:
        town.client("Ada", "S0_WELCOME", 60)
        await town.watch()
        assert (await town.stuck())["Ada"].moves_within_6h is None
        town.sql(
            "INSERT INTO onboarding_stays (client_id, state, entered_at, left_at) "
            "SELECT (SELECT id FROM clients), 'S0_WELCOME', %(at)s, CASE WHEN n <= 6 THEN %(at)s + '2 h'::interval ELSE %(at)s + '1 d'::interval END "
            "FROM generate_series(1, 10) AS n",
            at=MONDAY - timedelta(days=9),
        )
        # Of the ten and Ada herself, who has waited for an hour: six go within six hours, of ten at risk by then.
        assert (await town.stuck())["Ada"].moves_within_6h == 0.6

    in_town(dsn, story)


@pytest.mark.parametrize(
    ("severity", "terminal", "told"),
    [("LOW", False, None), ("MEDIUM", False, "MEDIUM"), ("HIGH", False, "MEDIUM"), ("HIGH", True, "HIGH")],
)
def test_how_loud_it_is_told(severity: str, terminal: bool, told: str | None, dsn: str) -> None:
    async def story(town: Town) -> None:
        town.client("Ada's Plumbing", "S7_FORWARDING", 100_000)
        one = (await town.stuck())["Ada's Plumbing"]._replace(severity=Severity(severity), terminal=terminal)
        alert = alert_for(one)
        assert (alert and alert.severity) == told
        if alert:
            assert alert.title == "Ada's Plumbing: stuck in S7_FORWARDING"
            assert one.reason in alert.message
            assert "+1202555" in alert.message

    in_town(dsn, story)
