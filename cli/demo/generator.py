"""Made-up candidates, drawn from a seed: evidence, verification, preferences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from cli.demo.evidence import WITHOUT, Evidence, evidence_of
from cli.demo.files import CandidatesFile, Group, Thing
from cli.demo.reports import Report, Wave, made


@dataclass(frozen=True, slots=True)
class Person:
    """One generated candidate: never a person's data, only what the rules ask about."""

    id: str
    evidence: Evidence
    lacks: tuple[Thing, ...]
    preferences: tuple[str, ...]
    turned_down: bool


def people(file: CandidatesFile) -> list[Person]:
    """All candidates of a file, in order of their ids; the same for the same file."""
    draw = Random(file.seed)  # noqa: S311
    groups = [group for group in file.group for _ in range(group.number)]
    draw.shuffle(groups)
    lacks = _lacks(file, len(groups), draw)
    return [
        _person(file, number, group, lacks[number - 1], draw) for number, group in enumerate(groups, start=1)
    ]


def stages(file: CandidatesFile, sources: Mapping[str, str], place: str) -> list[Wave]:
    """Registration, verification, preferences; `sources` gives a reporter's CloudEvents source."""
    everyone = people(file)
    kept = [one for one in everyone if not one.turned_down]
    registry, verifier = sources[file.reporter], sources[file.verifier]
    registered = [
        made(
            "candidate.registered", one.id, registry, file.registered,
            {"origin": file.origin, "evidence": one.evidence}, place,
        )
        for one in everyone
    ]  # fmt: skip
    judged = [_judged(file, one, verifier, place) for one in everyone]
    listed = [
        made(
            "preferences.confirmed", one.id, registry, file.preferences,
            {"preferences": one.preferences}, place,
        )
        for one in kept
    ]  # fmt: skip
    return [Wave(tuple(reports)) for reports in (registered, judged, listed)]


def _judged(file: CandidatesFile, one: Person, verifier: str, place: str) -> Report:
    if one.turned_down:
        reason = {"reason": "CERTIFICATE_NOT_GENUINE"}
        return made("candidate.rejected", one.id, verifier, file.verified, reason, place)
    return made("candidate.verified", one.id, verifier, file.verified, {"programme": file.programme}, place)


def _lacks(file: CandidatesFile, number: int, draw: Random) -> list[tuple[Thing, ...]]:
    """What each candidate lacks; those who are turned down come last, and lack nothing."""
    counts = {1: file.lacking.one, 2: file.lacking.two, 3: file.lacking.three}
    found: list[tuple[Thing, ...]] = []
    for size, share in counts.items():
        found += [tuple(sorted(draw.sample(file.lacking.things, size))) for _ in range(number * share // 100)]
    rest = number - file.turned_down - len(found)
    found += [()] * rest
    draw.shuffle(found)
    return found + [()] * file.turned_down


def _person(
    file: CandidatesFile, number: int, group: Group, lacks: tuple[Thing, ...], draw: Random
) -> Person:
    evidence = evidence_of(file, group, draw)
    for thing in lacks:
        WITHOUT[thing](evidence, file)
    total = sum(one.number for one in file.group)
    wanted = tuple(vacancy for tier in group.wants for vacancy in draw.sample(tier, len(tier)))
    identity = f"{file.reporter}-{file.ids}-{number:04}"
    return Person(identity, evidence, lacks, wanted, turned_down=number > total - file.turned_down)


def faults(file: CandidatesFile) -> Iterator[str]:
    """What is wrong with a file beyond its fields."""
    total = sum(group.number for group in file.group)
    shares = file.lacking.one + file.lacking.two + file.lacking.three
    if total * shares // 100 + file.turned_down > total:
        yield "lacking: the shares and `turned_down` together are more than all candidates"
    if shares and len(set(file.lacking.things)) < 3:
        yield "lacking.things: name at least three different things"
    if file.tested_until < file.tested_from:
        yield "tested_until: is before `tested_from`"
    if not file.registered < file.verified < file.preferences:
        yield "registered, verified, preferences: each must be after the one before"
    for number, group in enumerate(file.group):
        yield from _group_faults(number, group)


def _group_faults(number: int, group: Group) -> Iterator[str]:
    for name in ("bands", "education", "hours"):
        low, high = getattr(group, name)
        if low > high or (name == "hours" and low == high):
            yield f"group.{number}.{name}: write the lesser one first"
