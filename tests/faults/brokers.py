"""A cluster of three: leaders fail over, copies are missing, the controllers lose their majority."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import sleep
from typing import cast

import psutil

from jembatan.engine.failpoints import EXIT_CODE
from tests.faults.links import FACTS, wait
from tests.faults.rebalances import DECIDED
from tests.faults.toyload import ToyLoad
from tests.faults.toys import Inconclusive, Toys, actions, await_action, await_exit, await_stop
from tests.faults.verdict import Broken, judge, nothing_ahead
from tests.support.cluster import NODES, ClusterStack
from tests.support.kafka import dump

ALL = tuple(range(1, NODES + 1))


def cluster(toys: Toys) -> ClusterStack:
    return cast(ClusterStack, toys.stack)


def rolling(toys: Toys, seed: int) -> None:
    """Every node is stopped in order and started again, one after the other, under load."""
    stack = cluster(toys)
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        seen = []
        for number in ALL:
            stack.nodes[number - 1].stop()
            sleep(1.0)
            seen.append(stack.leaders(FACTS))
            stack.revive(number)
            stack.await_in_sync(FACTS)
    judge(toys, load)
    if len({tuple(leaders.values()) for leaders in seen}) < NODES:
        raise Inconclusive(f"the leaders of {FACTS} did not change: {seen}")


def leaders_killed(toys: Toys, seed: int, times: int = 3) -> None:
    """The node that leads partition 1 of the facts is killed under load, again and again."""
    stack = cluster(toys)
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        for _ in range(times):
            leader = stack.leaders(FACTS)[1]
            stack.kill(leader)
            wait(lambda leader=leader: stack.leaders(FACTS)[1] not in (leader, -1), "another node leads")  # type: ignore[misc]
            sleep(2.0)
            stack.revive(leader)
            stack.await_in_sync(FACTS)
    judge(toys, load)
    if not actions(process)["lane_let_go"]:
        raise Inconclusive(f"no lane noticed, see {process.log}")


def without_a_leader(toys: Toys, seed: int, seconds: float = 15.0) -> None:
    """Two of three nodes are gone for longer than a request's time: no leader, no majority of controllers."""
    stack = cluster(toys)
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        sleep(1.0)
        stack.kill(1, 2)
        sleep(3.0)
        before = actions(process)["lane_let_go"]
        sleep(seconds)
        missed = actions(process)["lane_let_go"] - before
        stack.revive(1, 2)
        stack.await_in_sync(FACTS)
        toys.revive()
    judge(toys, load)
    if not missed:
        raise Inconclusive(f"no lane noticed, see {process.log}")


def too_few_copies(toys: Toys, seed: int) -> None:
    """A copy is missing of three that must have each fact: the broker refuses, and rows wait."""
    stack = cluster(toys)
    stack.configure(FACTS, "min.insync.replicas", str(NODES))
    try:
        with ToyLoad(toys, seed) as load:
            process = toys.one()
            await_action(process, "lane_taken", toys.partitions)
            stack.kill(3)
            wait(lambda: "NotEnoughReplicas" in process.log.read_text(), "the broker refuses")
            sleep(2.0)
            before, decided = len(dump(toys.kafka, [FACTS])), toys.count(DECIDED)
            wait(lambda: toys.count(DECIDED) > decided, "reports are decided all the same")
            written = len(dump(toys.kafka, [FACTS])) - before
            stack.revive(3)
        judge(toys, load)
    finally:
        stack.configure(FACTS, "min.insync.replicas", "2")
    if written:
        raise Broken(f"{written} facts were acknowledged with too few copies")


def minority(toys: Toys, seed: int, seconds: float = 15.0) -> None:
    """The leader of partition 1 stands still past its session, is replaced, and wakes believing to lead."""
    stack = cluster(toys)
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "lane_taken", toys.partitions)
        leader = stack.leaders(FACTS)[1]
        with standing(stack, [leader]):
            wait(lambda: stack.leaders(FACTS)[1] not in (leader, -1), "another node leads")
            sleep(seconds - 8)
        stack.await_in_sync(FACTS)
    judge(toys, load)
    if not actions(process)["lane_let_go"]:
        raise Inconclusive(f"no lane noticed, see {process.log}")


@contextmanager
def standing(stack: ClusterStack, numbers: Sequence[int]) -> Iterator[None]:
    """These nodes are stopped as by SIGSTOP, for as long as this is open."""
    children = [stack.nodes[number - 1].child for number in numbers]
    nodes = [psutil.Process(child.pid) for child in children if child]
    for node in nodes:
        node.suspend()
    try:
        yield
    finally:
        for node in nodes:
            node.resume()


def fail_over_under_a_zombie(toys: Toys, seed: int, point: str) -> None:
    """A worker stops at a point, the partitions' leader is killed, another takes over, then it wakes."""
    stack = cluster(toys)
    with ToyLoad(toys, seed) as load:
        zombie = toys.armed(f"{point}:3:stop", JEMBATAN_DRAIN="20")
        await_stop(zombie, point)
        leader = stack.leaders(FACTS)[1]
        stack.kill(leader)
        other = toys.one()
        await_action(other, "lane_taken", toys.partitions)
        if stack.leaders(FACTS)[1] == leader:
            raise Inconclusive("the leader was not replaced")
        sleep(1.0)
        zombie.send(signal.SIGCONT)
        sleep(3.0)
        stack.revive(leader)
        stack.await_in_sync(FACTS)
    judge(toys, load)


def killed_with_the_leader(toys: Toys, seed: int) -> None:
    """A worker ends with a request under way, and the leader that has it is killed with it."""
    stack = cluster(toys)
    with ToyLoad(toys, seed) as load:
        for _ in range(2):
            victim = toys.armed("sent:4")
            await_exit(victim, "sent:4")
            assert victim.exit_code == EXIT_CODE
            leader = stack.leaders(FACTS)[1]
            stack.kill(leader)
            stack.revive(leader)
            stack.await_in_sync(FACTS)
            nothing_ahead(toys)
        toys.one()
        sleep(1.0)
    judge(toys, load)


def whole(toys: Toys) -> None:
    """Every node runs again, whatever a test left."""
    stack = cluster(toys)
    stack.revive(
        *(node.number for node in stack.nodes if node.child is None or node.child.exited() is not None)
    )
    stack.await_in_sync(FACTS)
