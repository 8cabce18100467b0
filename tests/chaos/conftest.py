"""A database server of the test's own, to be killed; and what a client leaves behind when its server is killed."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from storm import OwnServer

from frontdesk.db.embedded import EmbeddedPostgres


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    """Sockets whose server was killed in the middle of a connect are collected here, and charged to no later test."""
    yield
    gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a storm's own clients lose a socket: the processes at its other end are killed on purpose."""
    storms = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(storms):
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


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
