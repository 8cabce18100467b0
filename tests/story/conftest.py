"""Stories run in a house of their own; what only looks may share one that is up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from story_house import House, eventually


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A data directory of the test's own."""
    house = House(tmp_path)
    try:
        yield house
    finally:
        house.end_all()


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A desk that is up for all tests of a module, in which one text was answered and its receipt came back."""
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.up()
        assert house.text("Hi there", times=2) == [200, 200]
        eventually(lambda: house.json("status")["outbox"] == {"DELIVERED": 1}, "the reply's receipt")
        yield house
    finally:
        house.end_all()
