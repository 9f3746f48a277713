"""From outcomes to numbered facts and refusals: ids, causes, lanes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from asyncpg.pgproto.pgproto import UUID as QuickUUID  # noqa: N811

from jembatan.contracts.deciding import Decided, Draft, Refused
from jembatan.contracts.refusal import Reason, RefusedReport, refusal
from jembatan.contracts.registry import FACTS
from jembatan.contracts.writing import Cause as Origin
from jembatan.contracts.writing import encode_fact, encode_refusal
from jembatan.engine.lanes import lane_of
from jembatan.engine.outbox import Numbered

CAUSES = uuid5(NAMESPACE_URL, "urn:jembatan:cause")
_CAUSES = CAUSES.bytes


class Cause(NamedTuple):
    """What led to facts: a record of an input, a deadline, or a page of a job.

    `key` names it among all causes of the service; the facts' ids are made of it.
    """

    key: str
    at: datetime
    origin: Origin
    personal: bool = False

    def shown_in(self, topic: str, service: str) -> Origin:
        """What a fact in `topic` says of its cause: in a public topic nothing that leads to a person."""
        if not self.personal or topic == f"{service}.facts":
            return self.origin
        return Origin(id=f"report:{service}/{fact_id(service, self.key, 0)}")


@dataclass(frozen=True, slots=True)
class Shape:
    """What of an installation and a service goes into every fact."""

    service: str
    partitions: int
    simulated: bool


def fact_id(service: str, cause: str, number: int) -> UUID:
    """The id of the `number`th fact (from 0) of a cause: the same however often it is decided.

    A uuid5 (RFC 9562, 5.5) as `uuid.uuid5` makes it, of the driver's class, which costs a third.
    """
    digest = bytearray(sha1(_CAUSES + f"{service}\x00{cause}\x00{number}".encode()).digest()[:16])  # noqa: S324
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return QuickUUID(bytes(digest))


def facts(shape: Shape, cause: Cause, decided: Decided) -> list[Numbered]:
    """The facts of a decision, each on its lane."""
    return [_fact(shape, cause, draft, number) for number, draft in enumerate(decided.facts)]


def _fact(shape: Shape, cause: Cause, draft: Draft, number: int) -> Numbered:
    event = FACTS[draft.type]
    identity = fact_id(shape.service, cause.key, number)

    def encode(sequence: int) -> tuple[bytes, bytes]:
        return encode_fact(
            event, draft.subject, draft.data, id=str(identity), at=cause.at, sequence=sequence,
            cause=cause.shown_in(event.topic, shape.service), simulated=shape.simulated,
        )[:2]  # fmt: skip

    lane = lane_of(event.lane_key(draft.subject), shape.partitions)
    return Numbered(event.topic, lane, event.noun, draft.subject, identity, cause.at, encode)


def refusals(shape: Shape, cause: Cause, about: RefusedReport, reasons: tuple[Reason, ...]) -> list[Numbered]:
    """The one refusal of a report, in the report's own partition number."""
    identity = fact_id(shape.service, cause.key, 0)
    problem = refusal(about, reasons)

    def encode(_: int) -> tuple[bytes, bytes]:
        return encode_refusal(
            shape.service, problem, id=str(identity), at=cause.at, cause=cause.origin,
            simulated=shape.simulated,
        )[:2]  # fmt: skip

    topic = f"{shape.service}.refusals"
    return [Numbered(topic, about.partition, "", about.subject or "", identity, cause.at, encode)]


def check_outcome(outcome: Decided | Refused, must_answer: bool) -> None:
    """A report leads to at least one fact or reason; anything else is a mistake of the domain."""
    if isinstance(outcome, Refused):
        if not outcome.reasons or not must_answer:
            raise ValueError("a refusal needs reasons, and only a report can be refused")
    elif must_answer and not outcome.facts:
        raise ValueError("a report was decided without a fact")


def total(lists: Iterable[list[Numbered]]) -> list[Numbered]:
    return [numbered for part in lists for numbered in part]
