"""One round on a real `matching` service, from its announcement on, over any number of lives."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.rounds.seeding import NB, PROGRAMME, seed
from cli.embedded.stack import EmbeddedStack
from jembatan.contracts.registry import FACTS
from jembatan.contracts.vacancies import VacancyState
from jembatan.contracts.vacancies.values import Phase
from jembatan.contracts.writing import Cause, encode_fact
from jembatan.engine.failpoints import EXIT_CODE, VARIABLE
from jembatan.engine.lanes import lane_of
from tests.faults.ledger import heads
from tests.support.kafka import Message, Reports, dump, encode
from tests.support.platform import ROOT, Platform, Process, prepared, query

COMMITTERS = {"test": b"t" * 32, "apart": b"a" * 32}
SAID: dict[str, tuple[str, Callable[[bytes], Mapping[str, object]]]] = {
    "open": ("commitment.made", lambda secret: {"commitment": hashlib.sha256(secret).hexdigest()}),
    "frozen": ("secret.revealed", lambda secret: {"secret": secret.hex()}),
}
"""What its committers report in a phase: not before, since nothing orders the reports of two topics."""
PEOPLE, VACANCIES = 36, 4
WITHIN = 500.0
AT = "SELECT phase FROM matching.round WHERE id = $1"
SEATS = (
    "SELECT count(*) FILTER (WHERE held) AS held, count(*) AS taken FROM matching.seat WHERE round_id = $1"
)
EMPTY = """
TRUNCATE matching.candidate, matching.offer, matching.seat, matching.tally, matching.round, matching.kept,
    matching.round_candidate, matching.round_part, matching.round_work, matching.job, matching.usage
