"""A whole desk behind a real port for the tests of one file."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from open_house import House, open_house

_numbers = itertools.count()


@pytest.fixture(scope="session")
def house_on() -> Callable[..., AbstractContextManager[House]]:
    """`open_house`, for tests that want a desk of another make."""
    return open_house


@pytest.fixture(scope="module")
def module_dsn(server: str, template: str) -> Iterator[str]:
    """A fresh migrated database for the tests of one file."""
    name = f"web_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        clone = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        connection.execute(clone)
        yield make_conninfo(server, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def house(module_dsn: str) -> Iterator[House]:
    """A desk that works, with its simulator, without an admin token."""
    with open_house(module_dsn) as house:
        yield house
