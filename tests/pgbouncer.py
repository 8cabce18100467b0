"""PgBouncer in front of the tests' PostgreSQL: Debian's package, installed where that is possible, run as a plain user.

`python tests/pgbouncer.py` runs the tests that live on the database once more through it, with the settings that the
how-to gives. Never fails for want of PgBouncer: it says loudly what was left out.
"""

import configparser
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from frontdesk.db.unprivileged import choose_runner
from ports import free_port

ROOT = Path(__file__).parents[1]
HOW_TO = ROOT / "docs" / "how-to" / "run-on-your-own-postgresql.md"
PASS = (  # what lives on transactions, sessions and notifications, in the time there is; statements alone are the same
    "tests/rooms/test_clocks.py",
    "tests/rooms/test_inbox.py",
    "tests/rooms/test_listening.py",
    "tests/rooms/test_outbox.py",
    "tests/rooms/test_pooler.py",
    "tests/rooms/test_processes.py",
    "tests/steps/test_conversation.py",
    "tests/steps/test_reconcile.py",
    "tests/steps/test_replay.py",
    "tests/steps/test_under_pressure.py",
    "tests/chaos/test_kill.py",
    "tests/chaos/test_storm.py",
)
KNOWS_PREPARED = (1, 21)
"""The first PgBouncer that carries prepared statements over in transaction mode."""
MODES = ("prepared", "unprepared")


def program() -> str | None:
    """The PgBouncer to run: the one of FRONTDESK_TEST_PGBOUNCER, else the machine's own; None without one."""
    given = os.environ.get("FRONTDESK_TEST_PGBOUNCER")
    return given or shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def version(binary: str) -> tuple[int, int]:
    """Its version, such as (1, 18)."""
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


class PgBouncer:
    """A pooler in transaction mode before the server of `direct`, for the block; any of its databases goes through."""

    def __init__(self, folder: Path, direct: str, *, prepared: bool) -> None:
        self._folder = folder
        self._server = conninfo_to_dict(direct)
        self._prepared = prepared
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, direct: str) -> str:
        """The way through the pooler to the database that `direct` leads to."""
        database = conninfo_to_dict(direct)["dbname"]
        return make_conninfo(
            host="127.0.0.1", port=self._port, user=self._server.get("user", "postgres"), dbname=database
        )

    def __enter__(self) -> Self:
        binary = program()
        assert binary is not None, "PgBouncer is not installed"
        self._folder.mkdir(exist_ok=True)
        config = self._folder / "pgbouncer.ini"
        config.write_text(self._config(version(binary) >= KNOWS_PREPARED), encoding="utf-8")
        # It refuses to run as root, and must reach the embedded server's private socket: run it as that server is run.
        runner = choose_runner(self._folder, Path(str(self._server["host"])).parent / "postgres")
        with (self._folder / "pgbouncer.log").open("ab") as log:
            self._process = runner.spawn(binary, "-q", str(config), output=log.fileno())
        self._until_it_answers()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()  # from 1.23 on it waits for its clients when it is asked to end
        self._process.wait()

    def _config(self, knows_prepared: bool) -> str:
        """The how-to's own file, led to this server; whoever comes is let in."""
        (text,) = re.findall(r"^```ini\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        config = configparser.ConfigParser(interpolation=None)
        config.read_string(text)
        server = {name: self._server[name] for name in ("host", "port", "user", "password") if name in self._server}
        config["databases"] = {"*": " ".join(f"{name}='{value}'" for name, value in server.items())}
        settings = config["pgbouncer"]
        settings.update({"listen_addr": "127.0.0.1", "listen_port": str(self._port), "unix_socket_dir": ""})
        settings.update({"auth_type": "any", "server_idle_timeout": "5"})  # a dropped database is let go of soon
        del settings["auth_file"]
        if not self._prepared:
            settings["max_prepared_statements"] = "0"
        if not knows_prepared:
            assert not self._prepared, "this PgBouncer does not know prepared statements"
            del settings["max_prepared_statements"]
        return "".join(
            f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in section.items())
            for name, section in config.items()
            if name != "DEFAULT"
        )

    def _until_it_answers(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.dsn(make_conninfo(dbname="postgres")), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self._folder / "pgbouncer.log").read_text(errors="replace")
                time.sleep(0.05)


def _install() -> None:
    """Install Debian's package if PgBouncer is missing, we are root and apt-get is there."""
    if program() or os.geteuid() or not shutil.which("apt-get"):
        return
    print("Installing PgBouncer for the tests behind a pooler (once) ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "pgbouncer"])
    # Where a new package's service is started at once, it is this one that we do not want: ours has its own port.
    stop = (["systemctl", "disable", "--now", "pgbouncer"], ["service", "pgbouncer", "stop"])
    for command in (*apt, *stop):
        try:
            subprocess.run(command, env=env, timeout=300, capture_output=True, check=False)
        except (OSError, subprocess.SubprocessError):
            continue


def main() -> int:
    """The database's tests once more, through PgBouncer: without prepared statements, and with them where it can."""
    _install()
    binary = program()
    if binary is None:
        print("!!! PgBouncer is missing: THE TESTS BEHIND A POOLER ARE LEFT OUT (apt-get install pgbouncer) !!!")
        return 0
    found = version(binary)
    modes = MODES if found >= KNOWS_PREPARED else MODES[1:]
    for mode in modes:
        print(f"The same tests through PgBouncer {found[0]}.{found[1]}, {mode}:", flush=True)
        done = subprocess.run([sys.executable, "-m", "pytest", f"--pgbouncer={mode}", *PASS], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
