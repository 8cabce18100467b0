"""A whole desk behind a real port for the tests of one file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from open_house import House, open_house, scratch_database


@pytest.fixture(scope="session")
def house_on() -> Callable[..., AbstractContextManager[House]]:
    """`open_house`, for tests that want a desk of another make."""
    return open_house


@pytest.fixture(scope="module")
def module_dsn(server: str, template: str) -> Iterator[str]:
    """A fresh migrated database for the tests of one file."""
    with scratch_database(server, template) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def house(module_dsn: str) -> Iterator[House]:
    """A desk that works, with its simulator, without an admin token."""
    with open_house(module_dsn) as house:
        yield house
