"""What is done to the links between a process of the toy and its servers. As in `scenarios`."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from urllib.parse import urlsplit

import asyncpg

from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from jembatan.engine.watchdog import EXIT_CODE
from tests.faults.scenarios import PRUNE_ALL, extras
from tests.faults.serve import KAFKA_PORT
from tests.faults.toyload import REPORT, ToyLoad
from tests.faults.toys import SERVICE, Inconclusive, Toys, actions, await_action
from tests.faults.verdict import Broken, judge
from tests.support.kafka import dump
from tests.support.proxy import Proxy, Verdict
from tests.support.taps import Answer, Commits, Requests, answer, sometimes

REFUSED = {45: "OUT_OF_ORDER_SEQUENCE_NUMBER", 46: "DUPLICATE_SEQUENCE_NUMBER"}
FACTS = f"{SERVICE}.facts"
BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND application_name = 'jembatan-partners'
"""


def postgres_proxy(toys: Toys, tap: object = None) -> Proxy:
    port = urlsplit(toys.postgres).port
    assert port is not None
    return Proxy(port, tap) if tap else Proxy(port)


def by_postgres(toys: Toys, proxy: Proxy) -> dict[str, str]:
    """The setting of a process that reaches PostgreSQL through the proxy."""
    port = urlsplit(toys.postgres).port
    return {"JEMBATAN_POSTGRES": toys.postgres.replace(f":{port}/", f":{proxy.port}/")}


def kafka_proxy(toys: Toys, tap: object = None) -> Proxy:
    port = int(toys.kafka.rpartition(":")[2])
    return Proxy(port, tap) if tap else Proxy(port)


def by_kafka(proxy: Proxy) -> dict[str, str]:
    return {KAFKA_PORT: str(proxy.port)}


def wait(true: Callable[[], object], what: str, within: float = 60.0) -> None:
    """Wait for what must happen for a run to say anything; Inconclusive without it."""
    deadline = monotonic() + within
    while not true():
        if monotonic() > deadline:
            raise Inconclusive(f"not within {within} s: {what}")
        sleep(0.1)


def commits_cut(toys: Toys, seed: int, verdict: Verdict, times: int = 3) -> None:
    """The connection breaks at COMMIT: before PostgreSQL hears it, or after it answered."""
    choose = sometimes(seed, times, verdict)
    with postgres_proxy(toys, lambda: Commits(choose)) as proxy, ToyLoad(toys, seed) as load:
        process = toys.one(**by_postgres(toys, proxy))
        sign = "cut" if verdict is Verdict.CUT else "answers swallowed"
        wait(lambda: proxy.counts[sign] >= times, f"{times} times {sign}, so far {proxy.counts}", 120)
        await_action(process, "transaction_again")
        judge(toys, _ended(load))
    if verdict is not Verdict.CUT and not actions(process)["let_go"]:
        raise Inconclusive(f"no batch was found to be committed after all, see {process.log}")


def _ended(load: ToyLoad) -> ToyLoad:
    """The load, at its end: what follows needs the proxy still."""
    load.__exit__()
    return load


def request_late(toys: Toys, seed: int, killed: bool, mutant: str = "") -> None:
    """A request is under way when its worker is replaced, and arrives long after.

    `killed`: the worker dies with the request under way, and the broker writes nothing of what comes late: it
    calls that out of order; or a repeat, and then it gives no error and the offset where that lies. Else the
    worker lives, gives up and takes its lanes again, and what was held may be the first to be written.
    """
    passing = iter([Verdict.PASS] * 12)
    more = extras("", mutant)
    with kafka_proxy(toys, lambda: Requests(FACTS, lambda: next(passing, Verdict.HOLD))) as proxy:
        with ToyLoad(toys, seed) as load:
            process = toys.one(**by_kafka(proxy), **more)
            wait(lambda: proxy.counts["hold"], "a request is held", 120)
            if killed:
                process.kill()
                other = toys.one(**more)
                await_action(other, "lane_taken", toys.partitions)
                sleep(3.0)
            else:
                await_action(process, "lane_let_go")
            held, ends = proxy.counts["hold"], _ends(toys)
            proxy.release()
            wait(lambda: len(proxy.answers) >= held, "the broker answers what was held")
            sleep(2.0)
        judge(toys, load, within=45 if mutant else 120)
        late = [answer(data) for data in proxy.answers[:held]]
    if killed and not mutant:
        _refused(late, ends)


