"""Ports for servers of the tests that must be known before they listen."""

import random
import socket
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_handed_out: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on, and that no outgoing connection takes meanwhile.

    The kernel gives ephemeral ports to both, so these come from below its range; and each comes once in a process.
    """
    top = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else 32768
    while True:
        port = random.randrange(10_000, max(top, 20_000))
        if port in _handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _handed_out.add(port)
        return port
