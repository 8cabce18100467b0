"""Make sure that the browser tests have a browser: Debian's Chromium, installed where that is possible. Never fails."""

import os
import shutil
import subprocess
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")


def main() -> None:
    """Install Chromium if it is missing, we are root and apt-get is there; else say loudly what will be skipped."""
    if CHROMIUM.exists():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests (once) ...", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            try:
                subprocess.run(["apt-get", *command], env=env, timeout=600, **quiet)  # type: ignore[call-overload]
            except (OSError, subprocess.SubprocessError):
                break
    if not CHROMIUM.exists():
        print(
            f"!!! {CHROMIUM} is missing: THE BROWSER TESTS WILL BE SKIPPED (apt-get install chromium) !!!", flush=True
        )


if __name__ == "__main__":
    main()
