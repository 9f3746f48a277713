"""`jembatan verify --round` against a real Kafka, with nothing else running: no database, no service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from cli.embedded.stack import EmbeddedStack
from jembatan import topology
from jembatan.contracts.registry import FACTS
from jembatan.contracts.writing import Cause, encode_fact
from jembatan.engine.topics import create
from services.matching.verifying.facts import Fact
from tests.scenarios.playing import jembatan
from tests.support.beacons import LEAGUE, write_chains
from tests.unit.matching import public_rounds
from tests.unit.matching.made import CLOSES

pytestmark = pytest.mark.kafka
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Public:
    """A Kafka with nothing but `matching.public`, and an installation's file of chains."""

    kafka: str
    chains: Path

    def tell(self, name: str, facts: Sequence[Fact], *, simulated: bool = True) -> None:
        asyncio.run(self._tell(name, facts, simulated))

    async def _tell(self, name: str, facts: Sequence[Fact], simulated: bool) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.kafka) as producer:
            for fact in facts:
                event = FACTS[fact.name]
                data = event.model.model_validate(fact.data)
                encoded = encode_fact(
                    event, name, data, id=f"{name}-{fact.sequence}", at=CLOSES, sequence=fact.sequence,
                    cause=Cause("test"), simulated=simulated,
                )  # fmt: skip
                await producer.send_and_wait(
                    "matching.public", encoded.value, encoded.key, headers=list(encoded.headers)
                )

    def verify(self, name: str, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """The exit code, what was printed, and what was said beside it."""
        ran = jembatan("verify", "--round", name, "--json", "--kafka", self.kafka, *arguments)
        return ran.returncode, json.loads(ran.stdout or "{}"), ran.stderr


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    folder = tmp_path_factory.mktemp("public")
    with EmbeddedStack(folder) as stack:
        wanted = topology.topics(stack.plan, "embedded", "simulated")
        asyncio.run(create(stack.kafka, [topic for topic in wanted if topic.name == "matching.public"]))
        found = Public(stack.kafka, write_chains(folder / "chains.toml", LEAGUE))
        found.tell(public_rounds.R1, public_rounds.by_beacon())
        yield found


def test_a_round_that_holds_is_verified(public: Public) -> None:
    code, told, _ = public.verify(public_rounds.R1, "--chains", str(public.chains))
    assert (code, told["verified"], told["difference"], told["notes"]) == (0, True, None, [])
    assert all(check["passed"] for check in told["checks"])


def test_people_read_it_too(public: Public) -> None:
    ran = jembatan(
        "verify", "--round", public_rounds.R1, "--kafka", public.kafka, "--chains", str(public.chains)
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "Verified.")


def test_its_chain_must_be_known(public: Public) -> None:
    code, told, _ = public.verify(public_rounds.R1)
    assert (code, "--chains FILE" in told["difference"]) == (1, True)


def test_a_fact_changed_in_the_topic_is_found(public: Public) -> None:
    facts = public_rounds.by_secrets("kp2mi-changed")
    next(fact.data for fact in facts if fact.name == "round.market_listed")["vacancies"][0]["openings"] += 1
    public.tell("kp2mi-changed", facts)
    code, told, _ = public.verify("kp2mi-changed")
    assert (code, told["verified"]) == (1, False)
    assert told["difference"].startswith("the file says the snapshot is")


def test_a_part_that_is_missing_is_found(public: Public) -> None:
    facts = [fact for fact in public_rounds.by_secrets("kp2mi-missing") if fact.name != "round.result_listed"]
    public.tell("kp2mi-missing", facts)
    code, told, _ = public.verify("kp2mi-missing")
    assert (code, "is missing" in told["difference"]) == (1, True)


def test_a_freeze_that_the_broker_got_after_the_beacon_is_found(public: Public) -> None:
    public.tell("kp2mi-late", public_rounds.by_beacon("kp2mi-late"), simulated=False)
    code, told, _ = public.verify("kp2mi-late", "--chains", str(public.chains))
    assert (code, "was public when the broker got" in told["difference"]) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--round", "kp2mi-none"), "There is no fact of a round kp2mi-none"),
        (("--round", "kp2mi-r1", "--chains", "none.toml"), "none.toml: cannot be read"),
        (("--round", "kp2mi-r1", "market.json"), "Name a market file and a result file, or a round"),
        ((), "Name a market file and a result file, or a round"),
    ],
)
def test_bad_input_is_told_with_code_2(public: Public, arguments: tuple[str, ...], said: str) -> None:
    ran = jembatan("verify", *arguments, "--kafka", public.kafka)
    assert (ran.returncode, said in ran.stderr) == (2, True)
