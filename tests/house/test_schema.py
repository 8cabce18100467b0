"""The schema: CHECKs equal the enums, public columns are there, migrations are forward-only and repeatable."""

import asyncio
import re
from datetime import UTC, datetime
from enum import StrEnum

import psycopg
import pytest

from frontdesk.alerts.model import Channel, Decision, DeliveryStatus, MessageStatus
from frontdesk.bookings.model import BookingStatus
from frontdesk.calls.model import CallStatus, Direction, Outcome
from frontdesk.clients.buying import PurchaseState
from frontdesk.db.migrate import CODE_VERSION, load_migrations, migrate, statements
from frontdesk.db.pool import Database
from frontdesk.effects import SendClass, Severity
from frontdesk.errors import SetupError
from frontdesk.inbox.model import EventStatus
from frontdesk.message import LaneClass
from frontdesk.onboarding_states import FINAL, State
from frontdesk.outbox.model import LedgerStatus
from frontdesk.payments.model import PaymentState
from frontdesk.watching.rules import THRESHOLDS, uncovered

NOW = datetime(2026, 11, 20, tzinfo=UTC)

PUBLIC_COLUMNS = {
    "webhook_events": "id webhook_type request_id lane body payload headers received_at status attempts available_at last_error processed_at",
    "processed_webhooks": "request_id webhook_type function_name parameters response duplicate_count received_at expires_at",
    "clients": "id name phone_number timezone payment_active paused settings created_at",
    "onboarding_states": "client_id current_state entered_at completed_at stuck_detected_at",
    "twilio_number_pool": "phone_e164 status client_id assigned_at paid_until",
    "leads": "id client_id first_name last_name phone email status closed_reason closed_at sequence_expires_at last_sms_at "
    "sms_count_today sms_count_reset_at service_type_enum service_type_id timezone",
    "conversations": "id client_id lead_id channel last_question_key questions_asked_count state_version known_fields bot_paused_at",
    "messages": "id conversation_id lead_id direction body status blocked_reason provider_message_id sent_at created_at",
    "calls": "id dialpad_call_id client_id lead_id direction status raw_payload started_at ended_at",
    "outbound_message_log": "id conversation_id outbound_dedupe_key collision_count status error provider_message_id reply_type "
    "day_bucket created_at sent_at failed_at",
    "alerts": "alert_type alert_key severity resource_id opened_at resolved_at acknowledged_at",
    "alert_logs": "id alert_type alert_key severity resource_id title message channel delivered_at",
    "service_types": "id code label",
    "client_payments": "payment_ref client_id customer_id subscription_id state last_event_at amount currency paid_at",
}  # fmt: skip

Connection = psycopg.Connection[tuple[str]]


@pytest.mark.parametrize("table", PUBLIC_COLUMNS)
def test_the_columns_that_operators_query_are_there(table: str, server_with_schema: Connection) -> None:
    rows = server_with_schema.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s", [table]
    )
    assert set(PUBLIC_COLUMNS[table].split()) <= {row[0] for row in rows}


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("outbound_message_log", "status", LedgerStatus),
        ("outbound_message_log", "send_class", SendClass),
        ("inbox_lanes", "lane_class", LaneClass),
        ("webhook_events", "status", EventStatus),
        ("alerts", "severity", Severity),
        ("alerts", "decision", Decision),
        ("alert_messages", "status", MessageStatus),
        ("alert_deliveries", "status", DeliveryStatus),
        ("alert_deliveries", "channel", Channel),
        ("bookings", "status", BookingStatus),
        ("client_payments", "state", PaymentState),
        ("onboarding_states", "current_state", State),
        ("onboarding_states", "recorded_state", State),
        ("onboarding_states", "returns_to", State),
        ("calls", "status", CallStatus),
        ("calls", "direction", Direction),
        ("calls", "outcome", Outcome),
        ("call_legs", "status", CallStatus),
        ("call_legs", "outcome", Outcome),
        ("number_purchases", "state", PurchaseState),
    ],
)
def test_a_check_holds_exactly_the_words_of_its_enum(
    table: str, column: str, words: type[StrEnum], server_with_schema: Connection
) -> None:
    rows = server_with_schema.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table]
    ).fetchall()
    lists = [row[0] for row in rows if re.match(rf"CHECK \(\(?{column} = ANY", row[0])]
    assert len(lists) == 1
    assert set(re.findall(r"'(\w+)'", lists[0])) == set(words)


