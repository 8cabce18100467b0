"""`frontdesk outbox` on a real desk: write, schedule, cancel, settle, stop and go, and what each says."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from story_house import House, eventually

LEAD = "+12025550143"
NUMBER = "+12025550100"


@pytest.fixture
def desk(house: House) -> House:
    """A desk with one client, on which nothing runs: messages wait for whoever sends them."""
    house.stop(house.up())
    return house


def write(house: House, *words: str) -> Any:
    return house.json("outbox", "send", "--to", LEAD, "--body", "Hello from Ada", "--yes", *words)


def make_unknown(house: House, message: str) -> None:
    """As a worker that died leaves it, after the carrier's list could not tell."""
    with psycopg.connect(house.dsn) as connection:
        connection.execute(
            "UPDATE outbound_message_log SET status = 'UNKNOWN', started_at = created_at, reconcile_at = NULL, "
            "error = 'timed out' WHERE id = %s",
            [int(message)],
        )


def test_a_text_by_hand_is_sent_delivered_and_told_with_its_attempt(house: House) -> None:
    house.up()
    row = write(house, "--key", "k1")
    assert (row["sendClass"], row["toAddress"], row["first"]) == ("manual", LEAD, True)
    eventually(lambda: house.json("outbox", "show", row["id"])["status"] == "DELIVERED", "the receipt")
    again = write(house, "--key", "k1")
    assert (again["id"], again["first"]) == (row["id"], False)
    shown = house.json("outbox", "show", row["id"])
    assert [one["outcome"] for one in shown["attemptLog"]] == ["accepted"]
    told = house.run("outbox", "show", row["id"]).stdout
    assert "Attempt 1" in told
    assert "accepted" in told
    (number,) = house.json("outbox", "numbers")["items"]
    assert (number["number"], number["done"]) == (NUMBER, 1)
    assert "1 a second, 60 a minute" in house.run("outbox", "numbers").stdout
    done = house.json("status")["acts"]
    assert [(act["action"], act["subject"]) for act in done] == [("send", f"message {row['id']}")]


def test_nothing_is_sent_before_somebody_says_yes(desk: House) -> None:
    words = ("outbox", "send", "--to", "+1 (202) 555-0143", "--body", "Hello")
    asked = desk.run(*words)  # no answer on stdin is a no
    assert asked.returncode == 1
    for said in ("1 segment", "gsm7", "USD", "it may go now", NUMBER, LEAD, "Send it?"):
        assert said in asked.stdout + asked.stderr, said
    assert desk.lines("outbox", "list") == []


def test_a_scheduled_text_is_listed_with_its_time_and_cancelled(desk: House) -> None:
    at = (datetime.now().astimezone() + timedelta(days=3)).replace(second=0, microsecond=0)
    told = desk.run(
        "outbox", "send", "--to", LEAD, "--body", "See you", "--at", at.replace(tzinfo=None).isoformat(), "--yes"
    ).stdout
    assert f"goes at {at:%Y-%m-%d %H:%M:%S}" in told
    (row,) = desk.lines("outbox", "list", "--status", "pending")
    assert datetime.fromisoformat(row["availableAt"]) == at
    assert "it is scheduled for later" in desk.run("outbox", "show", row["id"]).stdout
    assert "is cancelled" in desk.run("outbox", "cancel", row["id"]).stdout
    refused = desk.run("outbox", "cancel", row["id"])
    assert (refused.returncode, "is CANCELLED, and only one that is PENDING" in refused.stderr) == (1, True)


