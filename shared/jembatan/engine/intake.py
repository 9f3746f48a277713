"""From records to what is to be claimed and decided. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.envelope import Envelope, FactEnvelope
from jembatan.contracts.reading import Language, Read, Unreadable, fingerprint, read
from jembatan.contracts.reasons import Code
from jembatan.contracts.refusal import Reason, RefusedReport
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.reporters import NOT_YOURS, Reporter
from jembatan.contracts.writing import Cause as Origin
from jembatan.engine.claims import Key, Subject
from jembatan.engine.entry import Cause
from jembatan.engine.records import Place, Record, Source

LATER = (Code.UNKNOWN_TYPE, Code.UNKNOWN_VERSION)
OF_PERSONS = frozenset(
    {
        "candidate",
        "preferences",
        "selection",
        "offer",
        "contract",
        "clearance",
        "departure",
        "arrival",
        "employment",
        "return",
    }
)
"""Nouns of reports whose subject is or names a candidate."""


class Taken(NamedTuple):
    """One record, read. Either `item` is to be decided, or `reasons` refuse it; a tick has neither.

    `event` is what could be read of it; `key` is claimed if it is given; `heard` is the subject of another
    service's fact.
    """

    record: Record
    cause: Cause
    event: Envelope | RefusedReport
    item: Input | None = None
    reasons: tuple[Reason, ...] = ()
    key: Key | None = None
    fingerprint: bytes = b""
    heard: Subject | None = None

    @property
    def about(self) -> RefusedReport:
        """Which record it is, for a refusal."""
        event = self.event
        return event if isinstance(event, RefusedReport) else _about(self.record, event)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a service takes in: its own report topics, and which nouns of other services' facts."""

    report_topics: frozenset[str]
    service: str
    nouns: Mapping[str, frozenset[str]]
    reporters: Mapping[str, Reporter]
    language: Language
    simulated: bool

    def take(self, records: Sequence[Record], places: Mapping[Source, Place]) -> list[Taken]:
        """Read a batch; ticks and facts that the service does not read are left out."""
        times = _times(records, places)
        wanted = [(r, at) for r, at in zip(records, times, strict=True) if not self._is_tick(r)]
        events = read([record for record, _ in wanted], self.language)
        pairs = zip(wanted, events, strict=True)
        taken = (self._one(record, at, event) for (record, at), event in pairs)
        return [one for one in taken if one is not None]

    def broken(self, record: Record, places: Mapping[Source, Place]) -> list[Taken]:
        """A record that cannot even be read without a mistake of ours, so that it can be refused."""
        at = _times([record], places)[0]
        cause = _cause(record, at, None, None, None)
        about = RefusedReport(topic=record.topic, partition=record.partition, offset=record.offset)
        return [Taken(record, cause, about)]

    def _is_tick(self, record: Record) -> bool:
        return record.is_tick and record.topic in self.report_topics

    def _one(self, record: Record, at: datetime, event: Read | Unreadable) -> Taken | None:
        if isinstance(event, Unreadable):
            return None if self._is_later(record, event) else self._unreadable(record, at, event)
        if record.topic in self.report_topics:
            return self._report(record, at, event)
        return self._fact(record, at, event)

    def _is_later(self, record: Record, event: Unreadable) -> bool:
        """Another service's fact of a type or version that came later: left out, as any subscriber does."""
        codes = {reason.code for reason in event.reasons}
        return record.topic not in self.report_topics and not codes.isdisjoint(LATER)

    def _unreadable(self, record: Record, at: datetime, event: Unreadable) -> Taken:
        known = event.known
        cause = _cause(record, at, known.get("id"), None, None)
        reporter = self.reporters.get(known.get("source", ""))
        mine = reporter is not None and "id" in known and not self._misplaced(record, reporter)
        key = (known["source"], known["id"]) if mine else None
        return Taken(
            record, cause, event.report, reasons=event.reasons, key=key, fingerprint=_raw_fingerprint(record)
        )

    def _fact(self, record: Record, at: datetime, event: Read) -> Taken | None:
        """Another service's fact; in simulated time its own time counts, not the broker's."""
        noun = event.name.partition(".")[0]
        if noun not in self.nouns.get(record.topic, frozenset()):
            return None
        envelope = event.envelope
        at = envelope.time if self.simulated and envelope.time else at
        item = _input(InputKind.FACT, event, at, None)
        heard = (record.topic, noun, envelope.subject)
        return Taken(record, _caused_by(record, at, envelope), envelope, item, heard=heard)

    def _report(self, record: Record, at: datetime, event: Read) -> Taken:
        envelope = event.envelope
        cause = _caused_by(record, at, envelope)
        reporter = self.reporters.get(envelope.source)
        if reporter is None or (misplaced := self._misplaced(record, reporter)):
            reasons = misplaced if reporter else (_stranger(envelope.source),)
            # Not claimed: else anyone could use up another reporter's ids.
            return Taken(record, cause, envelope, reasons=reasons)
        reasons = () if reporter.may_report(event.name) else (_not_yours(reporter, event.name),)
        item = None if reasons else _input(InputKind.REPORT, event, at, reporter)
        key = (envelope.source, envelope.id)
        return Taken(record, cause, envelope, item, reasons, key, fingerprint(envelope))

    def _misplaced(self, record: Record, reporter: Reporter) -> tuple[Reason, ...]:
        own = f"{self.service}.reports.{reporter.code}"
        shared = f"{self.service}.reports"
        if record.topic == own or (record.topic == shared and not reporter.own_topics):
            return ()
        right = own if reporter.own_topics else shared
        return (Reason(code=NOT_YOURS, pointer="/source", detail=f"{reporter.source} reports to {right}."),)


