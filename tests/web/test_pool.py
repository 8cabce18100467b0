"""The pool of numbers in the API and on its page, and the simulator's cashier."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

A = "+12025550181"


@pytest.fixture
def still(dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk of the test's own on which no loop runs."""
    with house_on(dsn, roles=()) as house:
        yield house


def test_numbers_are_added_listed_and_released(still: Any) -> None:
    added = still.post("/api/admin/pool", json={"numbers": ["+1 202 555 0181"]}, headers={"Idempotency-Key": "a"})
    assert (added.status_code, added.json()["added"]) == (200, [A])
    assert still.post("/api/admin/pool", json={"numbers": [A]}).status_code == 409
    assert still.post("/api/admin/pool", json={"numbers": ["181"]}).status_code == 400
    items = still.get("/api/admin/pool", params={"status": "AVAILABLE"}).json()["items"]
    assert [item["phoneE164"] for item in items] == [A]
    assert still.get("/api/admin/pool", params={"status": "FREE"}).status_code == 400
    assert still.post(f"/api/admin/pool/{A}/release").status_code == 409
    still.sql("INSERT INTO clients (id, name) VALUES (70, 'Cy')")
    still.sql("UPDATE twilio_number_pool SET status = 'ASSIGNED', client_id = 70 WHERE phone_e164 = '+12025550181'")
    released = still.post(f"/api/admin/pool/{A}/release").json()
    assert (released["clientId"], released["quarantinedUntil"] is not None) == ("70", True)


def test_the_check_names_what_the_carrier_has_not(still: Any) -> None:
    still.post("/api/admin/pool", json={"numbers": [A]})
    found = still.post("/api/admin/pool/check").json()
    assert list(found["wrong"]) == [A]
    assert "not in the account" in still.get("/pool").text


def test_the_page_adds_numbers_and_says_what_is_wrong(still: Any) -> None:
    assert "free" not in still.get("/pool").text.split("<main")[1].split("Add numbers")[0]
    assert still.post("/pool/add", data={"numbers": f"{A}, +12025550182"}).status_code in (200, 303)
    page = still.get("/pool").text
    assert (A in page, "+12025550182" in page) == (True, True)
    refused = still.post("/pool/add", data={"numbers": "nonsense"})
    assert (refused.status_code, "is no phone number" in refused.text) == (422, True)
    assert still.post("/pool/add", data={"numbers": A}).status_code == 409
    assert "serves no client" in still.post("/pool/release", data={"number": A}).text


def test_the_cashier_knows_its_clients(still: Any) -> None:
    page = still.get("/simulator/pay?client_reference_id=1")
    assert (page.status_code, "stands in for Stripe" in page.text) == (200, True)
    assert still.get("/simulator/pay?client_reference_id=77").status_code == 404
    assert still.get("/simulator/pay?client_reference_id=x").status_code == 400
