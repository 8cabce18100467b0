"""A whole desk for the contract of providers, as the tests of the web have one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from open_house import House, open_house, scratch_database


@pytest.fixture(scope="session")
def house_on() -> Callable[..., AbstractContextManager[House]]:
    """`open_house`, for tests that want a desk of their own make."""
    return open_house


@pytest.fixture(scope="module")
def contract_dsn(server: str, template: str) -> Iterator[str]:
    """A fresh migrated database for the tests of one file."""
    with scratch_database(server, template) as dsn:
        yield dsn
