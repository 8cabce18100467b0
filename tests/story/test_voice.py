"""A voice agent calls the desk of the command line: killed in the middle, started again, asked again."""

import asyncio
import json
import signal
import threading
import time

import httpx2
import psycopg
from story_house import House, eventually

from frontdesk.simulator import VoiceAgent
from frontdesk.testing import LEAD, NUMBER

SECRET = "the-secret-of-the-server-at-vapi"
ASKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_desk_killed_while_it_books_leaves_nothing_and_books_once_when_asked_again(house: House, dsn: str) -> None:
    given = {
        "DATABASE_URL": dsn,
        "VAPI_SECRET": SECRET,
        "TZ": "UTC",
        "HOURS": json.dumps(dict.fromkeys(DAYS, "00:00-24:00")),
    }
    process = house.up(**given)
    vapi = VoiceAgent(f"http://127.0.0.1:{house.port}/vapi-webhook", SECRET, caller=LEAD, number=NUMBER, timeout=60)
    slot = (
        asyncio.run(vapi.use("next_free_slots", "call_0", day="in two days", count=1)).rstrip(".").partition(" are ")[2]
    )
    body = json.dumps({"message": vapi.tool_calls(("call_1", "book_appointment", {"when": slot}))}).encode()

    # Somebody holds the very time in a transaction, so that the booking waits for it.
    with psycopg.connect(dsn) as other, psycopg.connect(dsn, autocommit=True) as watcher:
        other.execute("INSERT INTO leads (client_id, phone) VALUES (1, '+12025550199')")
        other.execute(
            "INSERT INTO bookings (client_id, lead_id, starts_at, ends_at, source, cause, created_at) "
            "SELECT 1, max(id), now(), now() + interval '9 days', 'x', 'x', now() FROM leads"
        )
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(asked(vapi, body)))
        asking.start()
        eventually(lambda: watcher.execute(ASKED).fetchone() == (1,), "the booking to wait")
        house.stop(process, signal.SIGKILL)
        asking.join(30)
        assert answers == [None]  # no answer at all
        other.rollback()
        eventually(
            lambda: watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,), "the lock"
        )
        assert watcher.execute("SELECT count(*) FROM bookings").fetchone() == (0,)
        known = "SELECT count(*) FROM processed_webhooks WHERE request_id LIKE '%:tool:call_1'"
        eventually(lambda: watcher.execute(known).fetchone() == (0,), "the transaction to be undone")

        again = house.up(**given)
        first = asked(vapi, body)
        assert first is not None
        assert first.status_code == 200
        assert first.json()["results"][0]["result"] == f"Booked: {slot}."
        house.stop(again, signal.SIGKILL)
        house.up(**given)
        retried = asked(vapi, body)
        assert retried is not None
        assert retried.content == first.content
        assert watcher.execute("SELECT status FROM bookings").fetchall() == [("booked",)]


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def asked(vapi: VoiceAgent, body: bytes) -> httpx2.Response | None:
    try:
        return asyncio.run(vapi.post(body))
    except httpx2.HTTPError:
        return None


def test_news_of_a_call_are_handled_by_worker_processes_too(house: House) -> None:
    house.up("--workers", "1", VAPI_SECRET=SECRET)
    vapi = VoiceAgent(f"http://127.0.0.1:{house.port}/vapi-webhook", SECRET, caller=LEAD, number=NUMBER)
    for at in range(20):
        ended = vapi.message("status-update", status="ended", endedReason="customer-ended-call")
        ended["call"]["id"] = f"call-{at}"
        assert asyncio.run(vapi.post(ended)).status_code == 200
    with psycopg.connect(house.dsn, autocommit=True) as connection:
        count = "SELECT count(*) FROM voice_calls WHERE status = 'ended'"
        eventually(lambda: connection.execute(count).fetchone() == (20,), "the calls", seconds=20)
        time.sleep(0.5)
        assert connection.execute("SELECT count(*) FROM dead_letters").fetchone() == (0,)
