"""Readers that may stand beside the rules: a user's own, and a model."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from frontdesk.readers.reading import Context, Reading

__all__ = ["Model", "OwnReader"]

OwnReader = Callable[[str, Context], Mapping[str, str] | Awaitable[Mapping[str, str]]]
"""What `desk.reader` takes: from a text and its context to values by the keys of the flow's questions."""


class Model(Protocol):
    """A model that reads texts; None where it failed, was late or is not asked now. It never raises."""

    async def read(self, text: str, context: Context) -> Reading | None:
        """What the text says."""
        ...

    async def aclose(self) -> None:
        """Let go of its connections."""
        ...