def _refused(late: Sequence[Answer], ends: Counter[int]) -> None:
    if written := [one for one in late if not one.error and one.offset >= ends[one.partition]]:
        raise Broken(f"the broker wrote what came late: {written}, its ends were {ends}")
    if others := [one for one in late if one.error and one.error not in REFUSED]:
        raise Inconclusive(f"the broker refused for another reason: {others}")


def _ends(toys: Toys) -> Counter[int]:
    """How many facts lie in each partition."""
    return Counter(message.partition for message in dump(toys.kafka, [FACTS]))


def publishing_withheld(toys: Toys, seed: int, mutant: str = "", seconds: float = 13.0) -> None:
    """Nothing reaches the topics for a while, and all that is acknowledged is pruned at once."""
    with kafka_proxy(toys, lambda: Requests(FACTS, lambda: Verdict.HOLD)) as proxy:
        with ToyLoad(toys, seed) as load:
            toys.one(**by_kafka(proxy), **PRUNE_ALL, **extras("", mutant))
            wait(lambda: proxy.counts["hold"], "a request is held", 120)
            sleep(seconds)
            proxy.release()
            sleep(1.0)
        judge(toys, load, within=45 if mutant else 120)


def half_open(toys: Toys, seed: int, mutant: str = "") -> None:
    """All connections to PostgreSQL go silent for ever, without a word; new ones work."""
    with postgres_proxy(toys) as proxy, ToyLoad(toys, seed) as load:
        process = toys.one(**by_postgres(toys, proxy), **extras("", mutant))
        await_action(process, "lane_taken", toys.partitions)
        sleep(1.0)
        before = proxy.counts["connections"]
        proxy.strand()
        wait(lambda: proxy.counts["stranded"], "connections are stranded")
        sleep(2.0)
        judge(toys, _ended(load), within=75)
        if proxy.counts["connections"] <= before:
            raise Inconclusive("no new connection was made")


@contextmanager
def locked(toys: Toys, sql: str) -> Iterator[None]:
    """A transaction of someone else that locks rows, for as long as this is open."""
    begun, end = threading.Event(), threading.Event()

    async def hold() -> None:
        connection = await asyncpg.connect(toys.postgres, server_settings={"search_path": SERVICE})
        async with connection.transaction():
            await connection.execute(sql)
            begun.set()
            await asyncio.to_thread(end.wait)
        await connection.close()

    thread = threading.Thread(target=lambda: asyncio.run(hold()), daemon=True)
    thread.start()
    assert begun.wait(30)
    try:
        yield
    finally:
        end.set()
        thread.join(30)


def no_headway(toys: Toys, seed: int, mutant: str = "") -> None:
    """A process that lives and does not get on ends itself, so that it is started anew."""
    with ToyLoad(toys, seed) as load:
        process = toys.one(JEMBATAN_STALL_AFTER="4", **extras("", mutant))
        await_action(process, "partition_taken", toys.partitions)
        with locked(toys, "SELECT FROM position FOR UPDATE"):
            deadline = monotonic() + 45
            while process.running and monotonic() < deadline:
                sleep(0.2)
            if process.running:
                raise Broken("a process that does not get on lives for ever")
        assert process.exit_code == EXIT_CODE, process.exit_code
        toys.one()
    judge(toys, load)


def partition_late(toys: Toys, seed: int, mutant: str = "") -> None:
    """One partition is read late; what arrived there in time meets no deadline that has passed meanwhile."""
    load = ToyLoad(toys, seed)
    process = toys.one(**extras("", mutant))
    await_action(process, "partition_taken", toys.partitions)
    subject, data = f"due-late-{seed}", example_data(REPORTS[REPORT])
    with locked(toys, f"SELECT FROM position WHERE topic = '{SERVICE}.reports' AND partition = 1 FOR UPDATE"):
        for partition in (0, 1):
            load.reports.send(REPORT, subject, data, service=SERVICE, identity=f"load-{seed}-{partition}",
                              partition=partition)  # fmt: skip
            load.reports.flush()
        wait(lambda: toys.count(BLOCKED), "the late partition waits")
        sleep(5.0)
    judge(toys, load, within=60)
