"""Record batches read whatever their headers are called.

Kafka's protocol says that a header's name is text, yet a broker takes any bytes, and aiokafka's reader then
raises for everything that it has fetched of the partition. Where it does, the engine reads the batches here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from aiokafka.record.default_records import _DefaultRecordBatchPy

from jembatan.engine.records import Record, Source, from_milliseconds
from jembatan.engine.wire import Wire

_LENGTH = struct.Struct(">i")
_LENGTH_AT = 8
_OVERHEAD = _LENGTH_AT + _LENGTH.size


class _Bytes(bytearray):
    """A buffer whose slices decode whatever they hold: what is no UTF-8 becomes U+FFFD."""

    def __getitem__(self, where: Any) -> Any:  # noqa: ANN401
        found = super().__getitem__(where)
        return _Bytes(found) if isinstance(where, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: bytearray

    def __iter__(self) -> _Batch:
        super().__iter__()
        self._buffer = _Bytes(self._buffer)
        return self


async def fetched(wire: Wire, source: Source, start: int, most_bytes: int) -> tuple[list[Record], int]:
    """One answer of the broker: the records from `start` on, and the offset after them all."""
    return records(await wire.fetch(*source, start, most_bytes), source, start)


def records(data: bytes, source: Source, start: int) -> tuple[list[Record], int]:
    """The records from `start` on in batches as they lie on the broker, and the offset after them all."""
    found, following = [], start
    for batch in _batches(data):
        if not batch.is_control_batch:
            found += [_record(one, source) for one in batch if one.offset >= start]
        following = batch.base_offset + batch.last_offset_delta + 1
    return found, max(following, start)


def _batches(data: bytes) -> Iterator[_Batch]:
    """Whole batches; the broker may cut the last one off."""
    at = 0
    while at + _OVERHEAD <= len(data):
        end = at + _OVERHEAD + _LENGTH.unpack_from(data, at + _LENGTH_AT)[0]
        if end > len(data):
            return
        yield _Batch(data[at:end])
        at = end


def _record(raw: Any, source: Source) -> Record:  # noqa: ANN401
    at = from_milliseconds(raw.timestamp)
    return Record(*source, raw.offset, at, raw.key, raw.value, tuple(raw.headers))
