"""Facts of candidates, as the service `matching` publishes them, and what a fold of them must come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.harness.backlog import HEADERS, own
from benchmarks.peers.folding import digest_of, total
from tests.support.kafka import Reports

EACH = 20
ROSTER = (
    '{"programme":"id-ca-nb-health-g2g/1","starts_at":"2025-09-01T02:00:00Z",'
    '"ends_at":"2026-09-01T02:00:00Z"}'
)
TEXT = (
    '{{"specversion":"1.0","id":"{identity}","source":"urn:jembatan:service:matching",'
    '"type":"org.jembatan.fact.candidate.{verb}.v1","subject":"{subject}","time":"2025-10-01T09:30:00Z",'
    '"datacontenttype":"application/json","causationid":"report-{subject}-{sequence}",'
    '"correlationid":"report-{subject}-{sequence}","causetopic":"matching.reports","causepartition":0,'
    '"causeoffset":"{sequence}","sequence":"{sequence:020}","data":{{"state":{{"id":"{subject}","origin":"ID",'
    '"phase":"{phase}","roster":{roster},"preferences":[{preferences}],"confirmed_at":{confirmed}}},'
    '"changed":["{changed}"]}}}}'
)


@dataclass(frozen=True, slots=True)
class History:
    """`subjects` candidates, each with EACH facts: registered, rostered, then one list after the other."""

    subjects: int

    @property
    def facts(self) -> int:
        return self.subjects * EACH

    @property
    def digest(self) -> str:
        """What every fold must come to."""
        last = (digest_of(_subject(n), "rostered", _preferences(n, EACH)) for n in range(self.subjects))
        return total(last)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Subjects and facts, in the order in which they were decided."""
        for sequence in range(1, EACH + 1):
            for number in range(self.subjects):
                yield _subject(number), _text(number, sequence)


def send(bootstrap: str, topic: str, history: History, partitions: int) -> None:
    """Send a history, each subject's facts into its lane, and wait until all is acknowledged."""
    reports = Reports(bootstrap, "")
    for number, (subject, value) in enumerate(history):
        reports.raw(topic, value, HEADERS, subject.encode(), str(number), partition=own(subject, partitions))
    reports.flush(120)
    if len(reports.acknowledged) != history.facts:
        raise RuntimeError(f"{len(reports.acknowledged)} of {history.facts} facts were acknowledged")


def _subject(number: int) -> str:
    return f"test-f{number:07}"


def _preferences(number: int, sequence: int) -> list[str]:
    return [f"vacancy-{(number + sequence + place) % 997}" for place in range((number + sequence) % 4 + 1)]


def _text(number: int, sequence: int) -> bytes:
    subject, listed = _subject(number), sequence > 2
    verb = {1: "registered", 2: "rostered"}.get(sequence, "preferences_confirmed")
    quoted = (f'"{one}"' for one in _preferences(number, sequence))
    return TEXT.format(
        identity=f"00000000-0000-5000-8000-{number * 100 + sequence:012}",
        verb=verb,
        subject=subject,
        sequence=sequence,
        phase="registered" if sequence == 1 else "rostered",
        roster="null" if sequence == 1 else ROSTER,
        preferences=",".join(quoted) if listed else "",
        confirmed='"2025-10-01T09:30:00Z"' if listed else "null",
        changed={1: "phase", 2: "roster"}.get(sequence, "preferences"),
    ).encode()
