"""Arrays as they go over the wire: every webhook passes some, so they are made without the driver's general cost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct, pack
from typing import Any, ClassVar

from psycopg import AsyncConnection, pq
from psycopg.adapt import Dumper

__all__ = ["BigintArray", "ByteaArray", "TextArray", "TimeArray", "know_arrays"]

_HEAD = Struct("!iiIii").pack  # dimensions, has nulls, type of the elements, length, lower bound
_LENGTH = Struct("!i").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_DAY, _SECOND = timedelta(days=1) // timedelta(microseconds=1), 1_000_000


class TextArray(list[str]):
    """A text[] parameter without nulls, for a placeholder with `b`."""


class ByteaArray(list[bytes]):
    """A bytea[] parameter without nulls, for a placeholder with `b`."""


class BigintArray(list[int]):
    """A bigint[] parameter without nulls, for a placeholder with `b`."""


class TimeArray(list[datetime]):
    """A timestamptz[] parameter of times with a zone, without nulls, for a placeholder with `b`."""


class _ArrayDumper(Dumper):
    format = pq.Format.BINARY
    element: ClassVar[int]

    def _bytes(self, elements: Sequence[bytes]) -> bytes:
        parts = [_HEAD(1, 0, self.element, len(elements), 1)]
        for element in elements:
            parts.append(_LENGTH(len(element)))
            parts.append(element)
        return b"".join(parts)

    def _bigints(self, elements: Sequence[int]) -> bytes:
        pairs = [number for element in elements for number in (8, element)]
        return _HEAD(1, 0, self.element, len(elements), 1) + pack("!" + "iq" * len(elements), *pairs)


class _TextArrayDumper(_ArrayDumper):
    oid, element = 1009, 25

    def dump(self, obj: TextArray) -> bytes:
        return self._bytes([text.encode() for text in obj])


class _ByteaArrayDumper(_ArrayDumper):
    oid, element = 1001, 17

    def dump(self, obj: ByteaArray) -> bytes:
        return self._bytes(obj)


class _BigintArrayDumper(_ArrayDumper):
    oid, element = 1016, 20

    def dump(self, obj: BigintArray) -> bytes:
        return self._bigints(obj)


class _TimeArrayDumper(_ArrayDumper):
    oid, element = 1185, 1184

    def dump(self, obj: TimeArray) -> bytes:
        since = [time - _EPOCH for time in obj]
        return self._bigints([s.days * _DAY + s.seconds * _SECOND + s.microseconds for s in since])


def know_arrays(connection: AsyncConnection[Any]) -> None:
    """Teach a connection these types."""
    connection.adapters.register_dumper(TextArray, _TextArrayDumper)
    connection.adapters.register_dumper(ByteaArray, _ByteaArrayDumper)
    connection.adapters.register_dumper(BigintArray, _BigintArrayDumper)
    connection.adapters.register_dumper(TimeArray, _TimeArrayDumper)
