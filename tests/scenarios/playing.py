"""An example played once by the command itself, kept up, and dumped by a client that is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.kafka import Message, dump
from tests.support.platform import ROOT

NEW_BRUNSWICK = ROOT / "examples" / "new-brunswick"
PARTNERSHIP = "ID:CA-NB:ISIC4-Q:G2G:1"
SECOND = "ID:CA-NS:ISIC4-A:P2P:1"
FACTS = ("partners.facts", "vacancies.facts", "matching.facts", "matching.public")
REFUSALS = ("partners.refusals", "vacancies.refusals", "matching.refusals")
REPORTS = ("partners.reports", "vacancies.reports", "matching.reports")
WITHIN = 400.0


@dataclass
class Fact:
    """One fact as plain JSON, with where it lies."""

    message: Message
    event: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return str(self.event["type"]).removeprefix("org.jembatan.fact.").rpartition(".v")[0]

    @property
    def noun(self) -> str:
        return self.name.partition(".")[0]

    @property
    def subject(self) -> str:
        return str(self.event["subject"])

    @property
    def day(self) -> str:
        return str(self.event["time"])[:10]

    @property
    def sequence(self) -> int:
        return int(self.event["sequence"])

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.event["data"]["state"])


@dataclass
class Played:
    """A platform on which an example was played, and everything in its topics."""

    folder: Path
    output: str
    kafka: str
    postgres: str
    messages: list[Message] = field(repr=False)

    @cached_property
    def facts(self) -> list[Fact]:
        return [Fact(one, one.event) for one in self.messages if one.topic in FACTS]

    @cached_property
    def refusals(self) -> list[dict[str, Any]]:
        return [one.event["data"] for one in self.messages if one.topic in REFUSALS]

    @cached_property
    def reports(self) -> list[dict[str, Any]]:
        return [one.event for one in self.messages if one.topic in REPORTS and one.value]

    def named(self, *names: str) -> list[Fact]:
        """The facts of these names, those of one subject in their order."""
        found = [fact for fact in self.facts if fact.name in names]
        return sorted(found, key=lambda fact: (fact.event["time"], fact.subject, fact.sequence))

    def about(self, noun: str, subject: str) -> list[Fact]:
        """All facts of one subject, in their order."""
        found = [fact for fact in self.facts if (fact.noun, fact.subject) == (noun, subject)]
        return sorted(found, key=lambda fact: fact.sequence)

    def offers(self, partnership: str = PARTNERSHIP) -> dict[str, list[Fact]]:
        """The facts of each offer under a partnership, in their order."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            if fact.noun == "offer" and fact.state["partnership"] == partnership:
                found[fact.subject].append(fact)
        return {name: sorted(facts, key=lambda fact: fact.sequence) for name, facts in found.items()}


def jembatan(*arguments: str, cwd: Path = ROOT, within: float = WITHIN) -> subprocess.CompletedProcess[str]:
    """The command, run as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within, check=False,
    )  # fmt: skip


@contextmanager
def played(example: Path, folder: Path) -> Iterator[Played]:
    """Play an example with --keep; its platform is stopped at the end."""
    try:
        done = jembatan("demo", str(example), "--keep", "--folder", str(folder))
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        runtime = json.loads((folder / "runtime.json").read_text())
        messages = dump(runtime["kafka"], [*FACTS, *REFUSALS, *REPORTS])
        yield Played(folder, done.stdout, runtime["kafka"], runtime["postgres"], messages)
    finally:
        jembatan("down", "--folder", str(folder / "demo"))
