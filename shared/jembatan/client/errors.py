"""What goes wrong between a client and Kafka, said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError


class ClientError(Exception):
    """Base of what the client raises; the text says what happened and what to do."""


class Unreachable(ClientError):
    """Kafka does not answer at the address given."""


class NoTopic(ClientError):
    """A topic that was named is not there."""


class NotSent(ClientError):
    """Kafka did not acknowledge a record: it may be there or not. Send it again with the same id."""


@contextmanager
def reaching(bootstrap: str) -> Iterator[None]:
    """Turn what aiokafka raises while connecting into `Unreachable`."""
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unreachable(f"Kafka does not answer at {bootstrap} ({_short(error)}).") from error


def _short(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__
