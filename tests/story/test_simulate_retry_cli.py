"""`frontdesk events simulate-retry` beside a desk that runs."""

from story_house import House, eventually


def test_a_webhook_delivered_again_from_the_command_line_says_nothing_twice(house: House) -> None:
    house.up()
    assert house.text("Hi there") == [200]
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "the reply")

    done = house.json("events", "simulate-retry", "1")
    assert (done["duplicatesBlocked"], done["items"], done["changedNothing"]) == (1, 1, True)
    assert done["before"] == done["after"]
    shown = house.run("events", "simulate-retry", "1")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Blocked 1 of 1 item: 1 message before and after, nothing was said twice." in shown.stdout
    (event,) = house.lines("events", "list", "--type", "twilio_sms")
    assert event["duplicates"] == 2

    unknown = house.run("events", "simulate-retry", "99")
    assert (unknown.returncode, unknown.stderr.strip()) == (1, "frontdesk: There is no conversation 99.")
