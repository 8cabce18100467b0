"""Forms of pages: small, url-encoded, read without trusting their size."""

from typing import Any
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

from frontdesk.conversations.edits import COLUMNS

__all__ = ["edit_form", "local_path", "read_form"]

_LARGEST = 64 * 1024


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, the last value of each. Raises HTTPException 400, 413 or 415."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415, "Send this form as a browser does (application/x-www-form-urlencoded).")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise HTTPException(413, "This form is larger than any of ours.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise HTTPException(400, "This is not a form.") from error
    return {name: values[-1] for name, values in fields.items()}


def local_path(path: str) -> str:
    """`path` if it leads to a page of ours, else the first page: a link must not send people elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"


def edit_form(row: Any, typed: dict[str, str] | None = None, *, trouble: str = "", notice: str = "") -> dict[str, Any]:
    """What the form shows: the lead as it stands, or what was typed; `was` tells later what a person changed."""
    was = {name: getattr(row, column) or "" for name, column in COLUMNS.items()}
    return {"was": was, "typed": typed or was, "edit_trouble": trouble, "edit_notice": notice}
