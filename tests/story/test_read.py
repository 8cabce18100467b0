"""`frontdesk read`, as a program and a person call it."""

import json
import subprocess
import sys

FRONTDESK = (sys.executable, "-m", "frontdesk")


def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*FRONTDESK, *words], input=given, capture_output=True, text=True, timeout=60)


def test_a_line_of_fields_answers_each_line_in_order() -> None:
    context = {"reference_datetime": "2026-11-25T09:00:00", "country": "US", "services": ["Plumbing"], "field": "time"}
    lines = [
        {"id": 1, "text": "tomorrow at 3pm, my sink leaks", "context": context},
        {"id": 2, "text": ""},
        {"id": 3, "text": "STOP"},
        {"id": 4, "text": "the usual", "context": {"services": {"Haircut": ["the usual"]}, "question": None}},
        {"id": 5, "text": "$200 to $300 ada@example.com", "context": {}},
    ]
    done = run("read", "--jsonl", given="".join(json.dumps(line) + "\n" for line in lines))
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"service": "Plumbing", "date": "2026-11-26", "time": "15:00", "language": "en"},
        {},
        {"opt_out": True, "language": "en"},
        {"service": "Haircut", "language": "en"},
        {"budget": {"min": 200.0, "max": 300.0, "currency": "USD"}, "email": "ada@example.com"},
    ]


def test_a_line_that_cannot_be_read_says_so_in_its_place_and_the_rest_goes_on() -> None:
    bad = [
        "nonsense",
        "[]",
        '{"text": 5}',
        '{"text": "x", "context": []}',
        '{"text": "x", "context": {"services": [1]}}',
    ]
    bad.append('{"text": "x", "context": {"reference_datetime": "2026-11-25T09:00Z", "timezone": "Mars"}}')
    done = run("read", "--jsonl", given="\n".join([*bad, '{"text": "no thanks"}', ""]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert ["error" in answer for answer in answers] == [True] * len(bad) + [False]
    assert answers[-1]["intent"] == "no"


def test_tomorrow_counts_in_the_clients_time_zone() -> None:
    context = {"reference_datetime": "2026-11-25T23:30:00Z", "timezone": "Australia/Sydney"}
    done = run("read", "--jsonl", given=json.dumps({"text": "tomorrow", "context": context}) + "\n")
    assert json.loads(done.stdout)["date"] == "2026-11-27"


def test_a_person_sees_a_table_and_a_program_json_with_places() -> None:
    words = ("read", "I'm Ada, call me at 415 555 2671", "--country", "us", "--now", "2026-11-25T09:00:00")
    shown = run(*words).stdout
    assert "Ada" in shown
    assert "+14155552671" in shown
    phone = json.loads(run(*words, "--json").stdout)["phone"]
    assert phone == {"value": "+14155552671", "said": "415 555 2671", "start": 20, "end": 32, "confidence": 0.98}


def test_the_text_may_come_from_standard_input() -> None:
    assert "Leeds" in run("read", "--town", "Leeds", given="we are in leeds").stdout


def test_a_moment_that_is_none_is_used_wrongly() -> None:
    done = run("read", "hi", "--now", "soon")
    assert done.returncode == 2
    assert "soon" in done.stderr


def test_reading_lines_loads_neither_the_web_nor_the_database() -> None:
    program = (
        "import io, sys; sys.stdin = io.TextIOWrapper(io.BytesIO(b'{\"text\": \"tomorrow at 3\"}\\n')); sys.argv = ['frontdesk', 'read', '--jsonl']\n"
        "from frontdesk.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'fastapi', 'starlette', 'psycopg', 'pydantic', 'typer', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_command_alone_loads_no_other() -> None:
    program = (
        "import sys; sys.argv = ['frontdesk', 'read', 'hello']\n"
        "from frontdesk.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'fastapi', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
