"""A conversation's last webhook delivered again, by the API and by the button: nothing is said twice, and that is told."""

import itertools
from typing import Any

import pytest

LEADS = itertools.count(1)


@pytest.fixture
def talk(house: Any) -> str:
    """The id of a conversation in which the desk has answered."""
    lead = f"+1202555{next(LEADS):04}"
    house.text("Hi", lead=lead)
    house.delivered(lead)
    house.until("SELECT count(*) = 0 FROM inbox_queue")
    return str(house.sql("SELECT id FROM conversations WHERE other_address = %(lead)s", lead=lead)[0][0])


def retry(house: Any, conversation_id: str) -> Any:
    answer = house.post(f"/api/admin/conversations/{conversation_id}/simulate-retry")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_redelivery_is_blocked_and_changes_nothing(house: Any, talk: str) -> None:
    done = retry(house, talk)
    assert (done["items"], done["duplicatesBlocked"], done["changedNothing"], done["handled"]) == (1, 1, True, True)
    assert (done["sendsBefore"], done["sendsAfter"]) == (1, 1)
    assert done["questionsAskedBefore"] == done["questionsAskedAfter"] == 1
    counted = "SELECT duplicate_count FROM processed_webhooks WHERE request_id = %(id)s"
    assert house.sql(counted, id=done["requestId"]) == [(1,)]
    retry(house, talk)
    assert house.sql(counted, id=done["requestId"]) == [(2,)]


def test_one_whose_request_id_was_forgotten_is_handled_anew_and_still_changes_nothing(house: Any, talk: str) -> None:
    """As after the provider's own retry window: the inbound message itself is there once for ever."""
    house.sql("DELETE FROM processed_webhooks")
    done = retry(house, talk)
    assert (done["duplicatesBlocked"], done["changedNothing"], done["handled"]) == (1, True, True)
    assert (done["sendsBefore"], done["sendsAfter"]) == (1, 1)
    events = "SELECT count(*) FROM webhook_events WHERE request_id = %(id)s AND status = 'done'"
    assert house.sql(events, id=done["requestId"]) == [(2,)]


def test_what_cannot_be_delivered_again_says_why(house: Any, talk: str) -> None:
    assert house.post("/api/admin/conversations/999999/simulate-retry").status_code == 404
    house.sql("UPDATE messages SET event_id = NULL WHERE conversation_id = %(id)s", id=int(talk))
    answer = house.post(f"/api/admin/conversations/{talk}/simulate-retry")
    assert answer.status_code == 409
    assert "not kept any more" in answer.json()["detail"]


def test_the_act_is_on_record(house: Any, talk: str) -> None:
    done = retry(house, talk)
    acts = house.get("/api/admin/audit").json()["items"]
    act = next(act for act in acts if act["subject"] == f"conversation {talk}")
    assert act["action"] == "conversations.simulate_retry"
    assert act["details"]["request_id"] == done["requestId"]


def test_the_button_tells_what_was_blocked(house: Any, talk: str) -> None:
    assert "Simulate webhook retry" in house.get(f"/conversations/{talk}").text
    part = house.post(f"/conversations/{talk}/simulate-retry", headers={"hx-request": "true"})
    assert "Blocked: 1 of 1. 1 message before and after; nothing was said twice." in part.text
    plain = house.post(f"/conversations/{talk}/simulate-retry")
    assert (plain.status_code, plain.headers["location"]) == (303, f"/conversations/{talk}")
    assert (
        house.post(f"/conversations/{talk}/simulate-retry", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    )
