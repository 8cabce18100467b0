"""A PostgreSQL for made-up data: in a temporary folder, gone at the end, and never waiting for its disk."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from psycopg.conninfo import make_conninfo

from frontdesk.db.embedded import EmbeddedPostgres

__all__ = ["throwaway_postgres"]

_HASTY = {"synchronous_commit": "off", "track_activities": "off", "update_process_title": "off", "jit": "off"}


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """The libpq DSN of an empty database on a server of its own, for the block. Raises SetupError.

    Its commits do not wait for the disk: what was said to be kept is lost when the machine fails.
    """
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder, EmbeddedPostgres(Path(folder)) as server:
        yield make_conninfo(server.start(), options=" ".join(f"-c {name}={value}" for name, value in _HASTY.items()))
