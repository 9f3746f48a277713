"""Outages: sessions ended, errors given, event loops blocked, links that stand still. As in `scenarios`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

from tests.faults.links import BLOCKED, by_kafka, by_postgres, kafka_proxy, postgres_proxy, wait
from tests.faults.serve import ERRORS
from tests.faults.toyload import ToyLoad
from tests.faults.toys import Inconclusive, Toys, actions, await_action, fired
from tests.faults.verdict import judge
from tests.support.platform import Process
from tests.support.proxy import Proxy

TERMINATE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'jembatan-partners'
"""


def sessions_terminated(toys: Toys, seed: int, times: int = 10) -> None:
    """PostgreSQL ends every session of the service, again and again."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        ended = 0
        for _ in range(times):
            ended += toys.count(TERMINATE)
            sleep(0.7)
    judge(toys, load)
    if not ended or not actions(process)["transaction_again"]:
        raise Inconclusive(f"{ended} sessions ended, and no transaction was tried again: {process.log}")


def errors_given(toys: Toys, seed: int) -> None:
    """One transaction in ten fails at its end with a deadlock or a serialization error."""
    with ToyLoad(toys, seed) as load:
        process = toys.one(**{ERRORS: str(seed)})
        await_action(process, "transaction_again", 5)
        sleep(2.0)
    judge(toys, load)


def late_commit(toys: Toys, seed: int) -> None:
    """A transaction that has its places commits long after others came to the same lanes."""
    with ToyLoad(toys, seed) as load:
        process, other = toys.one(), toys.armed("raised:5:sleep=2.5")
        for one in (process, other):
            await_action(one, "assigned")
        wait(lambda: fired(other, "raised"), "a transaction has its places and does not commit")
        wait(lambda: toys.count(BLOCKED), "another waits for its lanes", 2.4)
        sleep(3.0)
    judge(toys, load)


def loop_blocked(toys: Toys, seed: int, point: str, seconds: float = 10.0) -> None:
    """A process's event loop stands in the middle of a transaction, longer than its session."""
    with ToyLoad(toys, seed) as load:
        blocked = toys.armed(f"{point}:2:sleep={seconds}")
        other = toys.one()
        await_action(other, "assigned", 1)
        sleep(seconds + 6)
    judge(toys, load)
    if not fired(blocked, point) or not actions(blocked)["transaction_again"]:
        raise Inconclusive(f"nothing was in the way of the blocked process, see {blocked.log}")


@contextmanager
def linked(toys: Toys, seed: int, to: str) -> Iterator[tuple[Process, Proxy]]:
    """A process that reaches one of the servers through a proxy, under load; judged when this is over."""
    with kafka_proxy(toys) if to == "kafka" else postgres_proxy(toys) as proxy, ToyLoad(toys, seed) as load:
        through = by_kafka(proxy) if to == "kafka" else by_postgres(toys, proxy)
        process = toys.one(**through)
        await_action(process, "lane_taken", toys.partitions)
        sleep(1.0)
        yield process, proxy
        sleep(1.0)
        load.__exit__()
        judge(toys, load)


def link_stands(toys: Toys, seed: int, to: str, one_way: bool = False, seconds: float = 12.0) -> None:
    """Nothing gets through to one of the servers for a while; the other is there. No connection breaks.

    `one_way`: what is asked gets through, and no answer does.
    """
    with linked(toys, seed, to) as (process, proxy):
        stop = proxy.mute if one_way else proxy.freeze
        stop(True)
        sleep(seconds)
        stop(False)
    said = actions(process)
    # Ticks are sent twice a second; whether a batch or a request is under way just then is up to chance.
    if not any(said[name] for name in ("lane_let_go", "transaction_again", "worker_again", "tick_failed")):
        raise Inconclusive(f"the link's standing was not noticed, see {process.log}")


def link_slow(toys: Toys, seed: int, to: str, seconds: float = 12.0) -> None:
    """Everything takes 200 ms each way, and one piece in twenty a second more, as one lost and sent again."""
    chance = random.Random(seed)
    with linked(toys, seed, to) as (_, proxy):
        proxy.lag = lambda: 0.2 + (chance.random() < 0.05)
        sleep(seconds)
        proxy.lag = None
        if proxy.counts["slowed"] < 20:
            raise Inconclusive(f"hardly anything was slowed: {proxy.counts}")
