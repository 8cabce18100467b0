"""Forward-only migrations: numbered files, one statement per execute, a version row in each bucket, under one lock."""

import re
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from psycopg import sql

from frontdesk.db.pool import PUBLIC, Bucket, Database, Tx
from frontdesk.db.queries import load_queries
from frontdesk.errors import SetupError

__all__ = ["CODE_VERSION", "Migration", "load_migrations", "migrate", "statements"]

Q = load_queries("frontdesk.db")

_VERSIONS_TABLE = """
CREATE TABLE IF NOT EXISTS schema_versions (
    version          integer PRIMARY KEY,
    name             text NOT NULL,
    min_code_version integer NOT NULL,
    applied_at       timestamptz NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file. `min_code_version` is the oldest code (by its newest migration) that runs on the result."""

    version: int
    name: str
    min_code_version: int
    text: str


def load_migrations() -> list[Migration]:
    """All migrations of this code, in order. Raises ValueError for a gap in the numbers."""
    folder = resources.files("frontdesk.db").joinpath("migrations")
    found = [_read(entry.name, entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql")]
    found.sort(key=lambda migration: migration.version)
    if [m.version for m in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations are not numbered 1 to {len(found)}")
    return found


def _read(filename: str, text: str) -> Migration:
    number, _, name = filename.removesuffix(".sql").partition("_")
    needed = re.search(r"^-- min-code: *(\d+)", text, re.MULTILINE)
    if needed is None:
        raise ValueError(f"{filename} does not say `-- min-code: N`")
    return Migration(int(number), name, int(needed.group(1)), text)


CODE_VERSION = len(load_migrations())
"""The newest migration that this code knows; a schema that needs more is refused."""


def statements(text: str) -> list[str]:
    """Split a migration: a statement ends with a semicolon at the end of its line."""
    bare = "\n".join(line.split(" -- ")[0].rstrip() for line in text.splitlines() if not line.startswith("--"))
    return [part.strip() for part in re.split(r";\s*$", bare, flags=re.MULTILINE) if part.strip()]


async def migrate(db: Database, now: datetime, bucket: Bucket = PUBLIC) -> list[str]:
    """Bring `bucket` up to this code, in one transaction; any process may call it at any time.

    Returns the names of what was applied. Raises SetupError when the schema needs newer code than this.
    """
    async with db.transaction() as tx:
        await tx.run(Q.lock_migrations)
        if bucket != PUBLIC:
            await _enter(tx, bucket)
        await tx.connection.execute(_VERSIONS_TABLE)
        rows = await tx.all(Q.applied_versions)
        _refuse_newer(max((row.min_code_version for row in rows), default=0))
        applied = {row.version for row in rows}
        pending = [migration for migration in load_migrations() if migration.version not in applied]
        for migration in pending:
            await _apply(tx, migration, now)
    return [f"{m.version:04}_{m.name}" for m in pending]


async def _enter(tx: Tx, bucket: Bucket) -> None:
    name = sql.Identifier(bucket.schema)
    await tx.connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    await tx.connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(name))


async def _apply(tx: Tx, migration: Migration, now: datetime) -> None:
    for statement in statements(migration.text):
        await tx.connection.execute(statement.encode())
    row = {"version": migration.version, "name": migration.name, "min_code_version": migration.min_code_version}
    await tx.run(Q.record_version, {**row, "at": now})


def _refuse_newer(needed: int) -> None:
    if needed > CODE_VERSION:
        raise SetupError(
            f"The database was migrated by a newer Frontdesk (it needs schema code {needed}, this is {CODE_VERSION}). "
            "Install the newer version again; nothing was changed."
        )
