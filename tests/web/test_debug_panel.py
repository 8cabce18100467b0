"""The debug panel of one conversation, as JSON and below its page: what is stored, and what the gate would say now."""

import itertools
import re
from html import unescape
from typing import Any

import pytest

LEADS = itertools.count(1)


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


def panel(house: Any, lead: Any) -> Any:
    answer = house.get(f"/api/admin/conversations/{lead['conversation']}/debug")
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(house: Any, table: str) -> int:
    return int(house.sql(f"SELECT count(*) FROM {table}")[0][0])


def test_the_state_the_fields_and_all_that_was_put_are_there(house: Any, lead: Any) -> None:
    shown = panel(house, lead)
    state = shown["state"]
    assert (state["lastQuestionKey"], state["questionsAskedCount"], state["stateVersion"]) == ("service", 2, 2)
    assert state["flowState"]["tries"] == {"name": 1, "service": 1}
    assert (state["leadStatus"], state["optedOut"], state["botPausedAt"]) == ("qualifying", False, None)
    (field,) = shown["knownFields"]
    assert (field["field"], field["value"], field["reader"], field["locked"]) == ("name", "Ada Byron", "rules", False)
    assert (field["evidence"], field["by"], field["candidates"]) == ("they said so", None, [])
    (reading,) = shown["readings"]
    assert (reading["value"], reading["accepted"], reading["why"]) == ("Ada Byron", True, "new")
    assert (reading["spanStart"], reading["spanEnd"], reading["words"]) == (0, 9, "Ada Byron")
    assert [one["questionKey"] for one in shown["ledger"]] == ["service", "name"]
    assert all(len(one["outboundDedupeKey"]) == 64 for one in shown["ledger"])
    assert [one["id"] for one in shown["events"]][0] == field["eventId"] == reading["eventId"]
    assert len(shown["events"]) == 2
    assert shown["enrolments"][0]["sequence"]
    assert (shown["conversationId"], shown["leadId"]) == (str(lead["conversation"]), str(lead["id"]))


def test_the_gate_is_asked_as_of_now_and_nothing_is_kept(house: Any, lead: Any) -> None:
    before = [rows(house, table) for table in ("outbound_message_log", "messages", "sender_numbers", "audit_log")]
    assert panel(house, lead)["gate"]["reply"] == {
        "verdict": "send", "reason": None, "words": "it may go now", "until": None,
    }  # fmt: skip
    house.post(f"/api/admin/conversations/{lead['conversation']}/take-over")
    before[-1] += 1
    gate = panel(house, lead)["gate"]
    for kind in ("reply", "unprompted"):
        assert (gate[kind]["verdict"], gate[kind]["reason"]) == ("block", "bot_paused"), kind
        assert gate[kind]["words"] == "a person has taken the conversation over"
    house.post(f"/api/admin/conversations/{lead['conversation']}/release")
    before[-1] += 1
    house.sql("UPDATE leads SET status = 'lost' WHERE id = %(id)s", id=lead["id"])
    gate = panel(house, lead)["gate"]
    assert (gate["reply"]["verdict"], gate["unprompted"]["reason"]) == ("send", "lead_closed")
    after = [rows(house, table) for table in ("outbound_message_log", "messages", "sender_numbers", "audit_log")]
    assert after == before


def test_a_reading_is_shown_with_the_words_that_say_so_and_one_that_stands_in_no_text_without(
    house: Any, lead: Any
) -> None:
    house.text("well, it is a leaking tap I guess", lead=lead["phone"])
    house.until("SELECT count(*) = 0 FROM inbox_queue")
    house.sql(
        "INSERT INTO readings (conversation_id, event_id, field, value, span_start, span_end, reader, confidence, "
        "accepted, why, created_at) VALUES (%(id)s, 1, 'service', 'taps', 0, 0, 'model', 0.5, false, 'weaker', "
        "(SELECT max(created_at) FROM messages) + interval '1 second')",
        id=lead["conversation"],
    )
    unseen, tap = panel(house, lead)["readings"][:2]
    assert (unseen["value"], unseen["words"]) == ("taps", None)
    said = "well, it is a leaking tap I guess"
    assert tap["words"] == said[tap["spanStart"] : tap["spanEnd"]] != ""
    assert f"“{tap['words']}”" in house.get(f"/conversations/{lead['conversation']}").text


def test_a_switch_makes_the_gate_wait_for_a_person(house: Any, lead: Any) -> None:
    house.http.put(f"{house.url}/api/admin/switches", json={"scope": "global"})
    try:
        said = panel(house, lead)["gate"]["reply"]
        assert (said["verdict"], said["reason"], said["until"]) == ("wait", "switched_off", None)
        assert "would wait" in house.get(f"/conversations/{lead['conversation']}").text
    finally:
        house.http.delete(f"{house.url}/api/admin/switches?scope=global")


