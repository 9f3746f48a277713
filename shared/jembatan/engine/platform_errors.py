"""Which errors are the platform's (try again in place) and which come from the data (look for the record)."""

from __future__ import annotations

from enum import Enum

import asyncpg
from aiokafka.errors import KafkaError

AGAIN = {"40001", "40P01", "55P03", "23505"}
"""Serialization failure, deadlock, lock not available, unique violation: again from `claim`."""
PLATFORM_CLASSES = {"08", "25", "53", "57", "58"}
MOST_AGAIN = 10
PLATFORM = (
    KafkaError,
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection that broke in the middle of a statement
)
"""What Kafka, PostgreSQL and the way to them raise: to be tried again after a pause."""


class Blame(Enum):
    PLATFORM = "platform"
    AGAIN = "again"
    DATA = "data"


def blame(error: BaseException) -> Blame:
    """Whose fault an error in a transaction is. What is not known is the data's, so that it is found."""
    if isinstance(error, asyncpg.PostgresError):
        return _of_state(str(error.sqlstate))
    if isinstance(error, PLATFORM):
        return Blame.PLATFORM
    return Blame.DATA


def _of_state(state: str) -> Blame:
    if state in AGAIN:
        return Blame.AGAIN
    return Blame.PLATFORM if state[:2] in PLATFORM_CLASSES else Blame.DATA
