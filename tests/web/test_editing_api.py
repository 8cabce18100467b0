"""A person corrects what is known of a lead, by the API and by the form: it stands, and nothing is wiped."""

import itertools
from typing import Any

import pytest

LEADS = itertools.count(1)
COLUMNS = "SELECT first_name, last_name, email, service_type_enum FROM leads WHERE id = %(id)s"
KNOWN = "SELECT known_fields FROM conversations WHERE lead_id = %(id)s"


@pytest.fixture
def lead(house: Any) -> Any:
    """A lead who gave a name; `id`, `phone` and `conversation`."""
    phone = f"+1202555{next(LEADS):04}"
    for body in ("Hi", "Ada Byron"):
        house.text(body, lead=phone)
        house.until("SELECT count(*) = 0 FROM inbox_queue")
    house.delivered(phone)
    ((conversation, lead_id),) = house.sql(
        "SELECT id, lead_id FROM conversations WHERE other_address = %(phone)s", phone=phone
    )
    return {"id": lead_id, "phone": phone, "conversation": conversation}


def patch(house: Any, lead: Any, key: str | None = None, **given: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return house.http.patch(f"{house.url}/api/admin/leads/{lead['id']}", json=given, headers=headers)


def columns(house: Any, lead: Any) -> tuple[Any, ...]:
    (row,) = house.sql(COLUMNS, id=lead["id"])
    return tuple(row)


def known(house: Any, lead: Any) -> Any:
    return house.sql(KNOWN, id=lead["id"])[0][0]


def test_an_edit_writes_the_columns_and_locks_the_known_field(house: Any, lead: Any) -> None:
    done = patch(house, lead, lastName="Lovelace", email="ada@example.com")
    assert done.status_code == 200, done.text
    shown = done.json()
    assert (shown["id"], shown["firstName"], shown["lastName"], shown["email"], shown["doneBy"]) == (
        str(lead["id"]), "Ada", "Lovelace", "ada@example.com", "this machine",
    )  # fmt: skip
    assert columns(house, lead) == ("Ada", "Lovelace", "ada@example.com", None)
    entry = known(house, lead)["name"]
    assert {name: entry[name] for name in ("value", "reader", "event_id", "by", "locked")} == {
        "value": "Ada Lovelace", "reader": "person", "event_id": None, "by": "this machine", "locked": True,
    }  # fmt: skip
    assert entry["at"]
    assert [one["value"] for one in entry["candidates"]] == ["Ada Byron"]
    assert known(house, lead)["email"]["value"] == "ada@example.com"


def test_what_they_write_later_does_not_change_it_and_is_not_asked_again(house: Any, lead: Any) -> None:
    patch(house, lead, firstName="Augusta", service="Roofing")
    house.text("sorry, my name is Grace Hopper", lead=lead["phone"])
    house.until("SELECT count(*) = 0 FROM inbox_queue")
    house.delivered(lead["phone"])
    assert columns(house, lead) == ("Augusta", "Byron", None, "Roofing")
    entry = known(house, lead)["name"]
    assert (entry["value"], entry["locked"]) == ("Augusta Byron", True)
    assert "Grace Hopper" in [one["value"] for one in entry["candidates"]]
    (said,) = house.sql(
        "SELECT body FROM outbound_message_log WHERE to_address = %(to)s ORDER BY id DESC LIMIT 1", to=lead["phone"]
    )
    assert said[0].startswith("Anything we should know")  # the service was given by the person


def test_a_service_gets_its_row_where_there_is_one_and_its_words_where_not(house: Any, lead: Any) -> None:
    house.sql("INSERT INTO service_types (code, label) VALUES ('tap', 'Leaking tap') ON CONFLICT DO NOTHING")
    assert patch(house, lead, service="tap").json()["service"] == "Leaking tap"
    shown = patch(house, lead, service="Something else").json()
    assert (shown["service"], shown["serviceTypeEnum"]) == ("Something else", "Something else")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Nothing to change"),
        ({"firstName": ""}, "The first name is empty, and nothing is wiped"),
        ({"email": "ada"}, "'ada' is no e-mail address: write it like ada@example.com"),
        ({"phone": "+12025550199"}, "the phone number is not edited"),
        ({"firstName": None}, "firstName"),
        ({"status": "won"}, "status"),
        ({"firstName": "x" * 301}, "firstName"),
        ({"firstName": "A\x00da"}, "NUL"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_changes(
    house: Any, lead: Any, given: dict[str, Any], said: str
) -> None:
    before = known(house, lead)
    refused = patch(house, lead, **given)
    assert (refused.status_code, said in refused.json()["detail"]) == (400, True), refused.text
    assert columns(house, lead) == ("Ada", "Byron", None, None)
    assert known(house, lead) == before


def test_the_record_has_the_columns_and_no_values_and_a_key_belongs_to_one_request(house: Any, lead: Any) -> None:
    key = f"edit-{lead['id']}"
    first = patch(house, lead, key, lastName="Lovelace")
    assert patch(house, lead, key, lastName="Lovelace").json() == first.json()
    assert patch(house, lead, key, lastName="King").status_code == 422
    assert columns(house, lead)[1] == "Lovelace"
    acts = house.get("/api/admin/audit").json()["items"]
    (act,) = [one for one in acts if one["subject"] == f"lead {lead['id']}"]
    assert (act["action"], act["details"]["columns"]) == ("edit", ["last_name"])
    assert "Lovelace" not in str(act)
    nobody = house.http.patch(f"{house.url}/api/admin/leads/999999", json={"firstName": "A"})
    assert (nobody.status_code, "There is no lead 999999" in nobody.json()["detail"]) == (404, True)


def form(was: dict[str, str], **typed: str) -> dict[str, str]:
    whole = {"first_name": "", "last_name": "", "email": "", "service": ""} | was
    return {f"was_{name}": value for name, value in whole.items()} | whole | typed


WAS = {"first_name": "Ada", "last_name": "Byron"}


def test_the_form_changes_only_what_was_changed_in_it(house: Any, lead: Any) -> None:
    path = f"/conversations/{lead['conversation']}"
    page = house.get(path).text
    assert f'action="{path}/lead"' in page
    assert 'name="last_name" value="Byron"' in page
    house.sql("UPDATE leads SET email = 'new@example.com' WHERE id = %(id)s", id=lead["id"])  # since the page was shown
    done = house.post(f"{path}/lead", data=form(WAS, last_name="Lovelace"))
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert columns(house, lead) == ("Ada", "Lovelace", "new@example.com", None)
    assert "email" not in known(house, lead)
    assert "written by this machine; no text of theirs changes it" in house.get(path).text


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(house: Any, lead: Any) -> None:
    path = f"/conversations/{lead['conversation']}/lead"
    wiped = house.post(path, data=form(WAS, first_name=""))
    assert (wiped.status_code, "nothing is wiped" in wiped.text) == (400, True)
    by_htmx = house.post(path, data=form(WAS, email="<ada", last_name="King"), headers={"HX-Request": "true"})
    assert (by_htmx.status_code, "no e-mail address" in by_htmx.text) == (200, True)
    assert 'value="&lt;ada"' in by_htmx.text
    assert 'name="was_last_name" value="Byron"' in by_htmx.text
    assert 'name="last_name" value="King"' in by_htmx.text
    nothing = house.post(path, data=form(WAS), headers={"HX-Request": "true"})
    assert "Nothing to change" in nothing.text
    saved = house.post(path, data=form(WAS, last_name="King"), headers={"HX-Request": "true"})
    assert (saved.headers["HX-Trigger"], "Saved" in saved.text) == ("written", True)
    assert 'name="was_last_name" value="King"' in saved.text
    assert columns(house, lead) == ("Ada", "King", None, None)
    assert house.post("/conversations/999999/lead", data=form(WAS)).status_code == 404
    crossing = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert house.post(path, data=form(WAS, last_name="X"), headers=crossing).status_code == 403
