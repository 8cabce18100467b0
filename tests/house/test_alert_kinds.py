"""Every type of alert that the code raises is a kind that says what it means and what to do first."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.alerts.kinds import KINDS, TEST
from frontdesk.watching.troubles import TYPES

SOURCE = Path(__file__).parents[2] / "src"
HANDED_ON = {
    "frontdesk.alerting": "somebody's own types",
    "frontdesk.steps.raise_again": "what was raised before",
    "frontdesk.steps.spool": "what was raised while the database was away",
}
"""Where a type is a value that came from elsewhere."""


def raised() -> Iterator[tuple[str, set[str]]]:
    """Each place in the code that makes an alert, with the types that stand there; none where it is a value."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Alert":
                yield f"{module}:{node.lineno}", set(types_in(kind_of_call(node), module))


def kind_of_call(node: ast.Call) -> ast.expr:
    named = [word.value for word in node.keywords if word.arg in ("alert_type", None)]
    return node.args[0] if node.args else named[0]


def types_in(expression: ast.expr, module: str) -> Iterator[str]:
    """The texts that an expression may come to: a constant, either side of an if, or a name of the module."""
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from types_in(one, module)
            yield from types_in(other, module)
        case ast.Name(id=name):
            value = getattr(importlib.import_module(module), name, None)
            if isinstance(value, str):
                yield value


PLACES = list(raised())


def test_alerts_are_found_in_the_code() -> None:
    found = {one for _, types in PLACES for one in types}
    assert {"STUCK_CLIENT", "PAYMENT_BLOCK", "POOL_EMPTY", "POOL_LOW", TEST} <= found


@pytest.mark.parametrize(("place", "types"), PLACES, ids=[place for place, _ in PLACES])
def test_what_is_raised_has_a_kind(place: str, types: set[str]) -> None:
    assert types <= KINDS.keys(), f"{place}: say in alerts/kinds.py what it means and what to do first"
    assert types or place.split(":")[0] in HANDED_ON, f"{place}: the type of this alert cannot be read from the code"


def test_no_kind_is_raised_by_nobody() -> None:
    assert KINDS.keys() == {one for _, types in PLACES for one in types}
    assert set(TYPES) <= KINDS.keys()


def test_a_kind_is_written_down_once() -> None:
    tree = ast.parse((SOURCE / "frontdesk" / "alerts" / "kinds.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Kind"]
    named = [ast.unparse(call.args[0]) for call in calls]
    assert len(named) == len(set(named)) > len(KINDS)  # and the one that stands for types of somebody's own
