"""invariants: what must never be, each a named SQL check, and the rows that break it. It only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert, Severity

__all__ = ["INVARIANTS", "Invariant", "Violation", "alert_of", "find_violations"]

Q = load_queries("frontdesk.steps", "invariants.sql")

_SHOWN = 5  # rows that are named; one more tells that there are more

_INDEXES = (
    "alerts_alert_type_alert_key_key", "audit_log_once", "bookings_once", "bookings_one_at_a_time",
    "calls_by_provider_id", "clients_phone_number_key", "inbox_lanes_pkey", "leads_client_id_phone_key",
    "messages_inbound_once", "onboarding_states_pkey", "onboarding_stays_one_open",
    "outbound_message_log_outbound_dedupe_key_key", "outbound_one_in_flight", "processed_webhooks_pkey",
    "sequence_enrolments_once", "twilio_number_pool_one_per_client", "twilio_number_pool_pkey",
)  # fmt: skip
_CHECKS = (
    ("outbound_message_log", "outbound_message_log_check3"),  # no SENT without a provider's id
    ("twilio_number_pool", "twilio_number_pool_check"),  # no ASSIGNED without a client
    ("onboarding_states", "onboarding_states_current_state_check"),
)


@dataclass(frozen=True, slots=True)
class Invariant:
    """One check: its statement, the promise in a sentence, and how bad it is where it does not hold."""

    name: str
    statement: str
    promise: str
    severity: Severity = Severity.HIGH


INVARIANTS = (
    Invariant("constraints_present", Q.constraints_present, "The indexes and checks that keep the promises are there"),
    Invariant("one_number_one_client", Q.one_number_one_client, "A number serves one client, and a client has one"),
    Invariant("sent_has_provider_id", Q.sent_has_provider_id, "What was sent has the provider's id"),
    Invariant("one_in_flight", Q.one_in_flight, "One message at a time is on its way to a recipient"),
    # What a person's own INSERT or UPDATE may bring about, and no constraint refuses.
    Invariant("active_leads_expire", Q.active_leads_expire, "An open lead is closed at some time", Severity.MEDIUM),
    Invariant(
        "counters_cover_texts", Q.counters_cover_texts, "A lead's counter holds all texts of the day", Severity.MEDIUM
    ),
    Invariant("completed_has_number", Q.completed_has_number, "A client who is set up has a number", Severity.MEDIUM),
)
"""In the order in which they are run."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that is broken, and the first rows that break it, each as it would be said."""

    name: str
    promise: str
    severity: Severity
    rows: tuple[str, ...]
    more: bool = False

    @property
    def words(self) -> str:
        """The promise and the rows in one line."""
        return f"{self.promise}; not so: {'; '.join(self.rows)}{' and more' if self.more else ''}."


async def find_violations(tx: Tx, now: datetime) -> list[Violation]:
    """Run every check; an empty list is what there should be."""
    row = {
        "indexes": list(_INDEXES),
        "tables": [table for table, _ in _CHECKS],
        "checks": [name for _, name in _CHECKS],
        "since": now - timedelta(days=7),
        "yesterday": now - timedelta(hours=26),
        "tomorrow": now + timedelta(hours=26),
        "now": now,
        "shown": _SHOWN + 1,
    }
    found = [(one, await tx.all(one.statement, row)) for one in INVARIANTS]
    return [_violation(one, rows) for one, rows in found if rows]


def _violation(one: Invariant, rows: Sequence[Any]) -> Violation:
    said = (", ".join(f"{name} {value}" for name, value in row._asdict().items()) for row in rows[:_SHOWN])
    return Violation(one.name, one.promise, one.severity, tuple(said), more=len(rows) > _SHOWN)


def alert_of(violation: Violation) -> Alert:
    """What the operator is told."""
    return Alert(
        alert_type="INVARIANT_VIOLATION",
        key=violation.name,
        severity=violation.severity,
        title=f"{violation.name}: broken",
        message=f"{violation.words} Stop what writes such rows, then mend them (docs/how-to/watching.md).",
    )
