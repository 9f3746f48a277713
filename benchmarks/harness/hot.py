"""One subject with nine tenths of all reports, and what becomes of the others."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from benchmarks.harness.backlog import HEADERS, SOURCE, own, text
from benchmarks.harness.pace import Arrivals
from benchmarks.harness.servers import INPUT, OUTPUT
from tests.support.kafka import Reports
from tests.support.platform import Platform

HOT = "test-hot"
OTHERS = 10
"""One of so many reports is another's."""


@dataclass
class Shared:
    """A backlog of the hot subject, if it is there, and the others, in turn; `lane` is the hot one's."""

    running: Platform
    reports: int
    hot: bool
    lane: int
    others: list[str]
    arrivals: Arrivals = field(init=False)

    def __post_init__(self) -> None:
        self.arrivals = Arrivals(self.running.kafka, OUTPUT, self.running.partitions)

    def send(self) -> None:
        """Send the backlog."""
        reports = Reports(self.running.kafka, SOURCE)
        for number in range(self.reports):
            subject = HOT if number % OTHERS else self.others[number // OTHERS]
            if subject != HOT or self.hot:
                value = amended(number) if subject == HOT and number > 1 else text(subject)
                where = own(subject, self.running.partitions)
                reports.raw(INPUT, value, HEADERS, subject.encode(), str(number), partition=where)
        reports.flush()

    def is_done(self, arrivals: Arrivals) -> bool:
        """Whether all facts have come."""
        own_facts = self.reports - len(self.others) if self.hot else 0
        return arrivals.count >= own_facts + len(self.others)

    def seconds(self, arrivals: Arrivals, started: float) -> dict[str, float]:
        """Until the last of the others, outside the hot lane and in it, and until the last fact of all."""
        name = "with it" if self.hot else "without it"
        outside = [one for one in self.others if own(one, self.running.partitions) != self.lane]
        inside = set(self.others) - set(outside)
        found = {
            f"seconds {name}, others in other lanes": max(arrivals.at[one] for one in outside) - started,
            f"seconds {name}, others in its lane": max(arrivals.at[one] for one in inside) - started,
        }
        return found | ({"seconds with it, all": arrivals.last - started} if self.hot else {})


def shared(running: Platform, reports: int, hot: bool) -> Shared:
    """A backlog of so many reports, the hot subject's among them if `hot`."""
    name = "with" if hot else "without"
    others = [f"test-{name}-{number}" for number in range(reports // OTHERS)]
    return Shared(running, reports, hot, own(HOT, running.partitions), others)


def amended(number: int, subject: str = HOT) -> bytes:
    """A report that changes a subject's evidence."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": f"report-{subject}-{number}",
            "source": SOURCE,
            "type": "org.jembatan.report.candidate.amended.v1",
            "subject": subject,
            "datacontenttype": "application/json",
            "data": {"evidence": {"birth_date": f"19{number % 90 + 10}-02-03"}},
        }
    ).encode()
