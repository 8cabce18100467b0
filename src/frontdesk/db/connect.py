"""The first connection: it finds out in one sentence what is wrong with a DSN."""

from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from frontdesk.errors import SetupError

__all__ = ["OLDEST", "try_to_connect", "where"]

OLDEST = 15
"""The oldest major version of PostgreSQL that the desk runs on."""


async def try_to_connect(dsn: str) -> None:
    """Raise SetupError, in one sentence, where this DSN leads nowhere, or to a PostgreSQL that is too old."""
    try:
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.ProgrammingError as error:
        raise SetupError(
            f"DATABASE_URL is not a PostgreSQL address ({_reason(error)}): "
            "write it like postgresql://user:password@host:5432/frontdesk."
        ) from error
    except psycopg.OperationalError as error:
        raise SetupError(
            f"Cannot connect to PostgreSQL at {where(dsn)} ({_reason(error)}): "
            "check DATABASE_URL, and that the server runs."
        ) from error
    if version < OLDEST * 10_000:
        raise SetupError(
            f"PostgreSQL {version // 10_000} at {where(dsn)} is too old: Frontdesk needs {OLDEST} or newer. "
            "Upgrade it, or leave DATABASE_URL out to use the embedded one."
        )


def _reason(error: Exception) -> str:
    """The last part of the first line, such as "Connection refused": what goes before repeats the address."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return first.rpartition(" failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")


def where(dsn: str) -> str:
    """The address in a DSN as it may be shown: host, port and database, no user and no password."""
    if "://" in dsn:
        parts = urlsplit(dsn)
        return f"{parts.hostname or 'the local socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"
    return str(conninfo_to_dict(dsn).get("host", "the local socket"))
