"""Where the embedded PostgreSQL listens: a Unix socket in a private folder, found alike by every process.

The folder lies in the data directory. A socket's path holds about a hundred bytes, so under a long path it is a folder
of the temporary directory instead, and `socket.link` in the data directory leads there.
"""

import contextlib
import hashlib
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path

from frontdesk.errors import SetupError

__all__ = ["close_socket_dir", "listener", "open_socket_dir", "socket_dir"]

SOCKET = ".s.PGSQL.5432"
PATH_LIMIT = 103  # bytes: 107 on Linux, 103 on macOS
ANSWER_LIMIT = 5.0  # seconds


def socket_dir(data_dir: Path) -> Path:
    """The folder of the socket, whether it exists yet or not."""
    near, link = data_dir / "socket", data_dir / "socket.link"
    # libpq reads a comma as the end of a host, and knows no way to quote it.
    if len(os.fsencode(near / SOCKET)) <= PATH_LIMIT and "," not in str(near):
        return near
    if link.is_symlink():  # left by the process that launched the server, whose TMPDIR may not be ours
        return link.readlink()
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"frontdesk-{digest}"


def open_socket_dir(data_dir: Path, uid: int, gid: int) -> None:
    """Make the folder, private to the server's user and swept of a dead server's socket; no server may be running."""
    link = data_dir / "socket.link"
    if not link.exists():  # it may lead to a folder that a restart of the machine swept away
        link.unlink(missing_ok=True)
    folder = socket_dir(data_dir)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid not in (uid, os.geteuid()) or found.st_mode & 0o077 or folder.is_symlink():
        raise SetupError(f"{folder} is not a private folder of the server's user: remove it.")
    os.chown(folder, uid, gid)
    if folder.parent != data_dir and not link.is_symlink():
        link.symlink_to(folder)
    # The socket's own lock file names a process id, which may be somebody else's by now and would stop the server.
    for left in (SOCKET, f"{SOCKET}.lock"):
        (folder / left).unlink(missing_ok=True)


def close_socket_dir(data_dir: Path) -> None:
    """Remove the folder after the server's end."""
    with contextlib.suppress(OSError):
        socket_dir(data_dir).rmdir()
    (data_dir / "socket.link").unlink(missing_ok=True)


def listener(data_dir: Path) -> int | None:
    """The process id of the server that listens on the socket, asked of the kernel; None without one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(ANSWER_LIMIT)
        try:
            caller.connect(str(socket_dir(data_dir) / SOCKET))
        except OSError:
            return None
        if sys.platform == "linux":
            pid, _, _ = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            return int(pid) or None  # zero: it lives in another container
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
