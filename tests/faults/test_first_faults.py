"""Kill, rebalance, restart under load: nothing is lost, decided twice, out of order or misplaced."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep

import psutil
import pytest

from jembatan.engine.watchdog import EXIT_CODE
from tests.faults.ledger import check, quiet
from tests.faults.load import Load
from tests.support.platform import SERVICES, Platform

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600)]
KILLS = 10
SENT: set[str] = set()
START = iter(range(0, 10**9, 10**5))


def under_load(running: Platform, seed: int, disturb: Callable[[Load], None]) -> None:
    """Disturb the platform while reports come in; then everything that was acknowledged is answered once."""
    with Load(running.kafka, next(START) % 4000, seed) as load:
        sleep(1.0)
        disturb(load)
        running.revive()
        sleep(1.0)
    running.await_ready()
    assert len(load.reports.acknowledged) > 100, "too little load to tell anything"
    found = quiet(running, load.reports.acknowledged)
    SENT.update(load.sent)
    faults = check(running, found, SENT, load.reports.acknowledged)
    assert not faults, faults


@pytest.mark.parametrize("seed", [3])
def test_kill_each_service_at_ten_random_moments(running: Platform, rounds: int, seed: int) -> None:
    chance = random.Random(seed)

    def disturb(load: Load) -> None:
        for _ in range(KILLS * rounds):
            for name in chance.sample(SERVICES, len(SERVICES)):
                sleep(chance.uniform(0.0, 0.8))
                for process in running.running(name):
                    process.kill()
                running.start(name)
            sleep(chance.uniform(0.5, 6.0))

    under_load(running, seed, disturb)


def test_doubling_and_halving_a_service_under_load(running: Platform, rounds: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            more = running.start(*SERVICES)
            running.await_ready(*more)
            sleep(1.0)
            for process in more:
                assert process.stop() == 0
            sleep(1.0)

    under_load(running, 5, disturb)


def test_stopping_services_in_any_order_while_the_others_run(running: Platform, rounds: int) -> None:
    chance = random.Random(7)

    def disturb(load: Load) -> None:
        for _ in range(rounds):
            for name in chance.sample(SERVICES, len(SERVICES)):
                for process in running.running(name):
                    assert process.stop() == 0
                sleep(0.5)
            for name in chance.sample(SERVICES, len(SERVICES)):
                running.start(name)
                sleep(0.2)
            running.await_ready()

    under_load(running, 7, disturb)


def test_a_frozen_service_is_replaced_and_wakes_as_a_zombie(running: Platform, rounds: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            frozen = [process for name in SERVICES for process in running.running(name)]
            for process in frozen:
                process.send(signal.SIGSTOP)
            others = running.start(*SERVICES)
            running.await_ready(*others)
            sleep(2.0)
            for process in frozen:
                process.send(signal.SIGCONT)
            sleep(3.0)
            for process in others:
                process.stop()

    under_load(running, 11, disturb)


def test_kafka_is_killed_and_comes_back(running: Platform, rounds: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            running.stack.kill_kafka()
            sleep(1.0)
            running.stack.restart_kafka()
            sleep(2.0)

    under_load(running, 13, disturb)


def test_postgresql_is_killed_and_comes_back(running: Platform, rounds: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            running.stack.kill_postgres()
            sleep(1.0)
            running.stack.restart_postgres()
            sleep(2.0)

    under_load(running, 17, disturb)


def test_stopping_ends_although_the_servers_answer_nothing(running: Platform) -> None:
    (process,) = running.start("partners", JEMBATAN_DRAIN="2", JEMBATAN_REQUEST_TIMEOUT="4")
    running.await_ready(process)
    with frozen(running):
        sleep(1.0)
        # Raises if it must be killed; 70 says that it ended itself by force.
        assert process.stop(60) in (0, EXIT_CODE)
    running.await_ready()


@contextmanager
def frozen(running: Platform) -> Iterator[None]:
    """Kafka and PostgreSQL are there and do nothing, as behind a network that swallows everything."""
    children = [running.stack.broker.child, running.stack.server.child]
    roots = [psutil.Process(child.pid) for child in children if child]
    whole = [one for root in roots for one in (root, *root.children(recursive=True))]
    for one in whole:
        one.suspend()
    try:
        yield
    finally:
        for one in whole:
            one.resume()
