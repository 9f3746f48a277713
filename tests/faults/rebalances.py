"""Partitions change hands, again and again, in the wrong moment, or to two at once. As in `scenarios`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient

from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from jembatan.engine.lanes import lane_of
from jembatan.engine.watchdog import EXIT_CODE
from jembatan.topology import group_id
from tests.faults.links import BLOCKED, FACTS, locked, wait
from tests.faults.serve import GROUP
from tests.faults.toyload import REPORT, ToyLoad
from tests.faults.toys import SERVICE, Inconclusive, Toys, actions, await_action
from tests.faults.verdict import Broken, judge
from tests.support import engines
from tests.support.kafka import Reports, dump

MEMBERS = group_id(SERVICE)
CANCELLED = "canceling statement due to user request"
DECIDED = "SELECT coalesce(sum(head), 0)::bigint FROM partners.lane_head"


def cancelled(toys: Toys, seed: int, told: bool) -> None:
    """A batch waits in its transaction when its worker is told to go, and is cancelled there.

    `told`: the process is told to stop; else its partitions are given to another.
    """
    before = _said_by_postgres(toys, CANCELLED)
    with ToyLoad(toys, seed) as load:
        first = toys.one(JEMBATAN_DRAIN="1")
        await_action(first, "partition_taken", toys.partitions)
        with locked(toys, "SELECT FROM lane_head FOR UPDATE"):
            wait(lambda: toys.count(BLOCKED), "a batch waits in its transaction")
            other = toys.one()
            if told:
                first.send(signal.SIGTERM)
            await_action(other, "assigned")
            sleep(4.0)
        sleep(1.0)
    judge(toys, load)
    if _said_by_postgres(toys, CANCELLED) <= before:
        raise Inconclusive("PostgreSQL has cancelled no statement")
    if told and first.exit_code not in (0, EXIT_CODE):
        raise AssertionError(f"told to stop it ended with {first.exit_code}, see {first.log}")


def _said_by_postgres(toys: Toys, what: str) -> int:
    return toys.stack.server.log.read_text(errors="replace").count(what)


def slow_then_killed(toys: Toys, seed: int) -> None:
    """One partition's batch takes long while the others go on; then the process is killed."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        wait(
            lambda: toys.count("SELECT count(*) FROM partners.tally WHERE subject = 'hot-0'"),
            "hot-0 is known",
        )
        with locked(toys, "SELECT FROM tally WHERE subject = 'hot-0' FOR UPDATE"):
            wait(lambda: toys.count(BLOCKED), "a batch waits in its transaction")
            before = toys.count(DECIDED)
            wait(lambda: toys.count(DECIDED) > before + 50, "the other partitions go on")
            process.kill()
        toys.one()
        sleep(1.0)
    judge(toys, load)


def two_groups(toys: Toys, seed: int) -> None:
    """Two processes take every partition, each in a group of its own: only PostgreSQL is between them."""
    with ToyLoad(toys, seed) as load:
        both = [toys.one(), toys.one(**{GROUP: "someone-elses"})]
        for process in both:
            await_action(process, "partition_taken", toys.partitions)
        sleep(8.0)
    judge(toys, load)
    for process in both:
        said = actions(process)
        if not said["let_go"] + said["lane_taken_away"]:
            raise Inconclusive(f"it has met nobody at its partitions, see {process.log}")


@contextmanager
def comer_and_goer(toys: Toys, each: float = 2.0) -> Iterator[list[int]]:
    """A client that joins the service's group and leaves it again, and does nothing; gives how often."""
    ends, turns = threading.Event(), [0]

    def come_and_go() -> None:
        while not ends.is_set():
            consumer = Consumer({"bootstrap.servers": toys.kafka, "group.id": MEMBERS, "log_level": 0,
                                 "session.timeout.ms": 6000, "enable.auto.commit": False})  # fmt: skip
            consumer.subscribe([f"{SERVICE}.reports"])
            until = monotonic() + each
            while monotonic() < until and not ends.is_set():
                consumer.poll(0.1)
            consumer.close()
            turns[0] += 1
            ends.wait(each)

    thread = threading.Thread(target=come_and_go, daemon=True)
    thread.start()
    try:
        yield turns
    finally:
        ends.set()
        thread.join(60)


