"""Every command beside a running desk, looked at as a person and as a program would."""

import json
import re
import stat
import tomllib
from typing import Any

import httpx2
import psycopg
from story_house import House, eventually

from frontdesk.commands.described import described
from frontdesk.settings import Settings

SECTIONS = list(
    dict.fromkeys(".".join(row.path[:-1]) for row in described(Settings.model_construct()) if len(row.path) == 2)
)
SECRET = "postgresql://ada:geheim@127.0.0.1:1/desk"


def test_status_tells_who_lives_and_what_went_out(open_house: House) -> None:
    found = open_house.json("status")
    assert found["desk"]["url"] == f"http://127.0.0.1:{open_house.port}"
    assert found["processes"][0]["roles"] == ["scheduler", "serve", "worker"]
    assert found["outbox"] == {"DELIVERED": 1}
    assert found["deadLetters"]["events"] == 0
    assert found["stuckClients"] == {"total": 0, "bySeverity": {"HIGH": 0, "MEDIUM": 0, "LOW": 0}}
    assert found["alerts"]["open"] == sum(found["alerts"]["bySeverity"].values())
    shown = open_house.run("status").stdout
    assert "Stuck clients: none" in shown
    assert "scheduler, serve, worker" in shown
    assert "Inbox: nothing waits" in shown


def test_events_are_listed_newest_first_and_shown_whole(open_house: House) -> None:
    events = open_house.lines("events", "list")
    assert [event["webhookType"] for event in events] == ["twilio_status"] * 3 + ["twilio_sms"]
    whole = open_house.json("events", "show", events[-1]["id"])
    assert whole["payload"]["Body"] == "Hi there"
    assert "Body=Hi+there" in whole["body"]
    assert whole["duplicates"] == 1
    assert "Hi there" in open_house.run("events", "show", events[-1]["id"]).stdout


def test_what_is_not_there_or_not_possible_is_said_in_one_sentence(open_house: House) -> None:
    for words, sentence in {
        ("events", "show", "999"): "There is no event 999",
        ("events", "retry", "1"): "nothing to retry",
        ("events", "replay", "1"): "only a dead letter can be replayed",
        ("outbox", "show", "999"): "There is no message 999",
        ("outbox", "cancel", "1"): "only one that is PENDING or UNKNOWN can be cancelled",
    }.items():
        done = open_house.run(*words)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), words
        assert sentence in done.stderr


def test_the_outbox_and_the_leads_are_listed(open_house: House) -> None:
    (message,) = open_house.lines("outbox", "list")
    assert message["status"] == "DELIVERED"
    assert open_house.json("outbox", "show", message["id"])["replyType"] == "greeting"
    assert "thanks for contacting" in open_house.run("outbox", "list", "--status", "delivered").stdout
    (lead,) = open_house.lines("leads", "list")
    assert (lead["phone"], lead["status"]) == ("+12025550143", "qualifying")


def test_wrong_use_ends_with_2_and_help_with_0(open_house: House) -> None:
    assert open_house.run("frobnicate").returncode == 2
    assert open_house.run("events", "replay").returncode == 2
    assert open_house.run("events", "show", "one").returncode == 2
    helped = open_house.run("--help")
    assert helped.returncode == 0
    for panel in ("Run it", "Set it up", "Look inside"):
        assert panel in helped.stdout


def test_doctor_finds_a_running_desk_well(open_house: House) -> None:
    found = open_house.json("doctor")
    assert found["healthy"]
    states = {check["name"]: check["state"] for check in found["checks"]}
    assert states == dict.fromkeys(states, "ok")
    assert {"Database", "Schema", "Data directory", "ADMIN_TOKEN", "Twilio"} <= states.keys()


def test_doctor_says_how_to_mend_each_setting_and_ends_with_1(house: House) -> None:
    wrong = {
        "ADMIN_PHONE": "07700 900123",
        "HOST": "0.0.0.0",
        "PUBLIC_URL": "http://desk.example",
        "TZ": "Europe/London",
    }
    account = {"TWILIO_ACCOUNT_SID": "SK123", "TWILIO_AUTH_TOKEN": "short"}
    done = house.run("doctor", "--json", **wrong, **account)
    assert done.returncode == 1
    failed = {check["name"]: check for check in json.loads(done.stdout)["checks"] if check["state"] == "fail"}
    assert set(failed) == {"ADMIN_PHONE", "ADMIN_TOKEN", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}
    assert "+447700900123" in failed["ADMIN_PHONE"]["found"]
    assert "HOST=127.0.0.1" in failed["ADMIN_TOKEN"]["todo"]
    assert not house.data_dir.exists()


