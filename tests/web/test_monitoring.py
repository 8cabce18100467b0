"""/readyz when the monitor does not run, and the monitor by HTTP cron."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from frontdesk.db.migrate import CODE_VERSION
from frontdesk.web.health import judge
from frontdesk.web.views import HealthFacts

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIELDS = {"watched", "troubles", "violations", "failed", "clean", "tookMs"}


def process(started: timedelta, *roles: str, seen: timedelta = timedelta()) -> Any:
    known = {"host": "h", "pid": 1, "version": "1", "roles": list(roles)}
    return SimpleNamespace(**known, started_at=NOW - started, seen_at=NOW - seen)


def verdict(monitored: timedelta | None, *processes: Any) -> Any:
    at = None if monitored is None else NOW - monitored
    facts = HealthFacts(CODE_VERSION, list(processes), [], {}, None, 0, at)
    return judge(facts, now=NOW, lease_now=NOW, simulated=False, every=5 * MINUTE)


@pytest.mark.parametrize(
    ("monitored", "started", "ready"),
    [
        (MINUTE, 60 * MINUTE, True),
        (15 * MINUTE, 60 * MINUTE, True),
        (15.1 * MINUTE, 60 * MINUTE, False),
        (None, 15 * MINUTE, True),  # it just started
        (None, 15.1 * MINUTE, False),
        (600 * MINUTE, MINUTE, True),  # after a night without a scheduler
    ],
)
def test_a_monitor_that_misses_three_passes_is_told(monitored: Any, started: timedelta, ready: bool) -> None:
    said = verdict(monitored, process(started, "worker", "scheduler"))
    assert said.ready is ready
    assert any("The monitor does not run" in reason for reason in said.reasons) is not ready


def test_without_a_scheduler_that_alone_is_the_reason() -> None:
    said = verdict(600 * MINUTE, process(60 * MINUTE, "worker"))
    assert said.ready is False
    assert ["No scheduler is alive" in reason for reason in said.reasons] == [True]


def test_readyz_says_so_and_livez_does_not_mind(dsn: str, house_on: Any) -> None:
    with house_on(dsn) as house:
        house.until("SELECT count(*) = 1 FROM monitor_runs")
        house.until("SELECT count(*) = 1 FROM processes")
        assert house.get("/readyz").json()["checks"]["monitoredAt"] is not None
        house.sql("UPDATE monitor_runs SET finished_at = finished_at - interval '20 minutes'")
        house.sql("UPDATE processes SET started_at = started_at - interval '20 minutes'")
        answer = house.get("/readyz")
        assert answer.status_code == 503
        assert "The monitor does not run (the last pass ended 20 min ago)" in answer.json()["reasons"][0]
        assert house.get("/livez").status_code == 200


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_http_cron_runs_a_whole_pass(dsn: str, house_on: Any, method: str) -> None:
    with house_on(dsn, roles=(), cron_secret="the-secret-of-the-cron") as house:
        path = house.url + "/api/cron/monitor"
        assert house.http.request(method, path).status_code == 401
        bearer = {"authorization": "Bearer the-secret-of-the-cron"}
        house.sql(
            "INSERT INTO onboarding_states (client_id, current_state, entered_at) SELECT id, 'S6_ASSIGN_NUMBER', now() - interval '1 hour' FROM clients"
        )
        answer = house.http.request(method, path, headers=bearer)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert set(said) == FIELDS
        assert said["watched"] == {"moved": 1, "stuck": 1, "logged": 1, "raised": 1, "resolved": 0}
        assert (said["violations"], said["failed"], said["clean"]) == ([], [], True)
        assert said["troubles"] == ["WORKER_DOWN worker"]  # nobody works here
        again = house.http.request(method, path, headers=bearer).json()
        assert again["watched"] == {"moved": 0, "stuck": 1, "logged": 0, "raised": 0, "resolved": 0}