"""
PAGES = "SELECT kind, page, done FROM matching.job WHERE subject = ANY($1) ORDER BY kind"


class Rounds(Platform):
    """Kafka, PostgreSQL, and processes of `matching` with small pages."""

    services = ("matching",)
    command = ("tests.faults.serve_rounds",)

    def environment(self, service: str) -> dict[str, str]:
        quick = {"JEMBATAN_SESSION_TIMEOUT_MS": "3000", "JEMBATAN_REQUEST_TIMEOUT": "5"}
        return super().environment(service) | quick

    def forget(self) -> None:
        """Candidates and rounds are gone, as if they had never been; no process of the service may run."""
        self.rows(EMPTY)

    def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        return query(self.postgres, sql, *arguments)

    def armed(self, failpoint: str) -> Process:
        """A process that ends at a place in the engine; an empty failpoint is none."""
        return self.start("matching", **({VARIABLE: failpoint} if failpoint else {}))[0]

    def report(self, code: str, name: str, subject: str, data: Mapping[str, object]) -> None:
        attributes = {
            "specversion": "1.0", "id": f"{name}-{subject}-{code}", "source": f"urn:jembatan:reporter:{code}",
            "subject": subject, "type": f"org.jembatan.report.{name}.v1",
        }  # fmt: skip
        value, headers = encode(attributes, data, "structured")
        reports = Reports(self.kafka, "")
        topic = "matching.reports.apart" if code == "apart" else "matching.reports"
        reports.raw(topic, value, headers, key=subject.encode())
        reports.flush()


@contextmanager
def own_servers(folder: Path) -> Iterator[Rounds]:
    """Kafka and PostgreSQL ready; no process of the service runs."""
    folder.mkdir(parents=True, exist_ok=True)
    reporters = ROOT / "tests/support/reporters.toml"
    with (
        EmbeddedStack(folder / "stack") as stack,
        prepared(Rounds(stack, folder, time_source="broker", reporters=reporters)) as made,
    ):
        yield made


class Round:
    """A round with candidates of its own; the names of all it has are derived from its id."""

    def __init__(self, servers: Rounds, name: str) -> None:
        self.servers, self.name, self.prefix = servers, name, f"{name}-c"
        self._said: set[str] = set()
        asyncio.run(seed(servers.postgres, PEOPLE, VACANCIES, servers.partitions, self.prefix))

    def announce(self, closes_in: float) -> None:
        closes = datetime.now(UTC) + timedelta(seconds=closes_in)
        reveal, answer = (closes + timedelta(days=days) for days in (1, 2))
        times = {"closes_at": closes, "reveal_by": reveal, "answer_by": answer}
        data: dict[str, object] = {name: at.isoformat() for name, at in times.items()}
        data |= {"scope": [NB], "programme": PROGRAMME, "committers": sorted(COMMITTERS)}
        self.servers.report("test", "round.announced", self.name, data)

    def go_on(self) -> str:
        """Commit once it is open, show the secrets once it is frozen; the phase, as it is a moment later."""
        sleep(0.1)
        found = self.servers.rows(AT, self.name)
        phase = str(found[0]["phase"]) if found else "unknown"
        assert phase != "aborted", f"{self.name} is aborted"
        if phase in SAID and phase not in self._said:
            name, data = SAID[phase]
            for code, secret in COMMITTERS.items():
                self.servers.report(code, name, self.name, data(secret))
            self._said.add(phase)
        return phase

    def done(self) -> bool:
        return self.go_on() in ("published", "settled")

    def withdraw(self, vacancy: str, sequence: int) -> None:
        """The fact of another service that a vacancy is withdrawn, as that service would publish it."""
        (row,) = self.servers.rows("SELECT state FROM matching.vacancy WHERE id = $1", vacancy)
        state = VacancyState.model_validate_json(row["state"]).model_copy(update={"phase": Phase.WITHDRAWN})
        event = FACTS["vacancy.withdrawn"]
        data = {"state": state.model_dump(), "changed": ("phase",), "reason": "POSITION_CUT"}
        encoded = encode_fact(
            event, vacancy, event.model.model_validate(data),
            id=f"{vacancy}-{sequence}", at=datetime.now(UTC), sequence=sequence, cause=Cause("test"),
        )  # fmt: skip
        reports = Reports(self.servers.kafka, "")
        lane = lane_of(vacancy, self.servers.partitions)
        reports.raw("vacancies.facts", encoded.value, list(encoded.headers), encoded.key, partition=lane)
        reports.flush()

    def ended(self, vacancy: str) -> bool:
        """Whether the job that ends the offers of a vacancy is done, a moment later."""
        sleep(0.1)
        return any(row["done"] for row in self.servers.rows(PAGES, [vacancy]))

    def facts(self) -> list[Message]:
        """All facts of the round, of both topics, as they lie in Kafka."""
        found = dump(self.servers.kafka, ["matching.facts", "matching.public"])
        return [one for one in found if str(one.event["subject"]).partition(":")[0] == self.name]


def lives(servers: Rounds, point: str, first: int, done: Any, within: float = WITHIN) -> int:  # noqa: ANN401
    """Processes one after the other, each ended at a point of the engine, at every page or deadline that they
    come to (the first one at number `first`), until `done`; how many were ended.
    """
    deadline, nth, deaths = monotonic() + within, first, 0
    while True:
        process = servers.armed(f"{point}:{nth}")
        while process.running and not done():
            assert monotonic() < deadline, f"not done after {deaths} lives, see {process.log}"
        if process.running:
            process.stop()
            return deaths
        assert process.exit_code == EXIT_CODE, process.log.read_text()[-3000:]
        # What is committed is done for good; what is not is done again by the next life, before it goes on.
        deaths, nth = deaths + 1, 1 if point.endswith("committed") else 2


def judge(played: Round) -> Counter[str]:
    """Everything of the round is there once; anyone can verify it. How many facts of each type."""
    _publish(played.servers)
    facts = played.facts()
    names = Counter(one.event["type"].split(".fact.")[1].removesuffix(".v1") for one in facts)
    subjects = Counter((one.event["subject"], one.event["sequence"], one.event["type"]) for one in facts)
    assert max(subjects.values()) == 1, "a fact lies there twice"
    told = Counter(one.event["subject"] for one in facts if ".fact.match." in one.event["type"])
    assert set(told.values()) == {1}, "someone was told twice"
    assert len(told) == PEOPLE, f"{len(told)} were told"
    once = {names[f"round.{step}"] for step in ("frozen", "drawn", "published")}
    assert once == {1} and names["offer.extended"] == names["match.made"], names
    _seats(played, names)
    _verified(played)
    return names


def _publish(servers: Rounds) -> None:
    """What the last life has decided and not published is another's to publish."""
    process = next(iter(servers.running()), None) or servers.armed("")
    deadline = monotonic() + WITHIN
    while any(decided != published for decided, published in heads(servers)):
        assert process.running and monotonic() < deadline, f"facts are not published, see {process.log}"
        sleep(0.1)


def _verified(played: Round) -> None:
    servers = ("--kafka", played.servers.kafka)
    command = [sys.executable, "-m", "cli.main", "verify", "--round", played.name, *servers]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _seats(played: Round, names: Counter[str]) -> None:
    (seats,) = played.servers.rows(SEATS, played.name)
    (tally,) = played.servers.rows("SELECT held FROM matching.tally WHERE round_id = $1", played.name)
    assert seats["taken"] == names["offer.extended"]
    assert seats["held"] == tally["held"] == names["offer.extended"] - names["offer.withdrawn"]
