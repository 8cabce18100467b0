"""POST /api/leads: kept once for each key, by whoever may, and handled like a form."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from frontdesk.testing import LEAD

ADMIN = {"authorization": "Bearer the-admins-own-long-token"}
SOURCE = {"authorization": "Bearer new-token-of-the-website"}
ADA = {"name": "Ada Lovelace", "phone": "(202) 555-0143", "service": "boiler", "consent": True}


@pytest.fixture
def desk(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk with an admin token, and a source with a pair of tokens."""
    forms = {"website": {"token": "new-token-of-the-website,old-token-of-the-website", "text": "Hi {first_name}!"}}
    with house_on(dsn, forms=forms, admin_token="the-admins-own-long-token") as house:
        yield house


def post(desk: Any, order: Any, key: str | None = "k1", who: dict[str, str] = SOURCE) -> Any:
    headers = {**who, **({"idempotency-key": key} if key is not None else {})}
    return desk.post("/api/leads", json=order, headers=headers)


def waits(desk: Any) -> int:
    return int(desk.sql("SELECT count(*) FROM webhook_events WHERE webhook_type = 'lead_form'")[0][0])


def test_a_lead_is_kept_answered_alike_and_handled_once(desk: Any) -> None:
    first = post(desk, ADA)
    assert (first.status_code, first.json()["source"], first.json()["status"]) == (202, "website", "received")
    again = [post(desk, ADA), post(desk, ADA, '"k1"'), post(desk, dict(reversed(ADA.items())))]
    assert {(answer.status_code, answer.text) for answer in again} == {(202, first.text)}
    desk.delivered(LEAD)
    assert desk.sql("SELECT first_name, last_name, phone, service_type_enum FROM leads") == [
        ("Ada", "Lovelace", LEAD, "boiler")
    ]
    assert desk.sql("SELECT body FROM outbound_message_log") == [("Hi Ada!",)]
    assert waits(desk) == 1
    (duplicates,) = desk.sql("SELECT duplicate_count FROM processed_webhooks WHERE webhook_type = 'lead_form'")[0]
    assert duplicates == 3


def test_a_key_that_came_with_another_lead_is_refused_and_nothing_is_stored(desk: Any) -> None:
    post(desk, ADA)
    refused = post(desk, {**ADA, "service": "sink"})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert "Use a new key" in refused.json()["detail"]
    assert waits(desk) == 1


def test_many_at_once_with_one_key_are_one_lead(desk: Any) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(post(desk, ADA))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert waits(desk) == 1


def test_keys_of_two_callers_have_nothing_to_do_with_each_other(desk: Any) -> None:
    assert post(desk, ADA).status_code == 202
    assert post(desk, {**ADA, "service": "sink", "source": "website"}, who=ADMIN).status_code == 202
    assert post(desk, {**ADA, "service": "tap", "source": "fair"}, who=ADMIN).status_code == 202
    assert waits(desk) == 3


@pytest.mark.parametrize(
    ("order", "key", "who", "status", "says"),
    [
        (ADA, None, SOURCE, 400, "Idempotency-Key"),
        (ADA, '""', SOURCE, 400, "must not be empty"),
        (ADA, "k" * 201, SOURCE, 400, "Idempotency-Key"),
        (ADA, "k", {}, 401, "FORMS__<SOURCE>__TOKEN"),
        (ADA, "k", {"authorization": "Bearer wrong"}, 401, "ADMIN_TOKEN"),
        ({**ADA, "source": "other"}, "k", SOURCE, 403, "for leads of website alone"),
        ({**ADA, "clientId": "1"}, "k", SOURCE, 403, "for leads of website alone"),
        ({**ADA, "fone": "1"}, "k", SOURCE, 400, "fone"),
        ({**ADA, "source": "Not a name"}, "k", ADMIN, 400, "source"),
        ({**ADA, "message": "x" * 4001}, "k", SOURCE, 400, "message"),
        ([], "k", SOURCE, 400, "body"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_problem_that_says_why(
    desk: Any, order: Any, key: str | None, who: dict[str, str], status: int, says: str
) -> None:
    refused = post(desk, order, key, who)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == status
    assert says in refused.json()["detail"]
    assert waits(desk) == 0


def test_the_old_token_holds_while_it_is_rotated(desk: Any) -> None:
    old = {"authorization": "bearer old-token-of-the-website"}
    assert post(desk, ADA, who=old).status_code == 202


def test_an_admin_says_for_which_client_a_lead_is(desk: Any) -> None:
    (client,) = desk.sql("INSERT INTO clients (name, payment_active) VALUES ('Bo', true) RETURNING id")[0]
    order = {**ADA, "clientId": str(client), "phone": "+12025550143"}
    assert post(desk, order, who=ADMIN).json()["source"] == "api"
    desk.until("SELECT count(*) = 1 FROM leads WHERE client_id = %(client)s", client=client)


def test_a_lead_without_number_and_address_is_a_dead_letter(desk: Any) -> None:
    assert post(desk, {"name": "Ada"}).status_code == 202
    desk.until("SELECT count(*) = 1 FROM dead_letters WHERE error LIKE %(says)s", says="%[forms.website] fields%")


def test_a_form_is_answered_by_text_where_a_number_is_known_and_else_says_so(desk: Any) -> None:
    post(desk, {**ADA, "consent": False})
    post(desk, {"email": "eve@example.test"}, "k2")
    desk.until("SELECT count(*) = 2 FROM conversations WHERE channel = 'form'")
    ids = dict(desk.sql("SELECT other_address, id FROM conversations WHERE channel = 'form'"))
    body = {"body": "Hello, when may we come?"}

    def write(conversation: int, key: str) -> Any:
        return desk.post(
            "/api/admin/outbox",
            json={**body, "conversationId": str(conversation)},
            headers={**ADMIN, "idempotency-key": key},
        )

    sent = write(ids[LEAD], "w1")
    assert sent.status_code in (200, 201), sent.text
    desk.delivered(LEAD)
    refused = write(ids["eve@example.test"], "w2")
    assert refused.status_code == 409
    assert "gave no phone number" in json.loads(refused.text)["detail"]