def test_a_person_is_shown_as_who_wrote_and_what_was_heard_beside(house: Any, lead: Any) -> None:
    house.http.patch(f"{house.url}/api/admin/leads/{lead['id']}", json={"lastName": "Lovelace"})
    (field,) = panel(house, lead)["knownFields"]
    assert (field["value"], field["by"], field["locked"], field["eventId"]) == (
        "Ada Lovelace", "this machine", True, None,
    )  # fmt: skip
    assert [one["value"] for one in field["candidates"]] == ["Ada Byron"]
    page = house.get(f"/conversations/{lead['conversation']}").text
    assert "also heard: Ada Byron" in page
    assert '<span class="chip good">locked</span>' in page


def test_what_was_written_by_hand_in_another_shape_is_shown_as_far_as_it_goes(house: Any, lead: Any) -> None:
    house.sql(
        """UPDATE conversations SET known_fields = '{"a": "bare", "b": {"value": 7, "candidates": ["x", {"value": "y"}]},
        "c": {}, "d": {"value": "v", "evidence": 99, "confidence": "high"}}' WHERE id = %(id)s""",
        id=lead["conversation"],
    )
    shown = {one["field"]: one for one in panel(house, lead)["knownFields"]}
    assert [shown[name]["value"] for name in "abcd"] == ["bare", "7", "", "v"]
    assert [one["value"] for one in shown["b"]["candidates"]] == ["y"]
    assert (shown["d"]["evidence"], shown["d"]["confidence"]) == (None, None)
    assert house.get(f"/conversations/{lead['conversation']}").status_code == 200


def test_a_webhook_that_was_not_handled_is_listed_though_it_has_no_message(house: Any, lead: Any) -> None:
    event = panel(house, lead)["events"][0]
    house.sql(
        "UPDATE messages SET event_id = NULL WHERE event_id = %(id)s AND conversation_id = %(conversation)s",
        id=int(event["id"]),
        conversation=lead["conversation"],
    )
    assert event["id"] not in [one["id"] for one in panel(house, lead)["events"]]
    house.sql(
        "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, "
        "attempts, code_version, died_at) SELECT received_at, id, lane, 'message', webhook_type, 'f', 'e', 1, 'v', "
        "received_at FROM webhook_events WHERE id = %(id)s",
        id=int(event["id"]),
    )
    assert event["id"] in [one["id"] for one in panel(house, lead)["events"]]


def test_the_page_shows_the_panel_closed_and_by_a_link_open_without_javascript(house: Any, lead: Any) -> None:
    path = f"/conversations/{lead['conversation']}"
    page = house.get(path).text
    assert '<details class="card more debug" id="debug">' in page
    assert '<details class="card more debug" id="debug" open>' in house.get(f"{path}?debug=1").text
    for heading in ("What may go now", "State", "Known fields", "Readings", "Ledger", "Webhooks", "Sequences"):
        assert f"<h3>{heading}</h3>" in page, heading
    assert "Simulate webhook retry" in page
    part = house.get(f"/parts{path}/debug").text
    assert "<h3>Ledger</h3>" in part
    assert "<html" not in part


def test_a_webhook_has_a_page_that_is_found_by_its_time_and_without(house: Any, lead: Any) -> None:
    page = unescape(house.get(f"/conversations/{lead['conversation']}").text)
    links = set(re.findall(r'href="(/events/\d+\?at=[^"]+)"', page))
    assert len(links) == 2
    for link in links:
        for path in (link, link.partition("?")[0]):
            shown = house.get(path)
            assert shown.status_code == 200, path
            assert "twilio_sms" in shown.text
            assert lead["phone"] in shown.text
    number = links.pop().partition("?")[0]
    assert house.get(f"{number}?at=2001-01-01T00:00:00").status_code == 404
    assert house.get(f"{number}?at=yesterday").status_code == 400
    assert house.get("/events/999999").status_code == 404


def test_a_conversation_that_is_not_there_has_no_panel(house: Any) -> None:
    for path in ("/api/admin/conversations/999999/debug", "/parts/conversations/999999/debug"):
        assert house.get(path).status_code == 404


def test_who_gave_no_number_is_told_so_by_the_gate(house: Any, lead: Any) -> None:
    house.sql("UPDATE conversations SET channel = 'form' WHERE id = %(id)s", id=lead["conversation"])
    house.sql("UPDATE leads SET phone = NULL WHERE id = %(id)s", id=lead["id"])
    gate = panel(house, lead)["gate"]
    assert gate["reply"] == gate["unprompted"]
    assert (gate["reply"]["verdict"], "gave no phone number" in gate["reply"]["words"]) == ("block", True)
