"""Taking over and releasing by the API and by the buttons of the page."""

import itertools
from typing import Any

import pytest

LEADS = itertools.count(1)
HELD = "SELECT bot_paused_at IS NOT NULL FROM conversations WHERE id = %(id)s"


@pytest.fixture
def talk(house: Any) -> str:
    """The id of a conversation in which the desk has answered."""
    lead = f"+1202555{next(LEADS):04}"
    house.text("Hi", lead=lead)
    house.delivered(lead)
    return str(house.sql("SELECT id FROM conversations WHERE other_address = %(lead)s", lead=lead)[0][0])


def act(house: Any, conversation: str, what: str, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return house.post(f"/api/admin/conversations/{conversation}/{what}", headers=headers)


def test_a_conversation_is_taken_over_and_released_by_the_api(house: Any, talk: str) -> None:
    held = act(house, talk, "take-over").json()
    assert set(held) == {"conversationId", "botPausedAt", "botPausedWhy", "conversations", "sequencesEnded", "doneBy"}
    assert (held["conversationId"], held["botPausedWhy"]) == (talk, "by_hand")
    assert (held["conversations"], held["sequencesEnded"]) == (1, 1)
    shown = house.get(f"/api/admin/conversations/{talk}").json()
    assert (shown["botPausedAt"], shown["botPausedWhy"]) == (held["botPausedAt"], "by_hand")
    again = act(house, talk, "take-over").json()
    assert (again["botPausedAt"], again["sequencesEnded"]) == (held["botPausedAt"], 0)
    released = act(house, talk, "release").json()
    assert released == {
        "conversationId": talk, "botPausedAt": None, "conversations": 1, "doneBy": "this machine",
    }  # fmt: skip
    assert house.get(f"/api/admin/conversations/{talk}").json()["botPausedAt"] is None
    done = [one["action"] for one in house.get("/api/admin/audit").json()["items"] if one["subject"].endswith(talk)]
    assert done == ["release", "take over"]


def test_a_key_answers_the_same_again_and_belongs_to_one_request(house: Any, talk: str) -> None:
    first = act(house, talk, "take-over", key=f"k{talk}")
    assert act(house, talk, "take-over", key=f"k{talk}").json() == first.json()
    assert act(house, "1", "take-over", key=f"k{talk}").status_code == (200 if talk == "1" else 422)
    assert act(house, talk, "release", key=f"r{talk}").status_code == 200
    assert act(house, talk, "release", key=f"r{talk}").status_code == 200
    assert act(house, talk, "release", key=f"s{talk}").status_code == 409


def test_what_cannot_be_done_says_what_can(house: Any, talk: str) -> None:
    refused = act(house, talk, "release")
    assert refused.status_code == 409
    assert "Nobody has conversation" in refused.json()["detail"]
    assert "take it over" in refused.json()["detail"]
    for what in ("take-over", "release"):
        assert act(house, "999999", what).status_code == 404


def test_the_buttons_take_over_and_release_without_javascript(house: Any, talk: str) -> None:
    page = house.get(f"/conversations/{talk}").text
    assert f'action="/conversations/{talk}/take-over"' in page
    assert "/release" not in page
    done = house.post(f"/conversations/{talk}/take-over")
    assert (done.status_code, done.headers["location"]) == (303, f"/conversations/{talk}")
    for path in (f"/conversations/{talk}", f"/parts/conversations/{talk}"):
        page = house.get(path).text
        assert f'action="/conversations/{talk}/release"' in page, path
        assert "/take-over" not in page, path
        assert "because somebody took it over: the desk answers nothing by itself until you release it" in page, path
    assert house.sql(HELD, id=int(talk)) == [(True,)]
    assert house.post(f"/conversations/{talk}/release").status_code == 303
    assert house.sql(HELD, id=int(talk)) == [(False,)]
    late = house.post(f"/conversations/{talk}/release")
    assert (late.status_code, "there is nothing to release" in late.text) == (409, True)
    assert house.post("/conversations/99999999999999999999/release").status_code == 404


@pytest.mark.parametrize("what", ["take-over", "release"])
def test_no_other_site_takes_over_and_no_link_does(house: Any, talk: str, what: str) -> None:
    crossing = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert house.post(f"/conversations/{talk}/{what}", headers=crossing).status_code == 403
    assert house.get(f"/conversations/{talk}/{what}").status_code == 405
    assert house.sql(HELD, id=int(talk)) == [(False,)]