def test_doctor_shows_the_webhook_to_paste_with_its_retries(house: House) -> None:
    account = {"TWILIO_ACCOUNT_SID": "AC" + "a" * 32, "TWILIO_AUTH_TOKEN": "b" * 32, "TWILIO_NUMBER": "+12025550123"}
    done = house.run("doctor", PUBLIC_URL="https://desk.example.com/", **account)
    assert done.returncode == 0, done.stdout
    assert "https://desk.example.com/webhooks/twilio/sms#rc=5&rp=all" in done.stdout
    assert "https://desk.example.com/webhooks/twilio/status#rc=5&rp=all" in done.stdout


def test_doctor_knows_the_voice_agent_and_tools_are_printed_to_be_pasted(house: House) -> None:
    voice = {"VAPI_SECRET": "s" * 32, "VAPI_ASSISTANT_ID": "a1", "PUBLIC_URL": "https://desk.example.com/"}
    checks = {check["name"]: check for check in house.json("doctor", **voice)["checks"]}
    assert [checks[name]["state"] for name in ("VAPI_SECRET", "VAPI_ASSISTANT_ID")] == ["ok", "ok"]
    assert checks["Webhook for voice"]["found"] == "https://desk.example.com/vapi-webhook"
    for wrong, state in (
        ({"VAPI_SECRET": "short"}, "warn"),
        ({"VAPI_SECRET": "a,b,c"}, "fail"),
        ({"VAPI_ASSISTANT_ID": "a1"}, "fail"),
    ):
        done = json.loads(house.run("doctor", "--json", **wrong).stdout)
        assert {check["name"]: check["state"] for check in done["checks"]}["VAPI_SECRET"] == state
    printed = house.json("tools", **voice)
    assert [tool["function"]["name"] for tool in printed] == [
        "find_or_create_lead", "next_free_slots", "book_appointment", "cancel_appointment", "hand_over", "send_text",
    ]  # fmt: skip
    assert {tool["server"]["url"] for tool in printed} == {"https://desk.example.com/vapi-webhook"}
    assert "book_appointment" in house.run("tools").stdout
    assert printed[-1]["function"]["parameters"]["required"] == ["text"]
    assert all(tool["function"]["description"] for tool in printed)


def test_doctor_shows_dialpads_webhook_and_warns_of_what_is_not_signed(house: House) -> None:
    account = {"TWILIO_ACCOUNT_SID": "AC" + "a" * 32, "TWILIO_AUTH_TOKEN": "b" * 32, "TWILIO_NUMBER": "+12025550123"}

    def checks(**more: str) -> dict[str, tuple[str, str]]:
        done = house.run("doctor", "--json", PUBLIC_URL="https://desk.example.com", **account, **more)
        return {check["name"]: (check["state"], check["found"]) for check in json.loads(done.stdout)["checks"]}

    assert "DIALPAD_WEBHOOK_SECRET" not in checks()
    well = checks(DIALPAD_WEBHOOK_SECRET="s" * 24)
    assert well["Webhook for Dialpad"] == ("ok", "https://desk.example.com/webhooks/dialpad")
    assert well["DIALPAD_WEBHOOK_SECRET"][0] == "ok"
    assert checks(DIALPAD_WEBHOOK_SECRET="puppy")["DIALPAD_WEBHOOK_SECRET"][0] == "warn"
    assert checks(DIALPAD_WEBHOOK_SECRET="s" * 24 + ",")["DIALPAD_WEBHOOK_SECRET"][0] == "fail"
    assert "anybody" in checks(DIALPAD_ALLOW_UNSIGNED="true")["DIALPAD_WEBHOOK_SECRET"][1]


def test_settings_show_their_sources_and_mask_secrets(house: House) -> None:
    (house.folder / "frontdesk.toml").write_text("[limits]\nper_day = 3\n")
    (house.folder / "token").write_text("geheim-token\n")
    given: dict[str, Any] = {"DATABASE_URL": SECRET, "ADMIN_TOKEN_FILE": str(house.folder / "token")}
    rows = {row["name"]: row for row in house.json("--log-level", "error", "settings", **given)}
    assert (rows["LIMITS__PER_DAY"]["value"], rows["LIMITS__PER_DAY"]["source"]) == (3, "frontdesk.toml")
    assert (rows["LOG_LEVEL"]["value"], rows["LOG_LEVEL"]["source"]) == ("error", "command line")
    assert (rows["PORT"]["value"], rows["PORT"]["source"]) == (house.port, "environment")
    assert rows["ADMIN_TOKEN"]["source"] == "ADMIN_TOKEN_FILE"
    assert rows["BUSINESS"]["source"] == "default"
    shown = house.run("settings", **given).stdout
    assert "geheim" not in json.dumps(rows) + shown
    assert "••••" in shown


