"""Dead letters on the command line: looked at, counted first, replayed at once or at a rate, cancelled, dismissed, parked."""

import json
from typing import Any

import httpx2
import psycopg
from story_house import House, eventually

ACTOR = "cli:"


def texts(house: House, count: int, *, number: str = "+12025550109", first: int = 40) -> None:
    """So many phones text a number that serves nobody."""
    simulator = house.simulator()
    for n in range(first, first + count):
        order = {"from": f"+120255501{n:02}", "to": number, "body": "Who has this number?"}
        assert httpx2.post(f"{simulator}/simulator/texts", json=order, timeout=30).json()["statuses"] == [200]


def died(house: House, count: int) -> Any:
    """The one group of dead letters, once it has so many."""
    return eventually(lambda: next((g for g in house.lines("events", "dead") if g["letters"] == count), None), "deaths")


def test_dead_letters_are_counted_shown_and_put_back(house: House) -> None:
    house.up()
    texts(house, 4)
    group = died(house, 4)
    died_of = ("--fingerprint", group["fingerprint"])
    assert (group["webhookType"], group["tries"], group["scheduled"]) == ("twilio_sms", 1, 0)
    letters = house.lines("events", "dead", *died_of)
    assert len(letters) == 4
    assert group["sampleEventId"] in [letter["eventId"] for letter in letters]
    shown = house.run("events", "dead").stdout
    assert "4 dead letters in 1 group." in shown
    assert f"frontdesk events replay --fingerprint {group['fingerprint']}" in shown

    dry = house.run("events", "replay", *died_of, "--dry-run", "--rate", "2")
    assert "Would replay 4 dead letters, 2 a second, which takes 1 s; nothing was changed." in dry.stdout
    assert house.json("events", "replay", "--since", "1h", "--dry-run")["matched"] == 4
    assert house.json("events", "replay", "--until", "1h", "--dry-run")["matched"] == 0
    asked = house.run("events", "replay", "--all")  # nobody is there to answer the question
    assert asked.returncode == 1
    assert "Replay 4 dead letters?" in asked.stdout
    assert house.json("status")["acts"] == []

    one, two, *_ = sorted(letter["eventId"] for letter in letters)
    done = house.json("events", "replay", one, two)
    assert (done["matched"], done["replayed"], done["dryRun"]) == (2, 2, False)
    assert done["doneBy"].startswith(ACTOR)
    eventually(lambda: [letter["deaths"] for letter in house.lines("events", "dead", *died_of)].count(2) == 2, "deaths")
    mixed = house.run("events", "dismiss", one, "999")
    assert "There is no event 999" in mixed.stdout
    assert "Dismissed 1 dead letter." in mixed.stdout
    assert "was dismissed" in house.run("events", "replay", one).stderr
    acts = house.json("status")["acts"]
    assert [(act["action"], act["details"]["count"]) for act in acts] == [("dismiss", 1), ("replay", 2)]
    assert "Last done by people" in house.run("status").stdout


def test_a_scheduled_replay_is_shown_and_cancelled(house: House) -> None:
    house.up()
    texts(house, 3)
    died(house, 3)
    scheduled = house.run("events", "replay", "--all", "--yes", "--rate", "0.01").stdout
    assert "Replay 3 dead letters, 0.01 a second, which takes 3 min." in scheduled
    assert "Scheduled 3 events, 0.01 a second: the last goes back at" in scheduled
    left = eventually(
        lambda: (rows := house.lines("events", "dead", "--scheduled")) and len(rows) == 2 and rows, "the first"
    )
    assert "goes back at" in house.run("events", "dead", "--scheduled").stdout
    refused = house.run("events", "replay", left[0]["eventId"])
    assert (refused.returncode, "is scheduled to go back at" in refused.stderr) == (1, True)
    again = house.run("events", "replay", "--all", "--dry-run").stdout
    assert "Not counted: 2 dead letters that go back on a schedule" in again
    assert "Cancelled 2 scheduled replays" in house.run("events", "replay", "--all", "--cancel", "--yes").stdout
    assert house.lines("events", "dead", "--scheduled") == []
    assert "There is no such scheduled replay" in house.run("events", "replay", "--all", "--cancel").stdout


def test_a_held_lane_is_tried_again_or_goes_on_without_its_first_event(house: House) -> None:
    house.up(WORKER__HOLD='["twilio_sms"]')
    for _ in range(2):
        texts(house, 1)
    (held,) = eventually(lambda: house.lines("events", "list", "--status", "held"), "the held event")
    (waiting,) = house.lines("events", "list", "--status", "waiting")
    assert "A held lane waits for you" in house.run("status").stdout
    tried = house.run("events", "retry", waiting["id"]).stdout
    assert f"Event {held['id']} stands first in it, and is tried first." in tried
    assert f"frontdesk events park {held['id']}" in tried
    eventually(lambda: house.json("events", "show", held["id"])["attempts"] == 2, "the second try")
    behind = house.run("events", "park", waiting["id"])
    assert (behind.returncode, f"park {held['id']}" in behind.stderr) == (1, True)
    assert "its lane goes on without it" in house.run("events", "park", held["id"]).stdout
    assert "is a dead letter" in house.run("events", "park", held["id"]).stderr
    eventually(
        lambda: [e["id"] for e in house.lines("events", "list", "--status", "held")] == [waiting["id"]], "the next"
    )

    with psycopg.connect(house.dsn) as connection:
        connection.execute("INSERT INTO clients (id, name, payment_active) VALUES (7, 'Ada & Co', true)")
        connection.execute(
            "INSERT INTO twilio_number_pool (phone_e164, status, client_id) VALUES ('+12025550109', 'ASSIGNED', 7)"
        )
    replayed = house.run("events", "replay", held["id"]).stdout
    assert "1 lane is held for a person" in replayed
    assert house.json("events", "retry", held["id"])["laneWas"] == "held"
    eventually(lambda: len(house.lines("events", "list", "--status", "done", "--type", "twilio_sms")) == 2, "both")


def test_an_order_that_is_not_clear_does_nothing(house: House) -> None:
    assert house.run("migrate").returncode == 0
    for words in (
        ("replay",),
        ("dismiss",),
        ("replay", "1", "--all"),
        ("dismiss", "--all", "--type", "twilio_sms"),
        ("replay", "--since", "yesterday"),
        ("replay", "--all", "--rate", "0"),
        ("replay", "--all", "--cancel", "--rate", "1"),
        ("park",),
    ):
        assert house.run("events", *words).returncode == 2, words
    assert house.run("events", "dead").stdout == "Dead letters: none\n"
    nothing = house.run("events", "replay", "--all")
    assert (nothing.returncode, nothing.stdout) == (0, "There is no such dead letter: nothing to replay.\n")
    assert json.loads(house.run("events", "dismiss", "--all", "--json").stdout)["matched"] == 0
