"""`frontdesk conversations` beside a desk that runs: list, look, take over, release."""

from story_house import House, eventually


def test_a_person_takes_over_and_gives_back_from_the_command_line(house: House) -> None:
    house.up()
    assert house.text("Hi there") == [200]
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "the reply")

    (row,) = house.lines("conversations", "list")
    assert (row["id"], row["otherAddress"], row["botPausedAt"]) == ("1", "+12025550143", None)
    assert house.lines("conversations", "list", "--held") == []

    taken = house.run("conversations", "take-over", "1")
    assert (taken.returncode, taken.stderr) == (0, "")
    assert "the desk says nothing to them by itself." in taken.stdout
    assert "`frontdesk conversations release 1`" in taken.stdout
    (held,) = house.lines("conversations", "list", "--held")
    assert held["botPausedWhy"] == "by_hand"
    assert house.text("Hi there", phone="+12025550144") == [200]
    eventually(lambda: len(house.lines("conversations", "list")) == 2, "somebody else")
    assert house.lines("conversations", "list", "-n", "1")[0]["id"] == "2"
    assert house.lines("conversations", "list", "--held", "-n", "1") == [held]  # though it is not among the newest
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 2}, "the reply to them")
    assert house.text("my name is Ada Lovelace") == [200]
    eventually(lambda: "Ada Lovelace" in house.run("conversations", "list").stdout, "what was read")
    assert house.json("status")["outbox"] == {"DELIVERED": 2}

    shown = house.run("conversations", "show", "1")
    assert (shown.returncode, shown.stderr) == (0, "")
    for part in ("Conversation 1", "by_hand", "Known", "Ada Lovelace", "Hi there"):
        assert part in shown.stdout, part
    detail = house.json("conversations", "show", "1")
    assert detail["knownFields"]["name"]["value"] == "Ada Lovelace"
    assert [one["direction"] for one in detail["messages"]] == ["inbound", "outbound", "inbound"]

    assert house.json("conversations", "release", "1")["conversations"] == 1
    late = house.run("conversations", "release", "1")
    assert late.returncode == 1
    assert late.stderr.startswith("frontdesk: Nobody has conversation 1, so there is nothing to release:")
    unknown = house.run("conversations", "show", "99")
    assert unknown.stderr.strip() == ("frontdesk: There is no conversation 99: see `frontdesk conversations list`.")


def test_a_lead_is_corrected_from_the_command_line(house: House) -> None:
    house.up()
    assert house.text("Hi there") == [200]
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "the reply")

    done = house.json("leads", "edit", "1", "--first-name", "Ada", "--email", "ada@example.com", "--service", "Roofing")
    assert (done["firstName"], done["email"], done["serviceTypeEnum"]) == ("Ada", "ada@example.com", "Roofing")
    assert done["doneBy"].startswith("cli:")
    known = house.json("conversations", "show", "1")["knownFields"]
    assert (known["name"]["value"], known["name"]["locked"], known["service"]["value"]) == ("Ada", True, "Roofing")
    assert known["name"]["by"] == done["doneBy"]
    for words, said in (
        (("--email", "ada"), "frontdesk: 'ada' is no e-mail address: write it like ada@example.com."),
        (
            ("--last-name", " "),
            "frontdesk: The last name is empty, and nothing is wiped: write what is right, or leave",
        ),
        ((), "frontdesk: Nothing to change: give at least one of first name"),
    ):
        refused = house.run("leads", "edit", "1", *words)
        assert refused.returncode == 1
        assert refused.stderr.startswith(said)
