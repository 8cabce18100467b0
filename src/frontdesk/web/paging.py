"""Lists of the API: how far, from where on, and one page of any of them."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel

from frontdesk.web import views
from frontdesk.web.shapes import Listing
from frontdesk.web.views import NEWEST, Cursor

__all__ = ["After", "Limit", "RowId", "after", "listing"]

Shape = TypeVar("Shape", bound=BaseModel)


def _readable(cursor: str | None) -> str | None:
    if cursor is not None:
        Cursor.parse(cursor)
    return cursor


Limit = Annotated[int, Query(ge=1, le=200, description="rows at most")]
After = Annotated[str | None, Query(description="`nextCursor` of the page before"), AfterValidator(_readable)]
RowId = Annotated[int, Path(ge=1, lt=2**63)]


def after(cursor: str | None) -> Cursor:
    """The place that a checked cursor stands for; the beginning without one."""
    return Cursor.parse(cursor) if cursor else NEWEST


def listing(shape: type[Shape], rows: Sequence[Any], limit: int, time_column: str) -> Listing[Shape]:
    """One page; `rows` is asked one longer than `limit`, to know whether more follow."""
    items = [shape.model_validate(row) for row in rows[:limit]]
    return Listing[Shape](items=items, next_cursor=views.next_cursor(rows, limit, time_column))
