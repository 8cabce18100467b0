"""The API over real HTTP: health with reasons, lists with cursors, problems that tell nothing they should not."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from frontdesk.outbox.model import LedgerStatus
from frontdesk.testing import NUMBER
from frontdesk.web import views
from frontdesk.web.depth import Depth
from frontdesk.web.health import judge
from frontdesk.web.views import Cursor, HealthFacts

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
OTHER = "+12025550177"


def facts(**changes: Any) -> HealthFacts:
    process = SimpleNamespace(
        roles=["serve", "worker", "scheduler"], host="a", pid=1, version="1", started_at=NOW, seen_at=NOW
    )
    values: dict[str, Any] = {
        "schema_version": 10_000,
        "processes": [process],
        "inbox": [],
        "outbox": {},
        "oldest_due": None,
        "dead_letters": 0,
    }
    return HealthFacts(**{**values, **changes})


def verdict(after: timedelta = timedelta(), **changes: Any) -> Any:
    return judge(facts(**changes), now=NOW + after, lease_now=NOW + after, simulated=False)


def test_a_desk_with_nothing_wrong_is_ok() -> None:
    assert (verdict().status, verdict().ready, verdict().reasons) == ("ok", True, [])


def test_a_silent_worker_is_not_ready_and_says_what_to_do() -> None:
    silent = verdict(timedelta(minutes=3))
    assert not silent.ready
    assert "No worker is alive (the last one was seen 3 min ago)" in silent.reasons[0]
    assert "frontdesk worker" in silent.reasons[0]


def test_an_old_schema_is_not_ready() -> None:
    assert not verdict(schema_version=0).ready


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"inbox": [Depth("message", 3, NOW - timedelta(minutes=2))]}, "for 2 min"),
        ({"inbox": None}, "could not be counted"),
        ({"oldest_due": NOW - timedelta(minutes=5)}, "late by 5 min"),
        ({"dead_letters": 1}, "1 dead letter:"),
        ({"outbox": {"UNKNOWN": 2}}, "2 sends may or may not"),
    ],
)
def test_what_needs_a_look_degrades_and_stays_ready(changes: dict[str, Any], said: str) -> None:
    looked_at = verdict(**changes)
    assert (looked_at.status, looked_at.ready) == ("degraded", True)
    assert said in looked_at.reasons[0]


def test_a_running_desk_is_ready(house: Any) -> None:
    house.until("SELECT count(*) > 0 FROM processes")
    assert house.get("/livez").status_code == 200
    ready = house.get("/readyz")
    assert ready.status_code == 200, ready.text
    health = house.get("/api/health").json()
    assert health["checks"]["simulated"] is True
    assert health["checks"]["roles"]["worker"]["alive"] == 1
    assert health["checks"]["database"] == "reachable"


def test_one_text_can_be_followed_from_webhook_to_receipt(house: Any) -> None:
    assert house.text("Hello", lead=OTHER, times=2) == [200, 200]
    house.delivered(OTHER)
    listed = house.get("/api/admin/conversations").json()["items"]
    row = next(item for item in listed if item["otherAddress"] == OTHER)
    assert isinstance(row["id"], str)
    detail = house.get(f"/api/admin/conversations/{row['id']}").json()
    said, heard = detail["messages"]
    assert (heard["direction"], heard["eventStatus"], heard["duplicates"]) == ("inbound", "done", 1)
    assert (said["direction"], said["status"], said["ledgerStatus"]) == ("outbound", "delivered", "DELIVERED")
    assert len(said["outboundDedupeKey"]) == 64
    house.until(
        "SELECT count(*) = 3 FROM processed_webhooks WHERE request_id LIKE %(sid)s",
        sid=said["providerMessageId"] + ":%",
    )
    again = house.get(f"/api/admin/conversations/{row['id']}").json()["messages"][0]
    assert [receipt["word"] for receipt in again["receipts"]] == ["queued", "sent", "delivered"]
    event = next(e for e in house.get("/api/admin/events").json()["items"] if e["requestId"] == heard["requestId"])
    assert (event["status"], event["duplicates"], event["webhookType"]) == ("done", 1, "twilio_sms")


@pytest.mark.parametrize("path", ["conversations", "events", "outbox"])
def test_a_cursor_walks_through_everything_once_newest_first(house: Any, path: str) -> None:
    leads = [f"+1202555016{digit}" for digit in range(5)]
    for lead in leads:
        house.text("Hi", lead=lead)
    for lead in leads:
        house.delivered(lead)
    house.until("SELECT count(*) = 0 FROM inbox_queue")
    whole = [item["id"] for item in house.get(f"/api/admin/{path}?limit=200").json()["items"]]
    walked: list[str] = []
    cursor = ""
    while cursor is not None:
        page = house.get(f"/api/admin/{path}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        walked += [item["id"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert len(whole) > 4
    assert walked == whole


def test_a_dead_letter_is_listed_with_its_error(house: Any) -> None:
    house.text("Anybody there?", number="+12025550199")
    house.until("SELECT count(*) > 0 FROM dead_letters")
    letter = house.get("/api/admin/dead-letters").json()["items"][0]
    assert "No client is served on +12025550199" in letter["error"]
    assert any("1 dead letter:" in reason for reason in house.get("/api/health").json()["reasons"])
    assert "No client is served on" in house.get("/system").text
    house.sql("DELETE FROM dead_letters")


def test_health_ai_has_the_shape_that_was_promised(house: Any) -> None:
    house.text("Hi there")
    house.until("SELECT count(*) > 0 FROM outbound_message_log WHERE to_address = '+12025550143'")
    found = house.get("/api/admin/health/ai").json()
    assert set(found) == {"outboundLogs", "dedupeCollisions", "conversations", "statusCounts"}
    promised = {"id", "questionsAskedCount", "lastQuestionKey", "stateVersion"}
    assert set(found["conversations"][0]) == {*promised, "collisions"}
    assert set(found["statusCounts"]) == set(LedgerStatus)
    assert len(found["outboundLogs"]) <= 20
    assert len(found["conversations"]) <= 10
    total = house.sql("SELECT count(*) FROM outbound_message_log")[0][0]
    assert sum(found["statusCounts"].values()) == total


def test_health_ai_tells_the_newest_twenty_messages_and_ten_conversations_and_counts_all(house: Any) -> None:
    house.sql(
        """WITH l AS (INSERT INTO leads (client_id, phone, status, created_at)
                      SELECT 1, '+120255502' || n, 'new', timestamptz '2100-01-01 00:00Z' FROM generate_series(10, 34) AS n
                      RETURNING id, phone),
                v AS (INSERT INTO conversations (client_id, lead_id, channel, our_address, other_address, last_message_at,
                                                 created_at)
                      SELECT 1, id, 'sms', '+12025550100', phone, timestamptz '2100-01-01 00:00Z' + id * interval '1 s',
                             timestamptz '2100-01-01 00:00Z' FROM l RETURNING id, lead_id, other_address)
           INSERT INTO outbound_message_log (conversation_id, lead_id, client_id, outbound_dedupe_key, provider, channel,
                from_address, to_address, body, segments, reply_type, send_class, priority, day_bucket, correlation_id,
                status, available_at, created_at)
           SELECT id, lead_id, 1, 'many ' || id, 'twilio', 'sms', '+12025550100', other_address, 'x', 1, 'question', 'reply',
                  1, '2100-01-01', 'c', 'CANCELLED', '2100-01-01',
                  timestamptz '2100-01-01 00:00Z' + lead_id * interval '1 s' FROM v"""
    )
    newest = [f"+120255502{n}" for n in range(34, 9, -1)]
    found = house.get("/api/admin/health/ai").json()
    assert [row["toAddress"] for row in found["outboundLogs"]] == newest[:20]
    ids = house.sql("SELECT id FROM conversations ORDER BY last_message_at DESC LIMIT 10")
    assert [row["id"] for row in found["conversations"]] == [str(one) for (one,) in ids]
    assert found["statusCounts"]["CANCELLED"] == 25
    house.sql("DELETE FROM outbound_message_log WHERE status = 'CANCELLED'")
    house.sql("DELETE FROM conversations WHERE last_message_at > '2099-01-01'")
    house.sql("DELETE FROM leads WHERE created_at > '2099-01-01'")


@pytest.mark.parametrize(
    "path",
    [
        "outbox?limit=0",
        "outbox?limit=201",
        "events?cursor=nonsense",
        "events?cursor=WzEsMl0=",
        "outbox?status=LOST",
        "conversations/0",
        "conversations/x",
        "audit?cursor=nonsense",
        "dead-letters/groups?limit=0",
    ],
)
def test_a_wrong_parameter_is_named_in_a_problem(house: Any, path: str) -> None:
    answer = house.get(f"/api/admin/{path}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_what_is_not_there_is_a_problem_too(house: Any) -> None:
    for path in ("/api/nothing", "/api/admin/conversations/999999"):
        answer = house.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert house.post("/api/admin/conversations").status_code == 405


def test_health_ai_counts_what_was_not_said_again(house: Any) -> None:
    lead = "+12025550188"
    house.text("Hi", lead=lead)
    house.delivered(lead)
    before = house.get("/api/admin/health/ai").json()
    house.sql(
        "UPDATE outbound_message_log SET collision_count = collision_count + 3 WHERE to_address = %(to)s", to=lead
    )
    after = house.get("/api/admin/health/ai").json()
    assert after["dedupeCollisions"] - before["dedupeCollisions"] == 3
    assert [one["collisions"] for one in after["conversations"]][:1] == [3]


def test_a_fault_of_ours_shows_an_id_and_no_trace(house: Any) -> None:
    async def explode() -> None:
        raise RuntimeError("the secret inside")

    house.app.add_api_route("/api/explode", explode, include_in_schema=False)
    answer = house.get("/api/explode")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "error id" in answer.json()["detail"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_every_documented_answer_has_exactly_the_documented_names(house: Any) -> None:
    schema = house.get("/api/openapi.json").json()
    shapes = schema["components"]["schemas"]
    assert "HTTPValidationError" not in shapes
    for path, operations in schema["paths"].items():
        if "{" in path or "get" not in operations:
            continue
        documented = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        answer = house.get(path)
        assert set(answer.json()) == set(shapes[documented.rpartition("/")[2]]["properties"]), path
        if path.startswith("/api/admin"):
            refusal = operations["get"]["responses"]["401"]["content"]
            assert refusal == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            assert operations["get"]["security"]


def test_views_can_write_nothing(house: Any) -> None:
    async def write() -> None:
        async with views.reading(house.desk) as tx:
            await tx.run("DELETE FROM messages")

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        house.portal.call(write)


def test_a_cursor_survives_its_journey() -> None:
    cursor = Cursor(NOW.isoformat(), 7)
    assert Cursor.parse(str(cursor)) == cursor


def test_without_its_database_the_desk_says_so_and_recovers(
    server: str, dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    name = str(conninfo_to_dict(dsn)["dbname"])
    with house_on(dsn, roles=()) as house, psycopg.connect(server, autocommit=True) as outside:
        outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'.encode())
        outside.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for path, media in (("/api/admin/outbox", "application/problem+json"), ("/system", "text/html")):
            answer = house.get(path)
            if path == "/system":
                assert "The database does not answer" in answer.text
                continue
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert answer.headers["content-type"].startswith(media)
        assert house.get("/").status_code == 503
        assert house.get("/readyz").status_code == 503
        assert house.get("/api/health").json()["status"] == "down"
        assert house.get("/livez").status_code == 200
        assert house.text("Hi", number=NUMBER) == [503]
        outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'.encode())
        asyncio.run(_until_well(house))


async def _until_well(house: Any) -> None:
    async with asyncio.timeout(20):
        while house.get("/api/admin/outbox").status_code != 200:
            await asyncio.sleep(0.2)
