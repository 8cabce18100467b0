"""Addresses where the desk is mounted below a path of another app: what is ours of a path, and where our pages are."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

__all__ = ["ROOT", "go_to", "own_path", "root_of"]

ROOT = "frontdesk.root"
"""Where the scope of a request keeps the answer of `root_of`: a mount of ours, such as /static, adds to root_path."""


def root_of(scope: Mapping[str, Any]) -> str:
    """What stands before every path of ours: empty where the desk is not mounted."""
    return str(scope.get(ROOT, scope.get("root_path", ""))).rstrip("/")


def own_path(scope: Mapping[str, Any], path: str | None = None) -> str:
    """The path of a request (or `path` in its place) without what it is mounted below."""
    root, path = root_of(scope), str(scope["path"]) if path is None else path
    below = path.startswith(f"{root}/") or path == root
    return path[len(root) :] or "/" if below else path


def go_to(request: Request, path: str) -> Response:
    """Send the visitor on to a page of ours, as after a form."""
    return RedirectResponse(f"{root_of(request.scope)}{path}", 303)
