"""What a desk at rest asks of its database, by role: statements, transactions, connections, and CPU, a minute.

    .venv/bin/python bench/idle.py [--seconds 60] [--json]

One scratch PostgreSQL that logs every statement; `up`, `serve`, `worker` and `scheduler` each in a process and on a
database of its own, side by side, with nothing to do. Nothing leaves this machine: no carrier is there to be asked.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.db.embedded import EmbeddedPostgres

ROLES = {"up": "Frontdesk is ready", "serve": "Frontdesk serves", "worker": "The worker runs", "scheduler": "The sch"}
ACCOUNT = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_API_BASE": "http://127.0.0.1:9",
    "TWILIO_NUMBER": "+12025550100",
}
LOGGED = re.compile(r"<(\w+) (\d+)> LOG:  (?:statement|execute [^:]*): (.*)", re.DOTALL)
SETTLE = 5.0  # seconds after the last start; what is done once is done by then
PATIENCE = 60.0


def main() -> None:
    """Measure once and print."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="frontdesk-idle-") as folder, ExitStack() as house:
        server = house.enter_context(EmbeddedPostgres(Path(folder)))
        dsn = server.start()
        log_everything(dsn)
        processes = {role: house.enter_context(started(role, dsn, Path(folder))) for role in ROLES}
        time.sleep(SETTLE)
        found = observe(dsn, Path(folder) / "postgres.log", processes, options.seconds)
    print(json.dumps(found, indent=2)) if options.json else show(found)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/idle.py", description="Measure a desk at rest.")
    parser.add_argument("--seconds", type=float, default=60, help="how long to look")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args()


def log_everything(dsn: str) -> None:
    """Have the server log each statement under its database."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        for setting, value in (("log_statement", "all"), ("log_line_prefix", "<%d %p> ")):
            admin.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), sql.Literal(value)))
        admin.execute("SELECT pg_reload_conf()")
        for role in ROLES:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"idle_{role}")))


@contextmanager
def started(role: str, dsn: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """One role at rest, ready; stopped at the end."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH") if name in os.environ}
    own = {"DATABASE_URL": make_conninfo(dsn, dbname=f"idle_{role}"), "DATA_DIR": str(folder / role), "PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "frontdesk", "--log-level", "warning", role],
        env={**kept, **own, **({} if role == "up" else ACCOUNT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith(ROLES[role]):
            if not line or time.monotonic() > deadline:
                sys.exit(f"frontdesk {role} did not start; nothing was measured.")
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def observe(dsn: str, log: Path, processes: dict[str, subprocess.Popen[str]], seconds: float) -> dict[str, Any]:
    """Watch for some seconds; all numbers are a minute's."""
    names, per_minute = query_names(), 60 / seconds
    begin = log.stat().st_size
    cpu = {role: cpu_seconds(process.pid) for role, process in processes.items()}
    time.sleep(seconds)
    entries = [match for match in map(LOGGED.match, entries_of(log, begin)) if match]
    open_now = connections(dsn)
    found = {}
    for role, process in processes.items():
        said = [(entry[2], plain(entry[3])) for entry in entries if entry[1] == f"idle_{role}"]
        counted = Counter(names.get(statement, statement[:60]) for _, statement in said)
        found[role] = {
            "statements": round(len(said) * per_minute),
            "transactions": round(transactions(said) * per_minute),
            "connections": open_now.get(f"idle_{role}", 0),
            "cpu_ms": round((cpu_seconds(process.pid) - cpu[role]) * 1000 * per_minute),
            "by_statement": {name: round(times * per_minute, 1) for name, times in counted.most_common()},
        }
    return found


def transactions(said: list[tuple[str, str]]) -> int:
    """How many the (connection, statement) pairs make: one a BEGIN, and one a statement outside."""
    inside: set[str] = set()
    number = 0
    for connection, statement in said:
        number += connection not in inside
        if statement == "BEGIN":
            inside.add(connection)
        elif statement in ("COMMIT", "ROLLBACK"):
            inside.discard(connection)
    return number


def entries_of(log: Path, begin: int) -> Iterator[str]:
    """The entries of a server's log from an offset on; a statement goes over several lines."""
    with log.open(errors="replace") as lines:
        lines.seek(begin)
        entry = ""
        for line in lines:
            if line.startswith("<") and entry:
                yield entry
                entry = ""
            entry += line
        yield entry


def query_names() -> dict[str, str]:
    """Every statement of the code by its text: room and name."""
    names = {}
    root = resources.files("frontdesk")
    for path in Path(str(root)).rglob("*.sql"):
        for name, text in re.findall(r"^-- name: *(\w+) *$(.*?)(?=^-- name:|\Z)", path.read_text(), re.M | re.S):
            bare = re.sub(r"^--.*$| --.*$", "", text, flags=re.M)
            names[plain(bare)] = f"{path.parent.name}.{name}"
    return names


def plain(statement: str) -> str:
    """A statement without what differs between the code and the log."""
    return " ".join(re.sub(r"%\(\w+\)[sb]|\$\d+", "?", statement).split()).rstrip("; ")


def connections(dsn: str) -> dict[str, int]:
    """Open connections by database."""
    counted = "SELECT datname, count(*) FROM pg_stat_activity WHERE datname IS NOT NULL GROUP BY datname"
    with psycopg.connect(make_conninfo(dsn, dbname="postgres")) as admin:
        return dict(admin.execute(counted).fetchall())


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process so far; zero where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(found: dict[str, Any]) -> None:
    """A line per role, then what it said."""
    print("a minute at rest   statements  transactions  connections  CPU ms")
    for role, one in found.items():
        numbers = f"{one['statements']:>12}{one['transactions']:>14}{one['connections']:>13}{one['cpu_ms']:>8}"
        print(f"{role:<17}{numbers}")
    for role, one in found.items():
        print(f"\n{role}: " + ", ".join(f"{name} {times:g}" for name, times in one["by_statement"].items()))


if __name__ == "__main__":
    main()