def storm(toys: Toys, seed: int, seconds: float = 90.0) -> int:
    """The group is shared out anew every two seconds; gives how often our process was told so."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "assigned")
        with comer_and_goer(toys) as turns:
            before = toys.count(DECIDED)
            sleep(seconds)
            during = toys.count(DECIDED) - before
    judge(toys, load)
    rebalanced = actions(process)["assigned"]
    if rebalanced < 10 or turns[0] < 5:
        raise Inconclusive(f"{rebalanced} rebalances in {turns[0]} turns, see {process.log}")
    if not during:
        raise Broken("nothing was decided all the while")
    return rebalanced


def one_subject_hot(toys: Toys, seed: int, hot: int = 9_000, others: int = 1_000) -> None:
    """Nine reports in ten are about one subject and wait before those of others do; these need not wait."""
    reports, data = Reports(toys.kafka, engines.SOURCE), example_data(REPORTS[REPORT])
    subject = f"only-{seed}"
    names = [f"other-{seed}-{n}" for n in range(others)]
    for n, name in enumerate([subject] * hot + names):
        reports.send(
            REPORT, name, data, service=SERVICE, identity=f"load-hot-{seed}-{n}",
            partition=lane_of(name, toys.partitions),
        )  # fmt: skip
    reports.flush()
    with ToyLoad(toys, seed, each_second=1) as load:
        toys.one()
    load.reports.acknowledged |= reports.acknowledged
    judge(toys, load)
    lane = lane_of(subject, toys.partitions)
    apart = {name for name in names if lane_of(name, toys.partitions) != lane}
    times = {name: time for name, time in _published(toys) if name in apart or name == subject}
    last = max(times[name] for name in apart)
    if len(apart) < others / 2 or last >= times[subject]:
        raise Broken(f"{len(apart)} other subjects waited for the hot one")


def _published(toys: Toys) -> list[tuple[str, int]]:
    """Each fact's subject and when the broker took it, in ms; the last of a subject counts."""
    return [(m.event["subject"], m.timestamp) for m in dump(toys.kafka, [FACTS])]


def group_deleted(toys: Toys, seed: int) -> None:
    """The group is deleted with all that it has committed, and begins anew."""
    with ToyLoad(toys, seed) as load:
        first = toys.one()
        await_action(first, "lane_taken", toys.partitions)
        sleep(6.0)
        if first.stop():
            raise AssertionError(f"told to stop it ended with {first.exit_code}, see {first.log}")
        admin = AdminClient({"bootstrap.servers": toys.kafka})
        for future in admin.delete_consumer_groups([MEMBERS]).values():
            future.result(20)
        groups = admin.list_consumer_groups().result(20).valid
        if MEMBERS in {group.group_id for group in groups}:
            raise Inconclusive("the group is still there")
        toys.one()
        sleep(1.0)
    judge(toys, load)


def small_pool(toys: Toys, seed: int) -> None:
    """Two connections for all partitions, and slow statements on one of them."""
    with ToyLoad(toys, seed) as load:
        process = toys.one(JEMBATAN_POOL="2")
        await_action(process, "lane_taken", toys.partitions)
        wait(
            lambda: toys.count("SELECT count(*) FROM partners.tally WHERE subject = 'hot-0'"),
            "hot-0 is known",
        )
        for _ in range(3):
            with locked(toys, "SELECT FROM tally WHERE subject = 'hot-0' FOR UPDATE"):
                wait(lambda: toys.count(BLOCKED), "a batch waits in its transaction")
                sleep(3.0)
            sleep(1.0)
        sessions = toys.count(SESSIONS)
    judge(toys, load)
    if sessions > 2:
        raise Inconclusive(f"{sessions} sessions, not 2")


SESSIONS = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jembatan-{SERVICE}'"
