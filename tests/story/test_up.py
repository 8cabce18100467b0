"""`frontdesk up` as a new user meets it: from nothing to an answered text, and every way to stop and to fail."""

import os
import signal
import socket
import time

import httpx2
import psycopg
from story_house import House, eventually


def one_sentence(stderr: str) -> str:
    """The sentence of a refusal: one line, no traceback."""
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("frontdesk: ")
    return lines[0]


def test_a_text_delivered_twice_gets_one_reply_and_its_receipt_comes_back(house: House) -> None:
    house.up()
    assert house.text("Hi there", times=2) == [200, 200]

    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "one reply, delivered")
    sms = house.lines("events", "list", "--type", "twilio_sms")
    assert [(event["status"], event["duplicates"]) for event in sms] == [("done", 1)]
    chat = httpx2.get(f"{house.simulator()}/simulator/messages", params={"phone": "+12025550143"}).json()["messages"]
    assert [message["direction"] for message in chat] == ["inbound", "outbound-api"]


def test_the_ready_line_is_true_and_names_the_page(house: House) -> None:
    house.up()
    last = (house.folder / "0.out").read_text().splitlines()[-1]
    assert last == f"Frontdesk is ready: open http://127.0.0.1:{house.port}/simulator"
    assert httpx2.get(last.rpartition(" ")[2]).status_code == 200


def test_sigterm_stops_everything_and_the_same_data_comes_up_again(house: House) -> None:
    first = house.up()
    house.text("Hi there")
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "the reply")
    assert house.postgres_pid() is not None

    assert house.stop(first) == 0
    assert house.postgres_pid() is None

    house.up()
    assert house.json("status")["outbox"] == {"DELIVERED": 1}
    assert house.text("Ada Lovelace") == [200]
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 2}, "a second reply")


def test_a_second_signal_ends_it_at_once_and_leaves_no_postgres(house: House) -> None:
    process = house.up()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) in (0, 130)  # 0 when it had stopped before the second was heard
    eventually(lambda: house.postgres_pid() is None, "PostgreSQL to end", 15)


def test_a_second_up_in_the_same_data_directory_is_refused(house: House) -> None:
    first = house.up()
    done = house.run("up", PORT="0")
    assert done.returncode == 1
    assert f"in use by another `frontdesk up` (process {first.pid})" in one_sentence(done.stderr)


def test_a_port_in_use_is_refused_before_anything_is_started(house: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        done = house.run("up")
    assert done.returncode == 1
    assert f"Port {house.port} on 127.0.0.1 is in use" in one_sentence(done.stderr)
    assert not (house.data_dir / "postgres").exists()


def test_a_database_that_is_not_there_is_one_sentence_without_its_password(house: House) -> None:
    done = house.run("up", DATABASE_URL="postgresql://ada:geheim@127.0.0.1:1/desk")
    assert done.returncode == 1
    sentence = one_sentence(done.stderr)
    assert "Cannot connect to PostgreSQL at 127.0.0.1:1/desk (Connection refused): check DATABASE_URL" in sentence
    assert "geheim" not in sentence


def test_a_data_directory_that_cannot_be_made_is_one_sentence(house: House) -> None:
    (house.folder / "file").touch()
    done = house.run("--data-dir", str(house.folder / "file" / "below"), "up")
    assert done.returncode == 1
    assert "choose another with --data-dir" in one_sentence(done.stderr)


def test_it_does_not_listen_beyond_this_machine_without_a_token(house: House) -> None:
    done = house.run("up", HOST="0.0.0.0")
    assert done.returncode == 1
    assert "Set ADMIN_TOKEN" in one_sentence(done.stderr)


def test_wrong_settings_are_one_sentence_each_with_the_remedy(house: House) -> None:
    done = house.run("up", ADMIN_PHONE="07700 900123", TZ="Europe/London", PORT="many")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "frontdesk: PORT must be a whole number (it is 'many').",
        "frontdesk: ADMIN_PHONE needs the country code and no blanks: write +447700900123 instead of 07700 900123.",
    ]


def test_a_broken_settings_file_names_its_line(house: House) -> None:
    (house.folder / "frontdesk.toml").write_text('business = "Ada"\nport = = 1\n')
    done = house.run("up")
    assert done.returncode == 1
    assert "frontdesk.toml cannot be read" in one_sentence(done.stderr)
    assert "line 2" in done.stderr


def test_half_an_account_does_not_start_the_simulator_in_silence(house: House) -> None:
    done = house.run("up", TWILIO_ACCOUNT_SID="AC" + "a" * 32)
    assert done.returncode == 1
    assert "TWILIO_AUTH_TOKEN is not" in one_sentence(done.stderr)


def test_worker_children_share_the_work_are_replaced_and_leave_with_their_parent(house: House) -> None:
    parent = house.up("--workers", "1")
    child = int(eventually(lambda: _children(house), "the child's heartbeat")[0])

    os.kill(child, signal.SIGKILL)
    eventually(lambda: any(pid != child for pid in _children(house)), "another child")
    assert "worker_died" in house.log()

    parent.kill()
    parent.wait()
    left = [pid for pid in _children(house) if pid != child]
    eventually(lambda: not any(_lives(pid) for pid in left), "the orphan to stop", 20)


def test_postgres_that_is_killed_comes_back_and_nothing_is_lost(house: House) -> None:
    house.up()
    pid = house.postgres_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: house.postgres_pid() not in (None, pid), "another PostgreSQL")
    eventually(lambda: _answers(house.dsn), "PostgreSQL to answer")

    assert house.text("Hi there") == [200]
    eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "the reply")


def _children(house: House) -> list[int]:
    return [process["pid"] for process in house.json("status")["processes"] if process["roles"] == ["worker"]]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        time.sleep(0.2)
        return False
    return True
