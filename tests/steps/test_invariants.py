"""Each promise that the monitor checks, broken on purpose: the check is named, and the rows that break it."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest

from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.steps.invariants import INVARIANTS, Violation, alert_of, find_violations
from frontdesk.steps.monitor import Monitor, Monitored
from frontdesk.testing import FrozenClock, scratch_settings

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
CLIENTS = "INSERT INTO clients (id, name) VALUES (1, 'Ada'), (2, 'Bo');"
LEAD = (
    CLIENTS
    + "INSERT INTO leads (id, client_id, phone, status, sequence_expires_at, sms_count_today, sms_count_reset_at) "
    "VALUES (7, 1, '+12025550143', 'new', '2026-12-20', 1, '2026-11-21 05:00+00');"
)
TEXT = (
    "INSERT INTO outbound_message_log (lead_id, outbound_dedupe_key, status, provider, provider_message_id, channel, reply_type, "
    "send_class, priority, day_bucket, from_address, to_address, body, correlation_id, available_at, created_at, claim_token, "
    "leased_until, counted_at) SELECT lead, 'key' || n, status, 'twilio', sid, 'sms', 'question', 'reply', 1, '2026-11-20', "
    "'+12025550100', '+12025550143', 'x', 'c', '2026-11-20 16:00+00', '2026-11-20 16:00+00', gen_random_uuid(), "
    "'2026-11-20 17:00+00', counted FROM (VALUES {}) AS v (n, lead, status, sid, counted);"
)


BY_HAND = {"active_leads_expire", "counters_cover_texts", "completed_has_number"}  # a row by hand may do it


def broken(dsn: str, sql: str) -> dict[str, Violation]:
    """What is found after `sql`, by name."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.encode())

    async def look() -> list[Violation]:
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        try:
            async with db.transaction() as tx:
                return await find_violations(tx, NOW)
        finally:
            await db.close()

    return {one.name: one for one in asyncio.run(look())}


BREAKING = {
    "constraints_present": (
        "DROP INDEX outbound_one_in_flight; DROP INDEX messages_inbound_once; "
        "CREATE INDEX messages_inbound_once ON messages (provider_message_id);"
        "ALTER TABLE twilio_number_pool DROP CONSTRAINT twilio_number_pool_check",
        ["missing messages_inbound_once", "missing outbound_one_in_flight", "missing twilio_number_pool.twilio_number_pool_check"],
    ),
    "active_leads_expire": (
        LEAD + "UPDATE leads SET sequence_expires_at = NULL",
        ["lead_id 7, client_id 1, status new"],
    ),
    "one_number_one_client": (
        CLIENTS + "DROP INDEX twilio_number_pool_one_per_client;"
        "ALTER TABLE twilio_number_pool DROP CONSTRAINT twilio_number_pool_check;"
        "INSERT INTO twilio_number_pool (phone_e164, status, client_id) VALUES ('+12025550101', 'ASSIGNED', 1), "
        "('+12025550102', 'ASSIGNED', 1), ('+12025550103', 'ASSIGNED', NULL), ('+12025550104', 'ASSIGNED', 2);"
        "INSERT INTO client_numbers (phone_e164, client_id) VALUES ('+12025550104', 1), ('+12025550101', 1)",
        [
            "phone_e164 +12025550101, client_id 1, why has 2 numbers",
            "phone_e164 +12025550103, client_id None, why is assigned to nobody",
            "phone_e164 +12025550104, client_id 2, why serves client 1 too",
        ],
    ),
    "sent_has_provider_id": (
        "ALTER TABLE outbound_message_log DROP CONSTRAINT outbound_message_log_check3;"
        + TEXT.format("(1, NULL::bigint, 'SENT', NULL, NULL::timestamptz), (2, NULL, 'SENT', 'SM1', NULL)"),
        ["message_id 1, status SENT"],
    ),
    "one_in_flight": (
        "DROP INDEX outbound_one_in_flight;"
        + TEXT.format("(1, NULL::bigint, 'SENDING', NULL, NULL::timestamptz), (2, NULL, 'UNKNOWN', NULL, NULL)"),
        ["from_address +12025550100, to_address +12025550143, in_flight 2"],
    ),
    "counters_cover_texts": (
        LEAD + TEXT.format("(1, 7::bigint, 'SENT', 'SM1', '2026-11-20 16:00+00'::timestamptz), (2, 7, 'SENT', 'SM2', '2026-11-20 16:01+00')"),
        ["lead_id 7, sms_count_today 1, counted 2"],
    ),
    "completed_has_number": (
        CLIENTS + "INSERT INTO onboarding_states (client_id, current_state, completed_at) "
        "VALUES (1, 'COMPLETE', NULL), (2, 'S9_TEST_CALL', '2026-11-20')",
        ["client_id 1, current_state COMPLETE", "client_id 2, current_state S9_TEST_CALL"],
    ),
}  # fmt: skip


def test_every_promise_is_broken_here() -> None:
    assert set(BREAKING) == {one.name for one in INVARIANTS}


@pytest.mark.parametrize("name", BREAKING)
def test_a_broken_promise_is_named_with_its_rows(dsn: str, name: str) -> None:
    sql, rows = BREAKING[name]
    found = broken(dsn, sql)
    assert sorted(found[name].rows) == rows
    assert found.keys() - {name} <= {"constraints_present"}  # the index that had to go
    alert = alert_of(found[name])
    assert (alert.alert_type, alert.key) == ("INVARIANT_VIOLATION", name)
    assert (alert.severity == "HIGH") is (name not in BY_HAND)
    assert rows[0] in alert.message


def test_a_desk_in_order_breaks_none(dsn: str) -> None:
    texts = (
        "(1, 7::bigint, 'SENT', 'SM1', '2026-11-20 16:00+00'::timestamptz), (2, 7, 'UNKNOWN', NULL, NULL), "
        "(3, 7, 'SENT', 'SM3', '2026-11-20 05:30+00')"  # yesterday, or so near to midnight that nobody can tell
    )
    numbers = (
        "INSERT INTO twilio_number_pool (phone_e164, status, client_id) VALUES ('+12025550101', 'ASSIGNED', 1), "
        "('+12025550102', 'RETIRED', 1); INSERT INTO client_numbers (phone_e164, client_id) VALUES ('+12025550101', 1);"
        "INSERT INTO onboarding_states (client_id, current_state, completed_at) VALUES (1, 'COMPLETE', '2026-11-20')"
    )
    assert broken(dsn, LEAD + TEXT.format(texts) + numbers) == {}


def test_more_rows_than_are_shown_are_said_to_be_there(dsn: str) -> None:
    many = CLIENTS + "INSERT INTO leads (client_id, phone) SELECT 1, '+1' || n FROM generate_series(1, 9) AS n"
    (violation,) = broken(dsn, many).values()
    assert len(violation.rows) == 5
    assert violation.words.endswith(" and more.")


def test_the_monitor_raises_it_and_takes_it_back_when_it_is_mended(dsn: str) -> None:
    def sql(query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    async def story() -> list[Monitored]:
        db = Database(dsn, prepare=scratch_settings().database_prepare)
        await db.open()
        try:
            monitor = Monitor(db, PUBLIC, FrozenClock(NOW), LeaseClock(), scratch_settings())
            first = await monitor.run()
            assert sql(
                "SELECT alert_key, resolved_at IS NULL FROM alerts WHERE alert_type = 'INVARIANT_VIOLATION'"
            ) == [("active_leads_expire", True)]
            sql("UPDATE leads SET sequence_expires_at = '2026-12-20'")
            return [first, await monitor.run()]
        finally:
            await db.close()

    sql(LEAD + "UPDATE leads SET sequence_expires_at = NULL")
    first, second = asyncio.run(story())
    assert (first.violations, first.clean) == (["active_leads_expire"], True)
    assert (second.violations, second.clean) == ([], True)
    assert sql("SELECT resolved_at IS NULL FROM alerts WHERE alert_type = 'INVARIANT_VIOLATION'") == [(False,)]
    assert sql("SELECT name, clean FROM monitor_runs") == [("monitor", True)]
