"""F11, F15, F39, F45, F48, F57, F58: Kafka or PostgreSQL goes, comes back, forgets; or nobody publishes."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.faults import scenarios, servers
from tests.faults.results import Measured
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]
WAYS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F11", "Kafka is killed and stays away for 60 s")
def test_kafka_is_away(toys: Toys, fault_seed: int, measured: Measured) -> None:
    before, after = servers.kafka_away(toys, 500 + fault_seed)
    measured("memory before Kafka was away", round(before), "MiB")
    measured("memory after 60 s without Kafka", round(after), "MiB")


@pytest.mark.proves("F15", "PostgreSQL is stopped fast, at once, or killed, and comes back")
@pytest.mark.parametrize("way", WAYS)
def test_postgresql_ends(toys: Toys, fault_seed: int, way: str) -> None:
    servers.postgres_ends(toys, 510 + fault_seed, WAYS[way])


@pytest.mark.proves("F39", "others hold a transaction that wrote, and an old snapshot, for 3 minutes")
def test_transactions_are_held(toys: Toys, fault_seed: int, measured: Measured) -> None:
    for table, dead in servers.transactions_held(toys, 520 + fault_seed).items():
        measured(f"dead rows of {table} after 3 minutes of an old snapshot", dead, "")


@pytest.mark.proves("F45", "reports are deleted before they were read")
def test_retention_overtakes(fresh: Toys, fault_seed: int) -> None:
    servers.retention_overtakes(fresh, 530 + fault_seed)


@pytest.mark.proves("F45", "the topic of facts is deleted and made anew")
def test_the_topic_of_facts_is_made_anew(fresh: Toys, fault_seed: int) -> None:
    servers.facts_recreated(fresh, 540 + fault_seed)


@pytest.mark.proves("F48", "ids are pruned at 45 days while younger ones are repeated")
def test_ids_are_pruned(toys: Toys, fault_seed: int) -> None:
    servers.ids_pruned(toys, 550 + fault_seed)


@pytest.mark.proves("F57", "facts are decided and nobody publishes them")
def test_nobody_publishes(toys: Toys, fault_seed: int) -> None:
    servers.nobody_publishes(toys, 560 + fault_seed)


@pytest.mark.proves("F58", "services start before the servers do, and before there are topics")
def test_services_start_first(fresh: Toys, fault_seed: int) -> None:
    servers.services_first(fresh, 570 + fault_seed)
