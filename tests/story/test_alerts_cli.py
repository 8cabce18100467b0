"""`frontdesk alerts` on a real desk: a test arrives, and what is wrong can be looked at, taken in hand and silenced."""

import re

from story_house import House, eventually

ADMIN = "+12025550188"


def test_a_test_arrives_at_the_simulated_phone_within_ten_seconds(house: House) -> None:
    house.up(ADMIN_PHONE=ADMIN)
    done = house.json("alerts", "test", ADMIN_PHONE=ADMIN)
    assert done["arrived"] is True
    assert done["seconds"] < 10
    assert [one["channel"] for one in done["deliveries"]] == ["sms"]
    assert house.lines("alerts", "list") == []  # it was over once it was told
    (row,) = house.lines("alerts", "list", "--state", "all")
    assert (row["alertType"], row["standing"]) == ("TEST", "over")
    said = house.run("alerts", "show", row["id"]).stdout
    assert "sms" in said
    assert "delivered" in said
    assert re.search(r"sent +message 1\n", said)
    assert "How it stands: over; it was true for " in said


def test_without_anybody_to_tell_a_test_says_what_to_set(house: House) -> None:
    house.stop(house.up())
    refused = house.run("alerts", "test")
    assert refused.returncode == 1
    assert "set ADMIN_PHONE" in refused.stderr


def test_silences_are_made_listed_and_ended_and_what_is_not_there_is_said(house: House) -> None:
    house.stop(house.up())
    made = house.run("alerts", "silence", "deploy", "--for", "2h", "--type", "POOL_EMPTY")
    assert made.stdout.startswith("Silence 1 holds until ")
    (row,) = house.lines("alerts", "silences")
    assert (row["alertType"], row["comment"], row["holds"]) == ("POOL_EMPTY", "deploy", True)
    assert house.run("alerts", "silence", "x", "--end", "1").returncode == 0
    assert house.run("alerts", "silence", "x", "--end", "1").returncode == 1
    assert house.run("alerts", "silence", "x", "--for", "90d").returncode == 2
    assert "There is no alert 7" in house.run("alerts", "ack", "7").stderr
    stats = house.json("alerts", "stats")
    assert (stats["raised"], stats["healthy"]) == (0, True)
    eventually(lambda: house.run("alerts", "list").stdout.startswith("Alerts: nothing is wrong"), "the empty list")
