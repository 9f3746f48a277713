"""Outages: sessions ended, errors given, event loops blocked, links that stand still. As in `scenarios`."""

from __future__ import annotations

from time import sleep

from tests.faults.links import by_kafka, by_postgres, kafka_proxy, postgres_proxy
from tests.faults.scenarios import extras
from tests.faults.serve import ERRORS
from tests.faults.toyload import ToyLoad
from tests.faults.toys import Inconclusive, Toys, actions, await_action, fired
from tests.faults.verdict import judge
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


def loop_blocked(toys: Toys, seed: int, seconds: float = 10.0) -> None:
    """A process's event loop stands in the middle of a transaction, longer than its session."""
    with ToyLoad(toys, seed) as load:
        blocked = toys.armed(f"claimed:2:sleep={seconds}")
        other = toys.one()
        await_action(other, "assigned", 1)
        sleep(seconds + 6)
    judge(toys, load)
    if not fired(blocked, "claimed") or not actions(blocked)["transaction_again"]:
        raise Inconclusive(f"nothing was in the way of the blocked process, see {blocked.log}")


def link_stands(toys: Toys, seed: int, to: str, seconds: float = 12.0) -> None:
    """Nothing gets through to one of the servers for a while; the other is there. No connection breaks."""
    with kafka_proxy(toys) if to == "kafka" else postgres_proxy(toys) as proxy, ToyLoad(toys, seed) as load:
        through = by_kafka(proxy) if to == "kafka" else by_postgres(toys, proxy)
        process = toys.one(**through, **extras("", ""))
        await_action(process, "lane_taken", toys.partitions)
        _stand(proxy, seconds)
        load.__exit__()
        judge(toys, load)
    said = actions(process)
    if not said["lane_let_go"] + said["transaction_again"] + said["worker_again"]:
        raise Inconclusive(f"the link's standing was not noticed, see {process.log}")


def _stand(proxy: Proxy, seconds: float) -> None:
    sleep(1.0)
    proxy.freeze()
    sleep(seconds)
    proxy.freeze(False)
    sleep(1.0)