def test_init_writes_files_that_change_nothing_until_they_are_edited(house: House) -> None:
    before = {row["name"]: row["value"] for row in house.json("settings")}
    assert house.run("init").returncode == 0
    assert {row["name"]: row["value"] for row in house.json("settings")} == before

    text = (house.folder / "frontdesk.toml").read_text()
    settings = [line[1:] for line in text.splitlines() if line.startswith("#") and not line.startswith("# ")]
    headers = [line for line in text.splitlines() if line.startswith("[")]
    assert headers == [f"[{name}]" for name in SECTIONS]
    assert "port = 3001" in settings
    values = [line for line in text.splitlines() if not re.match(r"# \S|#.*=$", line)]
    uncommented = tomllib.loads("\n".join(line.removeprefix("#") for line in values))
    assert uncommented["flow"]["questions"][0]["key"] == "name"
    assert Settings(**uncommented) == Settings()
    assert "TWILIO_AUTH_TOKEN" not in text
    assert "#TWILIO_AUTH_TOKEN=" in (house.folder / ".env.example").read_text()

    again = house.run("init")
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert house.run("init", "--force").returncode == 0


def test_migrate_says_what_it_applied_and_then_that_nothing_is_left(house: House) -> None:
    first = house.run("migrate")
    assert first.returncode == 0, first.stderr
    assert "0001_the_house" in first.stdout
    assert "Nothing to do" in house.run("migrate").stdout
    assert house.json("migrate")["applied"] == []


def test_a_look_into_a_directory_without_a_desk_makes_none(house: House) -> None:
    done = house.run("status")
    assert done.returncode == 1
    assert "There is no desk in" in done.stderr
    assert not house.data_dir.exists()


def test_generated_events_are_signed_answered_and_counted(house: House) -> None:
    house.up()
    found = house.json("events", "generate", "12", "--times", "2", "--leads", "3", "--concurrency", "2")
    assert found["answers"] == {"200": 24}
    events = house.lines("events", "list", "--type", "twilio_sms")
    assert [event["duplicates"] for event in events] == [1] * 12
    assert len({event["lane"] for event in events}) == 3
    refused = house.run("events", "generate", "1", TWILIO_ACCOUNT_SID="AC" + "a" * 32, TWILIO_AUTH_TOKEN="b" * 32)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr


def test_serve_keeps_and_a_draining_worker_beside_it_answers(house: House, open_house: House) -> None:
    account = json.loads((open_house.data_dir / "simulator.json").read_text())
    carrier = {
        "TWILIO_ACCOUNT_SID": account["account_sid"],
        "TWILIO_AUTH_TOKEN": account["auth_token"],
        "TWILIO_API_BASE": open_house.simulator(),
        "TWILIO_NUMBER": "+12025550100",
        "SENDER__PER_SECOND": "20",
        "SENDER__PER_MINUTE": "1200",
    }
    house.up(**carrier)  # makes the first client
    assert house.stop(house.running[0]) == 0
    house.start("serve", ready="Frontdesk serves HTTP", **carrier)
    url = f"http://127.0.0.1:{house.port}"
    assert house.json("events", "generate", "4", "--leads", "4", "--yes", "--url", url, **carrier)["answers"] == {
        "200": 4
    }
    assert house.json("status", **carrier)["inbox"]["message"]["waiting"] == 4

    done = house.run("worker", "--drain", **carrier)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "Handled 4 events and sent 4 messages."
    assert house.run("worker", "--drain", **carrier).stdout.startswith("Handled 0 events")


def test_a_dead_letter_is_replayed_after_its_cause_is_mended(house: House) -> None:
    house.up()
    order = {"from": "+12025550144", "to": "+12025550109", "body": "Who has this number?"}
    assert _post(house, order) == [200]
    (dead,) = eventually(lambda: house.lines("events", "list", "--status", "dead"), "the dead letter")
    assert "No client is served on +12025550109" in dead["lastError"]
    assert house.json("status")["deadLetters"]["events"] == 1
    assert "frontdesk events replay" in house.run("events", "retry", dead["id"]).stderr

    with psycopg.connect(house.dsn) as connection:
        connection.execute("INSERT INTO clients (id, name, payment_active) VALUES (7, 'Ada & Co', true)")
        connection.execute(
            "INSERT INTO twilio_number_pool (phone_e164, status, client_id) VALUES ('+12025550109', 'ASSIGNED', 7)"
        )
    assert "Put 1 event back" in house.run("events", "replay", "--all", "--yes").stdout
    eventually(lambda: house.json("events", "show", dead["id"])["status"] == "done", "the replayed event", 10)


def test_selftest_keeps_all_promises_and_leaves_nothing_behind(open_house: House) -> None:
    found = open_house.json("selftest")
    assert found["passed"], found
    assert len(found["checks"]) == 6
    assert "✓" in open_house.run("selftest").stdout
    assert len(open_house.lines("outbox", "list")) == 1


def test_the_simulators_account_is_private(open_house: House) -> None:
    assert stat.S_IMODE((open_house.data_dir / "simulator.json").stat().st_mode) == 0o600


def _post(house: House, order: dict[str, str]) -> list[int]:
    return list(httpx2.post(f"{house.simulator()}/simulator/texts", json=order, timeout=30).json()["statuses"])
