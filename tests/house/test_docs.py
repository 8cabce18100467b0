"""The documents: generated pages are fresh, links lead somewhere, the runbook's SQL runs, names are real ones."""

import ast
import asyncio
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import psycopg
import pytest

from frontdesk.onboarding.model import MOVES as ONBOARDING
from frontdesk.outbox.model import MOVES
from frontdesk.provider import Provider, Sender
from frontdesk.testing import running_desk

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_what_the_generator_writes_now(dsn: str, generator: ModuleType) -> None:
    stale = [name for name, text in generator.pages(dsn).items() if (DOCS / "reference" / name).read_text() != text]
    assert stale == [], "run `make docs`"


def test_the_drawing_of_the_ledger_shows_exactly_its_moves() -> None:
    drawing, _ = blocks((DOCS / "reference" / "states.md").read_text(), "mermaid")
    assert arrows(drawing) == {(state.value, onward.value) for state, moves in MOVES.items() for onward in moves}


def test_the_drawing_of_onboarding_shows_exactly_its_moves() -> None:
    _, drawing = blocks((DOCS / "reference" / "states.md").read_text(), "mermaid")
    assert arrows(drawing) == {(state.value, onward.value) for state, moves in ONBOARDING.items() for onward in moves}


def arrows(drawing: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^    (\w+) --> (\w+)$", drawing, re.MULTILINE))


def test_every_setting_is_explained() -> None:
    rows = re.findall(r"^\| `[A-Z_]+` .*$", (DOCS / "reference" / "settings.md").read_text(), re.MULTILINE)
    assert len(rows) > 20
    assert [row for row in rows if row.rstrip("| ").endswith("`") or re.search(r"\|\s*\|$", row)] == []


def anchors(path: Path) -> set[str]:
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        there = (page.parent / place).resolve() if place else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text()
    missing = [str(path.relative_to(DOCS)) for path in PAGES if DOCS in path.parents and path.name != "index.md"]
    assert [place for place in missing if f"({place})" not in index] == []


def test_the_sql_of_the_documents_runs(dsn: str) -> None:
    """On a database with one conversation, each in a transaction that is undone."""

    async def story() -> None:
        async with running_desk(dsn) as desk:
            await desk.text("Hi")
            await desk.settled()
            await desk.text("STOP")
            await desk.text("Hi", number="+12025550199")  # that nobody has: a dead letter, dismissed
            await desk.settled()
            now = desk.desk.clock.now()
            await desk.rows(
                "INSERT INTO client_payments (payment_ref, state) VALUES ('sub_1SharedSub', 'active') RETURNING 1"
            )
            await desk.rows("UPDATE dead_letters SET dismissed_at = %(now)s RETURNING id", now=now)

    asyncio.run(story())
    ran = {}
    with psycopg.connect(dsn) as connection:
        for page in (DOCS / "runbook.md", *sorted((DOCS / "how-to").glob("*.md"))):
            for sql in blocks(page.read_text(encoding="utf-8"), "sql"):
                for statement in (part for part in sql.split(";\n") if part.strip()):
                    cursor = connection.execute(statement.encode())
                    ran[statement] = cursor.rowcount
                connection.rollback()
    assert len(ran) > 20
    asked = "o.to_address = '+12025550143' ORDER BY"
    assert [rows for statement, rows in ran.items() if asked in statement] == [1]
    changed = {s: rows for s, rows in ran.items() if s.lstrip().startswith("UPDATE")}
    assert set(changed.values()) == {1}, changed


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_product_speaks_of_itself_alone(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    forbidden = r"py[p]i|index-url|extra-index|/(root|work)/|\bissue #|\bsession[s ]of\b|(?<!voice )(?<!user-)\bagent\b"
    assert re.findall(forbidden, text, re.IGNORECASE) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_that_are_named_are_there(page: Path, generator: ModuleType) -> None:
    from generator.cli import commands
    from typer.main import get_command

    from frontdesk.cli import app

    known = {" ".join(words) for words, _ in commands(get_command(app))}
    groups = {words for words in known if any(other.startswith(f"{words} ") for other in known)}
    text = page.read_text(encoding="utf-8")
    named_ones = re.findall(
        r"(?:`|bin/|^)frontdesk(?: --[\w-]+ [\w/.]+)*((?: [a-z]+(?:-[a-z]+)*)+)", text, re.MULTILINE
    )
    for words in (one.split() for one in named_ones):
        assert words[0] in known, words
        if words[0] in groups and len(words) > 1:
            assert " ".join(words[:2]) in known, words


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_tests_that_are_named_are_there(page: Path) -> None:
    names = set(re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8")))
    known = set(re.findall(r"def (test_\w+)", TESTS))
    assert names <= known


def test_the_promises_name_constraints_that_are_there(dsn: str) -> None:
    rows = re.findall(r"^\| \*\*.*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    named_ones = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])} - {"leads"}
    assert len(rows) == 7
    with psycopg.connect(dsn) as connection:
        there = {row[0] for row in connection.execute("SELECT relname FROM pg_class")}
    assert named_ones <= there


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_python_in_the_documents_imports_what_is_there(page: Path) -> None:
    for code in blocks(page.read_text(encoding="utf-8"), "python"):
        imports = [node for node in ast.parse(code).body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), named(page), "exec"), {})


def test_the_protocol_of_a_provider_is_the_one_in_the_code() -> None:
    (shown,) = blocks((ROOT / "CONTRIBUTING.md").read_text(), "python")
    (example,) = ast.parse(shown).body
    assert isinstance(example, ast.ClassDef)
    methods = {node.name for node in example.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    values = {node.targets[0].id for node in example.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    values |= {node.target.id for node in example.body if isinstance(node, ast.AnnAssign)}  # type: ignore[union-attr]
    real = {name for kind in (Provider, Sender) for name in vars(kind) if not name.startswith("_")}
    assert methods == real
    assert values == {*Provider.__annotations__, *Sender.__annotations__}
