"""What of the desk's state is an alert, from which number on, and what it says to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.effects import Alert, Severity
from frontdesk.setting_watch import MonitorSettings
from frontdesk.watching.troubles import TYPES, Counted, Facts, alerts_of

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LEASE_NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
AGO = NOW - timedelta(hours=2)
WELL = Facts(worker_at=LEASE_NOW)
ALL = Facts(
    letters=[Counted("twilio_sms", 2, AGO), Counted("vapi", 1, AGO)],
    stalled=[Counted("+12025550100", 1, AGO)],
    down=[Counted("twilio:AC1", 4, AGO, "503 Service Unavailable")],
    unknown=[Counted("+12025550100", 3, AGO)],
    worker_at=LEASE_NOW - timedelta(minutes=3),
)


def found(facts: Facts, **limits: float) -> list[Alert]:
    return list(alerts_of(facts, MonitorSettings(**limits), now=NOW, lease_now=LEASE_NOW))  # type: ignore[arg-type]


def test_a_desk_that_is_well_tells_nothing() -> None:
    assert found(WELL) == []


def test_each_trouble_is_told_by_its_type_and_what_it_is_of() -> None:
    alerts = found(ALL)
    assert [(one.alert_type, one.key) for one in alerts] == [
        ("DEAD_LETTERS", "twilio_sms"), ("DEAD_LETTERS", "vapi"), ("OUTBOX_STALLED", "+12025550100"),
        ("PROVIDER_DOWN", "twilio:AC1"), ("UNKNOWN_SENDS", "+12025550100"), ("WORKER_DOWN", "worker"),
    ]  # fmt: skip
    assert {one.alert_type for one in alerts} == set(TYPES)
    assert {one.alert_type for one in alerts if one.severity is Severity.HIGH} == {
        "OUTBOX_STALLED", "PROVIDER_DOWN", "WORKER_DOWN",
    }  # fmt: skip


@pytest.mark.parametrize("alert", found(ALL), ids=lambda alert: alert.alert_type)
def test_each_says_what_to_do_first(alert: Alert) -> None:
    assert "`frontdesk " in alert.message or "status page" in alert.message
    assert len(alert.title) < 80
    assert alert.title.startswith(alert.key)


def test_what_is_said_names_the_number_the_age_and_the_error() -> None:
    letters, _, stalled, down, unknown, worker = found(ALL)
    assert letters.title == "twilio_sms: 2 dead letters"
    assert "2 h" in letters.message
    assert "late by 2 h" in stalled.message
    assert "503 Service Unavailable" in down.message
    assert unknown.title == "+12025550100: 3 sends to decide"
    assert "for 3 min" in worker.message


def test_limits_are_settings() -> None:
    assert [one.alert_type for one in found(replace(ALL, worker_at=LEASE_NOW), dead_letters=4, unknown_sends=4)] == [
        "OUTBOX_STALLED",
        "PROVIDER_DOWN",
    ]
    at_limit = found(replace(WELL, letters=ALL.letters, unknown=ALL.unknown), dead_letters=3, unknown_sends=3)
    assert {one.alert_type for one in at_limit} == {"DEAD_LETTERS", "UNKNOWN_SENDS"}


@pytest.mark.parametrize(("seconds", "told"), [(59, False), (60, False), (61, True)])
def test_a_worker_is_missed_after_a_minute_and_not_for_one_late_heartbeat(seconds: int, told: bool) -> None:
    assert bool(found(replace(WELL, worker_at=LEASE_NOW - timedelta(seconds=seconds)))) is told


def test_a_worker_that_was_never_seen_is_missed() -> None:
    (alert,) = found(replace(WELL, worker_at=None))
    assert "No worker was seen lately" in alert.message