def _times(records: Sequence[Record], places: Mapping[Source, Place]) -> list[datetime]:
    greatest = {source: place.at for source, place in places.items()}
    times = []
    for record in records:
        greatest[record.source] = max(greatest[record.source], record.at)
        times.append(greatest[record.source])
    return times


def _input(kind: InputKind, event: Read, at: datetime, reporter: Reporter | None) -> Input:
    envelope = event.envelope
    sequence = int(envelope.sequence) if isinstance(envelope, FactEnvelope) else 0
    return Input(
        kind,
        event.name,
        envelope.subject,
        envelope.data,
        at,
        envelope.source,
        envelope.id,
        reporter,
        sequence,
    )


def _about(record: Record, envelope: Envelope) -> RefusedReport:
    return RefusedReport(
        source=envelope.source, id=envelope.id, type=envelope.type, subject=envelope.subject,
        topic=record.topic, partition=record.partition, offset=record.offset,
    )  # fmt: skip


def _caused_by(record: Record, at: datetime, envelope: Envelope) -> Cause:
    personal = _is_personal(envelope.type)
    return _cause(record, at, envelope.id, envelope.correlationid, envelope.traceparent, personal)


@cache
def _is_personal(kind: str) -> bool:
    """Whether a report is about one person: its type is marked so, or its subject names a candidate.

    Called with types of the language alone, so that what is remembered stays small.
    """
    name = ".".join(kind.split(".")[3:5])
    event = REPORTS.get(name)
    return event is not None and (event.personal or event.noun in OF_PERSONS)


def _cause(
    record: Record,
    at: datetime,
    identity: str | None,
    correlation: str | None,
    traceparent: str | None,
    personal: bool = False,
) -> Cause:
    key = f"{record.topic}/{record.partition}/{record.offset}"
    origin = Origin(
        id=identity or key, correlationid=correlation or identity or key, topic=record.topic,
        partition=record.partition, offset=record.offset, traceparent=traceparent,
    )  # fmt: skip
    return Cause(key, at, origin, personal)


def _raw_fingerprint(record: Record) -> bytes:
    """A hash of what cannot be read, so that it is known when it is sent again as it was."""
    return hashlib.sha256(record.value or b"").digest()


def _stranger(source: str) -> Reason:
    detail = f"{source} is not a reporter of this installation; reporters.toml names those who are."
    return Reason(code=NOT_YOURS, pointer="/source", detail=detail)


def _not_yours(reporter: Reporter, name: str) -> Reason:
    return Reason(code=NOT_YOURS, pointer="/type", detail=f"{reporter.source} may not report {name}.")