@pytest.mark.parametrize(
    ("promise", "definition"),
    [
        ("nothing is handled twice", "UNIQUE INDEX processed_webhooks_pkey ON public.processed_webhooks USING btree (request_id)"),
        ("nobody gets the same message twice", "UNIQUE INDEX outbound_message_log_outbound_dedupe_key_key"),
        ("an inbound message is one row", "UNIQUE INDEX messages_inbound_once"),
        ("one in flight per recipient", "UNIQUE INDEX outbound_one_in_flight"),
        ("one number per client", "UNIQUE INDEX twilio_number_pool_one_per_client"),
        ("a client has one appointment at a time", "INDEX bookings_one_at_a_time ON public.bookings USING gist"),
        ("a booking asked for twice is one", "UNIQUE INDEX bookings_once ON public.bookings"),
        ("one send of an alert for each running number", "UNIQUE INDEX alert_logs_alert_type_alert_key_key"),
        ("a condition is one row", "UNIQUE INDEX alerts_alert_type_alert_key_key"),
        ("one message gathers a group of alerts", "UNIQUE INDEX alert_messages_one_gathers"),
        ("a code means one alert", "UNIQUE INDEX alert_codes_pkey"),
        ("a call is one row", "UNIQUE INDEX calls_by_provider_id"),
        ("a number is ordered once", "UNIQUE INDEX number_purchases_once"),
        ("one row per lane", "UNIQUE INDEX inbox_lanes_pkey ON public.inbox_lanes USING btree (lane)"),
    ],
)  # fmt: skip
def test_each_promise_has_its_constraint(promise: str, definition: str, server_with_schema: Connection) -> None:
    rows = server_with_schema.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
    assert any(definition in row[0] for row in rows), promise


def test_the_archive_is_partitioned_and_nothing_points_at_it(server_with_schema: Connection) -> None:
    (kind,) = server_with_schema.execute(
        "SELECT relkind::text FROM pg_class WHERE relname = 'webhook_events'"
    ).fetchone()  # type: ignore[misc]
    assert kind == "p"
    (keys,) = server_with_schema.execute(
        "SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'webhook_events'::regclass"
    ).fetchone()  # type: ignore[misc]
    assert keys == "0"


def test_every_state_of_the_set_up_has_a_threshold_or_is_final(server_with_schema: Connection) -> None:
    (check,) = server_with_schema.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'onboarding_states_current_state_check'"
    ).fetchone()  # type: ignore[misc]
    states = frozenset(re.findall(r"'(\w+)'", check))
    assert uncovered(states) == frozenset()
    assert states == THRESHOLDS.keys() | FINAL  # and none that is not there


def test_every_table_has_a_primary_key(server_with_schema: Connection) -> None:
    rows = server_with_schema.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p')"
    ).fetchall()
    assert rows == []


def test_migrations_are_one_statement_each_and_never_use_functions_bodies() -> None:
    for migration in load_migrations():
        assert "$$" not in migration.text
        assert all(";" not in statement for statement in statements(migration.text))


def _on(dsn: str, work: object) -> None:
    async def run() -> None:
        db = Database(dsn)
        await db.open()
        try:
            await work(db)  # type: ignore[operator]
        finally:
            await db.close()

    asyncio.run(run())


def test_migrating_again_from_many_processes_does_nothing(dsn: str) -> None:
    async def work(db: Database) -> None:
        assert await asyncio.gather(*(migrate(db, NOW) for _ in range(4))) == [[], [], [], []]

    _on(dsn, work)


def test_many_processes_migrate_an_empty_database_once(server: str) -> None:
    from psycopg.conninfo import make_conninfo

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_start")

    async def work(db: Database) -> None:
        applied = await asyncio.gather(*(migrate(db, NOW) for _ in range(4)))
        assert sorted(len(one) for one in applied) == [0, 0, 0, CODE_VERSION]

    try:
        _on(make_conninfo(server, dbname="empty_start"), work)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE empty_start WITH (FORCE)")


def test_a_schema_that_needs_newer_code_is_refused_and_left_alone(dsn: str) -> None:
    async def work(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.run("INSERT INTO schema_versions VALUES (99, 'from the future', 99, '2030-01-01')")
        with pytest.raises(SetupError, match=r"newer Frontdesk.*schema code 99, this is"):
            await migrate(db, NOW)
        async with db.transaction() as tx:
            await tx.run("UPDATE schema_versions SET min_code_version = 1 WHERE version = 99")
        assert await migrate(db, NOW) == []

    _on(dsn, work)
