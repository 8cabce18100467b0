"""Tables: columns and constraints from a migrated database, words from the comments of the migrations."""

import re
from pathlib import Path
from typing import Any

import psycopg

import frontdesk
from frontdesk.db.migrate import load_migrations
from generator import markdown
from generator.markdown import code, page, sentence

__all__ = ["tables_page"]

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> '',
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CONSTRAINTS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'p', 'u')
ORDER BY array_position('{p,u,f,c}', contype::text), conname
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = indexrelid) ORDER BY 1
"""


def tables_page(connection: psycopg.Connection[Any]) -> str:
    """Every table with columns, constraints and indexes, and the comments of the migrations."""
    comments = Comments("\n".join(migration.text for migration in load_migrations()))
    parts = [
        "Names and columns of the tables are a public interface: you may read them all by hand. All times are UTC "
        "(`timestamptz`); a column of *lease time* holds the database's own clock, all others hold "
        "[business time](../explanation/two-clocks.md).",
        "What you may change by hand: `clients.paused`, `clients.payment_active`, `clients.timezone`, "
        "`clients.settings`; rows of `twilio_number_pool`; `leads.status`, `leads.timezone` and a lead's own fields; "
        "`conversations.bot_paused_at`. The [runbook](../runbook.md) has the statements.",
    ]
    for section, tables in comments.sections.items():
        parts.append(f"## {section}")
        for table in tables:
            parts += [f"### {table}", comments.of_tables.get(table, ""), _unused(table)]
            parts.append(_columns(connection, table, comments))
            parts.append(_constraints(connection, table, comments))
    return page("Tables", *parts)


class Comments:
    """What the migrations say in their `--` lines of each section, table, column and index."""

    def __init__(self, text: str) -> None:
        self.sections: dict[str, list[str]] = {}
        self.of_tables: dict[str, str] = {}
        self.of_columns: dict[tuple[str, str], str] = {}
        self.of_indexes: dict[str, str] = {}
        above: list[str] = []
        section, table = "The rest", ""
        for line in text.splitlines():
            if heading := re.fullmatch(r"-- (.+?) -{8,}", line):
                section, above = heading[1], []
            elif line.startswith("-- "):
                above.append(line[3:])
            elif made := re.match(r"CREATE TABLE (\w+) (?!PARTITION OF)", line):
                table = made[1]
                self.sections.setdefault(section, []).append(table)
                self.of_tables[table], above = sentence(" ".join(above)), []
            elif made := re.match(r"CREATE (?:UNIQUE )?INDEX (\w+)", line):
                self.of_indexes[made[1]], above = " ".join(above), []
            elif column := re.match(r"    (\w+)\s[^-]*-- (.+)$", line):
                self.of_columns[table, column[1]] = column[2]
            elif not line.startswith("    "):
                above = []


def _unused(table: str) -> str:
    """Say so where no statement of this version writes a table."""
    queries = "\n".join(
        path.read_text("utf-8")
        for path in Path(frontdesk.__file__).parent.rglob("*.sql")
        if "migrations" not in path.parts
    )
    if table == "schema_versions" or re.search(rf"\b(INSERT INTO|UPDATE|DELETE FROM) {table}\b", queries):
        return ""
    return "*Nothing writes this table yet; it is here so that its names stay as they are.*"


def _columns(connection: psycopg.Connection[Any], table: str, comments: Comments) -> str:
    rows = connection.execute(_COLUMNS, [table]).fetchall()
    shown = (
        (
            code(name),
            kind,
            "" if required else "yes",
            "counted up" if identity else code(re.sub(r"::\w+", "", default or "")),
            comments.of_columns.get((table, name), ""),
        )
        for name, kind, required, identity, default in rows
    )
    return markdown.table(("Column", "Type", "May be null", "Default", ""), shown)


def _constraints(connection: psycopg.Connection[Any], table: str, comments: Comments) -> str:
    lines = [f"- `{_plain(row[0])}`" for row in connection.execute(_CONSTRAINTS, [table])]
    for name, definition in connection.execute(_INDEXES, [table]):
        unique = "unique index" if "UNIQUE" in definition else "index"
        why = comments.of_indexes.get(name, "")
        lines.append(
            f"- {unique} `{name}`: `{_plain(definition.partition(' USING btree ')[2])}`{'. ' + why if why else ''}"
        )
    return "\n".join(lines)


def _plain(definition: str) -> str:
    """A constraint as a person would write it: no casts, no array where a list of words is meant."""
    bare = re.sub(r"::text(\[\])?", "", definition)
    bare = re.sub(r"= ANY \(ARRAY\[([^\]]*)\]\)", r"IN (\1)", bare)
    return re.sub(r"<> ALL \(ARRAY\[([^\]]*)\]\)", r"NOT IN (\1)", bare)
