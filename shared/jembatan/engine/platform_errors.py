"""Which errors are the platform's (try again in place) and which come from the data (look for the record)."""

from __future__ import annotations

from enum import Enum

import asyncpg
from aiokafka.errors import KafkaError

AGAIN = {"23505"}
"""Unique violation: again from `claim`, and if it stays, the data's."""
SLOW = {"55P03", "57014", "25P04"}
"""The time for a lock, a statement or a transaction was up: a smaller batch may be done in time."""
PLATFORM_CLASSES = {"08", "25", "28", "40", "53", "57", "58"}
NOT_SET_UP = {"3F000", "42501", "42703", "42P01"}
"""A schema, a right, a column or a table is missing: whoever set the server up mends that, no record."""
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
    SLOW = "slow"
    DATA = "data"


def blame(error: BaseException) -> Blame:
    """Whose fault an error in a transaction is. What is not known is the data's, so that it is found."""
    if isinstance(error, asyncpg.PostgresError):
        return _of_state(str(error.sqlstate))
    if isinstance(error, TimeoutError):
        return Blame.SLOW
    if isinstance(error, PLATFORM):
        return Blame.PLATFORM
    return Blame.DATA


def _of_state(state: str) -> Blame:
    if state in AGAIN:
        return Blame.AGAIN
    if state in SLOW:
        return Blame.SLOW
    return Blame.PLATFORM if state[:2] in PLATFORM_CLASSES or state in NOT_SET_UP else Blame.DATA
