"""/metrics over real HTTP: what it tells, to whom, how cheaply, and what is left of it without a database."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg.conninfo import conninfo_to_dict

from frontdesk.testing import NUMBER
from frontdesk.web.kept import Kept

House = Callable[..., AbstractContextManager[Any]]
Samples = dict[tuple[str, ...], float]


@pytest.fixture
def idle(dsn: str, house_on: House) -> Iterator[Any]:
    """A desk that does no work: what a test puts into its tables stays there."""
    with house_on(dsn, roles=("serve",)) as house:
        yield house


def scrape(house: Any, **headers: str) -> Samples:
    """All samples by name and label values, the labels in alphabetical order."""
    answer = house.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {(s.name, *(s.labels[label] for label in sorted(s.labels))): s.value for s in samples}


def until(house: Any, key: tuple[str, ...], value: float, seconds: float = 15) -> Samples:
    """Scrape until a sample has this value: readings are kept for a second."""
    deadline = time.monotonic() + seconds
    while (found := scrape(house)).get(key) != value:
        assert time.monotonic() < deadline, f"{key} is {found.get(key)}, not {value}"
        time.sleep(0.2)
    return found


def test_names_and_types_are_as_prometheus_wants_them(house: Any) -> None:
    answer = house.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert family.name.startswith(("frontdesk_", "process_", "python_"))
        assert family.documentation
        assert not any(sample.name.endswith("_created") for sample in family.samples)
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
    openmetrics = house.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.text.endswith("# EOF\n")


def test_a_text_that_came_twice_is_seen_in_every_meter(house: Any) -> None:
    before = scrape(house)
    assert house.text("Hello", lead="+12025550188", times=3) == [200, 200, 200]
    house.delivered("+12025550188")
    house.until("SELECT count(*) = 0 FROM inbox_queue")
    now = scrape(house)

    def grew(*key: str) -> float:
        return now[key] - before.get(key, 0)

    assert grew("frontdesk_webhooks_total", "200", "twilio_sms") == 3
    assert grew("frontdesk_webhook_items_total", "first", "twilio_sms") == 1
    assert grew("frontdesk_webhook_items_total", "duplicate", "twilio_sms") == 2
    assert grew("frontdesk_webhook_accept_seconds_count", "twilio_sms") == 3
    assert grew("frontdesk_event_tries_total", "handled", "twilio_sms") == 1
    assert grew("frontdesk_event_tries_total", "failed", "twilio_sms") == 0
    assert grew("frontdesk_event_lag_seconds_count", "twilio_sms") == 1
    assert 0 < grew("frontdesk_event_lag_seconds_sum", "twilio_sms") < 30
    later = until(
        house, ("frontdesk_outbox_messages", "DELIVERED"), before["frontdesk_outbox_messages", "DELIVERED"] + 1
    )
    assert 0 < later["frontdesk_inbox_lag_seconds", "0.99"] < 30
    assert later["frontdesk_listening",] == 1
    assert later["frontdesk_receiver_waiting",] == 0


def test_a_webhook_that_is_refused_counts_under_its_status(house: Any) -> None:
    before = scrape(house).get(("frontdesk_webhooks_total", "403", "twilio_sms"), 0)
    assert house.post("/webhooks/twilio/sms", data={"Body": "forged"}).status_code == 403
    assert scrape(house)["frontdesk_webhooks_total", "403", "twilio_sms"] == before + 1


def test_a_handler_that_fails_counts_its_tries(dsn: str, house_on: House) -> None:
    worker = {"first_retry_seconds": 0.05, "poll_seconds": 0.2, "max_tries": 3}
    with house_on(dsn, worker=worker) as house:

        async def fails(event: object) -> None:
            raise RuntimeError("not today")

        house.desk.registry.handlers["twilio_sms"] = fails
        house.text("Hello")
        found = until(house, ("frontdesk_dead_letters_open", "twilio_sms"), 1)
        assert found["frontdesk_event_tries_total", "failed", "twilio_sms"] == 3
        assert found["frontdesk_event_tries_total", "handled", "twilio_sms"] == 0


def test_lanes_are_told_by_class_and_state(idle: Any) -> None:
    idle.sql(
        "INSERT INTO inbox_lanes (lane, lane_class, ready_at, claim_token, last_received_at) VALUES "
        "('message:sms:a', 'message', now() - interval '1 s', NULL, now()), "
        "('message:sms:b', 'message', now() + interval '1 h', gen_random_uuid(), now()), "
        "('message:sms:c', 'message', now() + interval '1 h', NULL, now()), "
        "('receipt:d', 'receipt', now() - interval '1 s', gen_random_uuid(), now()), "
        "('receipt:e', 'receipt', NULL, NULL, now())"
    )
    idle.sql(
        "INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type) "
        "SELECT lane, now() - interval '90 s', n, 'twilio_sms' FROM inbox_lanes, generate_series(1, 2) AS n"
    )
    found = until(idle, ("frontdesk_inbox_events", "message"), 6)
    assert found["frontdesk_inbox_events", "receipt"] == 4
    assert found["frontdesk_inbox_events", "call"] == found["frontdesk_inbox_oldest_age_seconds", "call"] == 0
    assert 90 <= found["frontdesk_inbox_oldest_age_seconds", "message"] < 120
    lanes = {key[1:]: value for key, value in found.items() if key[0] == "frontdesk_inbox_lanes" and value}
    assert lanes == {
        ("message", "ready"): 1,
        ("message", "in_hand"): 1,
        ("message", "backing_off"): 1,
        ("receipt", "ready"): 1,
        ("receipt", "held"): 1,
    }
    assert found["frontdesk_inbox_lapsed_leases",] == 1
    (message, receipt) = idle.get("/api/health").json()["checks"]["inbox"]
    assert (message["laneClass"], message["waiting"]) == ("message", 6)
    assert receipt["lanes"] == {"ready": 1, "inHand": 0, "backingOff": 0, "held": 1, "lapsed": 1}
    page = idle.get("/system").text
    assert "1 lane backed off" in page
    assert "1 lane held for a person" in page


def test_numbers_accounts_and_switches_are_told(idle: Any) -> None:
    for n in range(2):
        order = {"to": f"+1202555019{n}", "body": "Hello"}
        assert idle.post("/api/admin/outbox", json=order, headers={"Idempotency-Key": str(n)}).status_code == 201
    idle.sql("UPDATE sender_numbers SET done = 7, throttled = 2")
    idle.sql(
        "INSERT INTO provider_circuits (account, failures, opened, open_until, changed_at) "
        "VALUES ('twilio', 5, 1, '2999-01-01 00:00:00+00', now()), ('other', 1, 0, NULL, now())"
    )
    idle.sql(
        "INSERT INTO send_switches (scope, name, mode, set_by, set_at) VALUES ('lane', 'bulk', 'stop', 'ada', now())"
    )
    found = until(idle, ("frontdesk_sender_queued", NUMBER), 2)
    assert (found["frontdesk_sender_executing", NUMBER], found["frontdesk_sender_waiting", NUMBER]) == (0, 0)
    assert (found["frontdesk_sender_done_total", NUMBER], found["frontdesk_sender_throttled_total", NUMBER]) == (7, 2)
    assert found["frontdesk_sender_slow_factor", NUMBER] == 1
    assert (found["frontdesk_circuit_open", "twilio"], found["frontdesk_circuit_open", "other"]) == (1, 0)
    assert (found["frontdesk_send_switches", "stop"], found["frontdesk_send_switches", "dry_run"]) == (1, 0)


def test_dead_letters_and_those_on_a_schedule_are_told(idle: Any) -> None:
    idle.sql(
        "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, attempts, "
        "code_version, died_at, replay_at, replayed_at) "
        "SELECT now(), n, 'l', 'message', 'twilio_sms', 'f', 'e', 1, '0', now(), "
        "CASE WHEN n = 1 THEN now() + interval '1 h' END, CASE WHEN n = 4 THEN now() END FROM generate_series(1, 4) AS n"
    )
    found = until(idle, ("frontdesk_dead_letters_open", "twilio_sms"), 3)
    assert found["frontdesk_replays_scheduled",] == 1
    assert found["frontdesk_dead_letters_open", "twilio_status"] == 0


def test_processes_and_the_leader_are_told(house: Any, idle: Any) -> None:
    working = until(house, ("frontdesk_leader",), 1)
    assert working["frontdesk_processes", "worker"] == working["frontdesk_processes", "scheduler"] == 1
    assert working["frontdesk_heartbeat_age_seconds", "worker"] < 20
    alone = scrape(idle)
    assert (alone["frontdesk_processes", "worker"], alone["frontdesk_leader",]) == (0, 0)
    assert ("frontdesk_heartbeat_age_seconds", "worker") not in alone
    assert alone["frontdesk_processes", "serve"] == 1


def test_the_door_is_that_of_the_admin_api(dsn: str, house_on: House) -> None:
    with house_on(dsn, roles=(), admin_token="prometheus:a-long-token") as house:
        refused = house.get("/metrics")
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert scrape(house, authorization="Bearer a-long-token")["frontdesk_up_database",] == 1


def test_without_a_token_a_tunnel_sees_nothing(house: Any) -> None:
    assert house.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401


def test_an_inbox_that_cannot_be_counted_hides_nothing_else(idle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.web.depth._LONGEST", "300")
    with psycopg.connect(idle.desk.db.dsn) as other:
        other.execute("LOCK TABLE inbox_queue")
        time.sleep(1.2)
        found = scrape(idle)
        assert (found["frontdesk_up_database",], found["frontdesk_scrape_complete",]) == (1, 0)
        assert found["frontdesk_processes", "serve"] == 1
        assert not any(key[0] == "frontdesk_inbox_events" for key in found)
        ready = idle.get("/api/health")
        assert "could not be counted" in " ".join(ready.json()["reasons"])
        assert "database" not in " ".join(ready.json()["reasons"])
        other.rollback()
    until(idle, ("frontdesk_scrape_complete",), 1)


def test_without_its_database_the_process_tells_of_itself_and_recovers(server: str, dsn: str, house_on: House) -> None:
    name = str(conninfo_to_dict(dsn)["dbname"])
    with house_on(dsn, roles=()) as house, psycopg.connect(server, autocommit=True) as outside:
        assert scrape(house)["frontdesk_up_database",] == 1
        outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'.encode())
        outside.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        away = until(house, ("frontdesk_up_database",), 0)
        assert away["frontdesk_scrape_complete",] == 0
        assert away["process_resident_memory_bytes",] > 0
        assert not any(key[0].startswith(("frontdesk_inbox", "frontdesk_outbox")) for key in away)
        house.text("Hi")
        assert scrape(house)["frontdesk_webhooks_total", "503", "twilio_sms"] == 1
        outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'.encode())
        back = until(house, ("frontdesk_up_database",), 1)
        assert back["frontdesk_scrape_complete",] == 1


def test_a_reading_is_shared_by_those_who_ask_at_once_and_kept_by_what_it_cost() -> None:
    reads, now = 0, 100.0

    async def read() -> int:
        nonlocal reads, now
        reads += 1
        await asyncio.sleep(0.01)
        now += 0.25  # what it took
        return reads

    async def story() -> None:
        nonlocal now
        kept = Kept(read, clock=lambda: now)
        assert set(await asyncio.gather(*(kept.get() for _ in range(50)))) == {1}
        now += 2.25  # longer than the least, not than ten times what it took
        assert await kept.get() == 1
        now += 0.25
        assert await kept.get() == 2

    asyncio.run(story())


def test_who_hangs_up_takes_the_reading_from_nobody_and_an_error_is_not_kept() -> None:
    reads, now = 0, 100.0

    async def read() -> int:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0.05)
        if reads == 2:
            raise RuntimeError("away")
        return reads

    async def story() -> None:
        nonlocal now
        kept = Kept(read, clock=lambda: now)
        impatient, patient = asyncio.create_task(kept.get()), asyncio.create_task(kept.get())
        await asyncio.sleep(0.01)
        impatient.cancel()
        assert await patient == 1
        now += 1
        with pytest.raises(RuntimeError):
            await kept.get()
        assert await kept.get() == 3

    asyncio.run(story())
