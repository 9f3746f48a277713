"""The suite's kinds of tests, one of each, for `make long`: a failpoint, a zombie, a mutant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import scenarios
from tests.faults.test_mutants import RED
from tests.faults.test_zombies import POINTS
from tests.faults.toys import Toys, own_servers
from tests.faults.verdict import Broken

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.long, pytest.mark.timeout(300)]
MUTANT = "no_seen_ids"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toys]:
    """Servers for these tests, in their order: the mutant comes last, for what it leaves."""
    with own_servers(tmp_path_factory.mktemp("once")) as made:
        yield made


@pytest.fixture(autouse=True)
def _clear(once: Toys) -> Iterator[None]:
    yield
    scenarios.clear(once)


@pytest.mark.proves("F01 F03 F04", "in `make long`: kill -9 before COMMIT, twice")
def test_1_killed_before_commit(once: Toys, fault_seed: int) -> None:
    scenarios.crash(once, "raised", "twice", 30 + fault_seed)


@pytest.mark.proves("F21 F22", "in `make long`: SIGSTOP with facts placed, replaced, woken")
def test_2_stopped_with_facts_placed(once: Toys, fault_seed: int) -> None:
    scenarios.freeze(once, "placed", 40 + fault_seed, refused=POINTS["placed"])


@pytest.mark.proves("F60", "in `make long`: a mutant is caught")
def test_3_a_mutant_is_caught(once: Toys, fault_seed: int) -> None:
    with pytest.raises(Broken) as caught:
        scenarios.steady(once, 50 + fault_seed, mutant=MUTANT)
    assert RED[MUTANT].sign in str(caught.value)
