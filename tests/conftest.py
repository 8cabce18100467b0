"""One PostgreSQL for the whole run; each test gets a database of its own, cloned from a migrated template."""

import asyncio
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.testing import scratch_settings

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The DSN of a server: the embedded one, or FRONTDESK_TEST_DATABASE_URL to run the tests on another version."""
    if other := os.environ.get("FRONTDESK_TEST_DATABASE_URL"):
        yield other
        return
    folder = Path(tmp_path_factory.mktemp("postgres"))
    with EmbeddedPostgres(folder) as postgres:
        yield postgres.start()


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a migrated database that nobody uses."""
    name = f"template_{os.getpid()}"
    _run(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    async def migrate() -> None:
        desk = Desk(scratch_settings(), make_conninfo(server, dbname=name))
        await desk.open()
        await desk.close()

    asyncio.run(migrate())
    return name


@pytest.fixture
def dsn(server: str, template: str) -> Iterator[str]:
    """A fresh migrated database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    clone = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    _run(server, clone)
    yield make_conninfo(server, dbname=name)
    _run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
