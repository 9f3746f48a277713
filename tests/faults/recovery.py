"""How long it takes to get on again, and what a backlog or a flood costs. Figures are kept."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from time import monotonic, sleep, time
from typing import Any

from confluent_kafka import Producer

from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from tests.faults import ledger
from tests.faults.links import FACTS, wait
from tests.faults.poison import FORM, TOPIC
from tests.faults.rebalances import DECIDED
from tests.faults.scenarios import PRUNE_ALL
from tests.faults.servers import gauge, rss
from tests.faults.toyload import GARBAGE, REPORT, ToyLoad
from tests.faults.toys import SERVICE, Inconclusive, Toys, await_action
from tests.faults.verdict import Broken, judge
from tests.support import engines
from tests.support.kafka import dump, encode
from tests.support.platform import Process

TIMES = 3
AHEAD = 50_000


def after_kill(toys: Toys, seed: int) -> tuple[float, float]:
    """Seconds from kill -9 of one of two to the first new fact in its lanes, and to their taking."""
    facts, taken = [], []
    with ToyLoad(toys, seed, each_second=100) as load:
        other = toys.one()
        toys.await_ready(other)
        for _ in range(TIMES):
            victim = toys.one()
            await_action(victim, "lane_taken", toys.partitions // 2)
            sleep(2.0)
            lanes = _lanes_of(victim)
            at = time()
            victim.kill()
            facts.append(_first_fact(toys, at, lanes) - at)
            taken.append(_first_assigned(other, at) - at)
    judge(toys, load)
    return statistics.median(facts), statistics.median(taken)


def after_server(toys: Toys, seed: int, down: Callable[[], None], up: Callable[[], None]) -> float:
    """Seconds from a server's return to the first new fact."""
    found = []
    with ToyLoad(toys, seed, each_second=100) as load:
        toys.await_ready(toys.one())
        for _ in range(TIMES):
            sleep(1.0)
            down()
            sleep(5.0)
            up()
            at = time()
            found.append(_first_fact(toys, at, set(range(toys.partitions))) - at)
    judge(toys, load)
    return statistics.median(found)


def _lanes_of(process: Process) -> set[int]:
    """The lanes that a process has taken last, as it says."""
    assigned = [line["numbers"] for line in _said(process) if line.get("action") == "assigned"]
    return set(assigned[-1])


def _first_assigned(process: Process, after: float) -> float:
    moments = [_moment(line) for line in _said(process) if line.get("action") == "assigned"]
    return min(moment for moment in moments if moment > after)


