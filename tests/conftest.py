"""One PostgreSQL for the whole run; each test gets a database of its own, cloned from a migrated template.

With `--pgbouncer` the desks of the tests reach it through a pooler; see tests/pgbouncer.py.
"""

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import pgbouncer
from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.desk import Desk
from frontdesk.testing import scratch_settings
from pgbouncer import PgBouncer

Pooler = Callable[[str], AbstractContextManager[Callable[[str], str]]]
"""Before the server of a DSN, for the block: what leads each of its DSNs to where a desk is to connect."""

_numbers = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--pgbouncer`: which kind of pooler stands before the database."""
    parser.addoption("--pgbouncer", choices=pgbouncer.MODES, help="run the tests' desks through PgBouncer")


def pytest_configure(config: pytest.Config) -> None:
    """Settings are read from the environment, some of them when a test's file is imported."""
    if config.getoption("--pgbouncer") == "unprepared":
        os.environ["DATABASE_PREPARE"] = "off"


@pytest.fixture(scope="session")
def pooler(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pooler:
    """Puts a PgBouncer before a server where `--pgbouncer` asks for it; else every DSN stays as it is."""
    mode = request.config.getoption("--pgbouncer")
    if mode is None:
        return lambda _: nullcontext(lambda dsn: dsn)

    @contextmanager
    def pooled(server: str) -> Iterator[Callable[[str], str]]:
        with PgBouncer(tmp_path_factory.mktemp("pgbouncer"), server, prepared=mode == "prepared") as before:
            yield before.dsn

    return pooled


@pytest.fixture(scope="session")
def way_in(server: str, pooler: Pooler) -> Iterator[Callable[[str], str]]:
    """How a desk connects to a database of the whole run's server, given its DSN."""
    with pooler(server) as way:
        yield way


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
def dsn(server: str, template: str, way_in: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh migrated database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    clone = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    _run(server, clone)
    direct = make_conninfo(server, dbname=name)
    if (way := way_in(direct)) != direct:
        monkeypatch.setenv("DATABASE_DIRECT_URL", direct)
    yield way
    _run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
