"""Kafka or PostgreSQL goes, comes back, or forgets; and nobody publishes. As in `scenarios`."""

from __future__ import annotations

import asyncio
import signal
import urllib.request
from collections.abc import Callable
from time import monotonic, sleep

import asyncpg
import psutil
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from jembatan.engine.watchdog import EXIT_CODE
from tests.faults import ledger
from tests.faults.links import FACTS, by_kafka, kafka_proxy, wait
from tests.faults.rebalances import DECIDED
from tests.faults.scenarios import PRUNE_ALL
from tests.faults.toyload import REPORT, ToyLoad
from tests.faults.toys import SERVICE, Inconclusive, Toys, actions, await_action
from tests.faults.verdict import Broken, judge
from tests.support import engines
from tests.support.kafka import Reports, dump
from tests.support.platform import Process, query
from tests.support.proxy import Verdict
from tests.support.taps import Requests

MIB = 1 << 20
REPORT_TOPIC = f"{SERVICE}.reports"
STARTED = "SELECT extract(epoch FROM pg_postmaster_start_time())::bigint"
OLDEST = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::int FROM pg_stat_activity
WHERE application_name LIKE 'held%'
"""


def rss(process: Process) -> float:
    """Memory that a process has, in MiB."""
    return float(psutil.Process(process.pid).memory_info().rss / MIB)


def kafka_away(toys: Toys, seed: int, seconds: float = 60.0) -> tuple[float, float]:
    """Kafka is killed and stays away; gives the process's memory before and at the end of that, in MiB."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        sleep(2.0)
        toys.stack.kill_kafka()
        before, end = rss(process), monotonic() + seconds
        while monotonic() < end:
            sleep(1.0)
        after = rss(process) if process.running else 0.0
        toys.stack.restart_kafka()
        toys.revive()
        sleep(1.0)
    judge(toys, load)
    said = actions(process)
    if not said["lane_let_go"] + said["worker_again"] + said["membership_again"]:
        raise Inconclusive(f"nobody missed Kafka, see {process.log}")
    if after > before + 64:
        raise Broken(f"memory went from {before:.0f} to {after:.0f} MiB while Kafka was away")
    return before, after


