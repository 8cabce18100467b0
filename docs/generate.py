"""Write the generated pages of docs/reference from the code and from a migrated scratch database: `make docs`.

Each page is a function that returns its text; a test compares the texts with the files, so that no page goes stale.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.migrate import migrate
from frontdesk.db.pool import Database

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from generator import alerts, cli, errors, http, providers, settings, states, tables  # noqa: E402

REFERENCE = DOCS / "reference"


def main() -> None:
    """Write all pages."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "scratch") as postgres:
        dsn = postgres.start()
        asyncio.run(_migrate(dsn))
        for name, text in pages(dsn).items():
            (REFERENCE / name).write_text(text, encoding="utf-8")
            print(f"docs/reference/{name}")  # noqa: T201


async def _migrate(dsn: str) -> None:
    db = Database(dsn, size=1)
    await db.open()
    await migrate(db, datetime(2026, 1, 1, tzinfo=UTC))
    await db.close()


def pages(dsn: str) -> dict[str, str]:
    """All generated pages by file name; `dsn` is a migrated database, which is only read."""
    with psycopg.connect(dsn) as connection:
        return {
            "settings.md": settings.settings_page(),
            "tables.md": tables.tables_page(connection),
            "states.md": states.states_page(connection),
            "errors.md": errors.errors_page(),
            "providers.md": providers.providers_page(),
            "alerts.md": alerts.alerts_page(),
            "http.md": http.http_page(),
            "cli.md": cli.cli_page(),
        }


if __name__ == "__main__":
    main()
