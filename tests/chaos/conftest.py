"""A database server of the test's own, to be killed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from storm import OwnServer

from frontdesk.db.embedded import EmbeddedPostgres


@pytest.fixture
def own_server(
    tmp_path: Path,
    pooler: Callable[[str], AbstractContextManager[Callable[[str], str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[OwnServer]:
    """A fresh one; with `--pgbouncer` desks reach it through a pooler of its own."""
    with EmbeddedPostgres(tmp_path / "desk") as postgres:
        direct = postgres.start()
        with pooler(direct) as way_in:
            if (dsn := way_in(direct)) != direct:
                monkeypatch.setenv("DATABASE_DIRECT_URL", direct)
            yield OwnServer(postgres, direct, dsn)
