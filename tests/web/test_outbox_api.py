"""The outbox by the API: written by hand, scheduled, cancelled; what nobody knows is settled by a person's word."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.testing import LEAD, NUMBER

BASE = "/api/admin/outbox"
OTHER = "+12025550177"


@pytest.fixture
def fresh(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own, at work."""
    with house_on(dsn) as house:
        yield house


@pytest.fixture
def still(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own in which nothing is sent: only what is asked for happens."""
    with house_on(dsn, roles=()) as house:
        yield house


def write(house: Any, key: str | None = "k1", **order: Any) -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return house.post(BASE, json={"to": LEAD, "body": "Hello from Ada", **order}, headers=headers)


def acts(house: Any) -> list[tuple[str, str]]:
    return [(act["action"], act["subject"]) for act in house.get("/api/admin/audit").json()["items"]]


def ledger(house: Any) -> list[Any]:
    return house.get(BASE).json()["items"]


def make_unknown(house: Any, message: str, *, hopeless: bool = True) -> None:
    """As if the worker that sent it had died: the second of the two after a look at the carrier's list."""
    house.sql(
        "UPDATE outbound_message_log SET status = 'UNKNOWN', started_at = created_at, attempts = 1, error = 'timed out', "
        "claim_token = gen_random_uuid(), reconcile_at = CASE WHEN %(hopeless)s THEN NULL ELSE created_at END, "
        "counted_at = created_at, counted_before = NULL WHERE id = %(id)s",
        id=int(message),
        hopeless=hopeless,
    )
    house.sql("UPDATE messages SET status = 'unknown' WHERE outbound_id = %(id)s", id=int(message))
    house.sql(
        "UPDATE leads AS l SET last_sms_at = o.created_at, sms_count_today = 1 FROM outbound_message_log AS o "
        "WHERE o.id = %(id)s AND l.id = o.lead_id",
        id=int(message),
    )


def test_a_text_by_hand_goes_out_and_shows_in_the_conversation(fresh: Any) -> None:
    answer = write(fresh)
    assert answer.status_code == 201, answer.text
    row = answer.json()
    assert (row["sendClass"], row["segments"], row["encoding"], row["toAddress"]) == ("manual", 1, "gsm7", LEAD)
    fresh.delivered(LEAD)
    detail = fresh.get(f"/api/admin/conversations/{row['conversationId']}").json()
    assert [(m["body"], m["direction"], m["status"]) for m in detail["messages"]] == [
        ("Hello from Ada", "outbound", "delivered")
    ]
    shown = fresh.get(f"{BASE}/{row['id']}").json()
    assert [(one["number"], one["outcome"]) for one in shown["attemptLog"]] == [(1, "accepted")]
    assert acts(fresh) == [("send", f"message {row['id']}")]
    # The lead answers: it is the same lead and the same conversation.
    fresh.text("Thanks!")
    fresh.until("SELECT count(*) = 1 FROM messages WHERE direction = 'inbound'")
    assert fresh.sql("SELECT count(*) FROM conversations") == [(1,)]


def test_a_repeated_key_sends_once_and_counts(still: Any) -> None:
    first, again = write(still), write(still)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert again.json()["collisionCount"] == 1
    assert len(ledger(still)) == 1
    assert len(acts(still)) == 1


@pytest.mark.parametrize(
    "other",
    [{"body": "Something else"}, {"to": OTHER}, {"sendAt": (datetime.now(UTC) + timedelta(days=1)).isoformat()}],
    ids=["another body", "another phone", "another time"],
)
def test_a_key_of_another_message_is_refused_and_nothing_is_done(still: Any, other: dict[str, Any]) -> None:
    assert write(still).status_code == 201
    refused = write(still, **other)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert "came with another message" in refused.json()["detail"]
    assert [(row["toAddress"], row["body"]) for row in ledger(still)] == [(LEAD, "Hello from Ada")]
    assert still.sql("SELECT count(*) FROM leads") == [(1,)]
    assert len(acts(still)) == 1


@pytest.mark.parametrize(
    ("order", "key", "status", "said"),
    [
        ({}, None, 400, "Idempotency-Key"),
        ({"body": ""}, "k", 400, "body"),
        ({"body": " \n"}, "k", 400, "empty"),
        ({"body": "x" * 1601}, "k", 400, "body"),
        ({"to": "12025550143"}, "k", 400, "country code"),
        ({"to": None}, "k", 400, "Say to whom"),
        ({"conversationId": "1"}, "k", 400, "one way"),
        ({"to": None, "conversationId": "99"}, "k", 404, "no conversation 99"),
        ({"clientId": "99"}, "k", 404, "no client 99"),
        ({"from": "+12025550199"}, "k", 409, "does not serve"),
        ({"sendAt": "2026-11-23T09:00"}, "k", 400, "timezone"),
        ({"sendAt": (datetime.now(UTC) + timedelta(days=366)).isoformat()}, "k", 400, "365 days"),
        ({"sendAT": "x"}, "k", 400, "Extra inputs"),
    ],
)
def test_an_order_that_is_not_clear_sends_nothing(
    house: Any, order: dict[str, Any], key: str | None, status: int, said: str
) -> None:
    before = house.sql("SELECT (SELECT count(*) FROM outbound_message_log), (SELECT count(*) FROM leads)")
    answer = write(house, key, **order)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert said in answer.json()["detail"]
    assert house.sql("SELECT (SELECT count(*) FROM outbound_message_log), (SELECT count(*) FROM leads)") == before


def test_with_several_clients_it_must_be_said_which(still: Any) -> None:
    still.sql("INSERT INTO clients (id, name, payment_active) VALUES (7, 'Grace & Co', true)")
    still.sql("INSERT INTO twilio_number_pool (phone_e164, status, client_id) VALUES (%(n)s, 'ASSIGNED', 7)", n=OTHER)
    refused = write(still)
    assert (refused.status_code, "Say from which number" in refused.json()["detail"]) == (409, True)
    by_client, by_number = write(still, "a", clientId="7").json(), write(still, "b", **{"from": NUMBER}).json()
    assert (by_client["fromAddress"], by_client["clientId"]) == (OTHER, "7")
    assert (by_number["fromAddress"], by_number["clientId"]) == (NUMBER, "1")


def test_a_scheduled_text_waits_and_can_be_cancelled_once(fresh: Any) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    row = write(fresh, sendAt=at.isoformat()).json()
    assert datetime.fromisoformat(row["availableAt"]) == at
    assert (row["status"], row["standing"]) == ("PENDING", "it is scheduled for later")
    done = fresh.post(f"{BASE}/{row['id']}/cancel")
    assert (done.status_code, done.json()["status"]) == (200, "CANCELLED")
    assert fresh.sql("SELECT status FROM messages") == [("cancelled",)]
    again = fresh.post(f"{BASE}/{row['id']}/cancel")
    assert (again.status_code, "is CANCELLED" in again.json()["detail"]) == (409, True)
    assert fresh.post(f"{BASE}/999999/cancel").status_code == 404
    assert acts(fresh) == [("cancel", f"message {row['id']}"), ("send", f"message {row['id']}")]


def test_a_time_that_is_past_means_now(still: Any) -> None:
    row = write(still, sendAt="2020-01-01T00:00:00Z").json()
    assert row["availableAt"] == row["createdAt"]
    assert write(still, sendAt="2020-01-01T00:00:00Z").status_code == 200


def test_limits_do_not_hold_a_person_back_and_an_opt_out_does(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    with house_on(dsn, limits={"seconds_between": 3600, "per_day": 1, "replies_per_day": 1}) as house:
        assert write(house, "a").status_code == 201
        house.delivered(LEAD)
        assert write(house, "b", body="And one more").status_code == 201
        house.delivered(LEAD)
        house.sql(
            "INSERT INTO consents (address, our_address, kind, source, created_at) "
            "VALUES (%(lead)s, %(ours)s, 'opt_out', 'a letter', clock_timestamp())",
            lead=LEAD,
            ours=NUMBER,
        )
        blocked = write(house, "c", body="One last thing").json()
        assert (blocked["status"], blocked["reason"]) == ("BLOCKED", "opted_out")
        assert "the recipient opted out" in blocked["why"]
        seen = house.post(f"{BASE}/preview", json={"to": LEAD, "body": "x"}).json()["gate"]
        assert (seen["verdict"], seen["reason"]) == ("block", "opted_out")


def test_a_preview_says_what_would_go_and_keeps_nothing(still: Any) -> None:
    shown = still.post(f"{BASE}/preview", json={"body": "“" + "a" * 100 + "”"}).json()
    assert shown["body"] == '"' + "a" * 100 + '"'
    assert (shown["encoding"], shown["units"], shown["segments"], shown["gate"]) == ("gsm7", 102, 1, None)
    assert float(shown["estimatedCost"]) > 0
    emoji = still.post(f"{BASE}/preview", json={"body": "👍" * 36}).json()
    assert (emoji["encoding"], emoji["segments"]) == ("ucs2", 2)
    assert float(emoji["estimatedCost"]) == 2 * float(shown["estimatedCost"])
    asked = still.post(f"{BASE}/preview", json={"to": LEAD, "body": "Hi"}).json()
    assert (asked["gate"]["verdict"], asked["from"], asked["to"]) == ("send", NUMBER, LEAD)
    assert still.sql(
        "SELECT (SELECT count(*) FROM leads), (SELECT count(*) FROM conversations), "
        "(SELECT count(*) FROM outbound_message_log), (SELECT count(*) FROM audit_log)"
    ) == [(0, 0, 0, 0)]


def test_the_ledger_is_narrowed_by_every_filter(still: Any) -> None:
    waits = write(still, "a", sendAt=(datetime.now(UTC) + timedelta(days=1)).isoformat()).json()["id"]
    still.sql("UPDATE clients SET paused = true")
    blocked = write(still, "b", to=OTHER).json()["id"]
    for query, expected in {
        "": [blocked, waits],
        "status=PENDING": [waits],
        "reason=client_paused": [blocked],
        "to=%2B12025550177": [blocked],
        "clientId=1": [blocked, waits],
        "clientId=2": [],
        "status=PENDING&reason=client_paused": [],
        "needsAPerson=true": [],
        "needsAPerson=true&status=PENDING": [],
    }.items():
        assert [row["id"] for row in still.get(f"{BASE}?{query}").json()["items"]] == expected, query


def test_a_persons_queue_holds_only_what_nothing_else_settles(still: Any) -> None:
    one, two = write(still, "a").json()["id"], write(still, "b", to=OTHER).json()["id"]
    make_unknown(still, one)
    make_unknown(still, two, hopeless=False)
    assert [row["id"] for row in still.get(f"{BASE}?status=UNKNOWN").json()["items"]] == [two, one]
    (row,) = still.get(f"{BASE}?status=UNKNOWN&needsAPerson=true").json()["items"]
    assert (row["id"], row["needsAPerson"], "a person decides" in row["why"]) == (one, True, True)


@pytest.mark.parametrize(
    ("word", "status", "message_status", "counted"),
    [("sent", "SENT", "sent", 1), ("not_sent", "FAILED", "failed", 0), ("send_again", "PENDING", "queued", 0)],
)
def test_a_person_settles_what_nobody_knows_once(
    still: Any, word: str, status: str, message_status: str, counted: int
) -> None:
    message = write(still).json()["id"]
    make_unknown(still, message)
    said = still.post(f"{BASE}/{message}/resolve", json={"as": word}, headers={"Idempotency-Key": "r"})
    assert (said.status_code, said.json()["status"]) == (200, status), said.text
    again = still.post(f"{BASE}/{message}/resolve", json={"as": word}, headers={"Idempotency-Key": "r"})
    assert (again.status_code, again.json()["status"]) == (200, status)
    assert still.sql("SELECT status FROM messages") == [(message_status,)]
    assert still.sql("SELECT sms_count_today FROM leads") == [(counted,)]
    refused = still.post(f"{BASE}/{message}/resolve", json={"as": word})
    assert (refused.status_code, "Only one that is UNKNOWN" in refused.json()["detail"]) == (409, True)
    assert acts(still) == [("resolve", f"message {message}"), ("send", f"message {message}")]


def test_what_a_person_says_was_sent_keeps_the_carriers_id(still: Any) -> None:
    one, two = write(still, "a").json()["id"], write(still, "b", to=OTHER).json()["id"]
    for message in (one, two):
        make_unknown(still, message)
    told = still.post(f"{BASE}/{one}/resolve", json={"as": "sent", "providerMessageId": "SM1"}).json()
    assert (told["providerMessageId"], told["error"]) == ("SM1", None)
    taken = still.post(f"{BASE}/{two}/resolve", json={"as": "sent", "providerMessageId": "SM1"})
    assert (taken.status_code, "another row" in taken.json()["detail"]) == (409, True)
    assert still.post(f"{BASE}/{two}/resolve", json={"as": "sent"}).json()["providerMessageId"] == "by-hand"
    # Only what can be looked up at the carrier is looked up there.
    assert still.sql("SELECT receipt_check_at IS NOT NULL FROM outbound_message_log ORDER BY id") == [(True,), (False,)]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"as": "perhaps"}, 400), ({}, 400), ({"as": "not_sent", "providerMessageId": "SM1"}, 409)],
)
def test_a_word_that_is_not_clear_settles_nothing(still: Any, body: dict[str, Any], status: int) -> None:
    message = write(still).json()["id"]
    make_unknown(still, message)
    assert still.post(f"{BASE}/{message}/resolve", json=body).status_code == status
    assert still.sql("SELECT status FROM outbound_message_log") == [("UNKNOWN",)]


