"""Candidate reports of about 500 bytes, with repeats, and the sending of them to a topic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from jembatan.engine.lanes import lane_of
from tests.support.kafka import STRUCTURED, Reports

SOURCE = "urn:jembatan:reporter:test"
HEADERS: list[tuple[str, str | bytes | None]] = [("content-type", STRUCTURED.encode())]
TEXT = (
    '{{"specversion":"1.0","id":"report-{subject}","source":"{source}",'
    '"type":"org.jembatan.report.candidate.registered.v1","subject":"{subject}",'
    '"datacontenttype":"application/json","data":{{"origin":"ID","evidence":{{"birth_date":"{born}",'
    '"citizenship":"ID","competence":[{{"isco08":"2221","kind":"STR_NERS","issued_on":"2021-05-10"}}],'
    '"health":{{"physical":true,"mental":true,"valid_until":"2026-05-31"}},"social_security":["BPJS-TK"],'
    '"documents":[{{"kind":"PASSPORT","issued_on":"2023-01-15"}}],"education":{education}}}}}}}'
)
Place = Callable[[str, int], int]
"""From a subject and the number of partitions to a partition."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """`records` reports, of which `repeats` were sent before, word for word; `subjects` are all there are."""

    records: int
    repeats: int
    prefix: str = "test-b"

    @property
    def subjects(self) -> set[str]:
        return {self.subject(number) for number in range(self.records - self.repeats)}

    def subject(self, number: int) -> str:
        return f"{self.prefix}{number:07}"

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Subjects and texts; each repeat comes at random after what it repeats."""
        random, new = Random(self.records), 0
        left = self.repeats
        for number in range(self.records):
            again = new > 0 and random.random() < left / (self.records - number)
            subject = self.subject(random.randrange(new) if again else new)
            left, new = left - again, new + (not again)
            yield subject, text(subject)


def backlog(records: int, share: float = 0.02, prefix: str = "test-b") -> Backlog:
    """So many records, a share of them repeats."""
    return Backlog(records, round(records * share), prefix)


def text(subject: str) -> bytes:
    """One report; whose it is decides what it says."""
    number = sum(subject.encode())
    born = f"{1980 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}"
    return TEXT.format(subject=subject, source=SOURCE, born=born, education=number % 9).encode()


def own(subject: str, partitions: int) -> int:
    """The subject's own lane."""
    return lane_of(subject, partitions)


def foreign(subject: str, partitions: int) -> int:
    """The lane after the subject's own."""
    return (lane_of(subject, partitions) + 1) % partitions


def send(bootstrap: str, topic: str, wanted: Backlog, partitions: int, place: Place = own) -> int:
    """Send a backlog and wait until all of it is acknowledged; gives its bytes."""
    reports, size = Reports(bootstrap, SOURCE), 0
    for number, (subject, value) in enumerate(wanted):
        size += len(value)
        where = place(subject, partitions)
        reports.raw(topic, value, HEADERS, subject.encode(), str(number), partition=where)
    reports.flush()
    if len(reports.acknowledged) != wanted.records:
        raise RuntimeError(f"{len(reports.acknowledged)} of {wanted.records} reports were acknowledged")
    return size
