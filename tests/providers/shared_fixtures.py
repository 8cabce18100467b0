"""The shared fixtures, read where they stand."""

import json
from pathlib import Path
from typing import Any

from frontdesk.provider import HttpRequest

__all__ = ["as_request", "fixture_names", "load", "missing"]

ROOT = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures"


def fixture_names(provider: str) -> list[str]:
    """The fixtures of one provider; none where they are not here."""
    return sorted(path.stem for path in (ROOT / provider).glob("*.json"))


def missing(provider: str) -> str:
    """Why tests are skipped, said loudly."""
    return f"THE SHARED FIXTURES ARE NOT HERE: {ROOT / provider}"


def load(provider: str, name: str) -> dict[str, Any]:
    """One fixture."""
    fixture: dict[str, Any] = json.loads((ROOT / provider / f"{name}.json").read_text("utf-8"))
    return fixture


def as_request(delivered: dict[str, Any]) -> HttpRequest:
    """A delivery's request as it reaches a provider."""
    headers = {name.lower(): value for name, value in delivered["headers"].items()}
    return HttpRequest(delivered["method"], delivered["url"], headers, (delivered["body"] or "").encode())
