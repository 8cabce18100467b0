"""A new owner on the simulator's phone: from the first text to a lead who is greeted under the new name."""

from typing import Any

import httpx2
from story_house import House, eventually

OWNER, LEAD, ONBOARDING, NEW = "+12025550111", "+12025550143", "+12025550190", "+12025550181"
ANSWERS = ("Hi", "Bo's Drains", "drains, leaks", "Springfield", "Mon-Fri 8-5")


class Phones:
    """The phones of the simulated carrier of one desk."""

    def __init__(self, house: House) -> None:
        self.desk = f"http://127.0.0.1:{house.port}"
        self._carrier = house.simulator()

    def text(self, phone: str, to: str, body: str) -> None:
        """Text and wait for the answer to it."""
        before = len(self.got(phone, to))
        answer = httpx2.post(
            f"{self._carrier}/simulator/texts", json={"from": phone, "to": to, "body": body, "times": 2}, timeout=30
        )
        assert answer.json()["statuses"] == [200, 200]
        eventually(lambda: len(self.got(phone, to)) > before, f"an answer to {body!r}")

    def got(self, phone: str, from_: str) -> list[str]:
        """What a phone got from one number of ours."""
        chat: Any = httpx2.get(f"{self._carrier}/simulator/messages", params={"phone": phone}).json()["messages"]
        return [one["body"] for one in chat if one["to"] == phone and one["from"] == from_]

    def call(self, phone: str, to: str) -> str:
        """What a caller hears."""
        answer = httpx2.post(f"{self._carrier}/simulator/calls", json={"from": phone, "to": to}, timeout=30).json()
        assert answer["status"] == 200
        return str(answer["answer"])


def test_an_owner_is_set_up_by_text_and_a_lead_is_greeted_under_the_new_name(house: House) -> None:
    house.up("--workers", "1")
    phones = Phones(house)
    for body in ANSWERS:
        phones.text(OWNER, ONBOARDING, body)
    recap = phones.got(OWNER, ONBOARDING)[-1]
    link = recap.split()[-1]
    assert link.startswith(f"{phones.desk}/simulator/pay?client_reference_id=")
    phones.text(OWNER, ONBOARDING, "READY")
    assert "payment is not here yet" in phones.got(OWNER, ONBOARDING)[-1]

    assert httpx2.get(link).status_code == 200
    paid = httpx2.post(
        f"{phones.desk}/simulator/pay", data={"client_reference_id": link.rpartition("=")[2]}, timeout=30
    )
    assert "Paid." in paid.text
    eventually(lambda: NEW in phones.got(OWNER, ONBOARDING)[-1], "the number")

    phones.text(OWNER, ONBOARDING, "done")
    phones.text(OWNER, ONBOARDING, "Bo's Drains here, we will text you back at once")
    assert "Bo's Drains here" in phones.call("+12025550177", NEW)
    eventually(lambda: phones.got(OWNER, ONBOARDING)[-1].startswith("You are live!"), "the last word")
    assert len(phones.got(OWNER, ONBOARDING)) == len(ANSWERS) + 6

    phones.text(LEAD, NEW, "Hi, my sink leaks")
    assert "Bo's Drains" in phones.got(LEAD, NEW)[0]
    (mine,) = [row for row in house.json("pool", "list")["items"] if row["phoneE164"] == NEW]
    assert (mine["status"], mine["clientName"]) == ("ASSIGNED", "Bo's Drains")


def test_the_pool_on_the_command_line(house: House) -> None:
    house.up()
    added = house.json("pool", "add", "+1 202 555 0187", "--paid-until", "2027-01-31")
    assert added["added"] == ["+12025550187"]
    again = house.run("pool", "add", "+12025550187")
    assert (again.returncode, "in the pool already" in again.stderr) == (1, True)
    wrong = house.run("pool", "check")
    assert wrong.returncode == 1
    assert "+12025550187: it is not in the account" in wrong.stdout
    asked = house.run("pool", "release", "+12025550187", "--yes")
    assert (asked.returncode, "serves no client" in asked.stderr) == (1, True)
    listed = {row["phoneE164"]: row["status"] for row in house.json("pool", "list")["items"]}
    assert listed["+12025550187"] == "AVAILABLE"
    assert ONBOARDING not in listed


def test_a_number_is_bought_on_the_command_line_within_its_caps(house: House) -> None:
    caps = {"POOL__BUY_PER_DAY": "1"}
    house.up("--workers", "1")
    offer = house.json("pool", "buy", "--area-code", "415", "--dry-run", **caps)
    assert (offer["wouldBuy"], offer["whyNot"]) == ("+14155550100", None)
    assert house.json("pool", "purchases") == {"items": []}
    assert "would be bought, for about 1.15 USD a month" in house.run("pool", "buy", "--dry-run").stdout
    assert house.json("pool", "buy", "--area-code", "415", "--yes", **caps)["bought"] == "+14155550100"
    (order,) = house.json("pool", "purchases")["items"]
    assert (order["phoneE164"], order["state"]) == ("+14155550100", "BOUGHT")
    assert "+14155550100" in {row["phoneE164"] for row in house.json("pool", "list")["items"]}
    again = house.run("pool", "buy", "--yes", **caps)
    assert again.returncode == 1
    assert "pool.buy_per_day is 1" in again.stderr
    assert "Raise that setting" in again.stderr
    assert "Nothing would be bought: 1 were bought" in house.run("pool", "buy", "--dry-run", **caps).stdout
    wrong = house.run("pool", "buy", "--area-code", "41")
    assert (wrong.returncode, "three digits" in wrong.stderr) == (2, True)
    assert "1.15 USD" in house.run("pool", "purchases").stdout