def postgres_ends(toys: Toys, seed: int, how: signal.Signals) -> None:
    """PostgreSQL is ended under load, in one of the three ways that there are, and comes back."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        before = toys.count(STARTED)
        for _ in range(2):
            child = toys.stack.server.child
            assert child is not None
            child.process.send_signal(how)
            child.process.wait(30)
            sleep(2.0)
            toys.stack.start_postgres()
            sleep(2.0)
        if toys.count(STARTED) <= before:
            raise Inconclusive("PostgreSQL was not started anew")
    judge(toys, load)
    if not actions(process)["transaction_again"] + actions(process)["lane_let_go"]:
        raise Inconclusive(f"nobody missed PostgreSQL, see {process.log}")


def transactions_held(toys: Toys, seed: int, seconds: float = 180.0) -> dict[str, float]:
    """Someone else's transactions stay open, one that has written and one with an old snapshot.

    Gives what became of dead rows meanwhile, which no vacuum can take.
    """
    with ToyLoad(toys, seed) as load, Held(toys):
        toys.one(**PRUNE_ALL)
        end, before = monotonic() + seconds, -1
        while monotonic() < end:
            sleep(min(20.0, seconds / 4))
            decided, published = ledger.heads(toys)[0]
            if published <= before:
                raise Broken(f"nothing more was published after {published} of {decided}")
            before = published
        if (age := toys.count(OLDEST)) < seconds * 0.9:
            raise Inconclusive(f"the oldest transaction is {age} s old")
        rows = query(toys.postgres, DEAD)
    judge(toys, load)
    return {row["relname"]: float(row["n_dead_tup"]) for row in rows}


DEAD = f"""
SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE schemaname = '{SERVICE}' AND n_dead_tup > 0
ORDER BY n_dead_tup DESC LIMIT 3
"""


class Held:
    """Two transactions of someone else, open until the end: one has written, one reads an old snapshot."""

    def __init__(self, toys: Toys) -> None:
        self._toys = toys
        self._loop = asyncio.new_event_loop()
        self._open: list[asyncpg.Connection[asyncpg.Record]] = []

    def __enter__(self) -> None:
        self._loop.run_until_complete(self._begin())

    def __exit__(self, *_: object) -> None:
        for connection in self._open:
            self._loop.run_until_complete(connection.close())
        self._loop.close()

    async def _begin(self) -> None:
        writes = ("BEGIN", "CREATE TABLE IF NOT EXISTS public.of_others (n int)",
                  "INSERT INTO public.of_others VALUES (1)")  # fmt: skip
        reads = ("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM pg_class")
        for number, statements in enumerate((writes, reads)):
            connection = await asyncpg.connect(
                self._toys.postgres, server_settings={"application_name": f"held{number}"}
            )
            for sql in statements:
                await connection.execute(sql)
            self._open.append(connection)


def retention_overtakes(toys: Toys, seed: int) -> None:
    """Reports are gone before they were read. It is told, and what comes after them is decided."""
    with ToyLoad(toys, seed) as load:
        first = toys.one()
        await_action(first, "lane_taken", toys.partitions)
        sleep(1.0)
    judge(toys, load)
    first.stop()
    gone = _lost_reports(toys, seed)
    with ToyLoad(toys, seed + 5000) as later:
        process = toys.one()
        await_action(process, "POSITION_MISMATCH")
    found = judge(toys, load, later)
    if gone & {m.event["causationid"] for m in found}:
        raise Inconclusive("what was deleted was read all the same")


def _lost_reports(toys: Toys, seed: int) -> set[str]:
    """Send reports that nobody reads, and let the broker delete them."""
    reports, data = Reports(toys.kafka, engines.SOURCE), example_data(REPORTS[REPORT])
    gone = {f"gone-{seed}-{n}" for n in range(100)}
    for identity in gone:
        reports.send(REPORT, f"list-{identity}", data, service=SERVICE, identity=identity)
    reports.flush()
    admin = AdminClient({"bootstrap.servers": toys.kafka})
    ends = [TopicPartition(REPORT_TOPIC, number, -1) for number in range(toys.partitions)]
    for future in admin.delete_records(ends).values():
        future.result(20)
    return gone


def facts_recreated(toys: Toys, seed: int) -> None:
    """The topic of facts is deleted and made anew: every lane halts, and nothing is written there."""
    with ToyLoad(toys, seed) as load:
        first = toys.one()
        await_action(first, "lane_taken", toys.partitions)
        sleep(1.0)
    judge(toys, load)
    first.stop()
    admin = AdminClient({"bootstrap.servers": toys.kafka})
    admin.delete_topics([FACTS])[FACTS].result(20)
    wait(lambda: FACTS not in admin.list_topics(timeout=10).topics, "the topic is gone")
    asyncio.run(toys.prepare())
    with ToyLoad(toys, seed + 5000):
        process = toys.one()
        await_action(process, "lane_halted", toys.partitions)
        sleep(3.0)
    halted = query(toys.postgres, f"SELECT halted FROM {SERVICE}.lane")
    if not all("TOPIC_LOST" in (row["halted"] or "") for row in halted):
        raise Broken(f"not every lane halts with TOPIC_LOST: {halted}")
    if found := dump(toys.kafka, [FACTS]):
        raise Broken(f"{len(found)} facts were written into the new topic")
    if process.ready():
        raise Broken("the process says that it is ready")


def ids_pruned(toys: Toys, seed: int) -> None:
    """Ids go after 45 days and no earlier: repeats of younger ones change nothing while they are pruned."""
    with ToyLoad(toys, seed) as load:
        toys.one()
        sleep(6.0)
    judge(toys, load)
    young = "UPDATE partners.seen SET at = now() - interval '44 days 23 hours'"
    old = (
        "INSERT INTO partners.seen SELECT source, 'old-' || id, fingerprint, now() - interval '46 days'"
        " FROM partners.seen WHERE id LIKE 'load-%'"
    )
    query(toys.postgres, old)
    query(toys.postgres, f"{young} WHERE id LIKE 'load-%'")
    left = "SELECT count(*) FROM partners.seen WHERE id LIKE 'old-%'"
    if not toys.count(left):
        raise Inconclusive("there are no old ids")
    wait(lambda: not toys.count(left), "old ids are pruned")
    for subject, identity in load.recent:
        load.again(subject, identity)
    load.reports.flush()
    judge(toys, load)


def nobody_publishes(toys: Toys, seed: int) -> None:
    """Facts are decided and no one publishes: the age of the oldest is told, and grows."""
    with kafka_proxy(toys, lambda: Requests(FACTS, lambda: Verdict.CUT)) as proxy:
        with ToyLoad(toys, seed):
            process = toys.one(**by_kafka(proxy), JEMBATAN_STALL_AFTER="20")
            wait(lambda: proxy.counts["cut"] > 5, "requests are cut")
            wait(lambda: gauge(process, "jembatan_outbox_oldest_seconds") > 8, "an alarm on the oldest fact")
            told = gauge(process, "jembatan_outbox_rows")
        wait(lambda: not process.running, "the process ends itself", 120)
    if process.exit_code != EXIT_CODE:
        raise Broken(f"it ended with {process.exit_code}, not as one that does not get on, see {process.log}")
    waiting, decided = toys.count(BACKLOG), toys.count(DECIDED)
    # Refusals get through meanwhile: what was told may be more than what waits now.
    if not (waiting and 0 < told <= decided):
        raise Broken(f"told were {told} waiting facts, there are {waiting} of {decided}")
    with ToyLoad(toys, seed + 5000) as load:
        toys.one()
        sleep(1.0)
    judge(toys, load)


BACKLOG = f"""
SELECT (SELECT sum(head) FROM {SERVICE}.lane_head) - (SELECT sum(acknowledged) FROM {SERVICE}.lane_mark)
"""


def gauge(process: Process, name: str) -> float:
    """What a process tells of itself; 0 while it tells nothing."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/metrics", timeout=2) as page:
            lines = page.read().decode().splitlines()
    except OSError:
        return 0.0
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0)


