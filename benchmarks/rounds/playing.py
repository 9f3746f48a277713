"""One round as its organiser, its committers and its operator see it, with the time of every step."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep, time

from benchmarks.rounds.seeding import NB, PROGRAMME
from tests.support.kafka import Reports, encode
from tests.support.platform import Platform, Process, query

ROUND = "test-r1"
COMMITTERS = {"test": b"t" * 32, "apart": b"a" * 32}
CLOSES_IN = timedelta(seconds=15)
LONGEST = 1_500.0
LOOK = """
SELECT r.phase, r.freezing, r.matching, f.stage AS freeze, m.stage AS match FROM matching.round AS r
LEFT JOIN matching.round_work AS f ON f.round_id = r.id AND f.kind = 'freeze'
LEFT JOIN matching.round_work AS m ON m.round_id = r.id AND m.kind = 'match'
WHERE r.id = $1
"""
BEHIND = """
SELECT coalesce(sum(head - acknowledged), 0)::bigint AS n
FROM matching.lane_mark JOIN matching.lane_head USING (topic, partition)
"""
STEPS = (
    ("marked", "closed, and marked"), ("take", "what others had decided fixed"),
    ("list", "candidates taken in"), ("emit", "market cut into listings"), ("name", "listings decided"),
    ("frozen", "snapshot computed: frozen"), ("drawn", "secrets shown: drawn"),
    ("matching", "the watermark past them"), ("match-list", "matched"), ("tell", "result listed"),
    ("published", "every candidate told: published"), ("acknowledged", "all of it in Kafka"),
)  # fmt: skip
"""What is looked at, and what has happened when it is first seen."""


@dataclass
class Played:
    """When each step was first seen, by the clock; the most memory of the service and its computations."""

    seen: dict[str, float] = field(default_factory=dict)
    service: int = 0
    apart: int = 0


def play(running: Platform, service: Process) -> Played:
    """Announce, commit, wait, reveal, wait."""
    reports = {code: Reports(running.kafka, f"urn:jembatan:reporter:{code}") for code in COMMITTERS}
    closes = datetime.now(UTC) + CLOSES_IN
    _send(reports, "test", "round.announced", _announcement(closes))
    for code, secret in COMMITTERS.items():
        _send(reports, code, "commitment.made", {"commitment": hashlib.sha256(secret).hexdigest()})
    played, shown = Played(), False
    began = monotonic()
    while "acknowledged" not in played.seen:
        if monotonic() - began > LONGEST or not service.running:
            raise RuntimeError(f"no result: {played.seen}\n{service.log.read_text()[-3000:]}")
        _look(running, played)
        _weigh(service.pid, played)
        if "frozen" in played.seen and not shown:
            for code, secret in COMMITTERS.items():
                _send(reports, code, "secret.revealed", {"secret": secret.hex()})
            shown = True
        sleep(0.05)
    return played


def _announcement(closes: datetime) -> dict[str, object]:
    return {
        "scope": [NB], "programme": PROGRAMME, "closes_at": closes.isoformat(),
        "reveal_by": (closes + timedelta(days=1)).isoformat(),
        "answer_by": (closes + timedelta(days=2)).isoformat(), "committers": sorted(COMMITTERS),
    }  # fmt: skip


def _send(reports: dict[str, Reports], code: str, name: str, data: dict[str, object]) -> None:
    attributes = {
        "specversion": "1.0", "id": f"{name}-{code}", "source": f"urn:jembatan:reporter:{code}",
        "subject": ROUND, "type": f"org.jembatan.report.{name}.v1",
    }  # fmt: skip
    value, headers = encode(attributes, data, "structured")
    topic = "matching.reports" if code == "test" else f"matching.reports.{code}"
    reports[code].raw(topic, value, headers, key=ROUND.encode())
    reports[code].flush()


def _look(running: Platform, played: Played) -> None:
    found = query(running.postgres, LOOK, ROUND)
    if not found:
        return
    row = found[0]
    reached = {row["phase"], row["freeze"], "matching" if row["matching"] else ""}
    reached.add({"list": "match-list"}.get(row["match"], row["match"] or ""))
    now = time()
    for name, words in STEPS:
        if name in reached and name not in played.seen:
            played.seen[name] = now
            print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)
    if row["phase"] == "aborted":
        raise RuntimeError("the round was aborted")
    if row["phase"] == "published" and query(running.postgres, BEHIND)[0]["n"] == 0:
        played.seen["acknowledged"] = time()


def _weigh(pid: int, played: Played) -> None:
    """Resident bytes of the service's process, and of those that it has started."""
    played.service = max(played.service, _resident(pid))
    played.apart = max(played.apart, *(_resident(one) for one in _below(pid)), 0)


def _below(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(one) for one in listed.read_text().split()]
    except OSError:
        return []
    return [*found, *(below for one in found for below in _below(one))]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0
