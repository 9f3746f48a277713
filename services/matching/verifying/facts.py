"""Whether a round's facts are all there, in order, and agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]
MOVES = {"phase", "commitments", "secrets", "defaulted", "awaits", "awaits_until"}
"""The parts of a round that go on; every other, once it is given, stays as it is."""
ORDER = ("open", "frozen", "drawn", "published", "settled")
CHANGES = {
    "round.opened": ("open", "open"),
    "round.committed": ("open", "open"),
    "round.frozen": ("open", "frozen"),
    "round.revealed": ("frozen", "frozen"),
    "round.defaulted": ("frozen", "frozen"),
    "round.drawn": ("frozen", "drawn"),
    "round.published": ("drawn", "published"),
    "round.settled": ("published", "settled"),
}
PARTS = {"round.market_listed": ("parts", "open"), "round.result_listed": ("result_parts", "drawn")}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of `matching.public` as it stands there.

    `at` is the broker's time of its record; None in simulated time, where it says nothing of the fact's.
    """

    name: str
    sequence: int
    data: Json
    at: datetime | None


def last_state(facts: Sequence[Fact]) -> dict[str, Any]:
    """The state that the last fact leaves the round in; that of an empty round without any."""
    states = [fact.data["state"] for fact in facts if "state" in fact.data]
    return dict(states[-1]) if states else {"phase": "unknown"}


def listed(facts: Sequence[Fact], name: str) -> list[Json]:
    """The parts of a market or a result, by their numbers."""
    return sorted((fact.data for fact in facts if fact.name == name), key=lambda data: data["part"])


def fact_faults(round_id: str, facts: Sequence[Fact]) -> Iterator[str]:
    """A sentence for each fact that is missing, out of place, or at odds with those before it."""
    yield from _gaps([fact.sequence for fact in facts])
    if facts[0].name != "round.opened":
        yield f"the first fact is {facts[0].name}, not round.opened"
        return
    if (name := facts[0].data["state"]["id"]) != round_id:
        yield f"the facts about {round_id} are of the round {name}"
    before: Json = {}
    for fact in facts:
        yield from _step(fact, before)
        before = fact.data.get("state", before)
    for name, (count, _) in PARTS.items():
        numbers = [part["part"] for part in listed(facts, name)]
        yield from _parts(name, before.get(count), numbers, before["phase"])
    yield from _header(facts, before)


def _gaps(sequences: Sequence[int]) -> Iterator[str]:
    for expected, found in enumerate(sequences, 1):
        if found != expected:
            what = f"fact {expected} is missing" if found > expected else f"fact {found} is there twice"
            yield f"{what}: the round's facts are numbered 1, 2, 3 …"
            return


def _step(fact: Fact, before: Json) -> Iterator[str]:
    where, phase = f"fact {fact.sequence}, {fact.name}", before.get("phase", "open")
    if fact.name in PARTS:
        if phase != PARTS[fact.name][1]:
            yield f"{where}: a part is listed while the round is {phase}"
        return
    after = fact.data["state"]
    allowed = CHANGES.get(fact.name, (phase, "aborted"))
    if (phase, after["phase"]) != allowed or phase == "aborted":
        yield f"{where}: leads from {phase} to {after['phase']}"
    for name, value in before.items():
        if name not in MOVES and value not in (None, [], {}) and after.get(name) != value:
            yield f"{where}: `{name}` was {value} and becomes {after.get(name)}"
    for name in ("commitments", "secrets"):
        if not before.get(name, {}).items() <= after.get(name, {}).items():
            yield f"{where}: `{name}` that were given are changed"


def _parts(name: str, count: int | None, numbers: Sequence[int], phase: str) -> Iterator[str]:
    if count is None:
        if numbers and phase != "aborted" and phase != PARTS[name][1]:
            yield f"the facts do not say how many parts {name} has"
        return
    for number in range(1, count + 1):
        if numbers.count(number) != 1:
            yield f"part {number} of {count} is there {numbers.count(number)} times in {name}"
    if extra := [number for number in numbers if number > count]:
        yield f"{name} has a part {extra[0]}, and there are {count}"


def _header(facts: Sequence[Fact], state: Json) -> Iterator[str]:
    header = next((fact.data["market"] for fact in facts if fact.name == "round.frozen"), None)
    if header is None:
        return
    lottery = header["lottery"]
    for name in ("commitments", "chain", "beacon_round", "fallbacks"):
        said, told = lottery.get(name), state.get(name)
        if said and said != told:
            yield f"the market says the lottery's `{name}` is {said}, the round's state {told}"
    if lottery["kind"] != state["lottery"]:
        yield f"the market says the lottery is {lottery['kind']}, the round's state {state['lottery']}"
    if datetime.fromisoformat(header["as_of"]) != datetime.fromisoformat(state["as_of"]):
        yield f"the market says `as_of` is {header['as_of']}, the round's state {state['as_of']}"
