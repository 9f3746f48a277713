"""What must be true after quiet: reported, decided and published compared, and every effect counted."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep

from tests.faults import ledger
from tests.faults.toyload import GARBAGE, POISON, ToyLoad
from tests.faults.toys import PATIENCE, SERVICE, Toys, actions
from tests.support.kafka import Message, dump
from tests.support.platform import Platform, query

GAPS = """
SELECT h.topic, h.partition, h.head - m.pruned - count(o.place) AS missing
FROM partners.lane_head AS h JOIN partners.lane_mark AS m USING (topic, partition)
LEFT JOIN partners.outbox AS o USING (topic, partition)
GROUP BY h.topic, h.partition, h.head, m.pruned HAVING h.head - m.pruned <> count(o.place)
"""


TABLES = ("position", "lane", "lane_head", "lane_mark", "job")


class Broken(AssertionError):
    """A promise is broken; says which, and where the history is kept."""


def nothing_ahead(running: Toys) -> None:
    """At no moment has a topic more than was decided. Kafka is read first: later commits change nothing."""
    found = Counter((m.topic, m.partition) for m in dump(running.kafka, ledger.topics(running.services)))
    rows = query(running.postgres, "SELECT topic, partition, head FROM partners.lane_head")
    heads = {(row["topic"], row["partition"]): row["head"] for row in rows}
    if ahead := {place: count for place, count in found.items() if count > heads.get(place, 0)}:
        raise Broken(f"published and never decided: {ahead}, decided {heads}")


def settle(running: Toys, load: ToyLoad, garbage: set[str], within: float = PATIENCE) -> list[Message]:
    """Wait until all is answered, every deadline and job is done, and nothing moves; gives the topics."""
    deadline = monotonic() + within
    wanted = load.reports.acknowledged - {""} | garbage
    # What is due or to be done is known once every report is decided, and not before.
    ledger.quiet(running, wanted, max(deadline - monotonic(), 5.0))
    while running.waiting() and monotonic() < deadline:
        sleep(0.2)
    return ledger.quiet(running, wanted, max(deadline - monotonic(), 5.0))


def is_garbage(message: Message) -> bool:
    """Whether a record of the report topic was sent as none that can be decided."""
    return message.key == POISON or (message.value or b"").startswith(GARBAGE)


def _places(reported: Iterable[Message]) -> set[str]:
    """Where these records lie: what their answers name as their cause."""
    return {f"{m.topic}/{m.partition}/{m.offset}" for m in reported}


def judge(running: Toys, *loads: ToyLoad, within: float = PATIENCE) -> list[Message]:
    """Raise Broken if a promise is broken; gives what is published."""
    reported = dump(running.kafka, [f"{SERVICE}.reports"])
    garbage = _places(filter(is_garbage, reported))
    found = settle(running, loads[-1], garbage, within)
    acknowledged = set().union(*(load.reports.acknowledged for load in loads)) - {""}
    sent = {m.event["id"] for m in reported if m.value and not is_garbage(m)}
    sent = sent.union(*(load.sent for load in loads))
    faults = _effects(running, found) + _garbage(garbage, found) + _standing(running) + _gaps(running)
    if promises := ledger.check(running, found, sent, acknowledged):
        faults.append(str(promises))
    if faults:
        raise Broken(f"{'; '.join(faults)[:4000]}\nhistory: {keep(running, found)}")
    return found


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


def _garbage(garbage: set[str], found: list[Message]) -> list[str]:
    """Every record that is no report has exactly one refusal, at whose cause it lies."""
    answers = [(ledger.coordinates(m.event), m.topic.endswith(".refusals")) for m in found]
    refused = Counter(place for place, refusal in answers if refusal and place in garbage)
    taken = [
        f"{place} is no report and led to a fact" for place, no in answers if place in garbage and not no
    ]
    wrong = [f"{p} is refused {refused[p]} times" for p in garbage if refused[p] != 1]
    return (wrong + taken)[:10]


def _standing(running: Toys) -> list[str]:
    """Lanes that are halted, and processes that have halted one: here nothing is ever lost."""
    halted = query(running.postgres, "SELECT partition, halted FROM partners.lane WHERE halted IS NOT NULL")
    wrong = [f"lane {row['partition']} is halted although nothing is lost: {row['halted']}" for row in halted]
    said = [process.log for process in running.processes if actions(process)["lane_halted"]]
    return wrong + [f"a lane is halted although nothing is lost, says {log}" for log in said]


def _gaps(running: Toys) -> list[str]:
    """Lanes in which not every place up to the head is in the outbox, or was and is pruned."""
    return [
        f"{row['topic']}/{row['partition']} lacks {row['missing']} places"
        for row in query(running.postgres, GAPS)
    ]


def keep(running: Platform, found: list[Message]) -> Path:
    """Keep what happened: everything published, the engine's rows, beside the processes' logs."""
    folder = (
        Path(os.environ.get("JEMBATAN_HISTORIES", running.folder))
        / f"history-{os.getpid()}-{monotonic():.0f}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps([m.topic, m.partition, m.offset, m.event]) for m in found]
    (folder / "published.jsonl").write_text("\n".join(lines))
    for service in running.services:
        for table in (*TABLES, "tally") if isinstance(running, Toys) else TABLES:
            rows = query(running.postgres, f"SELECT * FROM {service}.{table}")
            lines = [json.dumps(row, default=str) for row in rows]
            (folder / f"{service}.{table}.jsonl").write_text("\n".join(lines))
    for process in running.processes:
        if process.log.exists():
            (folder / process.log.name).write_bytes(process.log.read_bytes())
    return folder
