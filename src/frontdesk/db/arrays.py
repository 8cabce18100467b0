"""Arrays of text and bytes as they go over the wire: every webhook passes some, so they are made at little cost."""

from collections.abc import Sequence
from struct import Struct
from typing import Any, ClassVar

from psycopg import AsyncConnection, pq
from psycopg.adapt import Dumper

__all__ = ["ByteaArray", "TextArray", "know_arrays"]

_HEAD = Struct("!iiIii").pack  # dimensions, has nulls, type of the elements, length, lower bound
_LENGTH = Struct("!i").pack
_TEXT, _TEXT_ARRAY, _BYTEA, _BYTEA_ARRAY = 25, 1009, 17, 1001


class TextArray(list[str]):
    """A text[] parameter without nulls, for a placeholder with `b`."""


class ByteaArray(list[bytes]):
    """A bytea[] parameter without nulls, for a placeholder with `b`."""


class _ArrayDumper(Dumper):
    format = pq.Format.BINARY
    element: ClassVar[int]

    def _dump(self, elements: Sequence[bytes]) -> bytes:
        parts = [_HEAD(1, 0, self.element, len(elements), 1)]
        for element in elements:
            parts.append(_LENGTH(len(element)))
            parts.append(element)
        return b"".join(parts)


class _TextArrayDumper(_ArrayDumper):
    oid = _TEXT_ARRAY
    element = _TEXT

    def dump(self, obj: TextArray) -> bytes:
        return self._dump([text.encode() for text in obj])


class _ByteaArrayDumper(_ArrayDumper):
    oid = _BYTEA_ARRAY
    element = _BYTEA

    def dump(self, obj: ByteaArray) -> bytes:
        return self._dump(obj)


def know_arrays(connection: AsyncConnection[Any]) -> None:
    """Teach a connection both types."""
    connection.adapters.register_dumper(TextArray, _TextArrayDumper)
    connection.adapters.register_dumper(ByteaArray, _ByteaArrayDumper)