def services_first(toys: Toys, seed: int) -> None:
    """Services start before Kafka and PostgreSQL do, and before there are topics. None is made by asking."""
    admin = AdminClient({"bootstrap.servers": toys.kafka})
    admin.delete_topics([REPORT_TOPIC])[REPORT_TOPIC].result(20)
    wait(lambda: REPORT_TOPIC not in admin.list_topics(timeout=10).topics, "the topic is gone")
    toys.stack.kill_kafka()
    toys.stack.kill_postgres()
    process = toys.one()
    await_action(process, "waiting")
    sleep(3.0)
    toys.stack.restart_postgres()
    toys.stack.restart_kafka()
    wait(lambda: "has no topics" in process.log.read_text(), "topics are waited for")
    if REPORT_TOPIC in admin.list_topics(timeout=10).topics:
        raise Broken("a topic was made by asking for it")
    asyncio.run(toys.prepare())
    with ToyLoad(toys, seed) as load:
        toys.await_ready(process)
    judge(toys, load)


def measure(toys: Toys, away: Callable[[], float], since: str = "") -> float:
    """Seconds from what `away` gives as the moment to the first new fact that the broker took after it."""
    at = away()
    deadline = monotonic() + 120
    while monotonic() < deadline:
        later = [m.timestamp for m in dump(toys.kafka, [FACTS]) if m.timestamp > at * 1000]
        if later:
            return min(later) / 1000 - at
        sleep(0.3)
    raise Broken(f"no new fact within 120 s {since}")