def _said(process: Process) -> Iterator[dict[str, Any]]:
    for line in process.log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _moment(line: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(str(line["timestamp"])).timestamp()


def _first_fact(toys: Toys, after: float, lanes: set[int]) -> float:
    """When the broker took the first fact in one of these lanes after a moment; its clock is ours."""
    deadline = monotonic() + 90
    while monotonic() < deadline:
        found = dump(toys.kafka, [FACTS])
        later = [m.timestamp / 1000 for m in found if m.partition in lanes and m.timestamp > after * 1000]
        if later:
            return min(later)
        sleep(0.2)
    raise Broken("no new fact within 90 s")


def fill(toys: Toys, reports: int, poison: int = 0) -> None:
    """Put so many good reports into the topic, evenly mixed with bad ones, while nobody reads it."""
    producer = Producer({"bootstrap.servers": toys.kafka, "acks": "all", "linger.ms": 20, "log_level": 0,
                         "batch.size": 500_000, "queue.buffering.max.messages": 1_000_000})  # fmt: skip
    data = {**example_data(REPORTS[REPORT]), "countries": ["AF"]}
    head = {"specversion": "1.0", "source": engines.SOURCE, "type": f"org.jembatan.report.{REPORT}.v1"}
    plain = encode(head | {"id": "IDENTITY", "subject": "SUBJECT"}, data, "structured")[0]
    mark = int(time() * 1000)
    for number in range(max(reports, poison)):
        if number < reports:
            name = b"fill-%d-%d" % (mark, number)
            value = plain.replace(b"IDENTITY", name).replace(b"SUBJECT", name)
            _put(producer, value, name)
        if number < poison:
            _put(producer, GARBAGE + b"%d %d" % (mark, number), b"%d" % number)
    if producer.flush(120):
        raise Inconclusive("the broker did not take the reports in time")


def _put(producer: Producer, value: bytes, key: bytes) -> None:
    while True:
        try:
            producer.produce(TOPIC, value, key, headers=FORM)
            return
        except BufferError:
            producer.poll(0.1)


def drain(toys: Toys, least: int, **more: str) -> tuple[float, list[float]]:
    """Start one process; seconds until so many more answers are decided, and its memory each second."""
    before, process = toys.count(DECIDED), toys.one(**more)
    await_action(process, "partition_taken", toys.partitions)
    start, memory = monotonic(), []
    while toys.count(DECIDED) - before < least:
        memory.append(rss(process))
        if not process.running or monotonic() - start > 900:
            raise Broken(f"{toys.count(DECIDED) - before} of {least} decided, see {process.log}")
        sleep(1.0)
    return monotonic() - start, memory


def cold_start(toys: Toys, reports: int) -> dict[str, float]:
    """A process starts behind a backlog: all of it is decided and published, at flat memory."""
    fill(toys, reports)
    seconds, memory = drain(toys, reports)
    wait(lambda: all(d == p for d, p in ledger.heads(toys)), "all is published", 600)
    early = max(list(islice(memory, len(memory) // 4)) or memory)
    if max(memory) > 1.5 * early + 64:
        raise Broken(f"memory grew from {early:.0f} to {max(memory):.0f} MiB")
    return {
        "reports each second": reports / seconds,
        "memory, a quarter in": early,
        "memory, at most": max(memory),
    }


def flood(toys: Toys, good: int) -> dict[str, float]:
    """As many bad reports as good ones between them: good ones keep more than half of their rate.

    What is bad leaves no trace in PostgreSQL once its refusal is published and pruned.
    """
    fill(toys, good)
    alone, _ = drain(toys, good, **PRUNE_ALL)
    toys.end_all()
    ids = toys.count(IDS)
    fill(toys, good, good)
    together, _ = drain(toys, 2 * good, **PRUNE_ALL)
    wait(lambda: toys.count(ROWS) < 100, "the outbox is pruned", 300)
    more = toys.count(IDS) - ids
    if more != good:
        raise Broken(f"{more} ids were kept of {good} good reports")
    return {
        "good reports each second, alone": good / alone,
        "good reports each second, among as many bad ones": good / together,
    }


IDS = f"SELECT count(*) FROM {SERVICE}.seen"
ROWS = f"SELECT count(*) FROM {SERVICE}.outbox"


def _decided(toys: Toys, least: int) -> bool:
    return toys.count(DECIDED) >= least


def only_bad(toys: Toys, seed: int, seconds: float = 60.0) -> dict[str, float]:
    """Nothing but bad records for a minute, as fast as they are taken, and then good ones are answered."""
    process = toys.one(**PRUNE_ALL)
    toys.await_ready(process)
    before, sent, end = rss(process), 0, monotonic() + seconds
    while monotonic() < end:
        fill(toys, 0, 2_000)
        sent += 2_000
        wait(lambda: gauge(process, "jembatan_outbox_rows") < 20_000, "the outbox is not filled", 120)
        # Sending is the faster: a minute of it must not become five of deciding.
        wait(partial(_decided, toys, sent - AHEAD), "bad records are read as they come", 120)
    after = rss(process)
    with ToyLoad(toys, seed) as load:
        sleep(2.0)
    judge(toys, load)
    wait(lambda: toys.count(ROWS) < 100, "the outbox is pruned", 120)
    if after > before + 96:
        raise Broken(f"memory went from {before:.0f} to {after:.0f} MiB")
    return {"bad records in a minute": float(sent), "memory before": before, "memory after": after}
