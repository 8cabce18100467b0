"""A connection to a migrated database, for looking at the schema."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo


@pytest.fixture(scope="session")
def server_with_schema(server: str, template: str) -> Iterator[psycopg.Connection[tuple[str]]]:
    """Autocommit, on a clone of the template: read and prepare only."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE house_{template} TEMPLATE {template}".encode())
        with psycopg.connect(make_conninfo(server, dbname=f"house_{template}"), autocommit=True) as connection:
            yield connection
        admin.execute(f"DROP DATABASE house_{template} WITH (FORCE)".encode())
