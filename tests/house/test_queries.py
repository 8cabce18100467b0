"""Every query is prepared on a real server, linted for distributed PostgreSQL, and explained where workers claim."""

import re
from pathlib import Path

import psycopg
import pytest

from frontdesk.db.queries import Queries, load_queries

SRC = Path(__file__).parents[2] / "src" / "frontdesk"
FILES = sorted(path for path in SRC.rglob("*.sql") if path.parent.name != "migrations")


def _load(path: Path) -> Queries:
    package = ".".join(["frontdesk", *path.parent.relative_to(SRC).parts])
    return load_queries(package, path.name)


QUERIES = [(str(path.relative_to(SRC)), name, sql) for path in FILES for name, sql in _load(path).statements.items()]
NAMES = [f"{file}:{name}" for file, name, _ in QUERIES]

# SPEC 13, notes on Citus section 7: what distributed PostgreSQL refuses.
_CLOCKS = r"\b(now|statement_timestamp|transaction_timestamp|localtimestamp|current_timestamp)\b"
_VOLATILE = r"\b(clock_timestamp|random|gen_random_uuid|nextval|timeofday)\s*\("
_STABLE_OVER_COLUMNS = r"\b(date_trunc|to_jsonb|jsonb_build_object|concat|format|to_char|age)\s*\("
# What only asks the server its own clock, and the migrations' singleton lock.
_EXEMPT = {"database_time"}


@pytest.mark.parametrize(("file", "name", "sql"), QUERIES, ids=NAMES)
def test_a_query_can_be_prepared(
    file: str, name: str, sql: str, server_with_schema: psycopg.Connection[tuple[str]]
) -> None:
    numbers: dict[str, str] = {}
    numbered = re.sub(r"%\((\w+)\)[sb]", lambda m: numbers.setdefault(m[1], f"${len(numbers) + 1}"), sql)
    server_with_schema.execute(f"PREPARE q AS {numbered}".replace("%%", "%").encode())
    server_with_schema.execute("DEALLOCATE q")


@pytest.mark.parametrize(("file", "name", "sql"), QUERIES, ids=NAMES)
def test_a_query_runs_on_distributed_postgres_too(file: str, name: str, sql: str) -> None:
    sql = re.sub(r"'[^']*'", "''", re.sub(r"%\(\w+\)[sb]", "$1", sql))
    assert not re.search(_CLOCKS, sql, re.IGNORECASE), "times are parameters"
    assert ";" not in sql, "one statement"
    if name not in _EXEMPT:
        assert not re.search(_VOLATILE, sql, re.IGNORECASE)
    assert not re.search(r"\bMERGE\b", sql, re.IGNORECASE)
    assert not re.search(r"VALUES\s*\(\s*\(\s*SELECT|,\s*\(\s*SELECT[^)]*\)\s*[,)]\s*ON CONFLICT", sql, re.IGNORECASE)
    if re.match(r"\s*(UPDATE|DELETE)", sql, re.IGNORECASE) or "DO UPDATE" in sql:
        changed = sql[sql.upper().find("DO UPDATE") :] if "DO UPDATE" in sql else sql
        assert not re.search(_STABLE_OVER_COLUMNS, changed, re.IGNORECASE)
        assert not re.search(r"::date\b|\+\s*interval|-\s*interval|\*\s*interval", changed, re.IGNORECASE)
    assert not re.search(r"RETURNING.*\b(pg_notify|jsonb_build_object)\b", sql, re.IGNORECASE | re.DOTALL)
    if "pg_notify" in sql or "pg_advisory" in sql:
        assert re.fullmatch(r"\s*SELECT pg_\w+\([^()]*\)\s*", sql), "a statement of its own, without FROM"
    assert not re.search(r"ORDER BY (\w+\.)?id( DESC)?\s*(LIMIT|$)", sql) or name in _ORDERED_BY_ID_OF_ONE_TABLE


# Small tables read by a person, where the order is for the eye only; a cursor or a lock order, which needs only to be the same.
_ORDERED_BY_ID_OF_ONE_TABLE = {"list_clients", "list_leads", "hold", "let_go_freed"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_every_query_of_a_file_is_used(path: Path) -> None:
    python = "\n".join(p.read_text(encoding="utf-8") for p in SRC.rglob("*.py"))
    unused = [name for name in _load(path).statements if not re.search(rf"\b\w+\.{name}\b", python)]
    assert unused == []


def test_no_source_builds_sql_from_pieces() -> None:
    for path in SRC.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"""\bf["']{1,3}\s*(SELECT|INSERT|UPDATE|DELETE)\b""", text), path


def test_migrations_call_no_clock() -> None:
    for path in (SRC / "db" / "migrations").glob("*.sql"):
        bare = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(_CLOCKS, bare, re.IGNORECASE), path
        assert not re.search(r"\bTRIGGER\b|\bRULE\b", bare, re.IGNORECASE), path
