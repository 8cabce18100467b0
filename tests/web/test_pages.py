"""The pages over real HTTP, as a browser without JavaScript sees them."""

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any

import pytest

from frontdesk.testing import LEAD, NUMBER

PAGES = ["/", "/system", "/simulator", "/nothing"]


def conversation_of(house: Any, lead: str) -> int:
    found: int = house.until("SELECT max(id) FROM conversations WHERE other_address = %(lead)s", lead=lead)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_marked_as_simulation_and_keeps_scripts_out(house: Any, path: str) -> None:
    page = house.get(path)
    assert "<strong>Simulation.</strong>" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:", page.text)


def test_a_conversation_shows_what_was_said_and_what_happened(house: Any) -> None:
    house.text("Is <b>this</b> & <script>alert(1)</script> safe?", times=3)
    house.delivered(LEAD)
    listed = house.get("/").text
    assert LEAD in listed
    page = house.get(f"/conversations/{conversation_of(house, LEAD)}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    ((key, sid, request_id),) = house.sql(
        "SELECT outbound_dedupe_key, o.provider_message_id, request_id FROM outbound_message_log o "
        "JOIN webhook_events e ON e.correlation_id = o.correlation_id WHERE to_address = %(to)s",
        to=LEAD,
    )
    for shown in (key, sid, request_id, "delivered 3 times, counted once", "2 times, changed nothing", "Send started"):
        assert shown in page


def test_what_was_blocked_says_why_in_plain_words(house: Any) -> None:
    lead = "+12025550150"
    house.sql("UPDATE clients SET paused = true")
    try:
        house.text("Anyone?", lead=lead)
        house.until(
            "SELECT count(*) = 1 FROM outbound_message_log WHERE to_address = %(to)s AND status = 'BLOCKED'", to=lead
        )
    finally:
        house.sql("UPDATE clients SET paused = false")
    why = "because the client is paused; resume the client to send again"
    assert why in house.get(f"/conversations/{conversation_of(house, lead)}").text
    assert why in house.get("/simulator", params={"from": lead}).text


def test_facts_stand_with_their_source(house: Any) -> None:
    lead = "+12025550151"
    house.text("Hello", lead=lead)
    house.delivered(lead)
    house.text("my name is Ada Lovelace", lead=lead)
    house.until("SELECT known_fields ? 'name' FROM conversations WHERE other_address = %(lead)s", lead=lead)
    page = house.get(f"/conversations/{conversation_of(house, lead)}").text
    assert "<h1>Ada Lovelace</h1>" in page
    assert "read by rules, webhook event" in page


def test_an_opted_out_lead_is_marked(house: Any) -> None:
    lead = "+12025550152"
    house.text("Hello", lead=lead)
    house.delivered(lead)
    house.text("STOP", lead=lead)
    house.until("SELECT count(*) = 1 FROM consents WHERE address = %(lead)s", lead=lead)
    assert "opted out" in house.get("/").text
    assert "silent until they text START" in house.get(f"/conversations/{conversation_of(house, lead)}").text
    assert "silent until it texts START" in house.get("/simulator", params={"from": lead}).text


def test_the_simulator_works_without_javascript(house: Any) -> None:
    lead = "+12025550153"
    sent = house.post("/simulator/texts", data={"from": lead, "to": NUMBER, "body": "Hi from a form", "twice": "on"})
    assert sent.status_code == 303
    page = house.http.get(house.url + sent.headers["location"]).text
    assert re.sub(r"<[^>]+>", "", page).count("Webhook answered 200, 200: posted 2 times") == 1
    assert "Hi from a form" in page
    house.delivered(lead)
    house.until("SELECT count(*) = 1 FROM outbound_message_log WHERE to_address = %(to)s", to=lead)
    assert house.get("/simulator", params={"from": lead}).text.count("thanks for contacting") == 1


def test_a_dropped_answer_is_shown_and_found_out(house: Any) -> None:
    lead = "+12025550154"
    house.post("/simulator/faults", data={"fault": "drop_after_accept"})
    assert 'id="fault-drop_after_accept" aria-pressed="true"' in house.get("/simulator").text
    house.text("Hello?", lead=lead)
    house.delivered(lead)
    assert 'id="fault-drop_after_accept" aria-pressed="false"' in house.get("/simulator").text
    assert house.get("/simulator", params={"from": lead}).text.count("thanks for contacting") == 1


def test_a_fault_is_switched_off_again_by_the_same_button(house: Any) -> None:
    for state in ("true", "false"):
        house.post("/simulator/faults", data={"fault": "throttle"})
        assert f'id="fault-throttle" aria-pressed="{state}"' in house.get("/simulator").text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/simulator/texts", {"from": "12025550143", "body": "x"}),
        ("/simulator/texts", {"from": LEAD, "to": "+12025550199", "body": "x"}),
        ("/simulator/faults", {"fault": "meteor"}),
    ],
)
def test_nonsense_is_refused_in_words(house: Any, path: str, fields: dict[str, str]) -> None:
    assert house.post(path, data=fields).status_code == 400


@pytest.mark.parametrize("path", ["/simulator/texts", "/simulator/faults", "/login", "/logout"])
def test_another_site_can_post_nothing(house: Any, path: str) -> None:
    answer = house.post(path, data={"body": "x"}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/system", "/simulator", "/conversations/1", "/parts/overview"])
def test_a_tunnel_opens_no_page(house: Any, path: str) -> None:
    answer = house.get(path, headers={"x-forwarded-for": "203.0.113.9"})
    assert answer.status_code == 401
    assert "set ADMIN_TOKEN" in answer.text


@pytest.mark.parametrize("path", ["/conversations/999999", "/conversations/99999999999999999999999", "/nothing"])
def test_what_is_not_there_is_a_page(house: Any, path: str) -> None:
    answer = house.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_broken_cursor_is_a_page_too(house: Any) -> None:
    assert house.get("/?cursor=nonsense").status_code == 400


def test_a_form_that_is_too_large_is_refused(house: Any) -> None:
    assert house.post("/simulator/texts", data={"body": "x" * 70_000}).status_code == 413
    assert house.post("/simulator/texts", json={"body": "x"}).status_code == 415


def test_files_are_asked_for_by_their_content(house: Any) -> None:
    for link in re.findall(r'(?:src|href)="(/static/[^"]+)"', house.get("/").text):
        assert house.get(link).status_code == 200
        assert re.search(r"\?v=[0-9a-f]{10}$", link)
    assert house.get("/static/../app.py").status_code == 404


def test_with_a_real_carrier_the_simulator_says_that_it_is_off(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    with house_on(dsn, roles=(), simulation=False) as house:
        page = house.get("/simulator")
        assert page.status_code == 404
        assert "The simulator is off, because provider credentials are set" in page.text
        assert "Simulation." not in house.get("/").text
        assert house.post("/simulator/texts", data={"body": "x"}).status_code == 404


def test_the_vendored_script_is_the_one_that_was_published() -> None:
    vendor = resources.files("frontdesk.web").joinpath("static", "vendor")
    rows = re.findall(r"^\| ([\w.]+) \|.*\| ([0-9a-f]{64}) \|$", vendor.joinpath("VENDOR.md").read_text(), re.MULTILINE)
    scripts = {entry.name for entry in vendor.iterdir() if entry.name.endswith(".js")}
    assert {name for name, _ in rows} == scripts
    for name, digest in rows:
        assert hashlib.sha256(vendor.joinpath(name).read_bytes()).hexdigest() == digest
