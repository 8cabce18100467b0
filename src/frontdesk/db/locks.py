"""File locks that vanish with their holder, even at kill -9, so that no count and no process id is ever stale.

They are flocks: a lock belongs to the open file, so a child that inherits it (`pass_fds`) holds it on, and two openings
in one process are two holders.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from frontdesk.errors import SetupError

__all__ = ["hold", "hold_exclusively", "make_data_dir", "open_inside", "try_lock"]

POLL = 0.02  # seconds between two looks at a lock


def make_data_dir(data_dir: Path) -> None:
    """Make the data directory where it is missing; SetupError when it cannot be made or is none."""
    if data_dir.exists() and not data_dir.is_dir():
        raise SetupError(f"{data_dir} is not a directory: choose another with --data-dir.")
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(data_dir, error) from error


def unusable(data_dir: Path, error: OSError) -> SetupError:
    """Say what to do about a data directory that the operating system refuses."""
    return SetupError(
        f"The data directory {data_dir} cannot be used ({error.strerror}: {error.filename or data_dir}): "
        "let this user write there, or choose another with --data-dir."
    )


def open_inside(path: Path) -> int:
    """Open or make a file of the data directory to append to, owned like the directory; returns its descriptor."""
    # O_NOFOLLOW: root may run in a directory of somebody else, who could lay a link to a file of the system there.
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    owner = path.parent.stat()
    if os.geteuid() == 0 and os.fstat(opened).st_uid != owner.st_uid:
        os.fchown(opened, owner.st_uid, owner.st_gid)
    return opened


def try_lock(opened: int, mode: int, limit: float = 0.0) -> bool:
    """Take LOCK_SH or LOCK_EX on an open file within `limit` seconds; False when others hold it."""
    deadline = time.monotonic() + limit
    while True:
        try:
            fcntl.flock(opened, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL)
        else:
            return True


@contextmanager
def hold(path: Path, limit: float) -> Iterator[None]:
    """Hold a file's lock for the block; SetupError when it was not free within `limit` seconds."""
    opened = open_inside(path)
    try:
        if not try_lock(opened, fcntl.LOCK_EX, limit):
            raise SetupError(
                f"Another process holds {path} for over {limit:.0f} seconds: stop that one, then try again."
            )
        yield
    finally:
        os.close(opened)


@contextmanager
def hold_exclusively(data_dir: Path, what: str = "frontdesk up") -> Iterator[None]:
    """Be the only `what` in the data directory while the block lasts; SetupError names the process that is first."""
    data_dir = data_dir.resolve()
    make_data_dir(data_dir)
    try:
        opened = open_inside(data_dir / "up.lock")
    except OSError as error:
        raise unusable(data_dir, error) from error
    try:
        if not try_lock(opened, fcntl.LOCK_EX):
            holder = os.pread(opened, 20, 0).decode().strip() or "unknown"
            raise SetupError(
                f"The data directory {data_dir} is in use by another `{what}` (process {holder}): "
                "stop that one, or choose another with --data-dir."
            )
        _write_pid(opened)
        yield
    finally:
        os.close(opened)


def _write_pid(opened: int) -> None:
    # The file stays when the lock goes: unlinking it would let two holders lock two files of one name.
    os.ftruncate(opened, 0)
    os.write(opened, f"{os.getpid()}\n".encode())
