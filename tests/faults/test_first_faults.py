"""Kill, rebalance, restart under load: nothing is lost, decided twice, out of order or misplaced."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from time import sleep

import psutil
import pytest

from jembatan.engine.watchdog import EXIT_CODE
from tests.faults.ledger import check, quiet
from tests.faults.load import Load
from tests.faults.verdict import keep
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
    assert not faults, f"{faults}\nhistory: {keep(running, found)}"


@pytest.mark.proves("F01 F59", "kill -9 of each service at random moments")
def test_kill_each_service_at_ten_random_moments(running: Platform, rounds: int, fault_seed: int) -> None:
    seed = 20 + fault_seed
    chance = random.Random(seed)

    def disturb(load: Load) -> None:
        for _ in range(KILLS * rounds):
            for name in chance.sample(SERVICES, len(SERVICES)):
                sleep(chance.uniform(0.0, 0.8))
                for process in running.running(name):
                    process.kill()
                running.start(name)
            sleep(chance.uniform(0.5, 3.5))

    under_load(running, seed, disturb)


@pytest.mark.proves("F05 F24", "processes join and leave under load")
def test_doubling_and_halving_a_service_under_load(running: Platform, rounds: int, fault_seed: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            more = running.start(*SERVICES)
            running.await_ready(*more)
            sleep(1.0)
            for process in more:
                assert process.stop() == 0
            sleep(1.0)

    under_load(running, 30 + fault_seed, disturb)


@pytest.mark.proves("F05 F58", "SIGTERM under load, in any order")
def test_stopping_services_in_any_order_while_the_others_run(
    running: Platform, rounds: int, fault_seed: int
) -> None:
    seed = 40 + fault_seed
    chance = random.Random(seed)

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

    under_load(running, seed, disturb)


@pytest.mark.proves("F21", "SIGSTOP of all services, replaced, woken")
def test_a_frozen_service_is_replaced_and_wakes_as_a_zombie(
    running: Platform, rounds: int, fault_seed: int
) -> None:
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

    under_load(running, 50 + fault_seed, disturb)


@pytest.mark.proves("F11", "kill -9 of Kafka, which comes back")
def test_kafka_is_killed_and_comes_back(running: Platform, rounds: int, fault_seed: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            running.stack.kill_kafka()
            sleep(1.0)
            running.stack.restart_kafka()
            sleep(2.0)

    under_load(running, 60 + fault_seed, disturb)


@pytest.mark.proves("F15", "kill -9 of PostgreSQL, which comes back")
def test_postgresql_is_killed_and_comes_back(running: Platform, rounds: int, fault_seed: int) -> None:
    def disturb(load: Load) -> None:
        for _ in range(rounds):
            running.stack.kill_postgres()
            sleep(1.0)
            running.stack.restart_postgres()
            sleep(2.0)

    under_load(running, 70 + fault_seed, disturb)


@pytest.mark.proves("F05 F17", "SIGTERM while both servers stand still")
def test_told_to_stop_while_both_servers_stand_still_a_service_ends_in_time(running: Platform) -> None:
    processes = running.start(*SERVICES, JEMBATAN_DRAIN="2")
    running.await_ready(*processes)
    servers = [psutil.Process(pid) for pids in running.stack.pids().values() for pid in pids]
    servers += [child for server in servers for child in server.children(recursive=True)]
    for server in servers:
        server.suspend()
    try:
        for process in processes:
            process.send(signal.SIGTERM)
        assert {process.stop(2 * 2 + 5 + 10) for process in processes} <= {0, EXIT_CODE}
    finally:
        for server in servers:
            server.resume()
    running.await_ready()
