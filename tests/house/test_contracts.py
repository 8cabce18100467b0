"""The floors, the purity of decisions, sizes, and exact `__all__`."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "frontdesk").rglob("*.py"))
ROOMS = (
    "alerts", "inbox", "clients", "leads", "conversations", "sequences", "outbox", "audit", "bookings", "voice", "payments",
    "watching", "onboarding",
)  # fmt: skip


def test_imports_keep_the_floors_and_decisions_are_pure() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rules_file_is_under_the_contract_of_purity() -> None:
    contract = (ROOT / "pyproject.toml").read_text()
    for path in (ROOT / "src" / "frontdesk").glob("*/rules.py"):
        if path.parent.name in ROOMS:
            assert f'"frontdesk.{path.parent.name}.rules"' in contract, path


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src" / "frontdesk")))
def test_a_source_file_is_one_room_not_two(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src" / "frontdesk")))
def test_all_names_what_is_public_and_nothing_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    declared = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and [t.id for t in node.targets if isinstance(t, ast.Name)] == ["__all__"]
    ]
    if not declared:
        assert not names or path.name == "__main__.py", f"{path.name} has no __all__"
        return
    assigned = {t.id for node in ast.walk(tree) for t in _targets(node)} | _imported(tree)
    assert set(declared[0]) <= names | assigned
    outside = names - set(declared[0])
    assert outside <= _used_only_inside(tree, outside), f"public, but not in __all__: {outside}"


def _targets(node: ast.AST) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def _imported(tree: ast.Module) -> set[str]:
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom | ast.Import)]
    return {alias.asname or alias.name for node in found for alias in node.names}


def _used_only_inside(tree: ast.Module, names: set[str]) -> set[str]:
    """Names that this file itself uses: a route's endpoint or a command, registered by a decorator or a call."""
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    decorated = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list
    }
    return names & (loaded | decorated)


def test_no_file_has_a_name_that_refuses_nobody() -> None:
    vague = {
        "utils.py",
        "util.py",
        "helpers.py",
        "helper.py",
        "manager.py",
        "common.py",
        "base.py",
        "core.py",
        "misc.py",
    }
    assert [path for path in SOURCES if path.name in vague] == []
