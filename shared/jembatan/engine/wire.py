"""Produce requests and look-ups at the broker, made of aiokafka's protocol classes.

aiokafka's own producer batches, retries and counts sequence numbers by itself. A lane's sequence number is
the fact's place, so each request is built here: one batch, one answer, nothing resent behind our back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, KafkaTimeoutError, NoError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

NO_PRODUCER = -1
READ_UNCOMMITTED = 0
COMPRESSION_NONE = 0
LARGEST_BATCH = 1 << 30
SEQUENCES = 1 << 31
OF_THE_BROKER = 0.8
"""The part of a request's time that the broker may wait for its copies: it tells before we give up."""
SPARE = 1.0
"""Seconds by which our deadline is behind the client's: it closes a connection only if its own is first."""


class Outgoing(NamedTuple):
    """One record to be written; `timestamp` (ms) counts where the topic takes the creator's time."""

    key: bytes | None
    value: bytes
    timestamp: int
    headers: tuple[tuple[str, bytes], ...] = ()


def sequence_of(place: int) -> int:
    """The producer's sequence number of a fact at this place: place − 1, modulo 2³¹ (KIP-98)."""
    return (place - 1) % SEQUENCES


def batch(records: Sequence[Outgoing], producer_id: int = NO_PRODUCER, sequence: int = -1) -> bytes:
    """One record batch (magic 2) of a producer at epoch 0, or of none."""
    epoch = 0 if producer_id != NO_PRODUCER else -1
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=COMPRESSION_NONE, is_transactional=False, producer_id=producer_id,
        producer_epoch=epoch, base_sequence=sequence, batch_size=LARGEST_BATCH,
    )  # fmt: skip
    for offset, record in enumerate(records):
        builder.append(offset, record.timestamp, record.key, record.value, list(record.headers))
    return bytes(builder.build())


class Wire:
    """One connection pool to the brokers, with a deadline on every call.

    `timeout` (s) is what an answer may take. After that the connection is closed and the leaders are asked
    for anew, so that a host that has vanished without a word costs one request its time, not each of them.
    """

    def __init__(self, bootstrap: str, timeout: float, client_id: str = "jembatan") -> None:
        self._client = AIOKafkaClient(
            bootstrap_servers=bootstrap, client_id=client_id, request_timeout_ms=int(timeout * 1000)
        )
        self._timeout = timeout

    async def start(self) -> None:
        async with asyncio.timeout(self._timeout):
            await self._client.bootstrap()

    async def stop(self) -> None:
        async with asyncio.timeout(self._timeout):
            await self._client.close()

    async def producer_id(self) -> int:
        """A producer id that no one else has (InitProducerId without a transactional id)."""
        node = self._client.get_random_node()
        response = await self._ask(node, InitProducerIdRequest(None, -1))
        _raise(response.error_code)
        return int(response.producer_id)

    async def cluster_id(self) -> str:
        """The id of the cluster that answers."""
        response = await self._ask(self._client.get_random_node(), MetadataRequest([], False))
        return str(response.cluster_id)

    async def produce(
        self,
        topic: str,
        partition: int,
        records: Sequence[Outgoing],
        *,
        producer_id: int = NO_PRODUCER,
        sequence: int = -1,
    ) -> int:
        """Write one batch with acks=all and gives its first offset; raises what the broker says."""
        body = batch(records, producer_id, sequence)
        node = await self._leader(topic, partition)
        request = ProduceRequest(
            None, -1, int(self._timeout * OF_THE_BROKER * 1000), [(topic, [(partition, body)])]
        )
        answer = (await self._ask(node, request)).topics[0][1][0]
        if answer[1]:
            self._client.force_metadata_update()
        _raise(answer[1])
        return int(answer[2])

    async def fetch(self, topic: str, partition: int, offset: int, most_bytes: int) -> bytes:
        """The batches from an offset on as they lie on the broker: at least one if there is any."""
        node = await self._leader(topic, partition)
        wanted = [(topic, [(partition, offset, most_bytes)])]
        request = FetchRequest(0, 0, most_bytes, READ_UNCOMMITTED, wanted)
        answer = (await self._ask(node, request)).topics[0][1][0]
        _raise(answer[1])
        return bytes(answer[-1] or b"")

    async def _leader(self, topic: str, partition: int) -> int:
        async with asyncio.timeout(self._timeout):
            await self._client.add_topic(topic)
            while (node := self._known_leader(topic, partition)) is None:
                await self._client.force_metadata_update()
                await asyncio.sleep(0.05)
        return node

    def _known_leader(self, topic: str, partition: int) -> int | None:
        leader = self._client.cluster.leader_for_partition(TopicPartition(topic, partition))
        return None if leader in (None, -1) else int(leader)

    async def _ask(self, node: int, request: Any) -> Any:  # noqa: ANN401
        deadline = self._timeout + SPARE
        try:
            async with asyncio.timeout(deadline):
                return await self._client.send(node, request)
        except TimeoutError as error:
            self._client.force_metadata_update()
            raise KafkaTimeoutError(f"no answer in {deadline} s") from error
        except KafkaError:
            self._client.force_metadata_update()
            raise


def _raise(code: int) -> None:
    error = for_code(code)
    if error is not NoError:
        raise error()
