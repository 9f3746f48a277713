"""What is done to processes of the toy. A scenario ends quietly, or raises Broken or Inconclusive.

Each takes a mutant, so that the test that must hold and the one that must turn red are the same.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from time import sleep

from tests.faults.serve import MUTANT
from tests.faults.toyload import ToyLoad
from tests.faults.toys import (
    PATIENCE,
    SERVICE,
    Inconclusive,
    Toys,
    actions,
    await_action,
    await_exit,
    await_stop,
)
from tests.faults.verdict import judge, nothing_ahead
from tests.support.platform import Process

PRUNE_ALL = {"JEMBATAN_OUTBOX_DAYS": "0"}
ALREADY_READY = ("assigned", "partition_read", "lane_taken", "ends_read", "compared")
"""Points on the way to being ready: whoever waits for ready there waits for ever."""


def extras(point: str, mutant: str) -> dict[str, str]:
    more = PRUNE_ALL if point == "pruned" else {}
    return more | ({MUTANT: mutant} if mutant else {})


def steady(toys: Toys, seed: int, mutant: str = "", copies: int = 1) -> None:
    """Nothing happens but reports, some of them twice, or each as often as `copies` says."""
    with ToyLoad(toys, seed, copies=copies) as load:
        toys.await_ready(toys.one(**extras("", mutant)))
        sleep(3.0)
    judge(toys, load, within=60)


def crash(toys: Toys, point: str, order: str, seed: int, nth: int = 1, mutant: str = "") -> None:
    """A process ends at a point, as by kill -9. `twice`: its successor ends there, too, before a third
    goes on alone; `beside`: another process runs all the while and takes over."""
    more = extras(point, mutant)
    with ToyLoad(toys, seed) as load:
        if order == "beside":
            toys.await_ready(toys.one(**more))
        for time in range(1 if order == "beside" else 2):
            failpoint = f"{point}:{nth if not time else 1}"
            victim = toys.armed(failpoint, **more)
            disturb(toys, point, victim, more)
            await_exit(victim, failpoint)
            nothing_ahead(toys)
        if not toys.running():
            toys.one(**more)
        sleep(1.0)
    judge(toys, load, within=45 if mutant else PATIENCE)


def crash_in_turn(toys: Toys, points: Sequence[str], seed: int) -> None:
    """One process after the other ends at the next of these points; then one goes on."""
    with ToyLoad(toys, seed) as load:
        for point in points:
            await_exit(toys.armed(point), point)
            nothing_ahead(toys)
        toys.one()
        sleep(1.0)
    judge(toys, load)


def warm(toys: Toys) -> None:
    """Let every lane have its producer id and some facts."""
    with ToyLoad(toys, 0) as load:
        toys.await_ready(toys.one())
        sleep(2.0)
    judge(toys, load)
    clear(toys)


def disturb(toys: Toys, point: str, victim: Process, more: dict[str, str]) -> Process | None:
    """Bring a process to a point that it does not reach by itself; gives whom that took."""
    if point != "revoked":
        return None
    toys.await_ready(victim)
    return toys.one(**more)


def freeze(toys: Toys, point: str, seed: int, nth: int = 1, mutant: str = "", refused: str = "") -> None:
    """A process stops at a point as a paused machine does, is replaced, and wakes as a zombie."""
    more = extras(point, mutant)
    with ToyLoad(toys, seed) as load:
        for _ in range(20):
            load.send_garbage()
        zombie = toys.armed(f"{point}:{nth}:stop", JEMBATAN_DRAIN="20", **more)
        beside = disturb(toys, point, zombie, more)
        await_stop(zombie, point)
        other = beside or toys.one(**more)
        await_action(other, "partition_taken", toys.partitions)
        await_action(other, "lane_taken", toys.partitions)
        sleep(1.0)
        before = actions(zombie)
        zombie.send(signal.SIGCONT)
        sleep(4.0)
    judge(toys, load, within=45 if mutant else PATIENCE)
    if refused and not mutant and not any((actions(zombie) - before)[name] for name in refused.split()):
        raise Inconclusive(f"{point}: none of {refused} in {zombie.log}")


def clear(toys: Toys) -> None:
    """No process of the toy runs any more."""
    toys.end_all()
    assert not toys.running(SERVICE)
