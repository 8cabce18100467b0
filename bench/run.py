"""Make .venv-bench (Frontdesk, editable, and the pinned peers) once, then measure in it. Standard library only."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
VENV = ROOT / ".venv-bench"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
INPUTS = [ROOT / "pyproject.toml", ROOT / "constraints.txt", BENCH / "requirements.txt"]


def main() -> None:
    """Become the measurement."""
    become("bench.suite")


def become(module: str) -> None:
    """Install when something that decides the versions has changed; then run `module`, with the same arguments."""
    wanted = hashlib.sha256(b"\0".join(path.read_bytes() for path in INPUTS)).hexdigest()
    if not STAMP.exists() or STAMP.read_text() != wanted:
        print("Installing Frontdesk and its peers into .venv-bench (once) ...", file=sys.stderr, flush=True)
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
        run(*pip("-c", "constraints.txt", "-r", "bench/requirements.txt", "-e", "."))
        STAMP.write_text(wanted)
    os.chdir(ROOT)  # from where `bench` is a package
    os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])


def pip(*words: str) -> list[str]:
    """The pip of .venv-bench; where packages come from is this machine's business, so no index is named."""
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]


def run(*command: str) -> None:
    """Run a command in silence, and show all it said when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(command)} failed; nothing was measured.")


if __name__ == "__main__":
    main()
