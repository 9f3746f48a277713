"""The toy service in processes of its own, a load for it, and what must be true of it after quiet.

Its rules are so small that every effect can be counted: how often a subject was reported, which pages of a
job were done, how often a deadline passed.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import psutil

from cli.embedded.stack import EmbeddedStack
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from jembatan.engine.failpoints import EXIT_CODE, VARIABLE
from tests.faults import ledger
from tests.support import engines
from tests.support.kafka import Message, Reports, dump
from tests.support.platform import ROOT, Platform, Process, prepared, query

SERVICE = "partners"
REPORT = "safeguards.published"
PATIENCE = 120.0
SESSION_MS = "3000"
UNSETTLED = """
SELECT (SELECT count(*) FROM partners.tally WHERE due_at IS NOT NULL)
    + (SELECT count(*) FROM partners.job WHERE NOT done) AS waiting
"""
GAPS = """
SELECT h.topic, h.partition, h.head - m.pruned - count(o.place) AS missing
FROM partners.lane_head AS h JOIN partners.lane_mark AS m USING (topic, partition)
LEFT JOIN partners.outbox AS o USING (topic, partition)
GROUP BY h.topic, h.partition, h.head, m.pruned HAVING h.head - m.pruned <> count(o.place)
"""
GARBAGE = b"no report, "


class Inconclusive(Exception):
    """The fault was not seen to happen: the run says nothing, and is no success."""


class Broken(AssertionError):
    """A promise is broken; says which, and where the history is kept."""


class Toys(Platform):
    """Kafka, PostgreSQL, and processes of the toy."""

    services = (SERVICE,)
    command = ("tests.faults.serve",)

    async def prepare(self) -> None:
        await engines.prepare(self.stack)

    def environment(self, service: str) -> dict[str, str]:
        own = {
            "JEMBATAN_POSTGRES": self.postgres,
            "JEMBATAN_SESSION_TIMEOUT_MS": SESSION_MS,
            "JEMBATAN_DRAIN": "5",
            "JEMBATAN_REQUEST_TIMEOUT": "5",
            "JEMBATAN_STATEMENT_TIMEOUT": "10",
        }
        return super().environment(service) | own

    def one(self, **extra: str) -> Process:
        """Start one process."""
        return self.start(SERVICE, **extra)[0]

    def armed(self, failpoint: str, **extra: str) -> Process:
        """Start a process that fails at a place in the engine."""
        return self.one(**{VARIABLE: failpoint}, **extra)

    def end_all(self) -> None:
        """End every process of the toy, also one that is stopped or does not end by itself."""
        for process in self.running():
            process.kill()

    def count(self, sql: str) -> int:
        """The one number that a query gives."""
        return int(next(iter(query(self.postgres, sql)[0].values())))

    def waiting(self) -> int:
        """Deadlines and jobs that are not done."""
        return self.count(UNSETTLED)


class ToyLoad:
    """Reports of every kind in the background, one in ten again later, some no reports at all."""

    def __init__(self, running: Toys, seed: int, each_second: float = 40.0) -> None:
        self.reports = Reports(running.kafka, engines.SOURCE)
        self.sent: set[str] = set()
        self.garbage = 0
        self._recent: list[tuple[str, str]] = []
        self._random = random.Random(seed)
        self._name = f"{seed}-{self._random.getrandbits(32):08x}"
        self._pause = 1 / each_second
        self._partitions = running.partitions
        self._data = example_data(REPORTS[REPORT])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> ToyLoad:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        self.reports.flush(90)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            self._turn(number)
            number += 1
            sleep(self._pause)

    def _turn(self, number: int) -> None:
        kind = ("list", "hot", "refuse", "hot", "list", "due", "job", "hot")[number % 8]
        subject = f"hot-{number % 3}" if kind == "hot" else f"{kind}-{self._name}-{number}"
        self.send(subject)
        if self._random.random() < 0.1:
            self._again(*self._random.choice(self._recent[-200:]))
        if number % 10 == 0:
            self.send_garbage()

    def send(self, subject: str) -> None:
        identity = f"load-{self._random.getrandbits(64):016x}"
        self.sent.add(identity)
        self._recent.append((subject, identity))
        self._again(subject, identity)

    def _again(self, subject: str, identity: str) -> None:
        self.reports.send(
            REPORT, subject, self._data, service=SERVICE, identity=identity, key=subject.encode()
        )

    def send_garbage(self) -> None:
        """A record without an id: only the position keeps it from being refused twice."""
        self.garbage += 1
        partition = self._random.randrange(self._partitions)
        value = GARBAGE + f"{self._name} {self.garbage}".encode()
        self.reports.raw(f"{SERVICE}.reports", value, [], identity="", partition=partition)


@contextmanager
def own_servers(folder: Path) -> Iterator[Toys]:
    """Kafka and PostgreSQL ready for the toy; no process of it runs."""
    folder.mkdir(parents=True, exist_ok=True)
    reporters = ROOT / "tests/support/reporters.toml"
    with (
        EmbeddedStack(folder / "stack") as stack,
        prepared(Toys(stack, folder, time_source="broker", reporters=reporters)) as made,
    ):
        yield made


def actions(process: Process) -> Counter[str]:
    """How often a process has logged each action."""
    found: Counter[str] = Counter()
    for line in process.log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            found[json.loads(line).get("action", "")] += 1
    return found


def fired(process: Process, failpoint: str) -> bool:
    return f"failpoint {failpoint.partition(':')[0]}:" in process.log.read_text(errors="replace")


def await_exit(process: Process, failpoint: str, within: float = PATIENCE) -> None:
    """Wait for the exit that an armed failpoint brings about; Inconclusive without it."""
    deadline = monotonic() + within
    while process.running and monotonic() < deadline:
        sleep(0.05)
    if process.exit_code != EXIT_CODE or not fired(process, failpoint):
        raise Inconclusive(f"{failpoint}: exit code {process.exit_code}, see {process.log}")


def await_stop(process: Process, failpoint: str, within: float = PATIENCE) -> None:
    """Wait until the kernel says that the process is stopped; Inconclusive if it never is."""
    deadline = monotonic() + within
    while monotonic() < deadline and process.running:
        if fired(process, failpoint) and psutil.Process(process.pid).status() == psutil.STATUS_STOPPED:
            return
        sleep(0.05)
    raise Inconclusive(f"{failpoint}: not stopped, exit code {process.exit_code}, see {process.log}")


def await_action(process: Process, action: str, times: int = 1, within: float = PATIENCE) -> None:
    """Wait until a process has logged something so often; Inconclusive if it does not."""
    deadline = monotonic() + within
    while actions(process)[action] < times:
        if monotonic() > deadline or not process.running:
            raise Inconclusive(f"no {action} from {process.name}, see {process.log}")
        sleep(0.1)


def nothing_ahead(running: Toys) -> None:
    """At no moment has a topic more than was decided. Kafka is read first: later commits change nothing."""
    found = Counter((m.topic, m.partition) for m in dump(running.kafka, ledger.topics(running.services)))
    rows = query(running.postgres, "SELECT topic, partition, head FROM partners.lane_head")
    heads = {(row["topic"], row["partition"]): row["head"] for row in rows}
    if ahead := {place: count for place, count in found.items() if count > heads.get(place, 0)}:
        raise Broken(f"published and never decided: {ahead}, decided {heads}")


def settle(running: Toys, load: ToyLoad, within: float = PATIENCE) -> list[Message]:
    """Wait until all is answered, every deadline and job is done, and nothing moves; gives the topics."""
    deadline = monotonic() + within
    while running.waiting() and monotonic() < deadline:
        sleep(0.2)
    return ledger.quiet(running, load.reports.acknowledged - {""}, max(deadline - monotonic(), 5.0))


def judge(running: Toys, *loads: ToyLoad, within: float = PATIENCE) -> list[Message]:
    """Raise Broken if a promise is broken; gives what is published."""
    found = settle(running, loads[-1], within)
    acknowledged = set().union(*(load.reports.acknowledged for load in loads)) - {""}
    sent = {line for line in _reported(running) if line}
    faults = _effects(running, found) + _garbage(running, found) + _standing(running) + _gaps(running)
    if promises := ledger.check(running, found, sent, acknowledged):
        faults.append(str(promises))
    if faults:
        raise Broken(f"{'; '.join(faults)[:4000]}\nhistory: {keep(running, found)}")
    return found


def _reported(running: Toys) -> set[str]:
    """The ids of all reports that lie in the topic, read by a client that is not ours."""
    found = dump(running.kafka, [f"{SERVICE}.reports"])
    return {m.event["id"] for m in found if m.value and not m.value.startswith(GARBAGE)}


def _effects(running: Toys, found: list[Message]) -> list[str]:
    """Effects in PostgreSQL against what was published: each report counted once, each page done once."""
    said: Counter[str] = Counter()
    by: Counter[tuple[str, str]] = Counter()
    for message in found:
        if message.topic.endswith(".facts"):
            subject, cause = message.event["subject"], message.event["causationid"]
            said[subject] += cause.startswith("load-")
            by[subject, cause.partition(":")[0]] += 1
    rows = query(running.postgres, "SELECT subject, reported, due_at FROM partners.tally")
    wrong = [
        f"{r['subject']} counted {r['reported']}, published {said[r['subject']]}"
        for r in rows
        if r["reported"] != said[r["subject"]]
    ]
    for prefix, cause, times in (("due-", "deadline", 1), ("job-", "job", 3)):
        subjects = {r["subject"]: by[r["subject"], cause] for r in rows if r["subject"].startswith(prefix)}
        wrong += [f"{s}: {n} facts of its {cause}, not {times}" for s, n in subjects.items() if n != times]
    return wrong[:10]


def _garbage(running: Toys, found: list[Message]) -> list[str]:
    """Every record that is no report has exactly one refusal, at whose cause it lies."""
    topic = f"{SERVICE}.reports"
    lies = {
        f"{topic}/{m.partition}/{m.offset}"
        for m in dump(running.kafka, [topic])
        if (m.value or b"").startswith(GARBAGE)
    }
    refused = Counter(
        m.event["causationid"] for m in found
        if m.topic.endswith(".refusals") and m.event["causationid"].startswith(topic)
    )  # fmt: skip
    return [f"{place} is refused {refused[place]} times" for place in lies if refused[place] != 1][:10]


def _standing(running: Toys) -> list[str]:
    halted = query(running.postgres, "SELECT partition, halted FROM partners.lane WHERE halted IS NOT NULL")
    return [f"lane {row['partition']} is halted although nothing is lost: {row['halted']}" for row in halted]


def _gaps(running: Toys) -> list[str]:
    """Lanes in which not every place up to the head is in the outbox, or was and is pruned."""
    return [
        f"{row['topic']}/{row['partition']} lacks {row['missing']} places"
        for row in query(running.postgres, GAPS)
    ]


def keep(running: Toys, found: list[Message]) -> Path:
    """Keep what happened: everything published, the engine's rows, beside the processes' logs."""
    folder = (
        Path(os.environ.get("JEMBATAN_HISTORIES", running.folder))
        / f"history-{os.getpid()}-{monotonic():.0f}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps([m.topic, m.partition, m.offset, m.event]) for m in found]
    (folder / "published.jsonl").write_text("\n".join(lines))
    for table in ("position", "lane", "lane_head", "lane_mark", "tally", "job"):
        rows = query(running.postgres, f"SELECT * FROM partners.{table}")
        (folder / f"{table}.jsonl").write_text("\n".join(json.dumps(row, default=str) for row in rows))
    for process in running.processes:
        if process.log.exists():
            (folder / process.log.name).write_bytes(process.log.read_bytes())
    return folder