def test_what_nobody_knows_is_found_and_settled(house: House) -> None:
    desk = house
    desk.up()
    desk.run("outbox", "stop", "--global")  # nothing moves but by our word
    row = write(desk)
    make_unknown(desk, row["id"])
    (found,) = desk.lines("outbox", "list", "--needs-a-person")
    assert (found["id"], "a person decides" in found["why"]) == (row["id"], True)
    assert "frontdesk outbox resolve ID" in desk.run("outbox", "list").stdout
    settled = desk.json("outbox", "resolve", row["id"], "--as", "send_again")
    assert (settled["status"], settled["id"]) == ("PENDING", row["id"])
    refused = desk.run("outbox", "resolve", row["id"], "--as", "sent")
    assert (refused.returncode, f"frontdesk outbox cancel {row['id']}" in refused.stderr) == (1, True)
    make_unknown(desk, row["id"])
    assert "counts as sent now" in desk.run("outbox", "resolve", row["id"], "--as", "sent").stdout
    assert desk.json("outbox", "show", row["id"])["providerMessageId"] == "by-hand"
    assert "There is no message 999" in desk.run("outbox", "resolve", "999", "--as", "sent").stderr


def test_a_switch_holds_says_so_and_lets_go(house: House) -> None:
    house.up()
    told = house.run("outbox", "stop", "--global", "--reason", "a wrong text went out").stdout
    assert "All sending is stopped" in told
    assert "frontdesk outbox go --global" in told
    row = write(house)
    assert (row["reason"], row["availableAt"]) == ("switched_off", None)
    listed = house.run("outbox", "list").stdout
    assert "sending is switched off" in listed
    assert "9999" not in listed + house.run("outbox", "show", row["id"]).stdout
    (on,) = house.json("outbox", "switches")["items"]
    assert (on["scope"], on["mode"], on["reason"]) == ("global", "stop", "a wrong text went out")
    assert "a wrong text went out" in house.run("outbox", "switches").stdout
    assert "1 held message is due again" in house.run("outbox", "go", "--global").stdout
    eventually(lambda: house.json("outbox", "show", row["id"])["status"] == "DELIVERED", "the held message")
    assert "everything may go" in house.run("outbox", "switches").stdout
    off = house.run("outbox", "go", "--global")
    assert (off.returncode, "No switch is on at all." in off.stderr) == (1, True)


def test_a_dry_run_blocks_and_the_command_says_so(desk: House) -> None:
    assert "dry run" in desk.run("outbox", "stop", "--client", "1", "--dry-run").stdout
    blocked = desk.run("outbox", "send", "--to", LEAD, "--body", "Hello", "--yes")
    assert (blocked.returncode, "was blocked: dry run" in blocked.stdout) == (1, True)
    (row,) = desk.lines("outbox", "list", "--reason", "dry_run", "--client", "1", "--to", LEAD)
    assert row["status"] == "BLOCKED"
    assert desk.lines("outbox", "list", "--client", "2") == []


def test_an_order_that_is_not_clear_does_nothing(desk: House) -> None:
    unclear: tuple[tuple[str, ...], ...] = (
        ("send", "--body", "x"),
        ("send", "--to", LEAD),
        ("send", "--to", LEAD, "--conversation", "1", "--body", "x"),
        ("send", "--to", "0143", "--body", "x", "--yes"),
        ("send", "--to", LEAD, "--body", "x", "--at", "tomorrow", "--yes"),
        ("stop",),
        ("stop", "--global", "--client", "1"),
        ("stop", "--client", "Ada"),
        ("stop", "--lane", "fast"),
        ("go",),
        ("resolve", "1"),
        ("resolve", "1", "--as", "perhaps"),
    )
    for words in unclear:
        assert desk.run("outbox", *words).returncode == 2, words
    refused: dict[tuple[str, ...], str] = {
        ("send", "--to", LEAD, "--body", " ", "--yes"): "The text is empty",
        ("send", "--conversation", "9", "--body", "x", "--yes"): "There is no conversation 9",
        ("send", "--to", LEAD, "--body", "x", "--at", "2999-01-01T09:00", "--yes"): "365 days ahead",
        ("stop", "--client", "9"): "There is no client 9",
        ("stop", "--provider", "pigeon"): "There is no provider pigeon",
    }
    for words, said in refused.items():
        done = desk.run("outbox", *words)
        assert (done.returncode, said in done.stderr) == (1, True), (words, done.stderr)
    assert desk.lines("outbox", "list") == []
    assert desk.json("outbox", "switches")["items"] == []
