"""Which lane a subject's facts are published in."""

from __future__ import annotations

from functools import lru_cache

from aiokafka.partitioner import murmur2

REMEMBERED = 8192


@lru_cache(REMEMBERED)
def lane_of(key: str, partitions: int) -> int:
    """The lane of a key among `partitions`: murmur2, as Kafka's default partitioner hashes a record's key."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions
