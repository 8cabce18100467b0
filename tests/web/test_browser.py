"""The pages in a real browser: type, see the reply appear, tick 'twice', read what happened, with a quiet console."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"THE BROWSER TESTS DID NOT RUN: {CHROMIUM} is missing (python tests/chromium.py)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose console stays empty."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def say(page: Page, body: str) -> None:
    page.get_by_label("Text as this lead").fill(body)
    page.get_by_role("button", name="Send", exact=True).click()


def test_a_typed_text_is_answered_and_delivered(house: Any, page: Page) -> None:
    page.goto(f"{house.url}/simulator")
    say(page, "Hi, my boiler is broken")
    expect(page.locator("#delivery")).to_contain_text("Webhook answered 200")
    expect(page.get_by_label("Text as this lead")).to_have_value("")
    reply = page.locator("#phone article.in", has_text="thanks for contacting")
    expect(reply).to_have_count(1, timeout=10_000)
    expect(reply).to_contain_text("delivered", timeout=10_000)


def test_a_webhook_that_comes_twice_is_answered_once(house: Any, page: Page) -> None:
    page.goto(f"{house.url}/simulator?from=%2B12025550161")
    page.get_by_label("Deliver this webhook twice").check()
    say(page, "Hello twice")
    expect(page.locator("#delivery")).to_contain_text("Webhook answered 200, 200")
    reply = page.locator("#phone article.in", has_text="thanks for contacting")
    expect(reply).to_contain_text("delivered", timeout=10_000)
    house.until("SELECT count(*) = 0 FROM inbox_queue")
    page.wait_for_timeout(1500)  # one more round of polling
    expect(reply).to_have_count(1)
    assert house.sql(
        "SELECT duplicate_count FROM processed_webhooks WHERE parameters::text LIKE '%%Hello twice%%' "
        "UNION SELECT max(duplicate_count) FROM processed_webhooks"
    ) == [(1,)]


def test_a_conversation_tells_what_happened_and_stays_open_while_it_freshens(house: Any, page: Page) -> None:
    lead = "+12025550162"
    house.text("Hello there", lead=lead)
    house.delivered(lead)
    page.goto(house.url)
    page.get_by_role("link", name=lead).click()
    reply = page.locator("article.out", has_text="thanks for contacting")
    reply.get_by_text("What happened").click()
    for step in ("Webhook received", "Put in the ledger", "Send started", "Taken by the carrier", "Receipt: delivered"):
        expect(reply.locator(".steps")).to_contain_text(step, timeout=10_000)
    house.text("and more", lead=lead)
    expect(page.locator("article.in", has_text="and more")).to_be_visible(timeout=10_000)
    expect(reply.locator(".steps")).to_be_visible()


def test_a_fault_is_armed_by_a_click_and_used_up_by_the_next_message(house: Any, page: Page) -> None:
    page.goto(f"{house.url}/simulator?from=%2B12025550163")
    fault = page.get_by_role("button", name="take the message, then answer 500")
    fault.click()
    expect(fault).to_have_attribute("aria-pressed", "true")
    say(page, "Hello")
    reply = page.locator("#phone article.in", has_text="thanks for contacting")
    expect(reply).to_contain_text("delivered", timeout=10_000)
    expect(fault).to_have_attribute("aria-pressed", "false", timeout=10_000)
    expect(reply).to_have_count(1)


def test_no_page_is_wider_than_a_phone(house: Any, page: Page) -> None:
    house.text("W" * 300, lead="+12025550164")
    house.delivered("+12025550164")
    number = house.sql("SELECT id FROM conversations WHERE other_address = '+12025550164'")[0][0]
    message = house.sql("SELECT min(id) FROM outbound_message_log")[0][0]
    conversation = f"/conversations/{number}"
    for path in ("/", "/system", "/outbox", f"/outbox/{message}", "/simulator?from=%2B12025550164", conversation):
        page.goto(house.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_person_writes_sees_the_count_and_it_is_delivered(house: Any, page: Page) -> None:
    lead = "+12025550165"
    house.text("Hello there", lead=lead)
    house.delivered(lead)
    number = house.sql("SELECT id FROM conversations WHERE other_address = %(lead)s", lead=lead)[0][0]
    page.goto(f"{house.url}/conversations/{number}")
    box = page.get_by_role("textbox", name="Write to this lead")
    box.press_sequentially("Hello from a person " + "é" * 3)
    expect(page.locator("#preview")).to_contain_text("1 segment")
    box.fill("x" * 161)
    expect(page.locator("#preview")).to_contain_text("2 segments")
    box.fill("Hello from a person")
    page.get_by_role("button", name="Send", exact=True).click()
    said = page.locator("article.out", has_text="Hello from a person")
    expect(said).to_contain_text("delivered", timeout=10_000)
    expect(said).to_have_count(1)
    expect(box).to_have_value("")


def test_what_is_written_stays_while_the_page_freshens_and_a_switch_shows_on_it(house: Any, page: Page) -> None:
    lead = "+12025550166"
    house.text("Hello there", lead=lead)
    house.delivered(lead)
    number = house.sql("SELECT id FROM conversations WHERE other_address = %(lead)s", lead=lead)[0][0]
    page.goto(f"{house.url}/conversations/{number}")
    box = page.get_by_role("textbox", name="Write to this lead")
    box.fill("Half a sentence")
    house.http.put(f"{house.url}/api/admin/switches", json={"scope": "global", "reason": "a test"})
    expect(page.get_by_text("All sending is stopped")).to_be_visible(timeout=10_000)
    house.text("Are you there?", lead=lead)
    waiting = page.locator("article.out", has_text="sending is switched off")
    expect(waiting).to_be_visible(timeout=10_000)
    expect(box).to_have_value("Half a sentence")
    expect(page.locator("#preview")).to_contain_text("Would wait", timeout=10_000)
    waiting.get_by_role("button", name="Cancel it").click()
    expect(page.locator("article.out", has_text="cancelled by a person")).to_be_visible(timeout=10_000)
    page.goto(f"{house.url}/system")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("All sending is stopped")).to_have_count(0)


def test_a_page_that_lost_its_desk_says_so(house: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{house.url}/system")
    expect(page.locator("#stale")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#stale")).to_be_visible(timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator("#stale")).to_be_hidden(timeout=10_000)
    page.close()


def talk(house: Any, lead: str) -> str:
    """The page of a conversation in which the desk has asked for a name."""
    house.text("Hello there", lead=lead)
    house.delivered(lead)
    return f"{house.url}/conversations/" + str(
        house.sql("SELECT id FROM conversations WHERE other_address = %(lead)s", lead=lead)[0][0]
    )


def test_a_person_takes_over_and_the_page_of_another_says_so_until_it_is_released(house: Any, page: Page) -> None:
    path = talk(house, "+12025550167")
    page.goto(path)
    house.post(path.removeprefix(house.url) + "/take-over")  # a colleague, elsewhere
    expect(page.get_by_text("because somebody took it over")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("button", name="Take over")).to_be_visible()
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    assert page.url == path


def test_a_correction_is_saved_in_place_and_shows_in_the_facts_and_the_debug_panel(house: Any, page: Page) -> None:
    page.goto(talk(house, "+12025550168"))
    page.get_by_text("Correct what we know").click()
    page.get_by_label("First name").fill("Ada")
    page.wait_for_timeout(2500)  # the page freshens itself meanwhile
    expect(page.get_by_label("First name")).to_have_value("Ada")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; no text of theirs changes it")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("ada@example.com", timeout=10_000)
    page.get_by_text("Debug", exact=True).click()
    expect(page.locator("#debugged")).to_contain_text("locked")
    page.get_by_label("E-mail").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing is wiped")
    assert house.sql("SELECT email FROM leads WHERE phone = '+12025550168'") == [("ada@example.com",)]


def test_a_retry_in_the_debug_panel_tells_what_was_blocked_and_the_panel_freshens(house: Any, page: Page) -> None:
    page.goto(talk(house, "+12025550169") + "?debug=1")
    page.get_by_role("button", name="Simulate webhook retry").click()
    expect(page.locator("#retried")).to_contain_text("Blocked: 1 of 1", timeout=10_000)
    again = page.locator("#debugged table", has_text="Request id").locator("tbody tr td:nth-child(5)")
    expect(again).to_have_text("1", timeout=10_000)
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#debugged h3").first).to_have_text("What may go now")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