def test_what_is_sent_again_by_a_persons_word_is_not_too_old_and_goes(fresh: Any) -> None:
    message = write(fresh, sendAt=(datetime.now(UTC) + timedelta(days=1)).isoformat()).json()["id"]
    make_unknown(fresh, message)
    fresh.sql("UPDATE outbound_message_log SET send_class = 'reply', due_at = due_at - interval '9 days'")
    assert fresh.post(f"{BASE}/{message}/resolve", json={"as": "send_again"}).status_code == 200
    fresh.delivered(LEAD)
    assert len([sent for sent in fresh.carrier.sent if sent.body == "Hello from Ada"]) == 1


def at_once(count: int, act: Callable[[int], Any]) -> list[int]:
    """The statuses of so many requests at the same time, in order of status."""
    with ThreadPoolExecutor(count) as pool:
        return sorted(answer.status_code for answer in pool.map(act, range(count)))


def test_many_requests_with_one_key_at_once_put_one_message(still: Any) -> None:
    assert at_once(8, lambda n: write(still)) == [200] * 7 + [201]
    (row,) = ledger(still)
    assert row["collisionCount"] == 7
    assert len(acts(still)) == 1
    assert still.sql("SELECT count(*) FROM messages") == [(1,)]


def test_of_many_who_settle_the_same_message_one_is_heard(still: Any) -> None:
    message = write(still).json()["id"]
    make_unknown(still, message)
    words = ("sent", "not_sent", "send_again", "sent")
    statuses = at_once(4, lambda n: still.post(f"{BASE}/{message}/resolve", json={"as": words[n]}))
    assert statuses == [200, 409, 409, 409]
    assert [action for action, _ in acts(still)] == ["resolve", "send"]


def test_a_page_of_another_site_can_send_nothing(house: Any) -> None:
    before = house.sql("SELECT count(*) FROM outbound_message_log")
    headers = {"Idempotency-Key": "x", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for method, path, body in (
        ("POST", BASE, {"to": LEAD, "body": "x"}),
        ("POST", f"{BASE}/preview", {"body": "x"}),
        ("PUT", "/api/admin/switches", {"scope": "global"}),
        ("DELETE", "/api/admin/switches?scope=global", None),
    ):
        answer = house.http.request(method, house.url + path, json=body, headers=headers)
        assert answer.status_code == 403, path
    assert house.sql("SELECT count(*) FROM outbound_message_log") == before
    assert house.sql("SELECT count(*) FROM send_switches") == [(0,)]
